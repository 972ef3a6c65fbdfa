"""Days that wait for a vendor that is down, and sites that are the sandbox's."""

from cierre.ledger.migrate import run_sql_beside

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
