"""SGA, the schools' cash system: what a box's sessions of a day hold (sga.seed.md, field-notes.md)."""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bookkeeping.certificate import Claim
from bookkeeping.documents import Kind, Reading, Total
from bookkeeping.sentence import Sentence
from hooks import sga_certificate, sga_rows
from hooks.errors import DataError, FatalError, RetriableError
from hooks.sga_shapes import SHAPES
from hooks.vendor import Answer, VendorHook, describe, one_line

VENDOR = "SGA"


class SgaHook(VendorHook):
    """One SGA tenant, behind an Airflow connection of type ``sga``; host is the tenant's base address. No login."""

    conn_type = "sga"
    hook_name = "SGA (school cash system)"
    vendor = VENDOR

    def fetch(self, key: str, day: date) -> Answer:
        """What the cash box (SGA's ``caja``) holds for the day, whole. ``[]`` is a day without sessions.

        SGA writes while it reads (it fills in a receipt's form of payment), so call it no more often than needed.
        Raises RetriableError (unreachable, half an answer, a page instead of data), DataError (SGA says ERROR, or a
        session lacks one of its lists) or FatalError (this is not the API).
        """
        asked = {"a": "facturacionNewProcess", "fecha": f"{day:%d-%m-%Y}", "caja": key}
        about = Sentence("box {key} of {day}", key=key, day=day)
        body = self.ask("/api", asked, about=about)
        _sessions(body, about)  # what is not whole must not be landed
        return Answer(asked, datetime.now(UTC), body)

    def cash_boxes(self) -> list[dict[str, Any]]:
        """The tenant's cash boxes, as SGA lists them. Raises as ``fetch`` does."""
        about = "list of cash boxes"
        return _objects(self.ask("/api", {"a": "cajas"}, about=about), about)

    def credit_note_payments(self, note: str) -> list[dict[str, Any]]:
        """The payments behind a credit note (its ``ncId``), as SGA lists them. Raises as ``fetch`` does."""
        about = f"payments of credit note {note}"
        return _objects(self.ask("/api", {"a": "obtenerPagosNc", "nc": note}, about=about), about)

    def proof(self) -> str:
        """Lists the cash boxes, which changes nothing there."""
        boxes = self.cash_boxes()
        return f"SGA answers at {self.base_url} and lists {len(boxes)} cash boxes."


Hook = SgaHook


def landing_key(key: str) -> str:
    """Each box is landed alone."""
    return key


def read(body: str, *, day: date, currency: str, key: str) -> Reading:
    """The documents of box ``key`` in an answer of ``fetch``, and the rows that cannot be booked, each with its reason.

    Every row is in one of the two lists. Amounts are in ``currency``, rounded to its smallest unit; the business date
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
                said = fields.get(form)
                place = (kind, "" if said is None else str(said))
                counts[place] += 1
                sums[place] += sga_rows.money(fields.get(net), currency) or 0
    return sorted(Total(kind, form, count, sums[kind, form]) for (kind, form), count in counts.items())


def certify(body: str, *, currency: str, key: str) -> list[Claim]:
    """SGA attests nothing of its own (field-notes.md): what its rows say of one another; see hooks.sga_certificate.

    Raises as ``fetch`` does for an answer that is not whole.
    """
    return sga_certificate.claims(_sessions(body, "certificate"), currency)


def _sessions(body: str, about: str) -> list[dict[str, Any]]:
    """An answer's sessions, each an object with its three lists. Raises as ``fetch`` does."""
    sessions = _objects(body, about)
    for number, session in enumerate(sessions):
        lacking = [name for name in SHAPES if not isinstance(session.get(name), list)]
        if lacking:
            told = "{about}: session {number} of {sessions} has no list {lists}"
            message = Sentence(told, about=about, number=number, sessions=len(sessions), lists=", ".join(lacking))
            raise DataError(message, vendor=VENDOR)
    return sessions


def _objects(body: str, about: str) -> list[dict[str, Any]]:
    """An answer as a list of objects; numbers are Decimal, and NaN is left as text, to be no amount later on."""
    try:
        answer = json.loads(body, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        message = Sentence("{about}: the answer is {page}, not whole JSON", about=about, page=describe(body))
        raise RetriableError(message, vendor=VENDOR) from None
    if isinstance(answer, dict) and "ERROR" in answer:
        raise DataError(
            Sentence(
                "{about}: SGA says “{words}” and gives no data. One bad row loses the whole answer (a payment without"
                " an invoice, a form of payment that it does not know), as does an unknown box",
                about=about,
                words=one_line(str(answer["ERROR"])),
            ),
            vendor=VENDOR,
        )
    if not isinstance(answer, list):
        told = "{about}: the answer is a JSON {kind}, not a list"
        raise DataError(Sentence(told, about=about, kind=type(answer).__name__), vendor=VENDOR)
    if any(isinstance(element, str) for element in answer):
        told = "{about}: SGA answers with a list of texts, as it does to an action it does not know: check the address"
        raise FatalError(Sentence(told, about=about), vendor=VENDOR)
    if not all(isinstance(element, dict) for element in answer):
        told = "{about}: the answer is a list whose elements are not all objects"
        raise DataError(Sentence(told, about=about), vendor=VENDOR)
    return answer
