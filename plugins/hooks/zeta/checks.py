"""What a sale and a receipt are both asked before they are booked: whether a field can be read, and says one thing."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from cierre.bookkeeping.json_text import repeated
from cierre.bookkeeping.rates import far_from, is_near_one
from cierre.bookkeeping.sentence import Sentence, together
from cierre.bookkeeping.text import is_text_or_number
from hooks.zeta.currency_words import denying
from hooks.zeta.wire import Row
from hooks.zeta.words import Reason, is_missing, shown, yes_or_no


class Unbookable(Exception):
    """Why a row does not become a document."""

    def __init__(self, reason: Reason, text: str, **values: object) -> None:
        super().__init__(Sentence(text, **values))
        self.reason = reason


def check_texts(row: Row, fields: tuple[str, ...], name: Sentence) -> None:
    """Raises Unbookable where a field holds something else than a text or a number. What it holds is never quoted."""
    for field in fields:
        value = row.get(field)
        if value is not None and not is_text_or_number(value):
            raise Unbookable(
                Reason.NO_TEXT,
                "{row}: {field} is neither text nor number; look it up in Zeta, then clear the task land",
                row=name,
                field=field,
            )


def check_once(rows: Iterable[Row], name: Sentence) -> None:
    """Raises Unbookable where a field stands twice in a row that a document is made of beside its own."""
    if field := next(filter(None, map(repeated, rows)), ""):
        raise Unbookable(
            Reason.REPEATED_FIELD,
            "{row}: the field {field} stands twice in a row of it, and which of its values holds is not known; clear"
            " the task land to ask again",
            row=name,
            field=field,
        )


def check_currency(own: str, name: Sentence, *rows: Row) -> None:
    """Raises Unbookable where the words of a voucher's rows deny that it is in its currency."""
    if said := denying(own, *rows):
        raise Unbookable(
            Reason.NUMBER_AGAINST_WORDS,
            "{row}: MonedaCodigo {code} is {own} at this connection, but {said}; if the company numbers its currencies"
            " otherwise, mend currencies of the connection, else correct it in Zeta; then clear the task land",
            row=name,
            code=shown(rows[0].get("MonedaCodigo")),
            own=own,
            said=together(said),
        )


def check_rate(rate: Decimal, of_day: Sequence[Decimal], own: str, name: Sentence) -> None:
    """Raises Unbookable where a rate is far from the day's others of its currency; one near 1 waits for the mapping."""
    other = None if is_near_one(rate) else far_from(rate, of_day)
    if other is not None:
        raise Unbookable(
            Reason.RATE_FAR_OFF,
            "{row}: the rate of {own} is {rate}, and that of others of the day {other}; correct Cotizacion in Zeta"
            " where it is wrong, then clear the task land",
            row=name,
            own=own,
            rate=f"{rate.normalize():f}",
            other=f"{other.normalize():f}",
        )


def flag(row: Row, field: str, name: Sentence) -> bool | None:
    """What a field answers, yes or no; None where it is missing. Raises Unbookable for anything else."""
    value = row.get(field)
    answer = yes_or_no(value)
    if answer is None and not is_missing(value):
        raise Unbookable(
            Reason.NOT_YES_OR_NO,
            "{row}: {field} is {value}, which is neither S nor N; look it up in Zeta, then clear the task land",
            row=name,
            field=field,
            value=shown(value),
        )
    return answer
