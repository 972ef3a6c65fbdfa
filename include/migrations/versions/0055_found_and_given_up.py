"""A document that was found and is of no books is given up on record before it is deleted."""

from cierre.ledger.migrate import run_sql_beside

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
