"""Corrections: withdrawn documents, and the chain of what was booked, taken back and replaced."""

from cierre.ledger.migrate import run_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
