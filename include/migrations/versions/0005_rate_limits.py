"""Rate limits: the slots that requests to a vendor take, among all processes."""

from cierre.ledger.migrate import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
