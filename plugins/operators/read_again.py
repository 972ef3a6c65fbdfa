"""Read again: what the ERP holds of closed days, beside what was posted, night after night."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.loader import cash_box, cash_boxes
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.erps import Erps
from cierre.closing.names import NO_COMPANY
from cierre.language.say import in_language, listed, say
from cierre.ledger.connection import open_ledger

LOOKS_BACK = timedelta(days=62)
"""How far back days are read again, where the ERP's open periods do not begin later: by then a month is closed."""

FRESH = timedelta(hours=20)
"""What was read less long ago is not read again in a night."""

AT_MOST = timedelta(minutes=60)
"""For how long days are read in one run; those that wait longest come first, so the next run goes on."""


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
        from cierre.accounting_files.periods import open_from
        from cierre.alerts.erp_changes import tell_what_changed
        from cierre.ledger import read_back
        from cierre.posting.look_again import at_days

        with in_language(language_of(NO_COMPANY)):
            now, until = datetime.now(UTC), time.monotonic() + AT_MOST.total_seconds()
            boxes = cash_boxes()
            first = now.date() - LOOKS_BACK
            opened = {box.id: open_from(box.erp.tenant) or first for box in boxes.values()}
            with open_ledger(self.ledger_connection) as ledger:
                days = [
                    (box, day)
                    for box, day in read_back.to_read_again(ledger, list(opened), first=first, since=now - FRESH)
                    if day >= opened[box]
                ]
                found = at_days(ledger, Erps().of, cash_box, days, lambda: time.monotonic() < until, asks=True)
            self.log.info(say("{n} of {all} closed days were read in the ERP.", n=found.days, all=len(days)))
            tell_what_changed(found, context["ti"].log_url)
            if found.left:
                raise AirflowException(
                    say("These days could not be read, and are tried again:\n{days}", days=listed(_by_box(found.left)))
                )
        return {"read": found.days, "differing": len(found.differing)}


def _by_box(sentences: Mapping[str, list[Sentence]]) -> list[Sentence]:
    return [Sentence("{box}, {what}", box=box, what=what) for box, said in sentences.items() for what in said]
