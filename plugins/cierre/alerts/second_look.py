"""What is told of closed days that their sources tell otherwise since."""

import logging
from collections import defaultdict
from collections.abc import Mapping

import psycopg

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.loader import cash_box
from cierre.alerts.alert import Alert
from cierre.alerts.news import Message, tell_once
from cierre.alerts.people import tell
from cierre.bookkeeping.second_look import Outcome
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.second_look import News, news_of
from cierre.language.say import counted, in_language, listed, say
from cierre.ledger.news import Kind

log = logging.getLogger(__name__)

MOST_DAYS = 31
MOST_SENTENCES = 5
"""How much of a long list a message names; the board and ledger.look_change have all of it."""

TO_DO = {
    Outcome.UNCHANGED: Sentence("Nothing: the source says again what was booked."),
    Outcome.TOLD: Sentence("Close the day again (trigger its date) where its books are to follow the source."),
    Outcome.PROPOSED: Sentence(
        "A correction is prepared: the day's run asks for your approval (Browse, Required Actions), and shows before,"
        " after and difference by account. Until then its books stay as they are."
    ),
    Outcome.CORRECTED: Sentence("Nothing: it is within what the box's file allows, and is being corrected."),
}
"""What people do about a day, by what follows from a look at it."""


def tell_news(ledger: psycopg.Connection, link: str) -> int:
    """Tells each box's company what looks found, once; returns how many messages there were. ``link`` leads to the
    step's log."""

    def written(company: str, look_ids: list[int]) -> list[Message]:
        by_box: dict[str, list[News]] = defaultdict(list)
        for one in news_of(ledger, company, look_ids):
            by_box[one.box.id].append(one)
        return [Message(message(of_box, link), [one.look_id for one in of_box]) for of_box in by_box.values()]

    return tell_once(ledger, Kind.LOOK, written)


def tell_left(left: Mapping[str, list[Sentence]], link: str, *, is_last: bool) -> None:
    """Logs what of boxes could not be read, and why; tells their companies in a night's last run."""
    for box_id, why in left.items():
        _tell_left(box_id, why, link, is_last=is_last)


def message(of_box: list[News], link: str) -> Alert:
    """What people are told of a box's days, in the language that is spoken now."""
    box, number = of_box[0].box, len(of_box)
    days = counted(number, "{n} day changed since it was closed", "{n} days changed since they were closed")
    if all(not news.found for news in of_box):
        days = counted(number, "{n} day is again as it was closed", "{n} days are again as they were closed")
    to_do = dict.fromkeys(say(TO_DO[news.outcome]) for news in of_box)
    return Alert(
        company=box.company,
        subject=f"{box.name}: {days}",
        happened="\n".join([*map(_told, of_box[:MOST_DAYS]), *_more_days(number - MOST_DAYS)]),
        to_do=" ".join(to_do),
        link=link,
        boxes=[box.id],
    )


def _told(news: News) -> str:
    lines = [f"{news.day}:", *([listed(map(str, news.found[:MOST_SENTENCES]))] if news.found else [])]
    if (more := len(news.found) - MOST_SENTENCES) > 0:
        lines.append(say("- and {n} more", n=more))
    return "\n".join(lines)


def _more_days(number: int) -> list[str]:
    return [counted(number, "and {n} more day", "and {n} more days")] if number > 0 else []


def _tell_left(box_id: str, why: list[Sentence], link: str, *, is_last: bool) -> None:
    try:
        box = cash_box(box_id)
    except ValueError as error:
        text = "{box}: nobody is told, its file is wrong ({kind})"
        log.error(say(text, box=box_id, kind=type(error).__name__))
        return
    with in_language(language_of(box.company)):
        subject = say("{box}: closed days could not be looked at again", box=box.name)
        log.warning(f"{subject}\n{listed(why)}")
        if is_last:
            to_do = say("Nothing, if it passes by itself: they are looked at in the next night.")
            tell(Alert(box.company, subject, listed(why[:MOST_DAYS]), to_do, link, boxes=[box.id]))
