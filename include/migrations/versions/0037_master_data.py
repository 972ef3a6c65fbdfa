"""The ERP's master data: what each reading showed for how long, and what was found by it."""

from cierre.ledger.migrate import run_sql_beside

revision = "0037"
down_revision = "0038"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
