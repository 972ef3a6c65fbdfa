"""Read again: what the ERP holds of closed days, beside what was posted, night after night."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException

from cierre.accounting_files.companies import language_of
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.names import NO_COMPANY
from cierre.language.say import in_language, listed, say
from cierre.ledger.connection import open_ledger


class ReadAgainOperator(BaseOperator):
    """Reads the days of all boxes that are closed and whose period is open, and tells each box's company what changed.

    Fails where days could not be read, naming them; the others are read all the same.
    """

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many days were read, and how many boxes have days that differ since."""
        from cierre.alerts.erp_changes import tell_what_changed
        from cierre.closing.read_again import read_again

        with in_language(language_of(NO_COMPANY)):
            with open_ledger(self.ledger_connection) as ledger:
                looked = read_again(ledger, datetime.now(UTC))
            tell_what_changed(looked, context["ti"].log_url)
            if looked.left:
                text = "These days could not be read, and are tried again:\n{days}"
                raise AirflowException(say(text, days=listed(_by_box(looked.left))))
        return {"read": looked.days, "differing": len(looked.differing)}


def _by_box(sentences: Mapping[str, list[Sentence]]) -> list[Sentence]:
    return [Sentence("{box}, {what}", box=box, what=what) for box, of_box in sentences.items() for what in of_box]
