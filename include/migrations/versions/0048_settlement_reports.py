"""Settlement reports of card acquirers."""

from cierre.ledger.migrate import run_sql_beside

revision = "0048"
down_revision = "0044"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
