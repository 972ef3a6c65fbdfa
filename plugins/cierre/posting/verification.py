"""Reconciling a day: all its stages side by side, the ERP as it was read where that can be done.

The step reconcile does it when a day is closed; whoever looks at a closed day again does the same.
"""

import logging
from dataclasses import dataclass
from datetime import date

import psycopg

from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.reconcile import Comparison
from cierre.language.say import say
from cierre.ledger import approvals, capabilities, read_back, reconciliation
from cierre.ledger.capabilities import Capability
from cierre.ledger.revisions import Revision
from cierre.ports.erp import ReadableErp
from cierre.ports.errors import FatalError, VendorError
from cierre.posting.read_back import ReadBack, verify

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of it. ``state``: reconciled, no activity or discrepancy. ``differing``: the comparisons that nobody
    accepted; ``read_back``: None where the ERP could not be read; ``run_id``: None where it was no news, so not kept.
    """

    state: str
    comparisons: list[Comparison]
    differing: list[Comparison]
    read_back: ReadBack | None
    run_id: int | None


def reconcile(
    connection: psycopg.Connection,
    erp: ReadableErp,
    box: CashBox,
    day: date,
    revision: Revision,
    *,
    only_news: bool = False,
    asks: bool = False,
) -> Reconciled:
    """Compares and keeps the day's stages. Works under the lock of the box's day.

    ``only_news``: kept only where it says something else than the day's last reconciliation; ``asks``: see read. Raises
    VendorError where the ERP is known to be readable and does not answer now.
    """
    found = read(connection, erp, box, day, asks=asks)
    comparisons = reconciliation.compare_day(connection, revision)
    if found:
        comparisons += found.comparisons
    differences = found.differences if found else []
    differing = _unaccepted([row for row in comparisons if not row.agrees], box, connection, revision)
    active = any(row.left_rows or row.right_rows for row in comparisons)
    state = "discrepancy" if differing else "reconciled" if active else "no activity"
    run_id = None
    if not only_news or reconciliation.is_news(connection, revision, state, comparisons, differences):
        run_id = reconciliation.keep(connection, revision, state, comparisons, differences)
    return Reconciled(state, comparisons, differing, found, run_id)


def read(
    connection: psycopg.Connection, erp: ReadableErp, box: CashBox, day: date, *, asks: bool = False
) -> ReadBack | None:
    """What the ERP says it holds of the day; None where it cannot be read.

    Where nobody knows whether the site can be read, that is found out if it ``asks``: it can where it says what was
    posted there. What came of it is kept as a probe's finding is.
    """
    known = capabilities.of(connection, box.erp.connection, box.erp.tenant)
    if known.read_back:
        return _read_as_known(connection, erp, box, day, keeps_keys=known.key_kept)
    if not asks or capabilities.was_asked(connection, box.erp.connection, "read_back"):
        return None
    return _ask(connection, erp, box, day) if read_back.posted(connection, box.id, day) else None


def _read_as_known(
    connection: psycopg.Connection, erp: ReadableErp, box: CashBox, day: date, *, keeps_keys: bool
) -> ReadBack | None:
    try:
        found = verify(connection, erp, box, day, keeps_keys=keeps_keys)
    except FatalError as error:
        told = "The ERP cannot be read: {why}. Its acknowledgements count alone."
        log.warning(say(told, why=error.message))
        return None
    if found is None:
        told = "The ERP can no longer be read, as a probe once found it could: its acknowledgements count alone."
        log.warning(say(told))
    return found


def _ask(connection: psycopg.Connection, erp: ReadableErp, box: CashBox, day: date) -> ReadBack | None:
    try:
        found = verify(connection, erp, box, day)
    except VendorError as error:
        told = "Whether the ERP can be read is not known yet: {why}. Its acknowledgements count alone."
        log.warning(say(told, why=error.message))
        return None
    if found is None:
        seen = f"the site did not offer the query when {box.id} {day} was to be read"
        _note(connection, box, Capability("read_back", False, seen))
        log.info(say("The ERP does not offer to be read: its acknowledgements count alone."))
        return None
    if found.proved:
        seen = f"{found.verified[0]} of {found.posted[0]} documents of {box.id} {day} were read as they were posted"
        _note(connection, box, Capability("read_back", True, seen))
        log.info(say("The ERP can be read: from now on the lines that it holds are compared with what was posted."))
        return found
    return None


def _note(connection: psycopg.Connection, box: CashBox, capability: Capability) -> None:
    capabilities.save(connection, box.erp.connection, box.erp.tenant, [capability])


def _unaccepted(
    differing: list[Comparison], box: CashBox, connection: psycopg.Connection, revision: Revision
) -> list[Comparison]:
    """The differences without those that a person accepted before posting: never one against the ERP."""
    limit = box.approvals.discrepancy_up_to
    if limit is None or not differing or Reason.DISCREPANCY not in approvals.approved(connection, box, revision):
        return differing
    return [row for row in differing if row.right.startswith("ERP") or abs(row.left_net - row.right_net) > limit]
