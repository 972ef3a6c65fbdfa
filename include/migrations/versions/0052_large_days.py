"""Large days are staged and frozen without work for each row."""

from cierre.ledger.migrate import run_sql_beside

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
