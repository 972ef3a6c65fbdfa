"""What people read is kept as a sentence with its values, so that it can be said in any language."""

from cierre.ledger.migrate import run_sql_beside

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
