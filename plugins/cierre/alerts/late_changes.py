"""What is told when a source tells of closed days otherwise than it did when they were read."""

import psycopg

from cierre.alerts.alert import Alert
from cierre.alerts.news import Message, tell_once
from cierre.closing.late_changes import Changes, LateChanges, news_of
from cierre.language.say import counted, listed, say
from cierre.ledger.news import Kind
from cierre.ledger.session import alone

MOST_DAYS = 31
MOST_SENTENCES = 5
"""How much of a long list a message names; the board and ledger.late_change have all of it."""

TO_DO = (
    "Close each of these days again (trigger its date, or clear the task land of its run): its money is then booked on"
    " its own day, by a correction. Until then its books stay as they are, and the board shows it as changed."
)
OUT_OF_REACH = (
    "No run closes those days now: they are before the start of this box, or still to come. If a date is wrong, correct"
    " it in the source; else book that money where those days' books are kept."
)


def tell_late_changes(ledger: psycopg.Connection, link: str) -> None:
    """Tells each box's company what was noted of its days, once; ``link`` leads to the step's log. Landings of many
    boxes do it at the same time: each waits for the others, so that nobody is told twice."""

    def written(company: str, change_ids: list[int]) -> list[Message]:
        changed = news_of(ledger, company, change_ids)
        return [Message(message(changes, link), changes.change_ids) for changes in changed]

    with alone(ledger, "late changes are told"):
        tell_once(ledger, Kind.LATE_CHANGE, written)


def message(changes: LateChanges, link: str) -> Alert:
    """What people are told of a box's days, in the language that is spoken now."""
    happened, to_do = [], []
    if changes.days:
        told = say(
            "The source now tells of closed days what it did not when they were read:\n{days}",
            days=_listed(changes.days),
        )
        happened.append(told)
        to_do.append(say(TO_DO))
    if changes.out_of_reach:
        told = say(
            "The source dates money on days that are not closed here:\n{days}", days=_listed(changes.out_of_reach)
        )
        happened.append(told)
        to_do.append(say(OUT_OF_REACH))
    number = len(changes.days) + len(changes.out_of_reach)
    days = counted(number, "{n} day changed since it was closed", "{n} days changed since they were closed")
    if not changes.days:
        days = counted(number, "money of {n} day that is not closed here", "money of {n} days that are not closed here")
    return Alert(
        company=changes.box.company,
        subject=f"{changes.box.name}: {days}",
        happened="\n".join(happened),
        to_do=" ".join(to_do),
        link=link,
        boxes=[changes.box.id],
    )


def _listed(days: Changes) -> str:
    lines = []
    for day, why in list(days.items())[:MOST_DAYS]:
        lines.append(f"{day}:")
        lines.append(listed(why[:MOST_SENTENCES]))
        if len(why) > MOST_SENTENCES:
            lines.append(say("- and {n} more", n=len(why) - MOST_SENTENCES))
    if len(days) > MOST_DAYS:
        lines.append(counted(len(days) - MOST_DAYS, "and {n} more day", "and {n} more days"))
    return "\n".join(lines)
