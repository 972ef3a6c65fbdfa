"""A Bsale in memory, whose questions are asked one after the other, in either order where two go side by side."""

import json
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from datetime import date
from typing import Any

from hooks.bsale import answers
from hooks.bsale.answers import Page, Row
from hooks.bsale.lists import LIMIT, Listing
from hooks.bsale.settings import Settings

DAY, MIDNIGHT, A_DAY = date(2024, 9, 6), 1725580800, 24 * 3600


class _AtOnce(Executor):
    """Asks when it is told to, or only when somebody wants the answer."""

    def __init__(self, *, late: bool) -> None:
        self.late = late

    def submit(self, ask: Callable, /, *args: Any, **kwargs: Any) -> Future:
        future = _Late() if self.late else Future()
        future.ask = lambda: future.set_result(ask(*args, **kwargs))
        if not self.late:
            future.ask()
        return future


class _Late(Future):
    def result(self, timeout: float | None = None) -> Any:
        if not self.done():
            self.ask()
        return super().result(timeout)


class Bsale:
    """Payments of the day before, of the day, and of the day after; one more of the day comes in before each question
    of ``comes_in_before``, and before one of ``voided_before`` one of the day becomes void, by its place there.

    ``odd`` gives, by their ids, what payments have in other fields than all the others; ``given`` are those of them
    that the list of the day has, whatever their date."""

    settings = Settings()
    log = logging.getLogger(__name__)

    def __init__(
        self,
        sizes: tuple[int, int, int],
        *,
        newest_first: bool,
        late: bool,
        comes_in_before: set[int] = frozenset(),
        voided_before: dict[int, int] | None = None,
        odd: dict[int, dict[str, Any]] | None = None,
        given: set[int] = frozenset(),
    ) -> None:
        self.days = [day for day, size in zip((-1, 0, 1), sizes, strict=True) for _ in range(size)]
        self.newest_first, self.late, self.comes_in_before = newest_first, late, comes_in_before
        self.voided_before, self.void = voided_before or {}, set()
        self.odd, self.given = odd or {}, given
        self.questions = 0

    def rows_of(self, recorddate: date | None, state: int | None = None) -> list[dict[str, Any]]:
        rows = [self.row(number, day) for number, day in enumerate(self.days, start=1)]
        fitting = [
            row
            for row in rows
            if (recorddate is None or row["recordDate"] == MIDNIGHT or row["id"] in self.given)
            and (state is None or row["state"] == state)
        ]
        return fitting[::-1] if self.newest_first else fitting

    def row(self, number: int, day: int) -> dict[str, Any]:
        document = {"id": number, "document_type": {"id": "1"}, "codeSii": "39"}
        made = MIDNIGHT + day * A_DAY + A_DAY // 2
        dated = {"recordDate": MIDNIGHT + day * A_DAY, "createdAt": made, "state": int(number in self.void)}
        nodes = {"office": {"id": "1"}, "payment_type": {"id": "1", "isClientCredit": 0}, "document": document}
        return {"id": number, "amount": 100 + number, "isCreditPayment": 0} | dated | nodes | self.odd.get(number, {})

    def asked(self) -> None:
        if self.questions in self.comes_in_before:
            self.days.append(0)
        if self.questions in self.voided_before and (of_the_day := ids_of_the_day(self)):
            self.void.add(of_the_day[self.voided_before[self.questions] % len(of_the_day)])
        self.questions += 1

    def side_by_side(self) -> nullcontext[Executor]:
        return nullcontext(_AtOnce(late=self.late))

    def page(
        self,
        *,
        limit: int = LIMIT,
        offset: int = 0,
        recorddate: date | None = None,
        state: int | None = None,
        **_: Any,
    ) -> Page:
        self.asked()
        rows = self.rows_of(recorddate, state)
        text = json.dumps({"count": len(rows), "items": rows[offset : offset + limit]})
        return answers.page(text, offset, "list")

    def listing(self, pool: Executor, *, begin: int = 0, look: Callable = lambda rows: None, **filters: Any) -> Listing:
        def ask(offset: int, limit: int) -> Page:
            return self.page(limit=limit, offset=offset, **filters)

        return Listing(ask, pool, "payments", begin, look=look)

    def count(self) -> int:
        self.asked()
        return len(self.days)

    def group_page(self, offset: int, *, recorddate: date = DAY, **_: Any) -> list[Row]:
        self.asked()
        total = sum(row["amount"] for row in self.rows_of(recorddate, state=0))
        group = {"paymentTypeId": 1, "officeId": 1, "codesii": "39", "recordDate": MIDNIGHT, "isClientCredit": 0}
        return answers.groups(json.dumps([group | {"paymentTypeTotalAmount": total}][offset:]), "totals")


def ids_of_the_day(bsale: Bsale) -> list[int]:
    return [number for number, day in enumerate(bsale.days, start=1) if day == 0]
