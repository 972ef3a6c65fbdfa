"""Reconciliation: each comparison of two stations kept with both figures."""

from collections.abc import Sequence

import psycopg

from bookkeeping.billing_plan import BillingPlan
from bookkeeping.reconcile import Comparison, combine, compare
from store import landing, ledger, staging
from store.ledger import Revision
from store.session import copy, named

_sql = named("reconciliation")


def compare_day(connection: psycopg.Connection, revision: Revision) -> list[Comparison]:
    """The day's stations side by side, each pair by kind and form of payment and in all.

    Landed against staged and quarantined; what of the staged has money against the journal; the journal against what
    the ERP acknowledged; and the journal's total against the ERP's.
    """
    box, day = revision.box, revision.business_date
    snapshot_id = staging.snapshot_of(connection, box, day)
    landed = landing.control_totals(connection, snapshot_id, box) if snapshot_id else []
    staged = staging.totals(connection, box, day)
    quarantined = staging.quarantined_totals(connection, box, day)
    journal = ledger.journal_totals(connection, revision)
    return [
        *compare("landed", landed, "staged and quarantined", combine(staged, quarantined)),
        *compare("staged", staging.totals(connection, box, day, with_money=True), "journal", journal),
        *compare("journal", journal, "ERP", ledger.acknowledged_totals(connection, box, day)),
        _entries(connection, revision),
    ]


def _entries(connection: psycopg.Connection, revision: Revision) -> Comparison:
    """The sums of whole entries (debit = credit), discounts and all."""
    booked, acknowledged = ledger.entry_sums(connection, revision)
    return Comparison(
        "entries", "", "journal", "ERP", booked.count, acknowledged.count, booked.total, acknowledged.total
    )


def keep(connection: psycopg.Connection, revision: Revision, state: str, comparisons: Sequence[Comparison]) -> int:
    """Stores one reconciliation of a day (``reconciled``, ``no activity`` or ``discrepancy``); returns its run_id."""
    with connection.transaction():
        run_id = _sql.add_run(
            connection,
            box=revision.box,
            business_date=revision.business_date,
            revision_id=revision.revision_id,
            state=state,
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
    return run_id


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
            ((run_id, number, sentence) for number, sentence in enumerate(plan.discrepancies, start=1)),
        )
