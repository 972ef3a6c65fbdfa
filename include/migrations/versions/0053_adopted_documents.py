"""What was found and taken for posted is watched as what was given up is."""

from cierre.ledger.migrate import run_sql_beside

revision = "0053"
down_revision = "0050"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
