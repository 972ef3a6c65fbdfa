"""Outcomes of posting attempts are sentences with their values, so that they can be said in any language."""

from cierre.ledger.migrate import run_sql_beside

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
