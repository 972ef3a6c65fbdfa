"""A box's day as figures: the money's way from the source to the ERP, station by station, and by form of payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg

from bookkeeping.documents import Kind, Total
from bookkeeping.money import ZERO
from bookkeeping.reconcile import Comparison, combine, compare
from store import landing, ledger, reconciliation, staging


@dataclass(frozen=True, slots=True)
class Station:
    """Where the money was counted. ``agrees``: with the station before it; ``first``: the first that does not."""

    name: str
    rows: int
    net: Decimal
    agrees: bool
    first: bool


@dataclass(frozen=True, slots=True)
class FormFigures:
    """One kind and form of payment at each station; None where the station was not reached."""

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


@dataclass(frozen=True, slots=True)
class Figures:
    """All of a day's figures, counted now."""

    stations: list[Station]
    forms: list[FormFigures]
    differences: list[Comparison]
    quarantined_rows: int
    quarantined_net: Decimal


def figures(connection: psycopg.Connection, box: str, day: date) -> Figures:
    """Counts every station of a box's day, as the step reconcile would now."""
    revision = ledger.current(connection, box, day)
    snapshot_id = staging.snapshot_of(connection, box, day)
    landed = landing.control_totals(connection, snapshot_id, box) if snapshot_id else []
    staged = staging.totals(connection, box, day)
    held = staging.quarantined_totals(connection, box, day)
    journal = ledger.journal_totals(connection, revision) if revision else []
    erp = ledger.acknowledged_totals(connection, box, day) if revision else []
    if revision:
        comparisons = reconciliation.compare_day(connection, revision)
    else:
        comparisons = compare("landed", landed, "staged and quarantined", combine(staged, held))
    return Figures(
        stations=_stations([row for row in comparisons if row.kind == "all"]),
        forms=_forms(landed, staged, held, journal, erp),
        differences=[row for row in comparisons if not row.agrees],
        quarantined_rows=sum(total.count for total in held),
        quarantined_net=sum((total.net for total in held), ZERO),
    )


def _stations(in_all: Sequence[Comparison]) -> list[Station]:
    source = in_all[0]
    stations = [Station("source", source.left_rows, source.left_net, True, False)]
    broken = False
    for name, row in zip(("staged", "journal", "ERP"), in_all, strict=False):
        stations.append(Station(name, row.right_rows, row.right_net, row.agrees, not row.agrees and not broken))
        broken = broken or not row.agrees
    return stations


def _forms(*stations: Sequence[Total]) -> list[FormFigures]:
    found = [{(total.kind, total.form): total for total in totals} for totals in stations]
    places: set[tuple[Kind, str]] = set().union(*found)
    rows = [FormFigures(kind, form, *(station.get((kind, form)) for station in found)) for kind, form in places]
    return sorted(rows, key=lambda row: (row.kind, -abs(row.net), row.form))


def suspects(connection: psycopg.Connection, box: str, day: date) -> tuple[list, list]:
    """What was not carried over: staged documents without a line, entries that the ERP does not have."""
    revision = ledger.current(connection, box, day)
    if revision is None:
        return [], []
    return ledger.unbooked_documents(connection, revision), ledger.unacknowledged_entries(connection, revision)
