"""Telling a company's people, by every way there is."""

import logging

from alerts import chat, mail
from alerts.alert import Alert

log = logging.getLogger(__name__)


def tell(alert: Alert) -> bool:
    """Sends an alert by mail and to the company's chats. False, with a line in the log, where nobody could be told.

    A way that fails is noted in the log and changes nothing else: neither the other ways, nor what the alert is about.
    """
    told = [_by(way.send, alert) for way in (mail, chat)]
    if not any(told):
        log.warning("Nobody was told: %s", alert.subject)
    return any(told)


def _by(send, alert: Alert) -> bool:
    try:
        return send(alert)
    except Exception as error:  # whatever a mail server or a chat does wrong must not fail what it is about
        log.error("The alert could not be sent (%s): %s", type(error).__name__, alert.subject)
        return False
