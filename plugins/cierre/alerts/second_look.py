"""What is told of closed days that their sources tell otherwise since."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.loader import cash_box
from cierre.alerts.alert import Alert
from cierre.alerts.people import deliver, tell
from cierre.bookkeeping.second_look import Outcome
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.second_look import News
from cierre.language.say import counted, in_language, listed, say

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


def tell_news(news: Iterable[News], link: str, note_told: Callable[[list[int]], None]) -> None:
    """Tells each box's company of what looks found, and notes by their numbers those that were told: what no way could
    send is told by the next run. ``link`` leads to the step's log."""
    by_box: dict[str, list[News]] = defaultdict(list)
    for one in news:
        by_box[one.box.id].append(one)
    for of_box in by_box.values():
        with in_language(language_of(of_box[0].box.company)):
            alert = message(of_box, link)
            log.warning(f"{alert.subject}\n{alert.happened}\n{alert.to_do}")
            delivery = deliver(alert)
            if delivery.told or not delivery.failed:
                note_told([one.look_id for one in of_box])


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
