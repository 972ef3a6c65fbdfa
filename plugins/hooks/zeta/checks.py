"""What a sale and a receipt are both asked before they are booked: whether a field can be read, and says one thing."""

from decimal import Decimal
from types import NoneType

from cierre.bookkeeping.sentence import Sentence
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
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, NoneType)):
            raise Unbookable(
                Reason.NO_TEXT,
                "{row}: {field} is neither text nor number; look it up in Zeta, then clear the task land",
                row=name,
                field=field,
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
