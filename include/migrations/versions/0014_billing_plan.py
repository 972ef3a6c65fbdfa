"""Billing plans: planned, issued and collected, kept with the reconciliation of a day."""

from cierre.ledger.migrate import run_sql_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
