"""Reap: addresses in the ERP that were given up are made empty, again and again until no request can still be late."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from airflow.sdk import BaseOperator

from cierre.accounting_files.companies import language_of
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.names import NO_COMPANY
from cierre.language.say import in_language, listed, say
from cierre.ledger.connection import open_ledger


class ReapOperator(BaseOperator):
    """One sweep over all boxes (cierre.closing.reap). Never touches a confirmed document; where one was only found by
    reading, copies of it go.

    One address that cannot be emptied does not keep the others waiting: all are tried, then the task fails and names
    what is left.
    """

    template_fields = ()

    def __init__(self, *, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many claims were given up, addresses emptied, and documents found at them."""
        from cierre.alerts.erp_changes import tell_what_changed, tell_what_was_swept
        from cierre.alerts.new_finding import StillWrong
        from cierre.closing.reap import reap

        link = context["ti"].log_url
        with in_language(language_of(NO_COMPANY)):
            with open_ledger(self.ledger_connection) as ledger:
                swept, looked = reap(ledger, datetime.now(UTC), partial(tell_what_was_swept, link=link))
            tell_what_changed(looked, link)
            counts = {
                "given_up": sum(map(len, swept.given_up.values())),
                "emptied": swept.emptied,
                "removed": sum(map(len, swept.removed.values())),
            }
            text = (
                "{given_up} claims were given up; {emptied} addresses are known to be empty, {removed} of them were"
                " not."
            )
            self.log.info(say(text, **counts))
            if swept.left:
                left = [Sentence("{box}, {why}", box=box, why=why) for box, whys in swept.left.items() for why in whys]
                text = "These addresses are still uncertain, and are tried again:\n{addresses}"
                addresses = [f"{box} {why.values['address']}" for box, whys in swept.left.items() for why in whys]
                raise StillWrong(say(text, addresses=listed(left)), addresses)
        return counts
