"""The sweep: every address in the ERP that was given up is made empty again, until no request can still be late."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import psycopg

from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from cierre.ledger import attempts, revisions
from cierre.ledger.attempts import Attempt
from cierre.ledger.session import BoxDayBusy, box_day
from cierre.ports.erp import Erp, site_of
from cierre.ports.errors import PeriodClosedError, VendorError
from cierre.posting.proof import GoneError, NotOursError
from cierre.posting.reap import reap
from cierre.posting.site import Site

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LastCall:
    """A period of a box that the ERP is about to close: what was given up on its dates is emptied once more.

    ``since`` is the instant from which an emptying counts as that last one.
    """

    box: str
    first: date
    last: date
    since: datetime


@dataclass
class Swept:
    """What a sweep did, in sentences by the box's id: claims given up, what was removed, what is ``gone`` that was
    taken for posted, what is left, and what waits for a person's decision or for a period to be opened again.

    ``emptied`` counts the addresses that are known to be empty now, ``elsewhere`` those at another site of the ERP than
    their box's present one: nothing is asked of this one about them, and they wait.
    """

    emptied: int = 0
    elsewhere: int = 0
    given_up: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    removed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    gone: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    left: dict[str, list[Sentence]] = field(default_factory=lambda: defaultdict(list))
    waiting: dict[str, list[Sentence]] = field(default_factory=lambda: defaultdict(list))


def sweep(
    connection: psycopg.Connection,
    erp_of: Callable[[str], Erp],
    last_calls: Sequence[LastCall] = (),
    site_of_box: Callable[[str], Site] = lambda box: Site(),
) -> Swept:
    """Gives up claims that nobody came back for, then empties every given-up address that is due.

    ``erp_of`` gives a box's ERP by the box's id, ``site_of_box`` what is known of its site; each may raise, as the ERP
    may, a VendorError or a ValueError (a box whose file is gone): that address is left for the next sweep, and the
    others go on.
    """
    swept = Swept()
    _give_up_abandoned(connection, swept)
    due = {attempt.attempt_id: (box, attempt) for box, attempt in attempts.due_for_reap(connection)}
    for call in last_calls:
        for attempt in attempts.not_reaped_since(
            connection, call.box, first=call.first, last=call.last, since=call.since
        ):
            due[attempt.attempt_id] = (call.box, attempt)
    for box, attempt in due.values():
        try:
            erp, site = erp_of(box), site_of_box(box)
        except (VendorError, ValueError) as error:
            swept.left[box].append(Sentence("{address}: {why}", address=attempt.address, why=error))
            continue
        if None not in (attempt.site, site_of(erp)) and attempt.site != site_of(erp):
            swept.elsewhere += 1
        else:
            _empty(connection, erp, site, box, attempt, swept)
    if swept.elsewhere:
        told = (
            "{n} addresses that were given up are at other sites of the ERP than their cash boxes post to now: nothing"
            " is asked there, and they wait until a box posts there again."
        )
        log.info(say(told, n=swept.elsewhere))
    return swept


def _empty(connection: psycopg.Connection, erp: Erp, site: Site, box: str, attempt: Attempt, swept: Swept) -> None:
    try:
        found = reap(connection, erp, attempt, site)
    except GoneError as error:
        entry = revisions.entry_of(connection, attempt.entry_id)
        swept.gone[box].append(Sentence("{day}: {what}", day=entry.business_date, what=error.message))
        return
    except (VendorError, ValueError) as error:
        told = Sentence("{address}: {why}", address=attempt.address, why=error)
        # What the ERP refused left nothing as far as it says; a document that may be somebody else's is a person's.
        waits = isinstance(error, NotOursError) or (
            isinstance(error, PeriodClosedError) and attempt.state == "rejected" and attempt.reaped_at
        )
        (swept.waiting if waits else swept.left)[box].append(told)
        return
    if found is None:
        return
    swept.emptied += 1
    if found:
        swept.removed[box].append(
            Sentence(
                "{address}: {n} documents of a request that was carried out late", address=attempt.address, n=found
            )
        )


def _give_up_abandoned(connection: psycopg.Connection, swept: Swept) -> None:
    for box, day, attempt in attempts.abandoned(connection):
        try:
            with box_day(connection, box, day, wait="1s"):
                if attempts.doom(connection, attempt, attempts.ITS_WORKER_ENDED):
                    swept.given_up[box].append(Sentence("{day}: {address}", day=day, address=attempt.address))
        except BoxDayBusy:
            told = "{box}, {day}: the day is being closed right now; its own run clears {address}."
            log.info(say(told, box=box, day=day, address=attempt.address))
