"""Problems: why a staged day could not be booked."""

from cierre.ledger.migrate import run_sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
