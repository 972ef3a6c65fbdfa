"""Approvals: what people were asked before a day was posted, and what they decided."""

from cierre.ledger.migrate import run_sql_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
