"""What a what-if found, for people: by account over all days, then day by day, then what could not be booked. Pure."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TypeVar

from rich.console import Group, RenderableType

from cierre.accounting_files.snippet import snippet
from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.money import ZERO, quantum
from cierre.language.say import amount_of, count, counted, say
from cierre.ledger.balances import Place
from cierre.reports.plain_console import coloured
from cierre.reports.what_if import BoxWhatIf, Change
from cierre.reports.whole import WholeTable, as_it_stands

DAYS = 40
"""How many lines of the day-by-day table are shown where not all are asked for."""

PROBLEMS = 5
"""How many problems of a box are."""


def what_if_table(found: Sequence[BoxWhatIf], chart: Chart, *, every_day: bool = False) -> RenderableType:
    """Tables of what would be different, in the boxes' currencies, debits less credits; ``every_day``: all lines."""
    changes = [change for box in found for change in box.changes]
    parts: list[RenderableType] = [_summary(found, changes)]
    if changes:
        parts += [_by_account(changes, chart), _by_day(changes, chart, every_day=every_day)]
    return Group(*parts, *_problems(found, every_day=every_day))


def _summary(found: Sequence[BoxWhatIf], changes: Iterable[Change]) -> str:
    documents = counted(sum(box.documents for box in found), "{n} document", "{n} documents")
    days = counted(sum(box.days for box in found), "{n} day", "{n} days")
    boxes = counted(len(found), "{n} box", "{n} boxes")
    differing = counted(len({(change.box, change.day) for change in changes}), "{n} day", "{n} days")
    worded, left_out = sum(len(box.worded_otherwise) for box in found), sum(box.left_out for box in found)
    said = [
        say(
            "{documents} of {days} of {boxes} derived again; {differing} would have other balances.",
            documents=documents,
            days=days,
            boxes=boxes,
            differing=differing,
        ),
    ]
    if worded:
        told = "{days} would only read otherwise: other histories or lines, the same money."
        said.append(say(told, days=counted(worded, "{n} day", "{n} days")))
    if left_out:
        told = "{days} left out, not being booked: see make unmapped."
        said.append(say(told, days=counted(left_out, "{n} staged day", "{n} staged days")))
    return " ".join(said)


def _by_account(changes: Iterable[Change], chart: Chart) -> WholeTable:
    shown = _table(say("By account"), say("Days"))

    def account(change: Change) -> tuple[str, Place]:
        return change.currency, change.place

    for (currency, place), own in _grouped(changes, account):
        days = len({(change.box, change.day) for change in own})
        shown.add_row(count(days), *_where(place, chart), *_figures(own), currency)
    return shown


def _by_day(changes: Sequence[Change], chart: Chart, *, every_day: bool) -> WholeTable:
    shown = _table(say("Day by day"), say("Day"))
    ordered = sorted(changes, key=lambda change: (change.day, change.box, change.place))
    for change in ordered if every_day else ordered[:DAYS]:
        shown.add_row(f"{change.day} {change.box}", *_where(change.place, chart), *_figures([change]), change.currency)
    if not every_day and len(ordered) > DAYS:
        shown.caption = say("and {n} more; DAYS=all shows them", n=len(ordered) - DAYS)
    return shown


def _table(title: str, first: str) -> WholeTable:
    shown = WholeTable(title)
    shown.add_column(first)
    for heading in (say("Account"), say("Name"), say("Cost centre")):
        shown.add_column(heading)
    for heading in (say("Booked"), say("Would be"), say("Difference")):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("")
    return shown


def _where(place: Place, chart: Chart) -> tuple[str, str, str]:
    account = (chart.accounts or {}).get(place.account)
    codes = [place.cost_centre, place.item, place.value_class, *(f"{number}={code}" for number, code in place.entities)]
    return place.account, account.name if account else "", " ".join(filter(None, codes))


def _figures(changes: Sequence[Change]) -> tuple[str, str, str]:
    unit = quantum(changes[0].currency)
    booked = sum((change.booked for change in changes), ZERO).quantize(unit)
    would_be = sum((change.would_be for change in changes), ZERO).quantize(unit)
    more = would_be - booked
    return amount_of(booked), amount_of(would_be), ("+" if more >= 0 else "") + amount_of(more)


K = TypeVar("K", bound=tuple[object, ...])


def _grouped(changes: Iterable[Change], key: Callable[[Change], K]) -> Iterable[tuple[K, list[Change]]]:
    return ((found, list(own)) for found, own in groupby(sorted(changes, key=key), key))


def _problems(found: Iterable[BoxWhatIf], *, every_day: bool) -> list[RenderableType]:
    parts: list[RenderableType] = []
    by_name = sorted((box for box in found if box.problems), key=lambda box: box.mapping.name)
    for _, boxes in groupby(by_name, lambda box: box.mapping.name):
        own = list(boxes)
        days = counted(sum(len({day for day, _ in box.problems}) for box in own), "{n} day", "{n} days")
        told = say("{days} could not be booked by mapping {mapping}.", days=days, mapping=own[0].mapping.name)
        parts.append(coloured(told, "red"))
        for box in own:
            shown = box.problems if every_day else box.problems[:PROBLEMS]
            parts += [f"{box.box.id} {day}: {say(problem)}" for day, problem in shown]
            if left := len(box.problems) - len(shown):
                told = say("and {n} more; DAYS=all shows them", n=left)
                parts.append(f"{box.box.id}: {told}")
        parts.append(as_it_stands(snippet(own[0].mapping, [problem for box in own for _, problem in box.problems])))
    return parts
