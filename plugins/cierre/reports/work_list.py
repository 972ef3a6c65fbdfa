"""The work list: what keeps staged days from being booked, by the mapping as it is now, and the lines that mend it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby

import psycopg
from rich.console import Group, RenderableType

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.loader import cash_boxes
from cierre.accounting_files.snippet import snippet
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.problems import Problem
from cierre.language.say import count, money, say
from cierre.ledger import problems as kept
from cierre.reports.staged import derived
from cierre.reports.whole import WholeTable, as_it_stands

BoxDay = tuple[str, date]


@dataclass(frozen=True, slots=True)
class WorkList:
    """The days that are staged and not booked. ``stopped``: by mapping, each problem with its box's day; ``ready``:
    days that the mapping can book by now; ``held``: days that rows in quarantine stop; ``unknown``: days of boxes that
    have no file any more."""

    mappings: dict[str, AccountMapping] = field(default_factory=dict)
    stopped: dict[str, list[tuple[BoxDay, Problem]]] = field(default_factory=dict)
    ready: list[BoxDay] = field(default_factory=list)
    held: list[BoxDay] = field(default_factory=list)
    unknown: list[BoxDay] = field(default_factory=list)


def work_list(ledger: psycopg.Connection) -> WorkList:
    """Derives every staged day that is not booked, in memory. Raises MappingError for files that cannot be used."""
    found, boxes = WorkList(), cash_boxes()
    for unbooked in kept.unbooked(ledger):
        box, box_day = boxes.get(unbooked.box), (unbooked.box, unbooked.business_date)
        if box is None:
            found.unknown.append(box_day)
        elif unbooked.quarantined:
            found.held.append(box_day)
        elif problems := _problems(found, ledger, box, unbooked.business_date):
            found.stopped.setdefault(box.mapping, []).extend((box_day, problem) for problem in problems)
        else:
            found.ready.append(box_day)
    return found


def _problems(found: WorkList, ledger: psycopg.Connection, box: CashBox, day: date) -> list[Problem]:
    if box.mapping not in found.mappings:
        found.mappings[box.mapping] = account_mapping(box.mapping)
    return derived(ledger, box, day, found.mappings[box.mapping]).derivation.problems


def work_list_table(found: WorkList) -> RenderableType:
    """The work list for people: a table and a snippet a mapping, then the days that need something else."""
    parts: list[RenderableType] = []
    for name, stopped in sorted(found.stopped.items()):
        mapping = found.mappings[name]
        parts += [_table(mapping, stopped), as_it_stands(snippet(mapping, [problem for _, problem in stopped])), ""]
    if found.ready:
        told = "The mapping can book these by now; clear the task derive of {days}."
        parts.append(say(told, days=_named(found.ready)))
    if found.held:
        told = "Rows in quarantine stop {days}: their pages on the board say which, and why."
        parts.append(say(told, days=_named(found.held)))
    if found.unknown:
        parts.append(say("There is no file of the box any more: {days}.", days=_named(found.unknown)))
    return Group(*parts) if parts else say("Every staged day is booked.")


def _table(mapping: AccountMapping, stopped: Iterable[tuple[BoxDay, Problem]]) -> WholeTable:
    shown = WholeTable(f"accounts/{mapping.name}.yaml")
    shown.add_column(say("Posting"))
    shown.add_column(say("Documents"), justify="right")
    shown.add_column(say("Money"), justify="right")
    shown.add_column(say("Days"))
    shown.add_column(say("What to do"))
    for alike in _alike(stopped):
        days, problems = zip(*alike, strict=True)
        first = problems[0]
        amount = money(sum((problem.amount for problem in problems), Decimal(0)), first.currency)
        documents = count(sum(problem.count for problem in problems))
        todo = first.fix or first.message
        shown.add_row(first.posting, documents, amount, _named(days), say(todo))
    return shown


def _alike(stopped: Iterable[tuple[BoxDay, Problem]]) -> Iterator[list[tuple[BoxDay, Problem]]]:
    """Problems that one line of the mapping would mend, over all the days they stop."""

    def gap(one: tuple[BoxDay, Problem]) -> tuple[object, ...]:
        problem = one[1]
        return problem.posting, problem.kind, problem.table, problem.attributes, problem.currency

    for _, alike in groupby(sorted(stopped, key=lambda one: (gap(one), one[0])), gap):
        yield list(alike)


def _named(days: Iterable[BoxDay]) -> str:
    """All days of each box: ``itb_caja_164 2024-09-06 to 2024-09-08, 2024-09-11; itb_caja_165 2024-09-06``."""
    return "; ".join(
        f"{box} {', '.join(_ranges(day for _, day in own))}"
        for box, own in groupby(sorted(set(days)), lambda one: one[0])
    )


def _ranges(days: Iterable[date]) -> Iterator[str]:
    """Days in order, three and more that follow each other as one range."""
    for _, run in groupby(enumerate(days), lambda one: one[1].toordinal() - one[0]):
        following = [day for _, day in run]
        yield from (
            map(str, following)
            if len(following) < 3
            else [say("{first} to {last}", first=following[0], last=following[-1])]
        )
