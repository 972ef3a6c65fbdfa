"""Reconciliation: each comparison of two stages kept with both figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.billing_plan import BillingPlan
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.read_back import LineDifference
from cierre.bookkeeping.reconcile import Comparison, combine, compare, currencies_of
from cierre.ledger import landing, revisions, signing, staging
from cierre.ledger.revisions import Revision
from cierre.ledger.sentences import stored
from cierre.ledger.session import copy
from cierre.ledger.statements import RowOrNone, Rows, Statements, Value


class _Run(NamedTuple):
    run_id: int
    revision_id: int
    state: str


class _DifferenceRow(NamedTuple):
    code: str
    entry_id: int | None
    tenant: str
    entry_date: date
    lot: str
    sublot: str
    document: str
    line: int | None
    side: str | None
    account: str | None
    amount: Decimal | None
    booked_line: str | None
    booked_side: str | None
    booked_account: str | None
    booked_amount: Decimal | None
    booked_currency: str | None
    balance_type: str
    currency: str
    size: Decimal


class _Sql(Statements):
    add_run: Value[int]
    last_run: RowOrNone[_Run]
    comparisons_of: Rows[Comparison]
    differences_of: Rows[_DifferenceRow]


_sql = _Sql.of("reconciliation")

OF_OTHER_REVISIONS = "entries of other revisions"
"""What a comparison is called that only there is where the ERP holds such entries."""


def compare_day(connection: psycopg.Connection, revision: Revision) -> list[Comparison]:
    """The day's stages side by side, each pair by kind and form of payment and in all.

    Landed against staged and quarantined; what of the staged has money against the journal; the journal against what
    the ERP acknowledged; the journal's total against the ERP's; and, where there are any, entries of the day's other
    revisions that the ERP holds: their sums may be the same, on other accounts.
    """
    box, day = revision.box, revision.business_date
    snapshot_id = staging.snapshot_of(connection, box, day)
    landed = landing.control_totals(connection, snapshot_id, box) if snapshot_id else []
    staged = staging.totals(connection, box, day)
    quarantined = staging.quarantined_totals(connection, box, day)
    journal = revisions.journal_totals(connection, revision)
    acknowledged = revisions.acknowledged_totals(connection, box, day)
    currencies = currencies_of(landed, staged, quarantined, journal, acknowledged)
    with_money = staging.totals(connection, box, day, with_money=True)
    return [
        *compare("landed", landed, "staged and quarantined", combine(staged, quarantined), currencies),
        *compare("staged", with_money, "journal", journal, currencies),
        *compare("journal", journal, "ERP", acknowledged, currencies),
        _entries(connection, revision),
        *_of_other_revisions(connection, revision),
    ]


def _entries(connection: psycopg.Connection, revision: Revision) -> Comparison:
    """The sums of whole entries (debit = credit), discounts and all."""
    booked, acknowledged = revisions.entry_sums(connection, revision)
    return Comparison(
        "entries", "", "journal", "ERP", booked.entries, acknowledged.entries, booked.total, acknowledged.total
    )


def _of_other_revisions(connection: psycopg.Connection, revision: Revision) -> list[Comparison]:
    """Nothing where nothing of them stands, so that reconciliations of before this was compared say the same."""
    others = revisions.standing_of_others(connection, revision)
    if not others.entries:
        return []
    return [Comparison(OF_OTHER_REVISIONS, "", "journal", "ERP", 0, others.entries, ZERO, others.total)]


def comparisons_of(connection: psycopg.Connection, run_id: int) -> list[Comparison]:
    """What a reconciliation compared, in its order."""
    return list(_sql.comparisons_of(connection, run_id=run_id))


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in the ERP that is otherwise than it was posted: a line of a document, or a whole document.

    ``entry_id`` is None for a document that was not posted. ``amount`` and ``booked_amount`` are those of a whole
    document, None where the line has its own.
    """

    entry_id: int | None
    address: Address
    document: str
    currency: str
    line: LineDifference
    amount: Decimal | None = None
    booked_amount: Decimal | None = None

    @property
    def _row(self) -> _DifferenceRow:
        line, place = self.line, self.address
        side, account, amount, _ = line.posted or (None, None, self.amount, None)
        booked_side, booked_account, booked_amount, booked_currency = line.booked or (
            None, None, self.booked_amount, None,
        )  # fmt: skip
        return _DifferenceRow(
            line.code, self.entry_id, place.tenant, place.entry_date, place.lot, place.sublot, self.document, line.line,
            side, account, amount, line.booked_line, booked_side, booked_account, booked_amount, booked_currency,
            line.outside, self.currency, line.size,
        )  # fmt: skip


def keep(
    connection: psycopg.Connection,
    revision: Revision,
    state: str,
    comparisons: Sequence[Comparison],
    differences: Sequence[Difference] = (),
) -> int:
    """Stores one reconciliation of a day (``reconciled``, ``no activity`` or ``discrepancy``), with what the ERP was
    found to hold otherwise; returns its run_id."""
    with connection.transaction():
        run_id = _sql.add_run(
            connection,
            box=revision.box,
            business_date=revision.business_date,
            revision_id=revision.revision_id,
            state=state,
            signature=_signature(connection, revision, state, comparisons),
        )
        copy(
            connection,
            'reconciliation.comparison (run_id, comparison, kind, form, "left", "right", left_rows, right_rows,'
            " left_net, right_net)",
            (
                (run_id, number, row.kind, row.form, row.left, row.right, row.left_rows, row.right_rows, row.left_net,
                 row.right_net)
                for number, row in enumerate(comparisons, start=1)
            ),
        )  # fmt: skip
        copy(
            connection,
            f"reconciliation.line_difference (run_id, difference, {', '.join(_DifferenceRow._fields)})",
            ((run_id, number, *one._row) for number, one in enumerate(differences, start=1)),
        )
    return run_id


def _signature(
    connection: psycopg.Connection, revision: Revision, state: str, comparisons: Sequence[Comparison]
) -> str | None:
    compared = (
        f"{row.kind}|{row.form}|{row.left}|{row.right}|{row.left_rows}|{row.right_rows}"
        f"|{row.left_net:.2f}|{row.right_net:.2f}"
        for row in comparisons
    )
    said = (revision.box, revision.business_date, revision.revision_id, state, *compared)
    return signing.signature(connection, "reconciliation", *said)


def is_news(
    connection: psycopg.Connection,
    revision: Revision,
    state: str,
    comparisons: Sequence[Comparison],
    differences: Sequence[Difference],
) -> bool:
    """Whether a reconciliation says something else than the day's last one."""
    last = _sql.last_run(connection, box=revision.box, business_date=revision.business_date)
    if last is None or (last.revision_id, last.state) != (revision.revision_id, state):
        return True
    compared = comparisons_of(connection, last.run_id)
    if [row for row in compared if not row.agrees] != [row for row in comparisons if not row.agrees]:
        return True
    return list(_sql.differences_of(connection, run_id=last.run_id)) != [one._row for one in differences]


def keep_plan(connection: psycopg.Connection, run_id: int, plan: BillingPlan) -> None:
    """Stores what was planned, issued and collected beside a reconciliation, with what does not fit."""
    with connection.transaction():
        copy(
            connection,
            "reconciliation.plan_line (run_id, project, item, planned, issued, collected, invoices)",
            (
                (run_id, *line.item, line.planned, line.issued, line.collected, list(line.invoices))
                for line in plan.lines
            ),
        )
        copy(
            connection,
            "reconciliation.plan_objection (run_id, objection, sentence)",
            ((run_id, number, stored(sentence)) for number, sentence in enumerate(plan.discrepancies, start=1)),
        )
