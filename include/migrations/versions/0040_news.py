"""What people are still to be told of, whatever found it: one table for looks, master data and tie-outs."""

from cierre.ledger.migrate import run_sql_beside

revision = "0040"
down_revision = "0037"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
