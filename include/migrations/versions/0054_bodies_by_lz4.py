"""What sources said is compressed by LZ4."""

from cierre.ledger.migrate import run_sql_beside

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
