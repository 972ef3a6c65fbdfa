"""The currency of a quarantined row's money stands beside it."""

from cierre.ledger.migrate import run_sql_beside

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
