"""Statements of banks, and what of the booked money arrived by them."""

from cierre.ledger.migrate import run_sql_beside

revision = "0045"
down_revision = "0043"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
