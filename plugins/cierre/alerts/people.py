"""Telling a company's people, by every way there is."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from cierre.alerts import chat, mail
from cierre.alerts.alert import Alert
from cierre.alerts.sandbox import marked
from cierre.language.say import say

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of an alert: whether anybody was told, and whether a way that there is did not work."""

    told: bool
    failed: bool


def tell(alert: Alert) -> bool:
    """Sends an alert; whether anybody could be told (see deliver)."""
    return deliver(alert).told


def deliver(alert: Alert) -> Delivery:
    """Sends an alert by mail and to the company's chats. A line in the log says so where nobody could be told.

    What is about boxes that post to the sandbox says so.

    A way that fails is noted in the log and changes nothing else: neither the other ways, nor what the alert is about.
    """
    alert = marked(alert)
    told = [_by(way.send, alert) for way in (mail, chat)]
    if not any(told):
        log.warning(say("Nobody was told: {subject}", subject=alert.subject))
    return Delivery(told=any(told), failed=None in told)


def _by(send: Callable[[Alert], bool], alert: Alert) -> bool | None:
    """Whether a way told anybody; None where it did not work."""
    try:
        return send(alert)
    except Exception as error:  # whatever a mail server or a chat does wrong must not fail what it is about
        kind = type(error).__name__
        log.error(say("The alert could not be sent ({kind}): {subject}", kind=kind, subject=alert.subject))
        return None
