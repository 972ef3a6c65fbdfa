"""Changes of account mappings that people propose on the board, who decided on them, and what was written."""

from cierre.ledger.migrate import run_sql_beside

revision = "0044"
down_revision = "0045"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
