"""The month's tie-out: what was posted beside what the ERP holds, by tenant, month and account."""

from cierre.ledger.migrate import run_sql_beside

revision = "0038"
down_revision = "0039"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
