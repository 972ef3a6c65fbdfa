"""What an address, a document's number and a history look like is for each ERP's own package to say."""

from cierre.ledger.migrate import run_sql_beside

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
