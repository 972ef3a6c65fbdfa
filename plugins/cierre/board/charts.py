"""Charts as SVG made here: no script, no colours of their own (the style sheet knows light and dark)."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from statistics import median

from markupsafe import Markup

from cierre.bookkeeping.money import ZERO

SPIKE = 5
"""How many times the usual deviation (the median of deviations from the median) a day must be off to stand out."""

USUAL = 8
"""With fewer days than this nothing is usual, and so nothing stands out."""

SAME = 4
"""So many of a weekday tell what is usual on it."""


def bar_widths(amounts: Sequence[Decimal]) -> list[int]:
    """How long a bar each amount has, in hundredths of the longest."""
    longest = max(map(abs, amounts), default=ZERO)
    return [round(abs(amount) / longest * 100) if longest else 0 for amount in amounts]


def spikes(values: Sequence[Decimal | None], alike: Sequence[Hashable] | None = None) -> list[bool]:
    """Which values of successive days stand out, upwards or downwards, from the others of their weekday, or from all
    where those are few. Days without a value never do, nor are they usual; a day is compared with those days only that
    have the same value in ``alike``."""
    if alike is None:
        return _standing_out(values)
    found = [False] * len(values)
    for kind in set(alike):
        own = [value if one == kind else None for value, one in zip(values, alike, strict=True)]
        found = [before or now for before, now in zip(found, _standing_out(own), strict=True)]
    return found


def _standing_out(values: Sequence[Decimal | None]) -> list[bool]:
    known = [value for value in values if value]
    if len(known) < USUAL:
        return [False] * len(values)
    weekdays = [[value for value in values[start::7] if value] for start in range(7)]
    middles = [median(same) if len(same) >= SAME else median(known) for same in weekdays]
    off = [abs(value - middles[day % 7]) if value else None for day, value in enumerate(values)]
    usual = median(one for one in off if one is not None) or abs(median(known)) / 10
    return [one is not None and usual > 0 and one > SPIKE * usual for one in off]


@dataclass(frozen=True, slots=True)
class Scale:
    """What the heights of a chart stand for: from ``bottom`` (nothing, where no value is below) to ``top``, both round
    figures."""

    top: Decimal
    bottom: Decimal

    @classmethod
    def of(cls, values: Iterable[Decimal | None]) -> "Scale":
        """The scale that takes all of the values."""
        known = [value for value in values if value]
        return cls(_round(max([*known, ZERO])), -_round(-min([*known, ZERO])))

    def height(self, value: Decimal) -> float:
        """How far above the bottom a value is, from 0 to 1."""
        return float((value - self.bottom) / (self.top - self.bottom or Decimal(1)))


def _round(value: Decimal) -> Decimal:
    """The next of 1, 2, 5, 10, 20, 50, … that is not below."""
    if value <= 0:
        return ZERO
    unit = Decimal(1).scaleb(value.adjusted())
    return next(unit * step for step in (1, 2, 5, 10) if value <= unit * step)


@dataclass(frozen=True, slots=True)
class Column:
    """A day of a chart: its value, what it says when it is pointed at, and the earlier value that it is compared with.
    ``kind``: "spike" stands out, "partial" is drawn lighter."""

    value: Decimal | None
    hint: str
    before: Decimal | None = None
    kind: str = ""


def columns(days: Sequence[Column], scale: Scale, title: str, description: str, *, height: int = 60) -> Markup:
    """A column a day with the rules of the scale; those that stand out with a mark above, earlier values as a line
    across. Without words: those of the scale and of the days stand beside it, so that no width distorts them."""
    wide, step = len(days) * 6, 6
    rules = {0.0, 0.5, 1.0, scale.height(ZERO)}
    parts = [f'<line x1="0" x2="{wide}" y1="{_y(at, height)}" y2="{_y(at, height)}"/>' for at in sorted(rules)]
    base = scale.height(ZERO)
    for number, day in enumerate(days):
        x = number * step
        if day.value:
            ends = sorted((base, scale.height(day.value)))
            size = max(1.0, (ends[1] - ends[0]) * (height - 8))
            kind = f' class="{day.kind}"' if day.kind else ""
            parts.append(f'<rect x="{x}" y="{_y(ends[1], height)}" width="{step - 1}" height="{size:.1f}"{kind}>'
                         f"<title>{escape(day.hint)}</title></rect>")  # fmt: skip
            if day.kind == "spike":
                y = max(0.5, float(_y(ends[1], height)) - 4)
                parts.append(f'<rect class="spike" x="{x}" y="{y:.1f}" width="{step - 1}" height="1.5"/>')
        if day.before is not None:
            y = float(_y(scale.height(day.before), height)) - 0.75
            parts.append(f'<rect class="before" x="{x}" y="{y:.1f}" width="{step - 1}" height="1.5"/>')
    return Markup(
        f'<svg class="columns" viewBox="0 0 {wide} {height}" preserveAspectRatio="none" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )


def _y(at: float, height: int) -> str:
    return f"{height - 2 - at * (height - 8):.1f}"
