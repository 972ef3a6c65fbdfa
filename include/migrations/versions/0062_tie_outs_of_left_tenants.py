"""A tie-out is of the boxes that posted into its month, too, wherever they post now."""

from cierre.ledger.migrate import run_sql_beside

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
