"""Charts as SVG made here: no script, no colours of their own (the style sheet knows light and dark)."""

from collections.abc import Hashable, Sequence
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


def columns(
    values: Sequence[Decimal | None],
    hints: Sequence[str],
    label: str,
    *,
    out: Sequence[bool] | None = None,
    partial: Sequence[bool] | None = None,
    height: int = 44,
) -> Markup:
    """A column a day, those that stand out in a class of their own and with a mark above; ``hints`` by column. ``out``:
    which do, if not ``spikes`` of the values alone; ``partial``: which are drawn lighter."""
    out, partial = out or spikes(values), partial or [False] * len(values)
    wide, step = len(values) * 6, 6
    known = [value for value in values if value]
    top, bottom = max([*known, ZERO]), min([*known, ZERO])
    reach = top - bottom or Decimal(1)
    base = height - 2 - float(-bottom / reach) * (height - 8)
    parts = []
    for number, (value, hint, stands_out) in enumerate(zip(values, hints, out, strict=True)):
        if not value:
            continue
        size = max(1.0, float(abs(value) / reach) * (height - 8))
        y = base - size if value > 0 else base
        x = number * step
        kind = ' class="spike"' if stands_out else ' class="partial"' if partial[number] else ""
        parts.append(f'<rect x="{x}" y="{y:.1f}" width="{step - 1}" height="{size:.1f}"{kind}>'
                     f"<title>{escape(hint)}</title></rect>")  # fmt: skip
        if stands_out:
            parts.append(f'<rect class="spike" x="{x}" y="{max(0.5, y - 4):.1f}" width="{step - 1}" height="1.5"/>')
    return Markup(
        f'<svg class="columns" viewBox="0 0 {wide} {height}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label)}"><line x1="0" x2="{wide}" y1="{base:.1f}" y2="{base:.1f}"/>'
        f"{''.join(parts)}</svg>"
    )
