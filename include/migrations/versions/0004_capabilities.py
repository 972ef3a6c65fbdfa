"""Capabilities: what a probe found out about the ERP's site, the addresses it used, and what was read back."""

from cierre.ledger.migrate import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Runs the SQL file of the same name."""
    run_sql_beside(__file__)
