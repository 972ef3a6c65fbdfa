"""What is told of an ERP whose master data differ from the accountants' files, or ask for something to be done."""

import logging
from collections import defaultdict
from collections.abc import Iterable

import psycopg

from cierre.accounting_files.companies import language_of
from cierre.alerts.alert import Alert
from cierre.alerts.news import Message, tell_once
from cierre.alerts.people import tell
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.master_data import News, Tenant, news_of
from cierre.language.say import counted, in_language, listed, say
from cierre.ledger.news import Kind

log = logging.getLogger(__name__)

MOST_SENTENCES = 30
"""How much of a long list a message names; the board has all of it."""

TO_DO = Sentence(
    "Have it set right in the ERP, or write it into the files; what the ERP would refuse is told at derive, and nothing"
    " of such a day is posted. The work lists of the board keep it until it is gone."
)
NOT_READ = Sentence("Nothing, if it passes by itself: they are read again in the next night.")


def tell_news(ledger: psycopg.Connection, link: str) -> int:
    """Tells each company of its tenants what was not known before, once; returns how many messages there were. ``link``
    leads to the step's log."""

    def written(company: str, finding_ids: list[int]) -> list[Message]:
        return [
            Message(message(one, link), [found.finding_id for found in one.found])
            for one in news_of(ledger, company, finding_ids)
        ]

    return tell_once(ledger, Kind.MASTER_FINDING, written)


def tell_left(left: Iterable[tuple[Tenant, Iterable[CashBox], Sentence]], link: str) -> None:
    """Tells each company which of its tenants could not be read, and why."""
    for tenant, all_boxes, why in left:
        for boxes in _by_company(all_boxes):
            with in_language(language_of(boxes[0].company)):
                subject = say("{tenant}: the ERP's master data could not be read", tenant=tenant.name)
                log.warning(f"{subject}\n{say(why)}")
                tell(Alert(boxes[0].company, subject, say(why), say(NOT_READ), link, boxes=[box.id for box in boxes]))


def message(news: News, link: str) -> Alert:
    """What people are told of a tenant, in the language that is spoken now."""
    number = len(news.found)
    found = counted(number, "{n} thing found in the ERP's master data", "{n} things found in the ERP's master data")
    happened = listed(one.finding.sentence for one in news.found[:MOST_SENTENCES])
    if (more := number - MOST_SENTENCES) > 0:
        happened += "\n" + say("- and {n} more", n=more)
    return Alert(
        company=news.boxes[0].company,
        subject=f"{news.tenant.name}: {found}",
        happened=happened,
        to_do=say(TO_DO),
        link=link,
        boxes=[box.id for box in news.boxes],
    )


def _by_company(boxes: Iterable[CashBox]) -> list[list[CashBox]]:
    by_company: dict[str, list[CashBox]] = defaultdict(list)
    for box in boxes:
        by_company[box.company].append(box)
    return list(by_company.values())
