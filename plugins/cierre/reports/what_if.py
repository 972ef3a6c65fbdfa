"""What-if: the stored days derived again by a changed mapping, held against what was booked. Nothing is written."""

import os
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
import psycopg
from psycopg.types.json import set_json_loads
from pydantic import PrivateAttr

from cierre.accounting_files.account_mappings import account_mapping, draft_mapping
from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.mapping import AccountMapping, Booking, Unresolved
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.problems import Problem
from cierre.bookkeeping.rules import Posting
from cierre.ledger import balances, capabilities, revisions, staging
from cierre.ledger.balances import Place
from cierre.reports.connection import open_ledger


@dataclass(frozen=True, slots=True)
class Change:
    """What a day of a box would have otherwise at one place, debits less credits in the box's currency."""

    box: str
    day: date
    currency: str
    place: Place
    booked: Decimal
    would_be: Decimal

    @property
    def difference(self) -> Decimal:
        """What the mapping would add there."""
        return self.would_be - self.booked


@dataclass(frozen=True, slots=True)
class BoxWhatIf:
    """What a mapping would make of one box's days: how many were derived (with how many documents), how many staged
    ones were left out because they are not booked; the changes; days that would only read otherwise (other histories or
    other lines, the same money at the same places); and the problems of days that it could not book."""

    box: CashBox
    mapping: AccountMapping
    days: int = 0
    documents: int = 0
    left_out: int = 0
    changes: list[Change] = field(default_factory=list)
    worded_otherwise: list[date] = field(default_factory=list)
    problems: list[tuple[date, Problem]] = field(default_factory=list)


def mappings_for(chosen: str) -> list[tuple[CashBox, AccountMapping]]:
    """The boxes to derive, each with its mapping.

    ``chosen`` is a draft's path (``drafts/schools.yaml`` stands for the mapping of that name), the name of a
    mapping in use, or "" for all in use. Raises MappingError for files that cannot be used, ValueError where no box
    uses the mapping.
    """
    boxes = cash_boxes().values()
    if chosen.endswith((".yaml", ".yml")):
        drafts = {Path(chosen).stem: draft_mapping(Path(chosen))}
    else:
        drafts = {name: account_mapping(name) for name in {chosen} - {""} or {box.mapping for box in boxes}}
    found = [(box, drafts[box.mapping]) for box in boxes if box.mapping in drafts]
    if not found:
        used = ", ".join(sorted({box.mapping for box in boxes}))
        raise ValueError(
            f"No box uses a mapping {', '.join(drafts)}; a draft is named like the one it changes: {used}."
        )
    return found


def what_if(boxes: Iterable[tuple[CashBox, AccountMapping]], since: date) -> Iterator[BoxWhatIf]:
    """Derives the days from ``since`` on of each box by the mapping beside it, boxes side by side on all processors."""
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        yield from processes.map(partial(_what_if, since=since), boxes)


class _Memory(NamedTuple):
    """What was looked up for one posting: by the attributes that decide, and how many rules' dates had come."""

    read: tuple[str, ...]
    dates: tuple[date, ...]
    found: dict[tuple[object, ...], Booking | list[Unresolved]]


class _Remembering(AccountMapping):
    """A mapping that looks up each combination of attributes once for all days on which the same rules are in force:
    most of the work of deriving small days one by one."""

    _memory: dict[int, _Memory] = PrivateAttr(default_factory=dict)

    def resolve(self, posting: Posting, attributes: Mapping[str, str], day: date) -> Booking | list[Unresolved]:
        """As every mapping does."""
        memory = self._memory
        if id(posting) not in memory:
            dates = tuple(sorted({rule.valid_from for rule in posting.rules if rule.valid_from}))
            memory[id(posting)] = _Memory(tuple(self.attributes_read(posting)), dates, {})
        read, dates, found = memory[id(posting)]
        key = (bisect(dates, day), *map(attributes.get, read))
        if key not in found:
            found[key] = super().resolve(posting, attributes, day)
        return found[key]


def _what_if(box_and_mapping: tuple[CashBox, AccountMapping], since: date) -> BoxWhatIf:
    box, mapping = box_and_mapping
    with open_ledger() as connection:
        set_json_loads(msgspec.json.decode, connection)  # a third of the time of reading a year
        return what_if_of_box(connection, box, mapping, since)


def what_if_of_box(connection: psycopg.Connection, box: CashBox, mapping: AccountMapping, since: date) -> BoxWhatIf:
    """Derives the booked days of one box from ``since`` on by a mapping, in this process."""
    remembering = _Remembering.model_construct(**dict(mapping))
    days = balances.booked_days(connection, box.id, since)
    booked = balances.booked(connection, box.id, since)
    lines = capabilities.of(connection, box.erp.connection, box.erp.tenant).lines_an_entry(box.erp.limits)
    documents, changes, worded, problems = 0, [], [], []
    for day, digest in days.items():
        staged = staging.documents(connection, box.id, day)
        documents += len(staged)
        derivation = derive(staged, remembering, box, day, max_lines=lines)
        problems += [(day, problem) for problem in derivation.problems]
        if derivation.problems or revisions.digest_of(box.erp.tenant, box.erp.lot, derivation.entries) == digest:
            continue
        changed = list(_changes(box, day, booked.get(day, {}), balances.of(derivation.entries)))
        changes += changed
        worded += [] if changed else [day]
    left_out = balances.staged_days(connection, box.id, since) - len(days)
    return BoxWhatIf(box, mapping, len(days), documents, left_out, changes, worded, problems)


def _changes(box: CashBox, day: date, booked: balances.Balances, would_be: balances.Balances) -> Iterator[Change]:
    for where in sorted(booked.keys() | would_be.keys()):
        change = Change(box.id, day, *where, booked.get(where, ZERO), would_be.get(where, ZERO))
        if change.difference:
            yield change
