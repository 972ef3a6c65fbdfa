"""Issued invoices as they are served to a university's SGI, and the keys by which it may ask."""

from cierre.ledger.migrate import run_sql_beside

revision = "0046"
down_revision = "0048"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
