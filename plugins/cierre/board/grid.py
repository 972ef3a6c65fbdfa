"""The board's grid as HTML. Tens of thousands of cells: put together by hand, where a template would take a second, and
kept by row, since from one look to the next hardly any row changes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape

from markupsafe import Markup

from cierre.board.evidence import CLOSED, WORDS
from cierre.board.month import Amounts, CompanyMonth
from cierre.board.states import NOT_DUE, STATES
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.regional import Regional
from cierre.ledger.looks import ChangedDay


class Grid:
    """Rows of the grid for a month's days, in a reader's language."""

    def __init__(
        self,
        days: Sequence[date],
        language: Regional,
        grades: Mapping[str, str] | None = None,
        sandbox: Collection[str] = (),
        changed: Mapping[tuple[str, date], ChangedDay] | None = None,
    ) -> None:
        """``grades``: on what evidence each day is closed, by box (cierre.board.evidence); ``sandbox``: the boxes that
        post to the sandbox; ``changed``: what looks at closed days found, by box and day."""
        self._language, self._grades, self._sandbox = language, grades or {}, sandbox
        self._changed: dict[str, list[ChangedDay]] = defaultdict(list)
        for (box_id, _), one in (changed or {}).items():
            self._changed[box_id].append(one)
        self._days = tuple(day.isoformat() for day in days)

    def company(self, company: CompanyMonth, name: str) -> list[str]:
        """A company's row, with its boxes' totals, and the rows of its boxes."""
        head = f"<tbody><tr class=company><th scope=rowgroup>{escape(name)} <small>{company.currency}</small>"
        return [
            head + str(self.totals(company.by_day, company.total, company.currency)),
            *(
                _box_row(month.box.id, self._name(month.box), month.currency, month.letters, month.booked, self._days,
                         self._grades.get(month.box.id, "").ljust(len(self._days)), self._language,
                         tuple(self._changed.get(month.box.id, ())))
                for month in company.boxes
            ),
        ]  # fmt: skip

    def _name(self, box: CashBox | RetiredBox) -> str:
        name = f"{box.name} ({self._language('retired')})" if box.retired else box.name
        return f"{self._language('SANDBOX')} · {name}" if box.id in self._sandbox else name

    def totals(self, amounts: Sequence[Decimal], total: Decimal, currency: str) -> Markup:
        """The cells of a row of totals by day, in short form with the whole figure as a hint, and their sum."""
        money, compact = self._language.money, self._language.compact
        cells = [f'<td title="{money(amount, currency)}">{compact(amount)}' if amount else "<td>" for amount in amounts]
        return Markup(f"{''.join(cells)}<td class=sum>{money(total, currency) if total else ''}\n")


@lru_cache(maxsize=4_000)
def _box_row(
    box_id: str,
    name: str,
    currency: str,
    letters: str,
    booked: Amounts,
    days: tuple[str, ...],
    grades: str,
    language: Regional,
    changed: tuple[ChangedDay, ...] = (),
) -> str:
    """A box's row: its name, a sign for each day, its total. End tags that HTML does not need are left out."""
    since = {str(one.business_date): _since_close(one, currency, language) for one in changed}
    cells = [
        f"<td class={letter}><a{_MARKS.get(grade, '') if letter in CLOSED else ''} href=boxes/{box_id}/{day}"
        f' title="{language(STATES[letter].word)}{_said(letter, grade, language)}'
        f"{since.get(day, '') if letter == 'h' else ''}"
        f'{f" · {language.money(amount, currency)}" if amount else ""}">{STATES[letter].sign}</a>'
        if letter != NOT_DUE
        else "<td>"
        for letter, day, amount, grade in zip(letters, days, booked.by_day, grades, strict=True)
    ]
    total = booked.total
    said = escape(name)
    return (
        f'<tr><th scope=row title="{said}">{said}{"".join(cells)}'
        f"<td class=sum>{language.money(total, currency) if total else ''}\n"
    )


def _since_close(one: ChangedDay, currency: str, language: Regional) -> str:
    """By what a day changed since it was closed."""
    documents = language(Sentence.counted(one.documents, "{n} document", "{n} documents"))
    return f": {documents}, {language.money(one.difference, currency)}"


_MARKS = {"a": " class=acknowledged", "s": " class=stale"}
"""What is drawn otherwise than a day that was read back."""


def _said(letter: str, grade: str, language: Regional) -> str:
    """The grade of a closed day that was ever read back; that of the others is drawn, and told by their pages."""
    return f", {language(WORDS[grade])}" if letter in CLOSED and grade in "bs" else ""


def is_weekend(day: date) -> bool:
    """Saturdays and Sundays, which the head of the grid sets back."""
    return day.weekday() in (5, 6)
