"""SGA, the schools' cash system: what a box's sessions of a day hold (sga.seed.md, field-notes.md)."""

import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cierre.bookkeeping import json_text
from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.documents import Kind, Reading, Total
from cierre.bookkeeping.identity import Unique
from cierre.bookkeeping.json_text import Repeated, Several
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import label
from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.http.hook import Answer, VendorHook, describe
from hooks.sga import certificate as sga_certificate, rows as sga_rows
from hooks.sga.settings import Settings
from hooks.sga.wire import words_of
from hooks.sga.words import SHAPES

VENDOR = "SGA"


class SgaHook(VendorHook):
    """One SGA tenant, behind an Airflow connection of type ``sga``; host is the tenant's base address. No login."""

    conn_type = "sga"
    hook_name = "SGA (school cash system)"
    vendor = VENDOR
    settings_model = Settings
    settings: Settings

    def fetch(self, key: str, day: date) -> Answer:
        """What the cash box (SGA's ``caja``) holds for the day, whole. ``[]`` is a day without sessions.

        SGA writes while it reads (it fills in a receipt's form of payment), so call it no more often than needed.
        Raises RetriableError (unreachable, half an answer, a page instead of data, an ERROR of a passing trouble),
        DataError (any other ERROR, or a session lacks one of its lists) or FatalError (this is not the API).
        """
        asked = {"a": "facturacionNewProcess", "fecha": f"{day:%d-%m-%Y}", "caja": key}
        about = Sentence("box {key} of {day}", key=key, day=day)
        body = self.ask("/api", asked, about=about)
        _sessions(body, about, self._passing)  # what is not whole must not be landed
        return Answer(asked, datetime.now(UTC), body)

    def cash_boxes(self) -> list[dict[str, Any]]:
        """The tenant's cash boxes, as SGA lists them. Raises as ``fetch`` does."""
        about = "list of cash boxes"
        return _objects(self.ask("/api", {"a": "cajas"}, about=about), about, self._passing)

    def credit_note_payments(self, note: str) -> list[dict[str, Any]]:
        """The payments behind a credit note (its ``ncId``), as SGA lists them. Raises as ``fetch`` does."""
        about = f"payments of credit note {note}"
        answer = self.ask("/api", {"a": "obtenerPagosNc", "nc": note}, about=about)
        return _objects(answer, about, self._passing)

    @property
    def _passing(self) -> re.Pattern[str]:
        self.get_conn()
        return self.settings.passing_errors

    def proof(self) -> str:
        """Lists the cash boxes, which changes nothing there."""
        boxes = self.cash_boxes()
        return f"SGA answers at {self.where} and lists {len(boxes)} cash boxes."


Hook = SgaHook


def landing_key(key: str) -> str:
    """Each box is landed alone."""
    return key


def unique(kind: Kind) -> Unique:
    """Payments have no id: theirs is made of what the row holds, and a bill can be paid in equal parts on two days."""
    return Unique.KEY_AND_DAY


def read(body: str, *, day: date, currency: str, key: str) -> Reading:
    """The documents of box ``key`` in an answer of ``fetch``, and the rows that cannot be booked, each with its reason.

    Every row is in one of the two lists. Amounts are in ``currency``, to its smallest unit; the business date
    is the day asked, whatever a row's own date. Raises as ``fetch`` does for an answer that is not whole.
    """
    return sga_rows.documents(_sessions(body, f"answer of {day}"), day=day, currency=currency)


def control_totals(body: str, *, currency: str, key: str) -> list[Total]:
    """What an answer sums to by kind and form of payment, sorted: counted from its raw rows, not through ``read``.

    Counts every row, booked or not; a row whose amount cannot be read adds to the count and nothing to the sum.
    Raises as ``fetch`` does for an answer that is not whole.
    """
    counts: Counter[tuple[Kind, str]] = Counter()
    sums: dict[tuple[Kind, str], Decimal] = defaultdict(Decimal)
    lists = (
        ("PAGOS", Kind.PAYMENT, "pagoValor", "formaPagoId"),
        ("NC", Kind.CREDIT_NOTE, "ncValor", None),
        ("RC", Kind.RECEIPT, "rcValorInicial", "formaPagoId"),
    )
    for session in _sessions(body, "control totals"):
        for name, kind, net, form in lists:
            for row in session[name]:
                fields = row if isinstance(row, dict) else {}
                place = (kind, label(fields.get(form)))
                counts[place] += 1
                sums[place] += sga_rows.money(fields.get(net), currency) or 0
    return sorted(Total(kind, form, count, sums[kind, form]) for (kind, form), count in counts.items())


def certify(body: str, *, currency: str, key: str) -> list[Claim]:
    """SGA attests nothing of its own (field-notes.md): what its rows say of one another; see hooks.sga.certificate.

    Raises as ``fetch`` does for an answer that is not whole.
    """
    return sga_certificate.claims(_sessions(body, "certificate"), currency)


def _sessions(body: str, about: str, passing: re.Pattern[str] | None = None) -> list[dict[str, Any]]:
    """An answer's sessions, each an object with its three lists. Raises as ``fetch`` does."""
    sessions = _objects(body, about, passing)
    for number, session in enumerate(sessions):
        values = {"about": about, "number": number, "sessions": len(sessions)}
        if twice := [name for name in SHAPES if isinstance(session.get(name), Several)]:
            told = "{about}: in session {number} of {sessions} stands twice: {lists}"
            raise DataError(Sentence(told, **values, lists=", ".join(twice)), vendor=VENDOR)
        if lacking := [name for name in SHAPES if not isinstance(session.get(name), list)]:
            told = "{about}: session {number} of {sessions} has no list {lists}"
            raise DataError(Sentence(told, **values, lists=", ".join(lacking)), vendor=VENDOR)
    return sessions


def _objects(body: str, about: str, passing: re.Pattern[str] | None = None) -> list[dict[str, Any]]:
    """An answer as a list of objects; numbers are Decimal, and NaN is left as text, to be no amount later on.

    ``passing`` tells which words of an ERROR are of a passing trouble.
    """
    try:
        answer = json_text.read(body)
    except ValueError:
        message = Sentence("{about}: the answer is {page}, not whole JSON", about=about, page=describe(body))
        raise RetriableError(message, vendor=VENDOR) from None
    if isinstance(answer, dict) and "ERROR" in answer:
        raise _told_by_sga(answer["ERROR"], about, passing)
    if not isinstance(answer, list):
        told = "{about}: the answer is a JSON {kind}, not a list"
        raise DataError(Sentence(told, about=about, kind=_kind(answer)), vendor=VENDOR)
    if any(isinstance(element, str) for element in answer):
        told = "{about}: SGA answers with a list of texts, as it does to an action it does not know: check the address"
        raise FatalError(Sentence(told, about=about), vendor=VENDOR)
    if not all(isinstance(element, dict) for element in answer):
        told = "{about}: the answer is a list whose elements are not all objects"
        raise DataError(Sentence(told, about=about), vendor=VENDOR)
    for element in answer:
        if "ERROR" in element:
            raise _told_by_sga(element["ERROR"], about, passing)
    return answer


def _told_by_sga(said: Any, about: str, passing: re.Pattern[str] | None) -> DataError | RetriableError:
    """What SGA's ERROR means. Without ``passing`` every one is for a person: what was landed does not change."""
    if passing and isinstance(said, str) and passing.search(said):
        told = "{about}: SGA says “{words}”, which tells of a passing trouble in it"
        return RetriableError(Sentence(told, about=about, words=words_of(said)), vendor=VENDOR)
    told = (
        "{about}: SGA says “{words}” and gives no data. One bad row loses the whole answer (a payment without"
        " an invoice, a form of payment that it does not know), as does an unknown box"
    )
    return DataError(Sentence(told, about=about, words=words_of(said)), vendor=VENDOR)


def _kind(answer: Any) -> str:
    return "dict" if isinstance(answer, Repeated) else type(answer).__name__
