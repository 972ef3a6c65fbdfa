"""An entry may be reversed in another lot than its own."""

from cierre.ledger.migrate import run_sql_beside

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
