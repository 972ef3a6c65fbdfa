"""What a row of SGA means to the books: documents out of payments, credit notes and receipts (sga.seed.md)."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from cierre.bookkeeping import text
from cierre.bookkeeping.documents import Document, QuarantinedRow, Reading
from cierre.bookkeeping.json_text import repeated as repeated_field
from cierre.bookkeeping.money import ZERO, AmountError, amount
from cierre.bookkeeping.sentence import Sentence, together
from cierre.bookkeeping.text import UnfitText, label, quoted
from hooks.sga.description import OPEN_FIELDS
from hooks.sga.words import FORM_FIELDS, FORMS, NO_CASH, SHAPES, Reason, Shape

RELEASABLE = {Reason.TWO_FORMS, Reason.TWO_SESSIONS}
"""Why a row may be one payment told twice, or one of two: a person may say that each is a payment of its own."""


def documents(sessions: list[dict[str, Any]], *, day: date, currency: str) -> Reading:
    """The documents of a day's sessions, and the rows that are none, each with its reason. See hooks.sga.hook.read."""
    reading = Reading()
    rows = list(rows_of(sessions))
    doubts = in_two_forms(rows) | in_two_sessions(rows) | repeated(rows)
    for row in rows:
        try:
            if field := repeated_field(row.value):
                raise _Unbookable(
                    Reason.REPEATED_FIELD,
                    "the field {field} stands twice in the row: which of its values holds is not known",
                    field=field,
                )
            if row.place in doubts:
                raise doubts[row.place]
            reading.documents.append(_document(row, day, currency))
        except _Unbookable as why:
            held = _quarantined(row, why, currency)
            if why.reason in RELEASABLE:
                held = replace(held, release=_if_released(row, day, currency))
            reading.quarantined.append(held)
    return reading


def money(value: object, currency: str) -> Decimal | None:
    """A row's amount in ``currency``, to its smallest unit; None if it is not one."""
    try:
        return amount(value, currency)
    except AmountError:
        return None


class _Unbookable(Exception):
    """Why a row does not become a document."""

    def __init__(self, reason: Reason, text: str, **values: object) -> None:
        super().__init__(Sentence(text, **values))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """A row where it stands. ``content_id`` is its session, a hash of its open fields, its number among its equals."""

    session: int
    list: str
    number: int
    value: Any
    content_id: str

    @property
    def place(self) -> str:
        return f"{self.session}/{self.list}/{self.number}"

    @property
    def shape(self) -> Shape:
        return SHAPES[self.list]

    @property
    def form(self) -> str:
        """The form of payment as text, even if it is none that is known; empty for credit notes."""
        return label(self.get(self.shape.attributes.get("form", "")))

    @property
    def id(self) -> str:
        """SGA's own id of a credit note or receipt; empty for payments, or where it is missing."""
        value = self.get(self.shape.id or "")
        return value if isinstance(value, str) else label(value)

    def get(self, field: str) -> Any:
        return self.value.get(field) if isinstance(self.value, dict) else None

    def lacks(self, field: str) -> bool:
        """Whether a field has no value. A receipt's form may be empty: SGA says so where it does not know it."""
        value = self.get(field)
        return value is None or (value == "" and not (self.list == "RC" and field == "formaPagoId"))


def rows_of(sessions: list[dict[str, Any]]) -> Iterator[Row]:
    """Every row of a day's sessions, where it stands."""
    for ordinal, session in enumerate(sessions):
        equals: Counter[str] = Counter()
        for name in SHAPES:
            for number, value in enumerate(session[name]):
                content = hashlib.sha256(_canonical(_open_part(value)).encode()).hexdigest()[:12]
                equals[content] += 1
                yield Row(ordinal, name, number, value, f"{ordinal}-{content}-{equals[content]}")


def _open_part(value: Any) -> Any:
    """What of a row its id may be made of: nothing of a person, so that no id tells of one."""
    if not isinstance(value, dict):
        return None
    return {name: one for name, one in value.items() if name in OPEN_FIELDS and not isinstance(one, (dict, list))}


def _canonical(value: Any) -> str:
    """A value's content as text, whatever the order of its fields."""
    try:
        return json.dumps(value, sort_keys=True, default=str)
    except RecursionError:
        return "nested too deeply"


def _document(row: Row, day: date, currency: str) -> Document:
    if not isinstance(row.value, dict):
        raise _Unbookable(Reason.NOT_AN_OBJECT, "the row is a {kind}, not an object", kind=type(row.value).__name__)
    if lacking := [field for field in row.shape.fields if row.lacks(field)]:
        raise _Unbookable(Reason.MISSING_FIELD, "the row lacks {fields}", fields=", ".join(lacking))
    amounts = _amounts(row, currency)
    if row.list == "RC" and row.form in NO_CASH:
        raise _Unbookable(Reason.NO_CASH, "a receipt {why} has no cash behind it", why=Sentence(NO_CASH[row.form]))
    if "form" in row.shape.attributes and row.form not in FORMS:
        raise _Unbookable(
            Reason.UNKNOWN_FORM, "formaPagoId {form} is no form of payment that is known", form=repr(row.form)
        )
    id = _booked(row, row.shape.id, text.code) if row.shape.id else ""
    return Document(
        source="sga",
        kind=row.shape.kind,
        source_id=id or row.content_id,
        business_date=day,
        currency=currency,
        form=row.form,
        amounts=amounts,
        attributes={name: _attribute(row, field) for name, field in row.shape.attributes.items()},
        place=row.place,
        reference=id or _booked(row, "facturaNumero", invoice_number),
    )


def _booked(row: Row, field: str, read: Callable[[Any], str]) -> str:
    """A field's text as the books take it."""
    try:
        return read(row.get(field))
    except UnfitText as unfit:
        raise _Unbookable(Reason.UNFIT_TEXT, "{field} cannot be booked: {why}", field=field, why=unfit.why) from None


def _if_released(row: Row, day: date, currency: str) -> Document | None:
    """What a doubtful row is where a person says that it is a payment of its own."""
    try:
        return _document(row, day, currency)
    except _Unbookable:
        return None


def _amounts(row: Row, currency: str) -> dict[str, Decimal]:
    """The row's amounts by their names in the glossary; a payment's also with its gross.

    ``pagoValor`` is net of discounts (field-notes.md): what was charged is net + promotion + scholarship.
    """
    amounts = {}
    for name, field in row.shape.amounts.items():
        try:
            value = amount(row.get(field), currency)
        except AmountError as wrong:
            said = {"field": field, "said": quoted(row.get(field)), "why": wrong.why}
            raise _Unbookable(Reason.BAD_AMOUNT, "{field} is {said}, {why}", **said) from None
        if value < ZERO:
            raise _Unbookable(
                Reason.NEGATIVE_AMOUNT,
                "{field} is negative ({value}), which SGA has no meaning for",
                field=field,
                value=value,
            )
        amounts[name] = value
    if row.list == "PAGOS":
        amounts["gross"] = sum(amounts.values(), ZERO)
    return amounts


def _attribute(row: Row, field: str) -> str:
    if field != "esFraude":
        return _booked(row, field, text.code)
    value = row.get(field)
    if not isinstance(value, bool):
        raise _Unbookable(Reason.BAD_FLAG, "esFraude is {said}, neither true nor false", said=quoted(value))
    return "true" if value else "false"


def invoice_number(number: object) -> str:
    """An invoice's number as ``001-002-000000123``; old rows come without the dashes (field-notes.md).

    Raises UnfitText for what is no text that the books can hold.
    """
    return re.sub(r"^(\d{3})(\d{3})(\d{9})$", r"\1-\2-\3", text.line(number), flags=re.ASCII)


def in_two_forms(rows: Iterable[Row]) -> dict[str, _Unbookable]:
    """Payments of one session that differ in nothing but their form, by place.

    SGA lists a payment once under each form that matches it (sga.seed.md: its filters overlap), so they may be one
    payment told twice; they may also be one bill paid half and half. Only a person can tell.
    """
    alike: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.list == "PAGOS" and isinstance(row.value, dict):
            bare = {field: value for field, value in row.value.items() if field not in FORM_FIELDS}
            alike[row.session, _canonical(bare)].append(row)
    doubts = {}
    for group in alike.values():
        forms = sorted({row.form for row in group})
        if len(forms) > 1:
            why = _Unbookable(
                Reason.TWO_FORMS,
                "the same payment stands under forms {forms}: SGA lists a payment once under each form that matches it,"
                " so {n} rows may be fewer payments; a person must look them up in SGA and decide",
                forms=together(f"{form} ({FORMS.get(form, 'unknown')})" for form in forms),
                n=len(group),
            )
            doubts.update({row.place: why for row in group})
    return doubts


def in_two_sessions(rows: Iterable[Row]) -> dict[str, _Unbookable]:
    """Payments that stand, alike in everything, in more than one session, by place.

    Within a session two payments may be alike: one bill paid in two equal parts. In two sessions the same invoice
    would have been paid twice alike, or one session's payment is told by both. Only a person can tell.
    """
    alike: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.list == "PAGOS" and isinstance(row.value, dict):
            alike[_canonical(row.value)].append(row)
    doubts = {}
    for group in alike.values():
        if len({row.session for row in group}) > 1:
            why = _Unbookable(
                Reason.TWO_SESSIONS,
                "the same payment stands in several sessions ({places}), alike in everything: a person must look up in"
                " SGA whether it was paid more than once",
                places=", ".join(row.place for row in group),
            )
            doubts.update({row.place: why for row in group})
    return doubts


def repeated(rows: Iterable[Row]) -> dict[str, _Unbookable]:
    """Credit notes and receipts whose id stands in more than one row, by place."""
    same: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.id:
            same[row.list, row.id].append(row)
    doubts = {}
    for (name, identity), group in same.items():
        if len(group) > 1:
            why = _Unbookable(
                Reason.REPEATED_ID,
                "{field} {id} stands in {n} rows ({places}): SGA must be asked which holds",
                field=SHAPES[name].id,
                id=label(identity),
                n=len(group),
                places=", ".join(row.place for row in group),
            )
            doubts.update({row.place: why for row in group})
    return doubts


def _quarantined(row: Row, why: _Unbookable, currency: str) -> QuarantinedRow:
    return QuarantinedRow(
        place=row.place,
        kind=row.shape.kind,
        form=row.form,
        reason=why.reason,
        message=str(why),
        net=money(row.get(row.shape.amounts["net"]), currency),
        row=row.value,
        blocking=why.reason is not Reason.NO_CASH,
    )
