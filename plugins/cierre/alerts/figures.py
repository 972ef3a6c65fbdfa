"""A company's day as mails show it: a table of its cash boxes, and a chart of the money by form of payment.

The chart is made of table cells: mail programs show no scripts, and most no drawings. Said in the language that is
spoken now.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape

from cierre.accounting_files.companies import stale_after
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.matching.clearing import AGES
from cierre.bookkeeping.reconcile import Comparison
from cierre.bookkeeping.tie_out import State
from cierre.closing.company_day import CompanyDay
from cierre.closing.transit import OnItsWay
from cierre.language.say import money, say
from cierre.ledger.overview import BoxDay
from cierre.ledger.seals import Head
from cierre.ledger.tie_outs import Known

Cell = tuple[str, str]
"""Style and text."""

TABLE = "border-collapse:collapse;font-family:sans-serif;margin-bottom:16px"
CELL = "padding:4px 10px;border-bottom:1px solid #ddd"
RIGHT = f"{CELL};text-align:right"
GREEN, RED, BAR = "#1a7f37", "#b42318", "#2f6f9f"
WIDEST = 320
"""Pixels of the chart's longest bar."""


def table(boxes: Sequence[CashBox | RetiredBox], days: Mapping[str, BoxDay]) -> str:
    """A row for each cash box: documents, money taken in, journal, ERP documents, state. ``days`` may lack some."""
    rows = [_cells(box, days.get(box.id)) for box in boxes]
    return table_of((say("Cash box"), *_titles(), say("State")), rows)


def by_day(days: Sequence[CompanyDay]) -> str:
    """A row for each day of a company, all its boxes together: documents, money taken in, journal, ERP documents."""
    rows = [
        [
            (CELL, str(one.day)),
            (RIGHT, str(len(one.boxes))),
            (RIGHT, str(one.documents)),
            (RIGHT, _amounts(one.taken_in)),
            (RIGHT, _amounts(one.booked)),
            (RIGHT, str(sum(len(day.erp_documents) for _, day in one.days))),
            _agreement(one.agrees),
        ]
        for one in days
    ]
    return table_of((say("Day"), say("Cash boxes"), *_titles(), ""), rows)


def transit(rows: Sequence[OnItsWay]) -> str:
    """A row for each currency: money that was booked and did not arrive, by how many days ago that was."""
    titles = [*(f"≤ {days}" for days in AGES), f"> {AGES[-1]}", say("Total")]
    cells = [
        [(CELL, one.currency), *((RIGHT, money(amount, one.currency) if amount else "") for amount in one.ages),
         (RIGHT, money(one.total, one.currency))]
        for one in rows
    ]  # fmt: skip
    return table_of((say("Booked, and not arrived, by days"), *titles), cells) if cells else ""


def heads(of_chains: Sequence[Head]) -> str:
    """A row for each chain of hashes: how long it is, and its last hash. A mail is a place outside of the ledger."""
    rows = [[(CELL, head.box), (RIGHT, str(head.links)), (CELL, head.hash)] for head in of_chains]
    return table_of((say("Cash box"), say("Links"), say("Head of the chain")), rows) if rows else ""


def tie_outs(months: Sequence[Known]) -> str:
    """A row for each month of a company and branch of the ERP: how it stands beside the ERP's balances, since when."""
    rows = [
        [
            (CELL, one.month.tenant),
            (CELL, f"{one.month.first:%Y-%m}"),
            (f"{CELL};color:{GREEN if one.state is State.TIED_OUT else RED}", say(one.state.word)),
            (CELL, f"{one.read_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"),
        ]
        for one in months
    ]
    return table_of((say("ERP company and branch"), say("Month"), say("Tie-out"), say("Read")), rows) if rows else ""


def _titles() -> tuple[str, ...]:
    return say("Documents"), say("Taken in"), say("Journal"), say("ERP documents")


def stages(sums: Mapping[str, Iterable[Comparison]]) -> str:
    """A row for each stage of a day, by currency, all boxes together, and whether it has what the one
    before has."""
    rows = [row for currency, comparisons in sums.items() for row in _stages(currency, list(comparisons))]
    return table_of((say("Stage"), say("Rows"), say("Money"), ""), rows)


def _stages(currency: str, comparisons: Sequence[Comparison]) -> Iterator[list[Cell]]:
    in_all = [row for row in comparisons if row.kind == "all"]
    if not in_all:
        return
    yield _stage("source", currency, in_all[0].left_rows, in_all[0].left_net, (CELL, ""))
    for name, row in zip(("staged", "journal", "ERP"), in_all, strict=False):
        # Of the ERP there is also what its entries come to, and what was read there.
        agrees = all(one.agrees for one in comparisons if one is row or name == one.right[:3] == "ERP")
        yield _stage(name, currency, row.right_rows, row.right_net, _agreement(agrees))


def _stage(name: str, currency: str, rows: int, net: Decimal, sign: Cell) -> list[Cell]:
    return [(CELL, say(name)), (RIGHT, str(rows)), (RIGHT, money(net, currency)), sign]


def _agreement(agrees: bool) -> Cell:
    return (f"{CELL};color:{GREEN if agrees else RED}", say("agrees") if agrees else say("DIFFERS"))


def _amounts(sums: Mapping[str, Decimal]) -> str:
    return ", ".join(money(amount, currency) for currency, amount in sorted(sums.items()))


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
        return [(CELL, name), *[(CELL, "")] * 4, (f"{CELL};color:{RED}", say("not read yet"))]
    currency = day.currency or box.currency
    return [
        (CELL, name),
        (RIGHT, f"{day.documents}{say(' + {n} not booked', n=day.quarantined) if day.quarantined else ''}"),
        (RIGHT, _amounts({currency: Decimal(0)} | dict(day.taken_in))),
        (RIGHT, money(day.journal_total, currency)),
        (CELL, ", ".join(day.erp_documents) or say("none")),
        (f"{CELL};color:{GREEN if day.closed else RED};font-weight:bold", _state(box, day)),
    ]


def _state(box: CashBox | RetiredBox, day: BoxDay) -> str:
    """Where the day stands, on what evidence, and until when the ERP is still looked at."""
    grade = day.grade(datetime.now(UTC), stale_after(box.company))
    words = [say(day.word), *filter(None, [grade and say(grade), day.why and say(day.why)])]
    if day.watched_until:
        words.append(say("watched until {when}", when=f"{day.watched_until.astimezone(box.zone):%Y-%m-%d %H:%M}"))
    return ", ".join(words)


def table_of(titles: Iterable[str], rows: Iterable[Iterable[Cell]]) -> str:
    """A table as HTML for mails; every text of it is escaped."""
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
