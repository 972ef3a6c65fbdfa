"""Closed days are read again in their sources: each look, and what it found."""

from cierre.ledger.migrate import run_sql_beside

revision = "0036"
down_revision = "0033"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
