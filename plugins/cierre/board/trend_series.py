"""The series of the trends: a chart, what it comes to, what it is compared with, and the days that stand out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from cierre.board.charts import Column, Scale, columns, spikes
from cierre.board.comparison import Against, Boxes, Compared, alike, compare
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.language.regional import Regional
from cierre.ledger.board_rows import DayMoney

BY_DAY = 31
"""Up to so many days a series' table has a row a day; beyond, one a week."""

Say = Callable[[Decimal], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a series' table: the first of its days, what they come to, and the earlier ones."""

    first: date
    value: str
    before: str


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the page. ``top`` and ``bottom`` are the ends of the chart's scale; ``now``, ``before``,
    ``difference`` and ``percent`` are of the ``compared`` days, and empty where none are."""

    name: str
    chart: Markup
    top: str
    bottom: str
    rows: list[Row]
    total: str
    average: str
    compared: int
    now: str
    before: str
    difference: str
    percent: str
    standing_out: list[tuple[date, str]]


@dataclass(frozen=True)
class Maker:
    """Makes series of days in a language. ``closed``: the boxes that each day is closed of, earlier ones too; days are
    compared ``against`` those."""

    language: Regional
    days: Sequence[date]
    currency: str
    closed: Mapping[date, Boxes]
    against: Against

    def amount(self, value: Decimal) -> str:
        """An amount of the page's currency."""
        return self.language.money(value, self.currency)

    def decimal(self, value: Decimal) -> str:
        """A figure with two decimals, of no currency."""
        return f"{value:.2f}".translate(self.language.separators)

    def times(self, value: Decimal) -> str:
        """How often."""
        return self.language.count(int(value))

    def money(self, rows: Iterable[DayMoney], names: Mapping[str, str]) -> list[Series]:
        """A series for each form or source, the largest first."""
        found: dict[str, dict[date, Decimal]] = defaultdict(dict)
        for row in rows:
            found[row.series][row.business_date] = row.amount
        without = self.language("without a form")
        return [
            self.series(names.get(name, name or without), found[name], self.amount, closed=self.closed)
            for name in self._largest(found)
        ]

    def by_box(self, booked: Mapping[str, Mapping[date, Decimal]], names: Mapping[str, str], most: int) -> list[Series]:
        """A series for each of the boxes that booked most; each is compared on the days that it is closed on itself."""
        made = []
        for box in self._largest(booked)[:most]:
            closed = {day: boxes & {box} for day, boxes in self.closed.items()}
            made.append(self.series(names[box], booked[box], self.amount, closed=closed))
        return made

    def _largest(self, found: Mapping[str, Mapping[date, Decimal]]) -> list[str]:
        return sorted(found, key=lambda one: -abs(sum((found[one].get(day, ZERO) for day in self.days), ZERO)))

    def series(
        self,
        name: str,
        by_day: Mapping[date, Decimal],
        say: Say,
        *,
        of_the_mean: Say | None = None,
        adds_up: bool = True,
        closed: Mapping[date, Boxes] | None = None,
    ) -> Series:
        """One series; ``say`` writes a value, ``of_the_mean`` their average, where that is written otherwise; values
        that do not ``adds_up`` have no total. ``closed``: of money, which is compared between days of the same
        boxes."""
        values = [by_day.get(day) for day in self.days]
        known = [value for value in values if value is not None]
        total = sum(known, ZERO)
        # What is not closed yet, or was of other boxes, is neither usual nor unusual.
        boxes = [closed.get(day, frozenset()) for day in self.days] if closed is not None else None
        usual = max(Counter(boxes).items(), key=lambda one: one[1])[0] if boxes else frozenset()
        earlier = alike(self.days, self.against, closed) if closed is not None else [None] * len(self.days)
        drawn = []
        for place, stands_out in enumerate(spikes(values, boxes)):
            is_partial = boxes is not None and boxes[place] != usual
            beside = earlier[place]
            drawn.append(Column(
                values[place], self._hint(place, values[place], say, boxes[place] if boxes and is_partial else None),
                by_day.get(beside, ZERO) if beside else None,
                "spike" if stands_out else "partial" if is_partial else "",
            ))  # fmt: skip
        scale = Scale.of(value for column in drawn for value in (column.value, column.before))
        of_the_mean = of_the_mean or say
        compared = compare(self.days, earlier, by_day)
        now, before, difference, percent = self._said(compared, say)
        standing_out = [(self.days[place], say(column.value)) for place, column in enumerate(drawn)
                        if column.kind == "spike" and column.value is not None]  # fmt: skip
        return Series(
            name,
            columns(drawn, scale, name, self._description(values, say)),
            say(scale.top),
            say(scale.bottom),
            self._rows(drawn, say, adds_up=adds_up),
            say(total) if adds_up else "",
            of_the_mean(total / len(known)) if known else "",
            compared.days,
            now,
            before,
            difference,
            percent,
            standing_out[-3:],
        )

    def _said(self, compared: Compared, say: Say) -> tuple[str, str, str, str]:
        if not compared.days:
            return "", "", "", ""
        percent = compared.percent
        return (
            say(compared.now), say(compared.before), say(compared.difference),
            f"{percent:+,} %".translate(self.language.separators) if percent is not None else "",
        )  # fmt: skip

    def _hint(self, place: int, value: Decimal | None, say: Say, closed: Boxes | None) -> str:
        if value is None:
            return ""
        hint = f"{self.language.day(self.days[place], 'medium')} · {say(value)}"
        if closed is None:
            return hint
        return f"{hint} · {self.language(Sentence('closed boxes: {n}', n=len(closed)))}"

    def _description(self, values: Sequence[Decimal | None], say: Say) -> str:
        """What a chart shows, for who does not see it."""
        known = [(value, day) for value, day in zip(values, self.days, strict=True) if value is not None]
        first, last = (self.language.day(day, "medium") for day in (self.days[0], self.days[-1]))
        if not known:
            return self.language("{first} to {last}: nothing.", first=first, last=last)
        least, most = min(known), max(known)
        return self.language(
            "{first} to {last}: least {least} on {least_day}, most {most} on {most_day}.", first=first, last=last,
            least=say(least[0]), least_day=self.language.day(least[1], "medium"),
            most=say(most[0]), most_day=self.language.day(most[1], "medium"),
        )  # fmt: skip

    def _rows(self, drawn: Sequence[Column], say: Say, *, adds_up: bool) -> list[Row]:
        step = 1 if len(drawn) <= BY_DAY or not adds_up else 7
        rows = []
        for start in range(0, len(drawn), step):
            part = drawn[start : start + step]
            values = [column.value for column in part if column.value is not None]
            before = [column.before for column in part if column.before is not None]
            if values or before:
                rows.append(Row(self.days[start], say(sum(values, ZERO)) if values else "",
                                say(sum(before, ZERO)) if before else ""))  # fmt: skip
        return rows
