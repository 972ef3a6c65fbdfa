"""Links of decisions and evidence: certificates, quarantine, approvals, reconciliations, attempts, takings over."""

from cierre.ledger.migrate import run_sql_beside

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
