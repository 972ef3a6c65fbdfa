"""What a person says to an approval or a rejection."""

from cierre.ledger.migrate import run_sql_beside

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
