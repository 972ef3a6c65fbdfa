"""Shared landings: what each box takes of a snapshot, and the completeness certificate."""

from cierre.ledger.migrate import run_sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
