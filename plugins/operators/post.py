"""Post: what the ERP holds of the day becomes what the ledger says, exactly once."""

import os
import socket
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from operators.step import CashCloseStep, open_ledger, refusal

if TYPE_CHECKING:
    import psycopg

    from cierre.ports.errors import PeriodClosedError


class PostOperator(CashCloseStep):
    """Posts the day's current revision by the posting protocol; sends nothing where the ERP already has it.

    Goes by what a probe found out about the ERP's site (cierre.ledger.capabilities): fails where nothing can be proved
    there.
    """

    about = "the journal was being posted to the ERP"

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Converges the ERP to the current revision."""
        from cierre.bookkeeping.approvals import Reason
        from cierre.closing.wiring import erp_hook
        from cierre.ledger import approvals, capabilities, revisions
        from cierre.ports.errors import PeriodClosedError
        from cierre.posting.protocol import Poster
        from operators.erp_site import current_books, known_site, say_where

        revision = revisions.current(ledger, box.id, day)
        if revision is None:
            raise refusal(box, day, "nothing was derived yet; clear the task derive of this run")
        revision = current_books(box, ledger, revision)
        # Whether a lot may be taken over is for the posting to say: what was in doubt may have been settled since.
        questions = approvals.unapproved(ledger, box, revision)
        if asked := [question for reason, question in questions.items() if reason is not Reason.TAKE_OVER]:
            raise refusal(
                box,
                day,
                "nothing is posted before a person approves: {reasons}. Clear the task derive of this run, with those"
                " after it: then approve asks.",
                reasons="; ".join(map(say, asked)),
            )
        where = say_where(box, ledger)
        worker = f"{socket.gethostname()}:{os.getpid()}"
        known = capabilities.of(ledger, box.erp.connection, box.erp.tenant)
        if known.obstacles:
            raise refusal(
                box,
                day,
                "nothing is posted to {erp}: {obstacles}. So a probe found on {probed}. Have the ERP"
                " set right, probe it again (DAG erp_probe), then clear the task post of this run.",
                erp=box.erp.connection,
                obstacles="; ".join(map(say, known.obstacles)),
                probed=f"{known.probed_at:%Y-%m-%d}",
            )
        poster = Poster(ledger, erp_hook(box.erp.connection), worker, known_site(box, ledger), self._wait)
        try:
            revision = poster.converge(revision)
        except PeriodClosedError as closed:
            raise self._closed_period(box, day, closed) from closed
        self.log.info(say("The ERP holds revision {revision} of the day.", revision=revision.revision))
        return {"revision": revision.revision} | where

    def vendor_connection(self, box: CashBox) -> str:
        """The ERP's."""
        return box.erp.connection

    def _where_the_books_stand(self, box: CashBox | None) -> Sentence:
        """What of the day's postings is uncertain, as the ledger knows it, where it can still be asked."""
        from psycopg import Error

        from cierre.ledger.board import uncertain

        unknown = Sentence(
            "What was sent may stand in the ERP: until this task has run again, which first empties every address whose"
            " outcome is not known, the day is uncertain; enter nothing by hand."
        )
        if box is None:
            return unknown
        try:
            with open_ledger(self.ledger_connection) as ledger:
                rows = [row for row in uncertain(ledger, [box.id]) if row.business_date == self.day]
        except (Error, AirflowException):
            return unknown
        if not rows:
            return Sentence("Nothing that was sent is uncertain.")
        entries = ", ".join(f"{row.entry_key} ({row.lot}/{row.sublot})" for row in rows)
        return Sentence("Uncertain is {entries}. {unknown}", entries=entries, unknown=unknown)

    def _closed_period(self, box: CashBox, day: date, closed: "PeriodClosedError") -> AirflowFailException:
        """What to do where the ERP says that a period is closed which periods.yaml has as open."""
        from cierre.bookkeeping.corrections import first_of_next_month

        return refusal(
            box,
            day,
            "{why} If its period is closed for good, write in include/mappings/periods.yaml, under open_from, the first"
            " date that the ERP still takes, such as\n  {tenant}: {date}\nand clear the task derive of this run, with"
            " those after it: what is not in the ERP yet is then dated {date}, and says which day it is of. If it was"
            " closed by mistake, have it opened and clear the task post.",
            why=closed,
            tenant=f'"{box.erp.tenant}"',
            date=first_of_next_month(closed.entry_date or day),
        )

    def _wait(self, seconds: float) -> None:
        """Gives the worker, and its place in the ERP's pool, back until a dead worker's claim has run out."""
        from airflow.providers.standard.triggers.temporal import DateTimeTrigger

        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        self.defer(trigger=DateTimeTrigger(moment=moment), method_name="resume")
