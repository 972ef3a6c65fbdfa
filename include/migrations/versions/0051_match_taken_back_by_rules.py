"""A match whose day was booked otherwise since is taken back by nobody in person."""

from cierre.ledger.migrate import run_sql_beside

revision = "0051"
down_revision = "0049"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
