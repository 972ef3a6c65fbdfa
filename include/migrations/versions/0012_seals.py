"""Seals: a chain of hashes over each box's snapshots, books, entries and postings."""

from cierre.ledger.migrate import run_sql_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
