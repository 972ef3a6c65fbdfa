"""The view that people and the board read: one row a box and day."""

from cierre.ledger.migrate import run_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
