"""Who looks after money that is older than its rule, and why it is."""

from cierre.ledger.migrate import run_sql_beside

revision = "0049"
down_revision = "0046"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
