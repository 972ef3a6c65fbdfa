"""What stands of a box's books is said in one place."""

from cierre.ledger.migrate import run_sql_beside

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
