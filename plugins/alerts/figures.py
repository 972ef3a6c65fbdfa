"""A company's day as mails show it: a table of its cash boxes, and a chart of the money by form of payment.

The chart is made of table cells: mail programs show no scripts, and most no drawings. Said in the language that is
spoken now.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape

from bookkeeping.cash_box import CashBox
from bookkeeping.identity import RetiredBox
from bookkeeping.reconcile import Comparison
from language.say import money, say
from mappings.companies import stale_after
from store.overview import BoxDay

Cell = tuple[str, str]
"""Style and text."""

TABLE = "border-collapse:collapse;font-family:sans-serif;margin-bottom:16px"
CELL = "padding:4px 10px;border-bottom:1px solid #ddd"
RIGHT = f"{CELL};text-align:right"
GREEN, RED, BAR = "#1a7f37", "#b42318", "#2f6f9f"
WIDEST = 320
"""Pixels of the chart's longest bar."""


def table(boxes: Sequence[CashBox | RetiredBox], found: Mapping[str, BoxDay]) -> str:
    """A row for each cash box: documents, journal, ERP documents, state. ``found`` may lack some of them."""
    rows = [_cells(box, found.get(box.id)) for box in boxes]
    return _table((say("Cash box"), say("Documents"), say("Journal"), say("ERP documents"), say("State")), rows)


def stations(sums: Mapping[str, Iterable[Comparison]]) -> str:
    """The stations of the money side by side, by currency, all boxes together."""
    rows = [
        [
            (CELL, f"{say(row.left)} / {say(row.right)}"),
            (RIGHT, f"{money(row.left_net, currency)} ({row.left_rows})"),
            (RIGHT, f"{money(row.right_net, currency)} ({row.right_rows})"),
            (f"{CELL};color:{GREEN if row.agrees else RED}", say("agree") if row.agrees else say("DIFFER")),
        ]
        for currency, comparisons in sums.items()
        for row in comparisons
    ]
    return _table((say("Stations"), say("One"), say("Other"), ""), rows)


def chart(title: str, bars: Iterable[tuple[str, Decimal, str]]) -> str:
    """A bar for each (label, amount, currency), the longest first; "" where there are none."""
    ordered = sorted(bars, key=lambda bar: bar[1], reverse=True)
    longest = max((abs(amount) for _, amount, _ in ordered), default=Decimal(0))
    if not longest:
        return ""
    rows = "".join(_bar(label, amount, currency, longest) for label, amount, currency in ordered)
    return f'<h3>{escape(title)}</h3><table style="{TABLE}">{rows}</table>'


def _cells(box: CashBox | RetiredBox, day: BoxDay | None) -> list[Cell]:
    name = f"{box.name} ({say('retired')})" if box.retired else box.name
    if day is None:
        return [(CELL, name), (CELL, ""), (CELL, ""), (CELL, ""), (f"{CELL};color:{RED}", say("not read yet"))]
    return [
        (CELL, name),
        (RIGHT, f"{day.documents}{say(' + {n} not booked', n=day.quarantined) if day.quarantined else ''}"),
        (RIGHT, money(day.journal_total, day.currency or box.currency)),
        (CELL, ", ".join(day.erp_documents) or say("none")),
        (f"{CELL};color:{GREEN if day.closed else RED};font-weight:bold", _state(box, day)),
    ]


def _state(box: CashBox, day: BoxDay) -> str:
    """Where the day stands, on what evidence, and until when the ERP is still looked at."""
    grade = day.grade(datetime.now(UTC), stale_after(box.company))
    told = [say(day.word), *([say(grade)] if grade else [])]
    if day.watched_until:
        told.append(say("watched until {when}", when=f"{day.watched_until.astimezone(box.zone):%Y-%m-%d %H:%M}"))
    return ", ".join(told)


def _table(titles: Iterable[str], rows: Iterable[Iterable[Cell]]) -> str:
    head = "".join(f'<th style="{CELL};text-align:left">{escape(title)}</th>' for title in titles)
    body = "".join(
        "<tr>" + "".join(f'<td style="{style}">{escape(text)}</td>' for style, text in cells) + "</tr>"
        for cells in rows
    )
    return f'<table style="{TABLE}"><tr>{head}</tr>{body}</table>'


def _bar(label: str, amount: Decimal, currency: str, longest: Decimal) -> str:
    width = max(1, int(WIDEST * abs(amount) / longest))
    bar = f'<div style="width:{width}px;height:14px;background:{BAR}"></div>'
    return (
        f'<tr><td style="padding:2px 10px">{escape(label)}</td><td>{bar}</td>'
        f'<td style="padding:2px 10px;text-align:right">{escape(money(amount, currency))}</td></tr>'
    )
