"""Reconciliation: each comparison of two stations kept with both figures."""

from collections.abc import Sequence

import psycopg
from bookkeeping.reconcile import Comparison

from store.ledger import Revision
from store.session import copy, named

_sql = named("reconciliation")


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
