"""Which looks people are to be told of, and when that was done."""

from cierre.ledger.migrate import run_sql_beside

revision = "0039"
down_revision = "0036"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
