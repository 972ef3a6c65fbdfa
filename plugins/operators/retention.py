"""Erases personal values that are not to be kept any longer."""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from cierre.ledger.connection import open_ledger


class RetentionOperator(BaseOperator):
    """Erases the personal values of answers that are older than RETENTION_MONTHS; skipped where that is not set."""

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> int:
        """Returns how many rows were erased."""
        from cierre.closing.retention import erase_what_is_over, retention_months

        months = retention_months()
        if months is None:
            raise AirflowSkipException("RETENTION_MONTHS is not set: personal values are kept")
        with open_ledger(self.ledger_connection) as ledger:
            erasure = erase_what_is_over(ledger, datetime.now(UTC).date(), months)
        return erasure.rows if erasure else 0
