"""A day is closed only while the ERP holds its current books, and no others of it."""

from cierre.ledger.migrate import run_sql_beside

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
