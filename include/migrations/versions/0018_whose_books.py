"""Whose books they are: what a box's file claims is held against what stands in the ledger."""

from cierre.ledger.migrate import run_sql_beside

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
