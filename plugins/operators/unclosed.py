"""Days that nobody closed: what the ledger lacks, told once, whether or not Airflow ever made a run for them."""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseOperator

from cierre.ledger.connection import open_ledger


class UnclosedDaysOperator(BaseOperator):
    """Tells each company, once, of the days of its boxes that are past their deadline and not closed.

    Asks the ledger, not Airflow: a day without a run, of a paused DAG or of a scheduler that stood still, is missing
    there all the same.
    """

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many days each company was told of."""
        from cierre.alerts.unclosed import tell_unclosed

        with open_ledger(self.ledger_connection) as ledger:
            return tell_unclosed(ledger, datetime.now(UTC), context["ti"].log_url)
