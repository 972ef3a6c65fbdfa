"""Days that nobody closed: what the ledger lacks, told once, whether or not Airflow ever made a run for them."""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.findings import MappingError
from cierre.closing.names import NO_COMPANY
from cierre.language.say import in_language, say
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
        """Returns how many days each company was told of. Fails, after all was told, where a box's file is wrong: until
        it is mended, nobody knows of its days."""
        from cierre.alerts.unclosed import tell_unclosed

        with open_ledger(self.ledger_connection) as ledger:
            try:
                return tell_unclosed(ledger, datetime.now(UTC), context["ti"].log_url)
            except MappingError as wrong:
                with in_language(language_of(NO_COMPANY)):
                    raise AirflowFailException(say(wrong)) from None
