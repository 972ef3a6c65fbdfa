"""Late changes are news, also those of days that nothing was landed of."""

from cierre.ledger.migrate import run_sql_beside

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
