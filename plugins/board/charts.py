"""Charts as SVG made here: no script, no colours of their own (the style sheet knows light and dark)."""

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from statistics import median

from markupsafe import Markup

from bookkeeping.money import ZERO

SPIKE = 5
"""How many times the usual deviation (the median of deviations from the median) a day must be off to stand out."""

USUAL = 8
"""With fewer days than this nothing is usual, and so nothing stands out."""


def bar_widths(amounts: Sequence[Decimal]) -> list[int]:
    """How long a bar each amount has, in hundredths of the longest."""
    longest = max(map(abs, amounts), default=ZERO)
    return [round(abs(amount) / longest * 100) if longest else 0 for amount in amounts]


def spikes(values: Sequence[Decimal | None]) -> list[bool]:
    """Which values stand out of a series, upwards or downwards; days without one never do, nor are they usual."""
    known = [value for value in values if value]
    if len(known) < USUAL:
        return [False] * len(values)
    middle = median(known)
    usual = median(abs(value - middle) for value in known) or abs(middle) / 10
    return [bool(value) and usual > 0 and abs(value - middle) > SPIKE * usual for value in values]


def columns(values: Sequence[Decimal | None], hints: Sequence[str], label: str, *, height: int = 44) -> Markup:
    """A column a day, those that stand out in a class of their own and with a mark above; ``hints`` by column."""
    wide, step = len(values) * 6, 6
    known = [value for value in values if value is not None]
    top, bottom = max([*known, ZERO]), min([*known, ZERO])
    reach = (top - bottom) or 1
    base = 6 + float(top / reach) * (height - 8)
    parts = []
    for number, (value, hint, stands_out) in enumerate(zip(values, hints, spikes(values), strict=True)):
        if not value:
            continue
        size = max(1.0, float(abs(value) / reach) * (height - 8))
        y = base - size if value > 0 else base
        x = number * step
        kind = ' class="spike"' if stands_out else ""
        parts.append(f'<rect x="{x}" y="{y:.1f}" width="{step - 1}" height="{size:.1f}"{kind}>'
                     f"<title>{escape(hint)}</title></rect>")  # fmt: skip
        if stands_out:
            parts.append(f'<circle class="spike" cx="{x + 2.5}" cy="{max(2.5, y - 4):.1f}" r="2"/>')
    return Markup(
        f'<svg class="columns" viewBox="0 0 {wide} {height}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label)}"><line x1="0" x2="{wide}" y1="{base:.1f}" y2="{base:.1f}"/>'
        f"{''.join(parts)}</svg>"
    )
