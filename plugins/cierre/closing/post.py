"""Post: what the ERP holds of the day becomes what the ledger says, exactly once."""

import logging
import os
import socket
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg

from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.corrections import first_of_next_month
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.erp_site import books_to_post, known_site, say_where
from cierre.closing.refusal import Refused
from cierre.closing.stage import staged_landing
from cierre.closing.wiring import erp_hook, erp_of
from cierre.language.say import listed, say
from cierre.ledger import approvals, board, capabilities
from cierre.ports.errors import PeriodClosedError
from cierre.posting.originals import EditedError
from cierre.posting.protocol import Poster

log = logging.getLogger(__name__)

NOT_KNOWN = (
    "What was sent may stand in the ERP: until this task has run again, which first empties every address whose"
    " outcome is not known, the day is uncertain; enter nothing by hand."
)


def post(box: CashBox, day: date, ledger: psycopg.Connection, sleep: Callable[[float], None]) -> dict[str, Any]:
    """Posts the day's current revision by the posting protocol; sends nothing where the ERP already has it.

    Goes by what a probe found out about the ERP's site: raises Refused where nothing can be proved there, where a
    person has yet to approve the books, where the day was landed again since they were made, where what a correction
    reverses was changed in the ERP, or where the ERP says that the period is closed. ``sleep`` takes seconds: a dead
    worker's claim is waited for.
    """
    revision = books_to_post(box, day, ledger)
    staged_landing(box, day, ledger)
    # What may be somebody else's is for the posting to say: what was in doubt may have been settled since.
    questions = approvals.unapproved(ledger, box, revision)
    if asked := [one for reason, one in questions.items() if reason not in (Reason.TAKE_OVER, Reason.OLD_LOT)]:
        raise Refused(
            box,
            day,
            "nothing is posted before a person approves: {reasons}. Clear the task derive of this run, with those"
            " after it: then approve asks.",
            reasons="; ".join(map(say, asked)),
        )
    where = say_where(box, ledger)
    _must_be_provable(box, day, ledger)
    erp, site = erp_hook(box), known_site(box, ledger)
    worker = f"{socket.gethostname()}:{os.getpid()}"
    poster = Poster(ledger, erp, worker, site, sleep)
    try:
        revision = poster.converge(revision)
    except PeriodClosedError as closed:
        raise _period_is_closed(box, day, closed) from closed
    except EditedError as edited:
        raise _was_edited(box, day, edited) from edited
    log.info(say("The ERP holds revision {revision} of the day.", revision=revision.revision))
    return {"revision": revision.revision} | where


def where_the_books_stand(box: CashBox, day: date, ledger: psycopg.Connection) -> Sentence:
    """What of the day's postings is uncertain, as the ledger knows it."""
    rows = [row for row in board.uncertain(ledger, [box.id]) if row.business_date == day]
    if not rows:
        return Sentence("Nothing that was sent is uncertain.")
    entries = ", ".join(f"{row.entry_key} ({row.lot}/{row.sublot})" for row in rows)
    return Sentence("Uncertain is {entries}. {unknown}", entries=entries, unknown=Sentence(NOT_KNOWN))


def _must_be_provable(box: CashBox, day: date, ledger: psycopg.Connection) -> None:
    known = capabilities.of(ledger, box.erp.connection, box.erp.tenant)
    essential = (one for one in erp_of(box).probe.load().assumptions.values() if one.obstacle)
    if obstacles := [one.obstacle for one in essential if one.name in known.lacking]:
        raise Refused(
            box,
            day,
            "nothing is posted to {erp}: {obstacles}. So a probe found on {probed}. Have the ERP"
            " set right, probe it again (DAG erp_probe), then clear the task post of this run.",
            erp=box.erp.connection,
            obstacles="; ".join(map(say, obstacles)),
            probed=f"{known.probed_at:%Y-%m-%d}",
        )


def _was_edited(box: CashBox, day: date, edited: EditedError) -> Refused:
    """What to do where somebody changed in the ERP what the correction reverses."""
    return Refused(
        box,
        day,
        "nothing is posted: what the correction reverses was changed in the ERP since it was posted:\n{lines}\nHave"
        " its own people set that back there, to what was posted; then clear the task post of this run, which reads"
        " it again before it sends anything. What was approved stays approved.",
        lines=listed(edited.lines),
    )


def _period_is_closed(box: CashBox, day: date, closed: PeriodClosedError) -> Refused:
    """What to do where the ERP says that a period is closed which periods.yaml has as open."""
    return Refused(
        box,
        day,
        "{why} If its period is closed for good, write in include/mappings/periods.yaml, under open_from, the first"
        " date that the ERP still takes, such as\n  {tenant}: {date}\nand clear the task derive of this run, with"
        " those after it: what is not in the ERP yet is then dated {date}, and says which day it is of. If it was"
        " closed by mistake, have it opened and clear the task post.",
        why=closed,
        tenant=f'"{box.erp.tenant}"',
        date=first_of_next_month(closed.entry_date or day),
    )
