"""What is told when a vendor, or the ledger, stayed down until a deadline: once, of all days that wait for it."""

import logging
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from airflow.sdk.exceptions import AirflowException
from psycopg import Error

from cierre.accounting_files.companies import name_of
from cierre.alerts.alert import UNCERTAIN, Alert
from cierre.alerts.people import tell
from cierre.closing.unclosed import spans
from cierre.language.say import counted, say
from cierre.ledger import board, outages
from cierre.ledger.connection import open_ledger

log = logging.getLogger(__name__)

TO_DO = (
    "Find out with the vendor's people when it answers again. A day that still waits goes on by itself. For one that"
    " has stopped, then clear the step that failed, with those after it, or backfill the days: that is safe at any"
    " time."
)


def told_together(error: BaseException | None, link: str) -> bool:
    """Tells a company's people of a vendor that is down, with every day that waits for it, once of each day.

    False where the error is of something else, or the ledger cannot be asked: then it is to be told alone.
    """
    outage = getattr(error, "outage", None)
    if error is None or outage is None:
        return False
    try:
        with open_ledger(outage.ledger_connection) as ledger:
            days = outages.take_untold(ledger, outage.company, outage.connection)
            if not days:
                told = "People were told of this day already, with all that wait for connection {connection}."
                log.info(say(told, connection=outage.connection))
                return True
            _tell(ledger, outage, days, error, link)
    except (Error, AirflowException):
        return False
    return True


def _tell(ledger: Any, outage: Any, days: Sequence[Any], error: BaseException, link: str) -> None:
    told = False
    try:
        told = tell(_alert(ledger, outage, days, error, link))
    finally:
        if not told:
            outages.give_back(ledger, days)


def _alert(ledger: Any, outage: Any, days: Sequence[Any], error: BaseException, link: str) -> Alert:
    places = {(row.box, row.business_date) for row in days}
    sent = [
        row
        for row in board.uncertain(ledger, sorted({row.box for row in days}))
        if (row.box, row.business_date) in places
    ]
    late = counted(len(places), "{n} day is NOT closed", "{n} days are NOT closed")
    state = f"{late}, {say('posting UNCERTAIN')}" if sent else late
    subject = say(
        "{company}: no usable answer from {vendor} ({connection}), {state}",
        company=name_of(outage.company),
        vendor=days[0].vendor,
        connection=outage.connection,
        state=state,
    )
    happened = [
        say("It was asked again and again until the deadline, and last said: {why}", why=error),
        *_listed(say("Stopped:"), [row for row in days if row.again_at is None]),
        *_listed(say("Still asking again, until their own deadlines:"), [row for row in days if row.again_at]),
    ]
    if sent:
        where = ", ".join(f"{row.entry_key} ({row.lot}/{row.sublot})" for row in sent)
        happened.append(say("A posting had been sent, and its outcome is not known: {where}.", where=where))
    return Alert(
        company=outage.company,
        subject=subject,
        happened="\n".join(happened),
        to_do=f"{say(TO_DO)} {say(UNCERTAIN)}" if sent else say(TO_DO),
        link=link,
        boxes={row.box for row in days},
    )


def _listed(head: str, rows: Sequence[Any]) -> list[str]:
    """The boxes under a head, each with its days; nothing without any."""
    by_box = groupby(rows, key=lambda row: row.name)
    boxes = [f"- {name}: {spans({row.business_date for row in some})}" for name, some in by_box]
    return [head, *boxes] if boxes else []
