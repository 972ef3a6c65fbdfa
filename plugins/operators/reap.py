"""Reap: addresses in the ERP that were given up are made empty, again and again until no request can still be late."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box, cash_box_ids
from cierre.alerts.alert import Alert
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.erps import Erps
from cierre.closing.names import NO_COMPANY
from cierre.language.say import in_language, listed, say
from cierre.ledger.connection import open_ledger

if TYPE_CHECKING:
    from cierre.bookkeeping.cash_box import CashBox
    from cierre.posting.sweep import LastCall, Swept

GIVEN_UP = "a posting UNCERTAIN since its task was killed was given up"
RUN_AGAIN = "Run the day again (clear its step post): the address is emptied first, then the entry is posted."


class ReapOperator(BaseOperator):
    """One sweep over all boxes (cierre.posting.sweep). Never touches a confirmed document: no address is used twice.

    One address that cannot be emptied does not keep the others waiting: all are tried, then the task fails and names
    what is left.
    """

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many claims were given up, addresses emptied, and documents found at them."""
        with in_language(language_of(NO_COMPANY)):
            return self._sweep(context)

    def _sweep(self, context: Any) -> dict[str, int]:
        from cierre.alerts.erp_changes import tell_what_changed
        from cierre.ledger import attempts
        from cierre.posting import look_again
        from cierre.posting.sweep import sweep

        with open_ledger(self.ledger_connection) as ledger:
            erps = Erps(ledger)
            began = attempts.clock(ledger)
            swept = sweep(ledger, erps.of, self._last_calls(datetime.now(UTC)), erps.site_of)
            self._tell(swept, context["ti"].log_url)
            # What came late may stand beside a day's own document until it is looked for: so it is, before and after.
            looked = look_again.at_watched_days(ledger, erps.of, cash_box, began)
        removed = sum(map(len, swept.removed.values()))
        given_up = sum(map(len, swept.given_up.values()))
        told = "{given_up} claims were given up; {emptied} addresses are known to be empty, {removed} of them were not."
        self.log.info(say(told, given_up=given_up, emptied=swept.emptied, removed=removed))
        tell_what_changed(looked, context["ti"].log_url)
        for box, unread in looked.left.items():
            self.log.warning(say("{box}: not read again: {days}", box=box, days=listed(unread)))
        for box, sentences in swept.waiting.items():
            for why in sentences:
                self.log.warning(say("Waits for a person: {box}, {why}", box=box, why=why))
        if swept.left:
            left = (
                Sentence("{box}, {why}", box=box, why=why) for box, all_of_it in swept.left.items() for why in all_of_it
            )
            told = "These addresses are still uncertain, and are tried again:\n{addresses}"
            raise AirflowException(say(told, addresses=listed(left)))
        return {"given_up": given_up, "emptied": swept.emptied, "removed": removed}

    def _tell(self, swept: "Swept", link: str) -> None:
        """Mails each box's company what was found, once: documents that came late, postings that nobody finished."""
        from cierre.alerts.erp_changes import CAME_LATE, NOTHING_TO_DO
        from cierre.alerts.people import tell

        for found, subject, to_do in (
            (swept.removed, Sentence(CAME_LATE), Sentence(NOTHING_TO_DO)),
            (swept.given_up, Sentence(GIVEN_UP), Sentence(RUN_AGAIN)),
        ):
            for box_id, sentences in found.items():
                try:
                    box = cash_box(box_id)
                except ValueError as error:
                    told = "{box}: nobody is told, its file is wrong ({kind})"
                    self.log.error(say(told, box=box_id, kind=type(error).__name__))
                    continue
                with in_language(language_of(box.company)):
                    happened = "\n".join(map(say, sentences))
                    tell(Alert(box.company, f"{box.name}: {say(subject)}", happened, say(to_do), link, boxes=[box.id]))

    def _last_calls(self, now: datetime) -> "list[LastCall]":
        calls = []
        for box_id in cash_box_ids():
            try:
                calls.append(last_call(cash_box(box_id), now))
            except MappingError as error:
                self.log.warning(str(error))
        return [call for call in calls if call]


def last_call(box: "CashBox", now: datetime) -> "LastCall | None":
    """The month that the box's ERP closes within a day of ``now`` (aware), if its file says when it does."""
    from cierre.posting.sweep import LastCall

    last = now.astimezone(box.zone).date().replace(day=1) - timedelta(days=1)
    locks_on = box.erp.locks_on(last)
    if locks_on is None:
        return None
    lock = datetime.combine(locks_on, time.min, box.zone)
    since = lock - timedelta(days=1)
    return LastCall(box.id, last.replace(day=1), last, since) if since <= now < lock else None
