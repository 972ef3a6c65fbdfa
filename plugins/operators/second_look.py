"""The second look: closed days are read again in their sources; which are to be corrected, the next task is told."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Param
from airflow.sdk.exceptions import AirflowFailException, DagRunTriggerException

from cierre.accounting_files.companies import language_of
from cierre.closing.business_date import PARAMETER as BUSINESS_DATE
from cierre.closing.names import NO_COMPANY, PREFIX, SECOND_LOOK
from cierre.language.say import in_language, say
from cierre.ledger.connection import open_ledger
from operators.parameters import asked, day_of

if TYPE_CHECKING:
    import psycopg

    from cierre.bookkeeping.cash_box import CashBox
    from cierre.ledger.looks import Correction

FROM, TO, BOX, COMPANY = "from", "to", "box", "company"


def params() -> dict[str, Param]:
    """What a person may say when triggering it: a range of days, of a box, of a company, or of all."""
    day: dict[str, Any] = {"type": ["null", "string"], "format": "date"}
    text: dict[str, Any] = {"type": ["null", "string"]}
    return {
        FROM: Param(None, **day, title="From (desde)", description="The first business date; empty: the days due."),
        TO: Param(None, **day, title="To (hasta)", description="The last business date; empty: the first one alone."),
        BOX: Param(None, **text, title="Cash box (caja)", description="The name of its file; empty: all."),
        COMPANY: Param(None, **text, title="Company (empresa)", description="All of its boxes; empty: of all."),
    }


class SecondLookOperator(BaseOperator):
    """Reads the closed days that are due, or a range that a person asks for, and tells each box's company what is told
    otherwise since.

    A night's runs, one ``every`` so often ``until`` an hour (UTC), share what is due between them. Returns the runs
    that are to close days again, as CloseAgainOperator takes them; what was not read is due again in the next run,
    and told of in the night's last.
    """

    template_fields = ()

    def __init__(self, *, until: time, every: timedelta, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.until, self.every = until, every
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> list[dict[str, Any]]:
        """Looks, tells, and returns what is to be corrected."""
        from cierre.alerts.second_look import tell_left, tell_news
        from cierre.closing import second_look

        now = datetime.now(UTC)
        with in_language(language_of(NO_COMPANY)):
            given = asked(SECOND_LOOK, context, params())
            runs_left = 1 if given else self._runs_left(now)
            with open_ledger(self.ledger_connection) as ledger:
                days = _days_of(ledger, given) if given else second_look.due_days(ledger, now, runs_left)
                seen = second_look.look(ledger, days)
                self.log.info(say("{n} of {all} closed days were looked at again.", n=seen.days, all=len(days)))
                tell_news(ledger, context["ti"].log_url)
                tell_left(seen.left, context["ti"].log_url, is_last=runs_left == 1)
                return [_run(box, one) for box, one in second_look.corrections(ledger)]

    def _runs_left(self, now: datetime) -> int:
        """How many runs the night still has, this one included; one where it is over."""
        end = datetime.combine(now.date(), self.until, UTC)
        return max(1, -(-(end - now) // self.every))


def _days_of(ledger: "psycopg.Connection", given: dict[str, Any]) -> list[tuple[str, date]]:
    from cierre.closing.refusal import NothingToRead
    from cierre.closing.second_look import days_of

    first, last = (day_of(given, name) for name in (FROM, TO))
    try:
        return days_of(ledger, first, last, given.get(BOX), given.get(COMPANY))
    except NothingToRead as error:
        raise AirflowFailException(str(error)) from None


def _run(box: "CashBox", one: "Correction") -> dict[str, Any]:
    """The run of a box's own DAG that closes a day again."""
    return {
        "trigger_dag_id": PREFIX + box.file,
        "trigger_run_id": f"{one.business_date}__{SECOND_LOOK}__{one.look_id}",
        "conf": {BUSINESS_DATE: str(one.business_date)},
    }


class CloseAgainOperator(BaseOperator):
    """Starts a run of a box's own DAG, which closes a day again; one that was started before is left as it is.

    As Airflow's TriggerDagRunOperator, whose module imports all of Airflow's tables, where a DAG file must be light.
    """

    template_fields = ()

    def __init__(self, *, trigger_dag_id: str, trigger_run_id: str, conf: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.trigger_dag_id, self.trigger_run_id, self.conf = trigger_dag_id, trigger_run_id, conf

    def execute(self, context: Any) -> None:
        """Leaves it to Airflow."""
        raise DagRunTriggerException(
            trigger_dag_id=self.trigger_dag_id,
            dag_run_id=self.trigger_run_id,
            conf=self.conf,
            reset_dag_run=False,
            skip_when_already_exists=True,
            wait_for_completion=False,
            allowed_states=[],
            failed_states=[],
            poke_interval=0,
            deferrable=False,
        )
