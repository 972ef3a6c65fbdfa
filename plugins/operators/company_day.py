"""A company's day: once all its boxes have closed a date, their money side by side in all, and a digest."""

from datetime import date
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.companies import language_of
from cierre.bookkeeping.days import parse_day
from cierre.language.say import in_language, say
from cierre.ledger.connection import open_ledger


class CompanyDayOperator(BaseOperator):
    """Consolidates a company's business date (the run's partition key) and tells its people, with table and chart.

    Days that are closed in a row are told together (cierre.alerts.company_day): until then the run waits, without a
    worker. Fails where a box of the company is not closed, naming it; run it again by its key when it is.
    """

    template_fields = ()

    def __init__(self, *, company: str, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.company = company
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, Any]:
        """Returns the day, how many boxes there are, and how many days were told."""
        from cierre.alerts.company_day import consolidate
        from operators.at_work.waiting import wait_until

        run = context["dag_run"]
        by_hand = str(getattr(run.run_type, "value", run.run_type)) == "manual"
        with in_language(language_of(self.company)):
            day, link = self._day(run.partition_key), context["ti"].log_url
            with open_ledger(self.ledger_connection) as ledger:
                outcome = consolidate(ledger, self.company, day, run=run.run_id, by_hand=by_hand, link=link)
        if outcome.waits_until:
            wait_until(outcome.waits_until, self)
        return {"business_date": str(day), "boxes": outcome.boxes, "told": outcome.told}

    def resume(self, context: Any, event: Any = None) -> dict[str, Any]:
        """Goes on once the boxes may have come to rest."""
        return self.execute(context)

    def _day(self, key: str | None) -> date:
        try:
            return parse_day(key)
        except ValueError as error:
            text = say("{company}: {why}. Give the day as the run's partition key.", company=self.company, why=error)
            raise AirflowFailException(text) from None
