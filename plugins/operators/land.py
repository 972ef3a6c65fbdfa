"""Land: the source's answer for the day, whole, as it came, with the source's own word that it is complete."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from cierre.bookkeeping.cash_box import CashBox
from cierre.language.say import say
from cierre.ports.errors import RetriableError
from operators.form import IN_BUSINESS_HOURS
from operators.links import DayLink, SourceLink
from operators.step import CashCloseStep

if TYPE_CHECKING:
    import psycopg


PATIENCE = timedelta(minutes=10)
"""How long a wait that a vendor asks for is left to the task's retries; a longer one is waited for without a worker."""


class LandOperator(CashCloseStep):
    """Gets the source's answer for the day, and keeps it with what the box's part sums to and its certificate.

    Where a source is read for a whole company, the first box asks and the others take what lies there; a box that
    took it before asks anew, since whoever runs a day again wants to see what changed. Waits until the day is over in
    the box's own zone when the schedule is ahead of it. An answer that is not whole never gets in: the hook raises
    first. One that the source's own figures contradict is kept, with both figures, and goes no further.
    """

    about = "the source's answer was being landed"
    reads = True
    operator_extra_links = (DayLink(), SourceLink())
    answers_for_it: str | None = None
    link = ""

    def execute(self, context: Any) -> dict[str, Any]:
        """As every step; a person who lets a vendor be asked in its business hours is put on the record by name."""
        run = context["dag_run"]
        if context["params"].get(IN_BUSINESS_HOURS):
            self.answers_for_it = run.triggering_user_name or run.run_id
        self.link = getattr(context.get("ti"), "log_url", "")
        return super().execute(context)

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Lands the day; where the vendor asks to be left alone for long, waits for it without a worker."""
        return self._land(box, day, ledger, dry_run=False)

    def rehearse(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """What the source says is kept; the day goes on being read from what was landed before."""
        return self._land(box, day, ledger, dry_run=True)

    def _land(self, box: CashBox, day: date, ledger: "psycopg.Connection", *, dry_run: bool) -> dict[str, Any]:
        from cierre.closing.land import land

        try:
            return land(
                box,
                day,
                ledger,
                answers_for_it=self.answers_for_it,
                tell=partial(self._tell, ledger),
                tell_keys=partial(self._tell_keys, ledger, box, day),
                dry_run=dry_run,
            )
        except RetriableError as later:
            if (later.retry_after or 0) > PATIENCE.total_seconds():
                self._wait(later)
            raise

    def vendor_connection(self, box: CashBox) -> str:
        """The source's."""
        return box.connection

    def _tell(self, ledger: "psycopg.Connection") -> None:
        from cierre.ledger.news import Kind, untold

        if not untold(ledger, Kind.LATE_CHANGE):
            return
        # Only now: what mails and chats need takes a tenth of a landing to import.
        from cierre.alerts.late_changes import tell_late_changes

        tell_late_changes(ledger, self.link)

    def _tell_keys(self, ledger: "psycopg.Connection", box: CashBox, day: date, keys: Mapping[str, int]) -> None:
        from cierre.alerts.keys_of_no_box import tell_new_keys

        tell_new_keys(ledger, box, day, keys, self.link)

    def _wait(self, asked_for: RetriableError) -> None:
        """Gives the worker back until the vendor may be asked again: after its business hours, on its next day."""
        from operators.at_work.waiting import wait_until

        moment = datetime.now(UTC) + timedelta(seconds=asked_for.retry_after or 0)
        until = f"{moment:%Y-%m-%d %H:%M} UTC"
        self.log.info(say("{why} This task waits until {until}.", why=asked_for, until=until))
        wait_until(moment, self)
