"""Evidence: the lines that differ in the ERP, kept with the reconciliation, and how far each day was read back."""

from cierre.ledger.migrate import run_sql_beside

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
