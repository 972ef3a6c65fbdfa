"""Vendor calls: those that a vendor counts, each claimed before it is made."""

from cierre.ledger.migrate import run_sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
