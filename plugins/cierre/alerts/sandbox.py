"""Alerts about boxes that post to the sandbox: nobody is to take them for news of real books."""

import logging
from dataclasses import replace

from cierre.alerts.alert import Alert
from cierre.language.say import say
from cierre.ledger import identity
from cierre.ledger.connection import open_ledger

log = logging.getLogger(__name__)

LEDGER = "ledger_db"
"""The Airflow connection of the ledger, which knows to which site a box posts."""


def marked(alert: Alert) -> Alert:
    """The alert, marked as the sandbox's where a box that it is about posts there, in the language that is spoken now.

    As it is where the ledger cannot be asked: to be told weighs more.
    """
    if not alert.boxes:
        return alert
    try:
        names = _posting_to_sandbox(list(alert.boxes))
    except Exception as error:  # whatever it is, the alert must go out
        kind = type(error).__name__
        log.warning(say("Whether this is of the sandbox, the ledger could not be asked ({kind}).", kind=kind))
        return alert
    if not names:
        return alert
    told = (
        "{boxes}: posts to the sandbox that comes with Cierre, so no real books hold it."
        if len(names) == 1
        else "{boxes}: post to the sandbox that comes with Cierre, so no real books hold them."
    )
    return replace(
        alert,
        subject=f"[{say('SANDBOX')}] {alert.subject}",
        happened=f"{alert.happened}\n{say(told, boxes=', '.join(names))}",
    )


def _posting_to_sandbox(boxes: list[str]) -> list[str]:
    """The names of those of these boxes that post to the sandbox."""
    with open_ledger(LEDGER) as ledger:
        return list(identity.posting_to_sandbox(ledger, boxes).values())
