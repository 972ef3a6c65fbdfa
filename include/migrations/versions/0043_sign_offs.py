"""A person's sign-off of a company's month, its revocation, and what the daily audits found."""

from cierre.ledger.migrate import run_sql_beside

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
