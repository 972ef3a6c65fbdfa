"""A claim is dated by the clock of one PostgreSQL server: another's may show another time."""

from cierre.ledger.migrate import run_sql_beside

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
