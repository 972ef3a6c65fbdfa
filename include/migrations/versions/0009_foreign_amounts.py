"""Amounts in the documents' own currency, beside those in the entry's."""

from cierre.ledger.migrate import run_sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
