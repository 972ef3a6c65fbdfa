"""Who may change what says which people must agree: always two, and nobody is made the only one to approve."""

from cierre.ledger.migrate import run_sql_beside

revision = "0050"
down_revision = "0052"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
