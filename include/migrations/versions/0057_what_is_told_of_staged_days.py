"""What is told of a day otherwise holds until the day is staged anew."""

from cierre.ledger.migrate import run_sql_beside

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
