"""Telling news once: what could not be sent, because a task ended or no way worked, is sent by the next run."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

import psycopg

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.findings import MappingError
from cierre.alerts.alert import Alert
from cierre.alerts.people import deliver
from cierre.language.say import in_language, say
from cierre.ledger import news
from cierre.ledger.news import Kind

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """An alert, and the numbers of the ``subjects`` that it tells of."""

    alert: Alert
    subjects: Collection[int]


def tell_once(ledger: psycopg.Connection, kind: Kind, written: Callable[[str, list[int]], list[Message]]) -> int:
    """Tells each company what of a kind it was not told yet; returns how many messages there were.

    ``written`` gives what a company is told of subjects, in the language that is spoken then; what none of its messages
    names does not hold any more, and is never told. A message counts as told where a way took it, and where nobody is
    to be told by files that are sound; one that no way took is sent again by the next run. So is one whose task ends
    after the sending and before that is noted: there is no doing both at once. So is what cannot be written while the
    company's files are wrong.
    """
    number = 0
    for company, subjects in news.untold(ledger, kind).items():
        with in_language(language_of(company)):
            try:
                messages = written(company, subjects)
            except MappingError as wrong:
                text = "What is new of {company} is told once its files are set right: {why}"
                log.warning(say(text, company=company, why=wrong))
                continue
            named = {subject for message in messages for subject in message.subjects}
            news.settle(ledger, kind, company, set(subjects) - named)
            for message in messages:
                alert = message.alert
                log.warning(f"{alert.subject}\n{alert.happened}\n{alert.to_do}")
                delivery = deliver(alert)
                if delivery.told or not delivery.failed:
                    news.settle(ledger, kind, company, message.subjects)
            number += len(messages)
    return number
