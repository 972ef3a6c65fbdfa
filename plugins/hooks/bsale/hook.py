"""Bsale, point of sale: the payments of a company's offices (bsale.seed.txt, field-notes.md)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from threading import Event
from typing import Any

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.collector import collector_at_rest
from cierre.bookkeeping.documents import Kind, Reading, Total
from cierre.bookkeeping.identity import Unique
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.bookkeeping.text import label
from cierre.language.say import say
from cierre.ports.errors import FatalError
from hooks.bsale import answers, certificate as bsale_certificate, owner as owners, rows as bsale_rows, words as shapes
from hooks.bsale.answers import VENDOR, Page, Row
from hooks.bsale.fetch import body_of, made_by, still_says as bsale_still_says
from hooks.bsale.lists import LIMIT, Listing, added
from hooks.bsale.owner import Owner
from hooks.bsale.questions import GROUP_FILTERS, LIST_FILTERS, SHOWN, question
from hooks.bsale.snapshot import landing
from hooks.bsale.wire import BsaleClient
from hooks.bsale.writes import NewPayment, outcome
from hooks.http.hook import Answer
from hooks.http.together import together

PAYMENTS = "/v1/payments"
DOCUMENT_TYPES = "/v1/document_types.json"


class BsaleHook(BsaleClient):
    """A company's Bsale behind an Airflow connection of type ``bsale``: host is the API's address, password the token.

    Filters have Bsale's own names (hooks.bsale.questions); ``recorddate`` takes a day. Reads keep to the site's
    requests a second, together with everybody else who uses the connection, and raise RetriableError (unreachable,
    overloaded, half an answer, a list that does not hold still), FatalError (token, address) or DataError (refused, in
    Bsale's words, or of another shape).
    """

    conn_type = "bsale"
    hook_name = "Bsale (payments)"

    def fetch(self, key: str, day: date) -> Answer:
        """The whole company's day, all offices, with what Bsale says it should hold; ``key`` is not looked at.

        The day is Bsale's date in UTC, and for payments without one the local day on which they were made.
        """
        owner = self.whose()
        with collector_at_rest():
            body, ahead = body_of(self, day, owner.rut if owner else "")
        return Answer(question(LIST_FILTERS, recorddate=day), datetime.now(UTC), body, (ahead,))

    def still_says(self, body: str, day: date) -> bool:
        """Whether the company's totals and number of active payments are a landed day's; see hooks.bsale.fetch."""
        return bsale_still_says(self, landing(body), day)

    def page(self, *, limit: int = LIMIT, offset: int = 0, **filters: Any) -> Page:
        """One page of payments, of at most 50; its ``count`` is of all that fit the filters."""
        about = "list of payments"
        asked = {"limit": str(limit), "offset": str(offset)} | question(LIST_FILTERS, **filters)
        return self.get(f"{PAYMENTS}.json", asked, about, lambda text: answers.page(text, offset, about))

    def payments(self, **filters: Any) -> list[dict[str, Any]]:
        """All payments that fit the filters, oldest first, as Bsale words them; money is Decimal."""
        return [row.fields for row in self.rows(**filters)]

    def rows(self, **filters: Any) -> list[Row]:
        """The same, each with its text as it came."""
        with self.side_by_side() as pool:
            return self.listing(pool, **filters).all()

    def made_between(self, first: int, last: int, **filters: Any) -> list[Row]:
        """The payments made between two instants (epoch seconds), and some before and after, each with its text."""
        with self.side_by_side() as pool:
            return self.listing(pool, **filters).between(first, last, made_by(datetime.now(UTC)))

    def payment(self, number: int | str, **shown: Any) -> dict[str, Any]:
        """One payment by its id; ``fields`` and ``expand`` say what of it."""
        about = f"payment {number}"
        asked = question(SHOWN, **shown)
        return self.get(f"{PAYMENTS}/{number}.json", asked, about, lambda text: answers.an_object(text, about))

    def group_payment_types(self, **filters: Any) -> list[dict[str, Any]]:
        """What payments come to by form, office and kind of document, all pages; money is Decimal."""
        return [group.fields for group in self.groups(**filters)]

    def groups(self, **filters: Any) -> list[Row]:
        """The same, each with its text as it came."""
        groups: list[Row] = []
        # There is no count: the end is where nothing comes.
        while page := added(groups, self.group_page(len(groups), **filters)):
            groups += page
            self.check_rows(len(groups), about="totals by form of payment")
        return groups

    def group_page(self, offset: int, **filters: Any) -> list[Row]:
        """One page of the same; empty beyond the last."""
        about, asked = "totals by form of payment", question(GROUP_FILTERS, **filters)
        asked |= {"limit": str(LIMIT), "offset": str(offset)}
        return self.get(f"{PAYMENTS}/group_payment_types.json", asked, about, lambda text: answers.groups(text, about))

    def document_types(self) -> list[Row]:
        """The kinds of documents that the company has, each with its code at the tax office, if any."""
        about = "kinds of documents"
        rows: list[Row] = []
        while True:
            asked = {"limit": str(LIMIT), "offset": str(len(rows))}
            page = self.get(DOCUMENT_TYPES, asked, about, lambda text: answers.page(text, 0, about))
            rows += page.rows
            self.check_rows(len(rows), about=about)
            if not page.rows or len(rows) >= page.count:
                return rows

    def count(self, state: int | None = None) -> int:
        """How many payments the company has: all, active (0) or voided (1) ones."""
        asked = {} if state is None else {"state": str(state)}
        about = "number of payments"
        return self.get(
            f"{PAYMENTS}/count.json", asked, about, lambda text: answers.number(text, "count", "count.json")
        )

    def create(self, payment: NewPayment) -> dict[str, Any]:
        """Adds a payment to a document, sent exactly once; gives it as Bsale answers it.

        Raises DataError (refused, with Bsale's words), FatalError and RetriableError (certainly not carried out), or
        UncertainError: then ``payments(documentid=…)`` shows whether it is there.
        """
        return outcome(self, payment, self.post(f"{PAYMENTS}.json", payment.body, payment.about))

    def must_be_of(self, tax_id: str) -> None:
        """Reads nothing but of the company with this RUT, as far as Bsale can be asked whose the token is."""
        self._tax_id = tax_id

    def whose(self, *, always: bool = False) -> Owner | None:
        """The company whose token it is; None where nobody must know, or where it cannot be asked, which is told.

        Raises FatalError if it is another company than it must be.
        """
        session = self.get_conn()
        wanted = list(filter(None, (self.settings.rut, self._tax_id)))
        if not wanted and not always:
            return None
        where = owners.address(self.settings, self.base_url)
        asked = owners.ask(session, where, self._token()) if where else owners.Asked(None, "no credential_address")
        if asked.owner is None:
            told = (
                "Connection {connection}: whose token it is could not be asked ({why}); the day is read all the same."
            )
            self.log.warning(say(told, connection=self.connection_id, why=asked.why))
        elif any(owners.normal(one) != asked.owner.rut for one in wanted):
            self._refuse_anothers(asked.owner.rut, wanted)
        return asked.owner

    def _refuse_anothers(self, rut: str, wanted: list[str]) -> None:
        message = Sentence(
            "the token of connection {connection} is of RUT {rut}, not of {wanted}: nothing was read with it",
            connection=self.connection_id,
            rut=rut,
            wanted=listing(dict.fromkeys(map(owners.normal, wanted))),
        )
        raise FatalError(message, vendor=VENDOR)

    def proof(self) -> str:
        """Counts the payments, which changes nothing there, and asks whose token it is where there is who tells it."""
        number = self.count()
        told = f"Bsale answers at {self.where} and has {number:,} payments."
        if not self.settings.rut and not owners.address(self.settings, self.base_url):
            return told
        owner = self.whose(always=True)
        if owner is None:
            return f"{told} Whose token it is could not be asked."
        return f"{told} The token is of {owner.name} (RUT {owner.rut})."

    @contextmanager
    def side_by_side(self) -> Iterator[Executor]:
        """Threads that ask at once: as many as a second allows, since more would only wait for their turns. Where one
        of them fails, or the block does, all that wait for a turn, or to ask again, are let go."""
        self.get_conn()
        try:
            with together(self.settings.requests_per_second, self._given_up) as pool:
                yield pool
        finally:
            self._given_up = Event()

    def listing(
        self,
        pool: Executor,
        *,
        begin: int = 0,
        look: Callable[[Sequence[Row]], None] = lambda rows: None,
        **filters: Any,
    ) -> Listing:
        """The list of payments that fit the filters, to be read by several threads; its first page is asked for."""
        return Listing(
            lambda offset, limit: self.page(limit=limit, offset=offset, **filters),
            pool,
            "payments",
            begin,
            check_rows=partial(self.check_rows, about="list of payments"),
            look=look,
        )


Hook = BsaleHook


def landing_key(key: str) -> str:
    """What an office's day is landed with: all offices of its company."""
    return "*"


def rows_by_key(body: str) -> Mapping[str, int]:
    """How many payments of a landed day each office has. Raises as ``read``."""
    return Counter(office for _, row in landing(body).places() if (office := shapes.office(row)))


def unique(kind: Kind) -> Unique:
    """A payment has one id in all of the company, whichever office and day it is shown with."""
    return Unique.SITE


def read(body: str, *, day: date, currency: str, key: str) -> Reading:
    """The documents of office ``key`` in a landed day, and its rows that cannot be booked, each with its reason.

    Every row of the office is in one of the two lists; so are, for every office, payments that name none. Amounts are
    in ``currency``, rounded to its smallest unit. Raises RetriableError or DataError for a body that is not whole.
    """
    return bsale_rows.documents(landing(body), day=day, currency=currency, key=key)


def control_totals(body: str, *, currency: str, key: str) -> list[Total]:
    """What the rows of office ``key`` sum to by kind and form, sorted: counted from the raw rows, not through ``read``.

    Counts every row, booked or not; a row whose amount cannot be read adds to the count and nothing to the sum. Raises
    as ``read``.
    """
    day = landing(body)
    counts: Counter[tuple[Kind, str]] = Counter()
    sums: dict[tuple[Kind, str], Decimal] = defaultdict(Decimal)
    for row in (*day.payments, *day.undated):
        if shapes.office(row) in (key, ""):
            kind = day.kind(row, currency)
            place = (kind, shapes.form(row))
            counts[place] += 1
            sums[place] += shapes.moved(row, kind, currency) or 0
    return sorted(Total(kind, form, count, sums[kind, form]) for (kind, form), count in counts.items())


def notices(body: str) -> list[Sentence]:
    """What people must know that the day does not hold: payments that were made on it and are dated so far from it that
    no close and no second look comes to see them. Raises as ``read``."""
    landed = landing(body)
    if not (number := landed.count.get("far", 0)):
        return []
    named = [
        Sentence("{id} of office {office}, dated {day}", id=shapes.named(row), office=label(shapes.office(row)),
                 day=shapes.utc_day(recorded))
        for row in landed.far
        if (recorded := shapes.seconds(row.get("recordDate")))
    ]  # fmt: skip
    told = "payments made on this day and dated more than a month away from it, where no close sees them ({n}): {named}"
    return [Sentence(told, n=number, named=listing(named))]


def certify(body: str, *, currency: str, key: str) -> list[Claim]:
    """What Bsale says that the day of office ``key`` holds, beside what was landed, from calls of their own.

    Totals by form of payment and kind of document, from group_payment_types (by form alone where a payment's kind of
    document is not known); the company's active and voided payments, counted; and whether lists show as many payments
    as count.json counts. Raises as ``read``.
    """
    return bsale_certificate.claims(landing(body), currency=currency, key=key)


def owner(body: str) -> str:
    """The RUT of the company whose token a landed day was read with; empty where that was not asked."""
    return landing(body).owner


def is_same_owner(one: str, other: str) -> bool:
    """Whether two texts are the same RUT."""
    return owners.normal(one) == owners.normal(other)
