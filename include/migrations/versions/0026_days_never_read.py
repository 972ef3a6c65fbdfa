"""A day that was to be closed and never read is known, with the reason."""

from cierre.ledger.migrate import run_sql_beside

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
