"""Invoices as their source's readings showed them, so that a day is booked by the source's own dates."""

from cierre.ledger.migrate import run_sql_beside

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
