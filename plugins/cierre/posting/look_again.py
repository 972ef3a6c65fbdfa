"""Looking again: closed days whose ERP can be read are reconciled anew, so that no green sign outlives its truth.

A day is looked at while a request that was given up may still be carried out, after an address of it was emptied, and
once a night. What is found is kept, and told, only where it is news.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say
from cierre.ledger import capabilities, read_back as stored, revisions
from cierre.ledger.session import BoxDayBusy, box_day
from cierre.ports.erp import ReadableErp
from cierre.ports.errors import VendorError
from cierre.posting.verification import Reconciled, reconcile

log = logging.getLogger(__name__)

MISSES = 3
"""After so many days in a row that the ERP did not answer for, it is left alone until the next time; after one by a
sweep, which must not take long."""

ErpOf = Callable[[str], ReadableErp]
BoxOf = Callable[[str], CashBox]


@dataclass
class Looked:
    """What looking again found, in sentences by the box's id: days that differ in the ERP since, days that were put
    right there, documents that came late and were removed, days that could not be looked at. ``days`` counts those that
    were."""

    days: int = 0
    differing: dict[str, list[Sentence]] = field(default_factory=lambda: defaultdict(list))
    put_right: dict[str, list[Sentence]] = field(default_factory=lambda: defaultdict(list))
    removed: dict[str, list[Sentence]] = field(default_factory=lambda: defaultdict(list))
    left: dict[str, list[Sentence]] = field(default_factory=lambda: defaultdict(list))


def at_watched_days(connection: psycopg.Connection, erp_of: ErpOf, box_of: BoxOf, since: datetime) -> Looked:
    """Looks at the days where a request may still come late, and at those of which an address was looked at ``since``.

    ``erp_of`` and ``box_of`` take a box's id, and may raise as the ERP may (VendorError), or ValueError.
    """
    return at_days(connection, erp_of, box_of, stored.watched(connection, since), most_misses=1)


def at_days(
    connection: psycopg.Connection,
    erp_of: ErpOf,
    box_of: BoxOf,
    days: Iterable[tuple[str, date]],
    goes_on: Callable[[], bool] = lambda: True,
    most_misses: int = MISSES,
    asks: bool = False,
) -> Looked:
    """Looks at days, as long as it ``goes_on``; one that cannot be looked at does not keep the others waiting.

    ``asks``: a site of which nobody knows whether it can be read is asked, and what it says is noted.
    """
    looked, misses = Looked(), 0
    for box_id, day in days:
        if misses == most_misses or not goes_on():
            break
        try:
            _look(connection, erp_of, box_of(box_id), day, looked, asks=asks)
            misses = 0
        except BoxDayBusy:
            log.info(say("{box}, {day}: the day is being closed right now; its own run reads it.", box=box_id, day=day))
        except (VendorError, ValueError) as error:
            misses += isinstance(error, VendorError)
            looked.left[box_id].append(Sentence("{day}: {why}", day=day, why=error))
    return looked


def _look(
    connection: psycopg.Connection, erp_of: ErpOf, box: CashBox, day: date, looked: Looked, *, asks: bool
) -> None:
    if not capabilities.of(connection, box.erp.connection, box.erp.tenant).read_back and (
        not asks or capabilities.was_asked(connection, box.erp.connection, "read_back")
    ):
        return
    with box_day(connection, box.id, day, wait="1s"):
        revision = revisions.current(connection, box.id, day)
        if revision is None:
            return
        if revisions.unacknowledged_entries(connection, revision):
            told = "{box}, {day}: the ERP does not hold revision {revision} yet; the day is read once it is posted."
            log.info(say(told, box=box.id, day=day, revision=revision.revision))
            return
        found = reconcile(connection, erp_of(box.id), box, day, revision, only_news=True, asks=asks)
    if found.read_back is None:
        return
    looked.days += 1
    if found.read_back.removed:
        told = "{address}: {n} documents of a request that was carried out late"
        looked.removed[box.id].append(Sentence(told, address=day, n=found.read_back.removed))
    if found.run_id is None:
        return
    if found.state == "discrepancy":
        looked.differing[box.id] += _told(day, found)
    else:
        looked.put_right[box.id].append(Sentence("{day}: what the ERP holds is what was posted again", day=day))


def _told(day: date, found: Reconciled) -> list[Sentence]:
    said = (found.read_back.discrepancies if found.read_back else []) or found.differing
    return [Sentence("{day}: {what}", day=day, what=sentence) for sentence in said]
