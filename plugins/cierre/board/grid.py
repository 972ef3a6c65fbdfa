"""The board's grid as HTML. Tens of thousands of cells: put together by hand, where a template would take a second, and
kept by row, since from one look to the next hardly any row changes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape
from urllib.parse import quote

from markupsafe import Markup

from cierre.board.arrived import ARRIVED, ON_ITS_WAY
from cierre.board.evidence import CLOSED, WORDS
from cierre.board.month import Amounts, CompanyMonth, counts
from cierre.board.states import DONE, NOT_DUE, STATES
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.regional import Regional
from cierre.ledger.looks import ChangedDay


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn beside how the days of a month stand: boxes that post to the sandbox, and those whose DAGs are
    paused; what looks at closed days found ``changed``; by box, whether each day's money ``arrived``
    (cierre.board.arrived); by company, who ``signed`` its month and when, in the reader's language."""

    sandbox: Collection[str] = ()
    paused: Collection[str] = ()
    changed: Mapping[tuple[str, date], ChangedDay] = field(default_factory=dict)
    arrived: Mapping[str, str] = field(default_factory=dict)
    signed: Mapping[str, str] = field(default_factory=dict)


class Grid:
    """Rows of the grid for a month's days, in a reader's language."""

    def __init__(self, days: Sequence[date], language: Regional, grades: Mapping[str, str], marks: Marks) -> None:
        """``grades``: on what evidence each day is closed, by box (cierre.board.evidence)."""
        self._language, self._grades, self._marks = language, grades, marks
        self._changed: dict[str, list[ChangedDay]] = defaultdict(list)
        for (box_id, _), one in marks.changed.items():
            self._changed[box_id].append(one)
        self._days = tuple(day.isoformat() for day in days)

    def company(self, company: CompanyMonth, name: str) -> list[str]:
        """A company's row, with how its boxes stand and their totals, and the rows of its boxes."""
        said, ending = escape(name), _shared_ending([month.box.name for month in company.boxes], name)
        head = (
            f'<tbody><tr class=company><th scope=rowgroup title="{said}">'
            f"{self._take_away(company.company, said)}"
            f'<button type=button class=fold aria-expanded=true aria-label="{said}"></button>'
            f"{said} <small>{company.currency}</small>{self._sign_off(company.company)}{self._standing(company)}"
        )
        return [
            head + str(self.totals(company.by_day, company.total, company.currency)),
            *(
                _box_row(month.box.id, *self._names(month.box, ending), month.currency, month.letters, month.booked,
                         self._days, self._grades.get(month.box.id, "").ljust(len(self._days)), self._language,
                         tuple(self._changed.get(month.box.id, ())), self._marks.arrived.get(month.box.id, ""))
                for month in company.boxes
            ),
        ]  # fmt: skip

    def _names(self, box: CashBox | RetiredBox, ending: str) -> tuple[str, str]:
        """A box's name without its company's ``ending``, and its whole name; each with what is special of the box."""
        marks = [
            (box.id in self._marks.paused, self._language("paused")),
            (box.id in self._marks.sandbox, self._language("SANDBOX")),
        ]
        before = "".join(f"{mark} · " for holds, mark in marks if holds)
        after = f" ({self._language('retired')})" if box.retired else ""
        short = box.name.removesuffix(ending)
        return f"{before}{short}{after}", f"{before}{box.name}{after}"

    def _take_away(self, company: str, name: str) -> str:
        """The way to the files of a company's month."""
        if not company:
            return ""
        what = f"{self._language('Take away')}: {name}"
        place = f"months/{self._days[0][:7]}/companies/{quote(company, safe='')}"
        return f'<a class=take href="{place}" title="{what}" aria-label="{what}">⇩</a>'

    def _sign_off(self, company: str) -> str:
        """That a company's month is signed; nothing where it is not."""
        if company not in self._marks.signed:
            return ""
        return (
            f' <span class="badge c" title="{escape(self._marks.signed[company])}">✍ {self._language("signed")}</span>'
        )

    def _standing(self, company: CompanyMonth) -> str:
        """How many days of a company's boxes wait for a person, by state."""
        return "".join(
            f' <span class="badge {letter}" title="{self._language(STATES[letter].word)}">{STATES[letter].sign}'
            f" {self._language.count(number)}</span>"
            for letter, number in counts(company.boxes).items()
            if letter in WAITS
        )

    def totals(self, amounts: Sequence[Decimal], total: Decimal, currency: str) -> Markup:
        """The cells of a row of totals by day, in short form with the whole figure as a hint, and their sum."""
        money, compact = self._language.money, self._language.compact
        cells = [f'<td title="{money(amount, currency)}">{compact(amount)}' if amount else "<td>" for amount in amounts]
        return Markup(f"{''.join(cells)}<td class=sum>{money(total, currency) if total else ''}\n")


def _shared_ending(names: Sequence[str], company: str) -> str:
    """What the boxes of a company are called after a comma, all alike or as the company: its row says that already."""
    endings = {"".join(name.rpartition(", ")[1:]) for name in names if ", " in name}
    if len(endings) != 1 or not all(", " in name for name in names):
        return ""
    (ending,) = endings
    return ending if len(names) > 1 or company.startswith(ending.removeprefix(", ")) else ""


@lru_cache(maxsize=4_000)
def _box_row(
    box_id: str,
    name: str,
    whole_name: str,
    currency: str,
    letters: str,
    booked: Amounts,
    days: tuple[str, ...],
    grades: str,
    language: Regional,
    changed: tuple[ChangedDay, ...] = (),
    arrived: str = "",
) -> str:
    """A box's row: its name, a sign for each day, its total. End tags that HTML does not need are left out."""
    since = {str(one.business_date): _since_close(one, currency, language) for one in changed}
    cells = [
        f"<td class={letter}><a{_MARKS.get(grade, '') if letter in CLOSED else ''} href=boxes/{box_id}/{day}"
        f' title="{language(STATES[letter].word)}{_said(letter, grade, language)}'
        f"{since.get(day, '') if letter == 'h' else ''}"
        f"{f' · {language.money(amount, currency)}' if amount else ''}"
        f'{_of_arrival(sign, language) if letter in CLOSED else ""}">'
        f"{STATES[letter].sign}{'✓' if sign == ARRIVED and letter in CLOSED else ''}</a>"
        if letter != NOT_DUE
        else "<td>"
        for letter, day, amount, grade, sign in zip(
            letters, days, booked.by_day, grades, arrived or " " * len(days), strict=True
        )
    ]
    total = booked.total
    return (
        f'<tr><th scope=row title="{escape(whole_name)}">{escape(name)}{"".join(cells)}'
        f"<td class=sum>{language.money(total, currency) if total else ''}\n"
    )


def _of_arrival(sign: str, language: Regional) -> str:
    """Whether a closed day's money arrived, where any of it is to."""
    if sign not in (ARRIVED, ON_ITS_WAY):
        return ""
    said = Sentence("it arrived") if sign == ARRIVED else Sentence("not all of it arrived")
    return f" · {language(said)}"


def _since_close(one: ChangedDay, currency: str, language: Regional) -> str:
    """By what a day changed since it was closed."""
    documents = language(Sentence.counted(one.documents, "{n} document", "{n} documents"))
    amounts = (
        f"{language.money(amount, own)}{'' if own == currency else f' {own}'}" for own, amount in one.differences
    )
    return f": {documents}, {', '.join(amounts)}"


_MARKS = {"a": " class=acknowledged", "s": " class=stale"}
"""What is drawn otherwise than a day that was read back."""


def _said(letter: str, grade: str, language: Regional) -> str:
    """The grade of a closed day that was ever read back; that of the others is drawn, and told by their pages."""
    return f", {language(WORDS[grade])}" if letter in CLOSED and grade in "bs" else ""


WAITS = frozenset(STATES) - DONE - frozenset("rt")
"""The letters of days that wait for a person."""


def is_weekend(day: date) -> bool:
    """Saturdays and Sundays, which the head of the grid sets back."""
    return day.weekday() in (5, 6)
