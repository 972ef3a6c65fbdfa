"""What is told when a source tells of closed days otherwise than it did when they were read."""

import logging
from dataclasses import replace

from cierre.alerts.alert import Alert
from cierre.alerts.people import tell
from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.late_changes import Changes, LateChanges
from cierre.language.say import counted, listed, say

log = logging.getLogger(__name__)

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


def tell_late_changes(box: CashBox, changes: LateChanges, link: str) -> None:
    """Tells of days that were closed and are told otherwise now: in the log, and once to the company's people; ``link``
    leads to the step's log."""
    if alert := message(box, changes):
        log.warning(f"{alert.subject}\n{alert.happened}\n{alert.to_do}")
        tell(replace(alert, link=link))


def message(box: CashBox, changes: LateChanges) -> Alert | None:
    """What people are told of it, in the language that is spoken now; None where there is nothing to tell."""
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
    if not happened:
        return None
    number = len(changes.days) + len(changes.out_of_reach)
    days = counted(number, "{n} day changed since it was closed", "{n} days changed since they were closed")
    if not changes.days:
        days = counted(number, "money of {n} day that is not closed here", "money of {n} days that are not closed here")
    return Alert(
        company=box.company,
        subject=f"{box.name}: {days}",
        happened="\n".join(happened),
        to_do=" ".join(to_do),
        boxes=[box.id],
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
