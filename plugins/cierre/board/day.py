"""A box's day as figures: from source to ERP, stage by stage, and by form of payment."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from cierre.board.journal_total import PartOfTotal, explained
from cierre.bookkeeping.documents import Kind, Total
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.reconcile import Comparison, Currencies, combine, compare, currencies_of
from cierre.ledger import board, landing, reconciliation, revisions, staging
from cierre.ledger.month import Quarantined
from cierre.ledger.revisions import UnacknowledgedEntry, UnbookedDocument


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the money was counted. ``agrees``: with the stage before it; ``first``: the first that does not.
    ``currency`` is "" of a day with money of one currency, which is then the box's."""

    name: str
    rows: int
    net: Decimal
    agrees: bool
    first: bool
    currency: str = ""


@dataclass(frozen=True, slots=True)
class FormFigures:
    """One kind and form of payment at each stage; None where the stage was not reached."""

    kind: str
    form: str
    landed: Total | None
    staged: Total | None
    quarantined: Total | None
    journal: Total | None
    erp: Total | None

    @property
    def net(self) -> Decimal:
        """The form's money as staged."""
        return self.staged.net if self.staged else ZERO

    @property
    def currency(self) -> str:
        """That of the form's money; "" where no stage says it."""
        stages = (self.landed, self.staged, self.quarantined, self.journal, self.erp)
        return next((total.currency for total in stages if total and total.currency), "")


@dataclass(frozen=True, slots=True)
class Held:
    """Quarantined rows, and how much money they hold, whichever way each goes: a refund hides no sale."""

    rows: int
    money: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """All of a day's figures, counted now. ``quarantined`` is by currency, as the stages name it."""

    stages: list[Stage]
    forms: list[FormFigures]
    total: list[PartOfTotal]
    differences: list[Comparison]
    quarantined: dict[str, Held]


def figures(connection: psycopg.Connection, box: str, day: date) -> Figures:
    """Counts every stage of a box's day, as the step reconcile would now; the ERP as it was last read."""
    revision, books = revisions.current(connection, box, day), board.Day(connection, box, day)
    as_read = AsRead(connection, books.line_differences())
    snapshot_id = staging.snapshot_of(connection, box, day)
    landed = landing.control_totals(connection, snapshot_id, box) if snapshot_id else []
    staged = staging.totals(connection, box, day)
    held = staging.quarantined_totals(connection, box, day)
    journal = revisions.journal_totals(connection, revision) if revision else []
    erp = as_read.totals(revisions.acknowledged_totals(connection, box, day)) if revision else []
    if revision:
        comparisons = reconciliation.compare_day(connection, revision)
    else:
        currencies = currencies_of(landed, staged, held)
        comparisons = compare("landed", landed, "staged and quarantined", combine(staged, held), currencies)
    in_all = [row for row in comparisons if row.kind == "all"]
    return Figures(
        stages=[
            stage
            for currency in dict.fromkeys(row.form for row in in_all)
            for stage in _stages(currency, [row for row in in_all if row.form == currency], as_read, erp)
        ],
        forms=_forms(landed, staged, held, journal, erp),
        total=explained(_in_currency_of_books(journal, books), books.debit_parts()) if revision else [],
        differences=[row for row in comparisons if not row.agrees],
        quarantined=_held(books.quarantined(), several=len({row.form for row in in_all}) > 1),
    )


def _in_currency_of_books(journal: Sequence[Total], books: board.Day) -> Sequence[Total]:
    """The day's money as its journal has it, whatever the currency of its documents is."""
    own = books.currency()
    return journal if all(total.currency == own for total in journal) else books.booked_money()


def _held(rows: Sequence[Quarantined], *, several: bool) -> dict[str, Held]:
    held: dict[str, Held] = {}
    for row in rows:
        currency = (row.currency or "") if several else ""
        before = held.get(currency, Held(0, ZERO))
        held[currency] = Held(before.rows + 1, before.money + abs(row.net or ZERO))
    return held


class AsRead:
    """What the ERP holds of a day otherwise than it was posted, as figures; ``rows`` are those of
    cierre.ledger.board."""

    def __init__(self, connection: psycopg.Connection, rows: Sequence[Any]) -> None:
        self._connection, self._rows = connection, rows

    @property
    def agrees(self) -> bool:
        """Whether nothing was read otherwise."""
        return not self._rows

    @property
    def off(self) -> Decimal:
        """By how much the ERP's money is less than what was posted; negative: more."""
        return sum((off * sign for off, sign in self._by_document.values()), ZERO)

    def totals(self, acknowledged: Sequence[Total]) -> list[Total]:
        """Totals by kind and form as the ERP was read, where it can be said which form is off."""
        totals = {(total.kind, total.form): total for total in acknowledged}
        for place, (rows, net) in self._by_form(currencies_of(acknowledged)).items():
            if (kind_form := (Kind(place[0]), place[1])) in totals:
                total = totals[kind_form]
                totals[kind_form] = replace(total, count=total.count - rows, net=total.net - net)
        return list(totals.values())

    @property
    def _by_document(self) -> dict[Any, tuple[Decimal, int]]:
        """How much each document is off, and whether that takes from the day's money (1) or adds to it (-1)."""
        sides: dict[Any, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        signs = {}
        for row in self._rows:
            document = row.entry_id or (row.lot, row.sublot, row.document)
            sides[document][row.side or row.booked_side or ""] += row.size
            signs[document] = -1 if row.reversal else 1
        return {
            document: (off.get("D") or off.get("C") or off.get("") or ZERO, signs[document])
            for document, off in sides.items()
        }

    def _by_form(self, currencies: Currencies) -> dict[tuple[str, str], tuple[int, Decimal]]:
        """What is missing of each kind and form. A line of one whose money is in another currency than the line says
        only that something is off, not how much of the form's money."""
        missing: dict[tuple[str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, ZERO))
        documents = self._by_document
        totals = {row.entry_id: row.total for row in self._rows if row.entry_id}
        lost = [entry for entry, total in totals.items() if documents[entry][0] == total]
        for entry in lost:
            for row in board.money_of_entries(self._connection, [entry]):
                rows, net = missing[row.kind, row.form]
                sign = documents[entry][1]
                missing[row.kind, row.form] = (rows + sign * row.rows, net + sign * row.net)
        sides: dict[tuple[Any, str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for row in self._rows:
            known = row.kind and row.entry_id not in lost
            if known and currencies.get((Kind(row.kind), row.form), row.currency) == row.currency:
                sides[row.entry_id, row.kind, row.form][row.side] += row.size
        for (entry, kind, form), off in sides.items():
            rows, net = missing[kind, form]
            missing[kind, form] = (rows, net + documents[entry][1] * (off.get("D") or off.get("C") or ZERO))
        return missing


def _stages(currency: str, in_all: Sequence[Comparison], as_read: AsRead, erp: Sequence[Total]) -> list[Stage]:
    source = in_all[0]
    stages = [Stage("source", source.left_rows, source.left_net, True, False, currency)]
    broken = False
    for name, row in zip(("staged", "journal", "ERP"), in_all, strict=False):
        agrees = row.agrees and (name != "ERP" or as_read.agrees)
        net = row.right_net
        if name == "ERP" and currency:  # whose money an entry is that is off, forms alone can say
            net = sum((total.net for total in erp if total.currency == currency), ZERO)
        elif name == "ERP":
            net -= as_read.off
        stages.append(Stage(name, row.right_rows, net, agrees, not agrees and not broken, currency))
        broken = broken or not agrees
    return stages


def _forms(*stages: Sequence[Total]) -> list[FormFigures]:
    by_place = [{(total.kind, total.form): total for total in totals} for totals in stages]
    places: set[tuple[Kind, str]] = set().union(*by_place)
    rows = [FormFigures(kind, form, *(stage.get((kind, form)) for stage in by_place)) for kind, form in places]
    return sorted(rows, key=lambda row: (row.kind, -abs(row.net), row.form))


def suspects(
    connection: psycopg.Connection, box: str, day: date
) -> tuple[list[UnbookedDocument], list[UnacknowledgedEntry]]:
    """What was not carried over: staged documents without a line, entries that the ERP does not have."""
    revision = revisions.current(connection, box, day)
    if revision is None:
        return [], []
    return revisions.unbooked_documents(connection, revision), revisions.unacknowledged_entries(connection, revision)
