"""Zeta (ZetaSoftware), customers' invoices: what a company's boxes sold, and new vouchers (zeta.seed.txt)."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain
from typing import Any, ClassVar

from requests import Session

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.documents import Kind, Reading, Total
from cierre.bookkeeping.identity import Unique
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from cierre.ports.allowance import AllowanceKeeper, Company, KeptAnswer
from cierre.ports.errors import DataError, FatalError, RetriableError, VendorError
from hooks.http.allowances import OF_THIS_PROCESS
from hooks.http.hook import Answer, VendorHook
from hooks.http.transport import LONGEST_WAIT
from hooks.zeta import (
    fetch as zeta_fetch,
    receipts as zeta_receipts,
    rows as zeta_rows,
    totals as zeta_totals,
    writes as zeta_add,
)
from hooks.zeta.limits import CountedCalls, LostAnswer
from hooks.zeta.lines import flat
from hooks.zeta.questions import BalancesFilter, ReceiptsFilter, SalesFilter
from hooks.zeta.settings import Settings
from hooks.zeta.snapshot import landing, whole
from hooks.zeta.wire import Row, call, detail_rows, is_last_page, outcome, rows_of
from hooks.zeta.words import DETAILS, RECEIPTS_SERVICE, SERVICE, VENDOR, box_key, code, invoice_id
from hooks.zeta.writes import Added

PAGES = 99
"""Page is N(2)."""

PAUSES = (0.5, 2.0, 5.0, 10.0)
"""Seconds before a call of a landing is made again, the last one for all further ones."""

EMPTY_PAGES = 3
"""How often an empty page that is not the last is asked for in all."""


class EmptyPage(DataError):
    """A page of a query that stays empty though it is not the last: what follows it cannot be reached."""

    advice = "Nothing was changed there; clear the task later, so that the query is asked again from its first page."


class ZetaHook(VendorHook):
    """A company of Zeta behind an Airflow connection of type ``zeta``; host is the service without ``/rest/APIs``.

    Queries (and so ``fetch``) are not made in business hours, unless ``override_by`` names the person who answers for
    it; it goes on the record. VentasDetalladas is called once a day, whoever asks, and nobody overrides that. Both hold
    for all who share the ``allowances``. A hook that was handed none makes neither VentasDetalladas nor Agregar.

    Reads raise RetriableError (unreachable, half an answer, business hours; with ``retry_after`` where it is known),
    DataError (refused, or not what was asked) or FatalError (login, address, locked out). ``fetch`` makes a
    call again, ``retries`` times, that Zeta could not answer (5xx, half an answer, a broken connection): all but
    VentasDetalladas, which Zeta counts, and what it did not answer in time. Other calls are made once.
    """

    conn_type = "zeta"
    hook_name = "Zeta (customers' invoices)"
    vendor = VENDOR
    settings_model = Settings
    settings: Settings
    fallback_charset: ClassVar[str] = "latin-1"
    takes = frozenset({"allowances", "override_by"})

    def __init__(
        self,
        connection_id: str,
        *,
        allowances: AllowanceKeeper | None = None,
        override_by: str | None = None,
    ) -> None:
        super().__init__(connection_id)
        self._allowances, self.override_by = allowances, override_by
        self._tries_left = 0
        self._months: dict[tuple[int, int], list[Row]] = {}

    def _configure_session_from_auth(self, session: Session, connection: Any) -> Session:
        """Zeta's login stands in each request's body, not in a header."""
        self._login: dict[str, str] = {
            "DesarrolladorCodigo": self.settings.developer_code,
            "DesarrolladorClave": self.settings.developer_password,
            "EmpresaCodigo": connection.login or "",
            "EmpresaClave": connection.password or "",
            "RolCodigo": self.settings.role,
        }
        if lacking := [name for name, value in self._login.items() if not value]:
            message = f"connection {self.connection_id} has no {', '.join(lacking)}"
            raise FatalError(message, vendor=self.vendor)
        return session

    @property
    def company(self) -> str:
        """EmpresaCodigo."""
        self.get_conn()
        return self._login["EmpresaCodigo"]

    @property
    def site(self) -> str:
        """All companies have one address at Zeta."""
        return f"{super().site}#{self.company}"

    @property
    def calls(self) -> CountedCalls:
        """The company's calls that count."""
        company, hours = Company(service=self.base_url, company=self.company), self.settings.hours
        record = partial(
            (self._allowances or OF_THIS_PROCESS).call_record,
            company,
            source=self.conn_type,
            zone=hours.zone,
            asked_through=self.connection_id,
            kept_in=self.settings.ledger_connection,
        )
        return CountedCalls(record, hours, is_kept=self._allowances is not None, override_by=self.override_by)

    def invoke(
        self,
        method: str,
        data: Row,
        about: str,
        if_lost: type[VendorError] = LostAnswer,
        service: str = SERVICE,
    ) -> tuple[str, Row]:
        """One call of a method, whatever the rules of use: the answer's text, and its ``<method>Out``."""
        self.get_conn()
        return call(self, method, self._login, data, about=about, if_lost=if_lost, service=service)

    def _read(self, method: str, data: Row, about: str, service: str = SERVICE) -> Row:
        """``<method>Out`` of a call that nobody counts; ``fetch`` makes it again where Zeta could not answer."""
        for pause in (*self._pauses(), None):
            began = time.monotonic()
            try:
                return self.invoke(method, data, about, service=service)[1]
            except RetriableError as error:
                wait = pause if error.retry_after is None else error.retry_after
                # What Zeta is still at work on would be asked for twice.
                in_time = time.monotonic() - began < self.settings.read_timeout
                if pause is None or wait is None or wait > LONGEST_WAIT or not in_time:
                    raise
                self.log.warning(say("{error} Asked again in {seconds} s.", error=error, seconds=f"{wait:g}"))
                time.sleep(wait)
        raise AssertionError("unreachable")

    def _pauses(self) -> list[float]:
        return [PAUSES[min(number, len(PAUSES) - 1)] for number in range(self._tries_left)]

    @contextmanager
    def _patient(self) -> Iterator[None]:
        """Inside, calls that nobody counts are made again as often as the connection says."""
        self.get_conn()
        self._tries_left = self.settings.retries
        try:
            yield
        finally:
            self._tries_left = 0

    def fetch(self, key: str, day: date) -> Answer:
        """The whole company's day, whatever the ``key``: see hooks.zeta.snapshot for what the body holds.

        Costs one call of Ventas and one of QueryVentas a page, and one of VentasDetalladas only where no stored
        answer covers the day; sales that changed since are asked one by one.
        """
        with self._patient():
            asked, body = zeta_fetch.day_of_company(self, day)
        return Answer(asked, datetime.now(UTC), body)

    def still_says(self, body: str, day: date) -> bool:
        """Whether Ventas still has the day's sales as they were landed; costs one call for all days of a month that are
        looked at with this hook, and none that counts. See hooks.zeta.fetch."""
        period = (day.year, day.month)
        with self._patient():
            if period not in self._months:
                self._months[period] = self.sales(*period)
            return zeta_fetch.still_says(self, self._months[period], landing(body), day)

    def query_sales(self, asked: SalesFilter) -> list[Row]:
        """QueryVentas: sales and credit notes of a period, with their names and signed amounts."""
        return [row for page in self.sales_pages(asked) for row in page]

    def sales_pages(self, asked: SalesFilter) -> list[list[Row]]:
        """QueryVentas, page by page; whole, each sale once, all of the period."""
        about = f"QueryVentas of {self.company}, {asked}"
        pages = self.calls.query("QueryVentas", str(asked), lambda: self.read_sales(asked, about))
        whole(pages, asked.since, asked.until, about)
        return pages

    def read_sales(self, asked: SalesFilter, about: str) -> list[list[Row]]:
        """QueryVentas, page by page, whatever the rules of use."""
        month = f"{asked.since.month:02d}" if self.settings.month_padded else str(asked.since.month)
        period = {"Mes": month, self.settings.year_field: str(asked.since.year)}
        return self._pages("QueryVentas", {**period, **asked.payload()}, about)

    def receipts(self, asked: ReceiptsFilter) -> list[list[Row]]:
        """Recibos de Cobranza of a day, page by page; whole, each once, all of the day."""
        about = f"receipts of {self.company}, {asked}"
        method, filters = "QueryComprobantes", asked.payload()
        pages = self.calls.query(
            method, f"receipts {asked}", lambda: self._pages(method, filters, about, RECEIPTS_SERVICE)
        )
        whole(pages, asked.since, asked.until, about)
        return pages

    def pending_balances(self, asked: BalancesFilter) -> list[Row]:
        """QuerySaldosPendientes: credit sales and credit notes that are not settled."""
        method = "QuerySaldosPendientes"
        about = f"{method} of {self.company}, {asked}"
        pages = self.calls.query(method, str(asked), lambda: self._pages(method, asked.payload(), about))
        return [row for page in pages for row in page]

    def sales(self, year: int, month: int, currency: int | None = None) -> list[Row]:
        """Ventas: a month's sales, of one currency (MonedaCodigo) or all, each in its own."""
        subject = f"{year}-{month:02d}"
        about = f"Ventas of {self.company}, {subject}"
        data = self._month(year, month, currency)
        out = self.calls.query("Ventas", subject, lambda: self._read("Ventas", data, about))
        return rows_of(out, "Ventas", about)

    def sales_details(self, year: int, month: int, currency: int | None = None) -> list[Row]:
        """VentasDetalladas: a month's sales line by line, each in its own currency or all in one.

        The stored answer, where the day's call is used up; RetriableError where there is none.
        """
        kept = self.kept_details(year, month, currency)
        newest = self.newer_details(year, month, currency, beyond=kept) or kept
        if newest is None:
            raise self.calls.used_up(DETAILS, f"{self.company}, {year}-{month:02d}")
        return self.lines_of(newest)

    def kept_details(self, year: int, month: int, currency: int | None = None) -> KeptAnswer | None:
        """The newest stored answer of VentasDetalladas for a month; costs no call."""
        return self.calls.kept(DETAILS, _subject(year, month, currency))

    def newer_details(
        self, year: int, month: int, currency: int | None = None, *, beyond: KeptAnswer | None
    ) -> KeptAnswer | None:
        """A newer answer than one that was seen, by the day's one call if need be; None where that is used up."""
        subject, data = _subject(year, month, currency), self._month(year, month, currency)
        about = f"{DETAILS} of {self.company}, {subject}"

        def ask() -> tuple[dict[str, str], str]:
            text, out = self.invoke(DETAILS, data, about)
            detail_rows(out, about)  # what is not whole must not be landed
            return {name: str(value) for name, value in data.items()}, text

        return self.calls.daily(DETAILS, subject, ask, beyond=beyond)

    def lines_of(self, kept: KeptAnswer) -> list[Row]:
        """The rows of a stored answer of VentasDetalladas."""
        about = f"landed {DETAILS} (snapshot {kept.snapshot_id})"
        return flat(detail_rows(outcome(DETAILS, kept.body, about=about), about))

    def sale_details(self, invoice: str) -> list[Row]:
        """VentaDetallada: the lines of one sale, by its FacturaId. RetriableError where it has none: it may have been
        taken away since the sales were asked for."""
        about = f"VentaDetallada of {self.company}, {invoice}"
        rows = flat(detail_rows(self._read("VentaDetallada", {"FacturaId": int(invoice)}, about), about))
        if not rows:
            told = f"{about}: no lines came: the sale was taken away meanwhile, or has none"
            raise RetriableError(told, vendor=VENDOR)
        if any(invoice_id(row) != code(invoice) for row in rows):
            raise DataError(f"{about}: the answer is of another sale", vendor=VENDOR)
        return rows

    def pdf_url(self, invoice: str) -> str:
        """URLPDF: where the PDF of an issued electronic voucher lies. DataError in Zeta's words where there is none."""
        about = f"URLPDF of {self.company}, {invoice}"
        address, words = self._pdf(invoice, about)
        if words or not address:
            raise DataError(f"{about}: Zeta says “{words or 'nothing'}”", vendor=VENDOR)
        return address

    def add(self, movement: Mapping[str, Any]) -> Added:
        """Agregar: enters a voucher (fields of hooks.zeta.voucher.Movement, by our names or Zeta's), sent once.

        An answer that is lost is looked up by CodigoReferencia, and so is a voucher whose reference was sent before:
        it is never sent again. Raises DataError with all that is wrong, before anything is sent, or in Zeta's words;
        UncertainError where it may have been entered but is not found (yet).
        """
        return zeta_add.add(self, movement)

    def proof(self) -> str:
        """Asks for the PDF of no voucher: it counts nowhere, and only who may enter is told that there is none."""
        self._pdf("0", "test of the connection")
        return f"Zeta answers at {self.where} and lets {self.company} in."

    def _pdf(self, invoice: str, about: str) -> tuple[str, str]:
        _, out = self.invoke("URLPDF", {"FacturaId": int(invoice)}, about)
        said = out["Response"] if isinstance(out.get("Response"), dict) else out
        return str(said.get("URLComprobante") or ""), str(said.get("MensajeError") or "")

    def _pages(self, method: str, filters: Row, about: str, service: str = SERVICE) -> list[list[Row]]:
        pages: list[list[Row]] = []
        while len(pages) < PAGES:
            rows, is_last = self._page(method, len(pages) + 1, filters, about, service)
            pages.append(rows)
            if is_last:
                return pages
        raise DataError(f"{about}: more than {PAGES} pages; ask for less", vendor=VENDOR)

    def _page(self, method: str, number: int, filters: Row, about: str, service: str) -> tuple[list[Row], bool]:
        """One page's rows, and whether it is the last. An empty one that is not is never the end: it is asked again."""
        for asked in range(1, EMPTY_PAGES + 1):
            out = self._read(method, {"Page": number, "Filters": filters}, f"{about}, page {number}", service)
            rows = rows_of(out, method, about)
            # On some sites the last row alone says that a page of receipts is the last, and here is none.
            says_nothing = not rows and service == RECEIPTS_SERVICE and out.get("IsLastPage") is None
            if not says_nothing and ((is_last := is_last_page(out, rows, about)) or rows):
                return rows, is_last
            if asked < EMPTY_PAGES:
                time.sleep(PAUSES[0] * asked)
        if says_nothing and number == 1:
            return rows, True
        told = "{about}: page {number} is empty, and not the last, {times} times"
        raise EmptyPage(Sentence(told, about=about, number=number, times=EMPTY_PAGES), vendor=VENDOR)

    def _month(self, year: int, month: int, currency: int | None) -> Row:
        wanted = {} if currency is None else {"Moneda": currency}
        return {"Mes": f"{month:02d}" if self.settings.month_padded else str(month), "Anio": str(year), **wanted}


Hook = ZetaHook


def landing_key(key: str) -> str:
    """All boxes of a company are landed together."""
    return "*"


def rows_by_key(body: str) -> Mapping[str, int]:
    """How many sales and receipts of a landed day each box ("local-caja") has."""
    landed = landing(body)
    return Counter(key for row in chain(landed.sales, zeta_receipts.rows(landed)) if (key := box_key(row)))


def unique(kind: Kind) -> Unique:
    """A voucher has one id in all of the company, also when its date or its caja is changed."""
    return Unique.SITE


def read(body: str, *, day: date, currency: str, key: str) -> Reading:
    """The documents of a box ("local-caja") on the landed day, and its rows that cannot be booked."""
    landed = landing(body)
    sales = zeta_rows.documents(landed, day=day, currency=currency, key=key)
    receipts = zeta_receipts.documents(landed, day=day, currency=currency, key=key)
    return Reading([*sales.documents, *receipts.documents], [*sales.quarantined, *receipts.quarantined])


def control_totals(body: str, *, currency: str, key: str) -> list[Total]:
    """What a box's rows sum to by kind and form, counted from the raw rows; see hooks.zeta.totals."""
    landed = landing(body)
    return sorted([*zeta_totals.control_totals(landed, key=key), *zeta_receipts.control_totals(landed, key=key)])


def certify(body: str, *, currency: str, key: str) -> list[Claim]:
    """What QueryVentas says that the box's day should hold, beside what Ventas gave; see hooks.zeta.totals.

    Nothing attests receipts: it is told how many came.
    """
    landed = landing(body)
    return [*zeta_totals.claims(landed, key=key), *zeta_receipts.claims(landed, key=key)]


def notices(body: str) -> list[Sentence]:
    """That receipts are not among the boxes' money, where the connection does not read them."""
    return zeta_receipts.notices(landing(body))


def _subject(year: int, month: int, currency: int | None) -> str:
    return f"{year}-{month:02d}" + ("" if currency is None else f" in currency {currency}")
