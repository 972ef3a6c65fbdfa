"""The board's grid as HTML. Tens of thousands of cells: put together by hand, where a template would take a second."""

from datetime import date
from decimal import Decimal
from html import escape

from markupsafe import Markup

from board.language import Language
from board.month import BoxMonth, CompanyMonth
from board.states import NOT_DUE, STATES

_WEEKEND = (5, 6)


class Grid:
    """Rows of the grid for a month's days, in a reader's language."""

    def __init__(self, days: list[date], language: Language) -> None:
        self._language = language
        self._days = [day.isoformat() for day in days]
        self._words = {letter: language(state.word) for letter, state in STATES.items()}
        self._signs = {letter: state.sign for letter, state in STATES.items()}

    def box(self, month: BoxMonth) -> Markup:
        """A box's row: its name, a sign for each day, its total. Optional end tags are left out."""
        box, money = month.box, self._language.money
        cells = [
            f'<td class={letter}><a href=boxes/{box.id}/{day} title="{self._words[letter]}'
            f'{f" · {money(booked, box.currency)}" if booked else ""}">{self._signs[letter]}</a>'
            if letter != NOT_DUE
            else "<td>"
            for letter, day, booked in zip(month.letters, self._days, month.booked, strict=True)
        ]
        name = escape(box.name)
        return Markup(
            f'<tr><th scope=row title="{name}">{name}{"".join(cells)}'
            f"<td class=sum>{money(month.total, box.currency) if month.total else ''}\n"
        )

    def totals(self, amounts: list[Decimal], total: Decimal, currency: str) -> Markup:
        """The cells of a row of totals by day, in short form with the whole figure as a hint, and their sum."""
        money, compact = self._language.money, self._language.compact
        cells = [f'<td title="{money(amount, currency)}">{compact(amount)}' if amount else "<td>" for amount in amounts]
        return Markup(f"{''.join(cells)}<td class=sum>{money(total, currency)}\n")

    def company(self, company: CompanyMonth, name: str) -> Markup:
        """A company's row, with its boxes' totals, and the rows of its boxes."""
        head = f"<tbody><tr class=company><th scope=rowgroup>{escape(name)} <small>{company.currency}</small>"
        return Markup("").join(
            [
                Markup(head),
                self.totals(company.by_day, company.total, company.currency),
                *(self.box(month) for month in company.boxes),
            ]
        )


def is_weekend(day: date) -> bool:
    """Saturdays and Sundays, which the head of the grid sets back."""
    return day.weekday() in _WEEKEND
