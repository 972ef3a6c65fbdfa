"""Where a box's books go now: the ERP's site, and what is known of it."""

import logging
from dataclasses import replace
from datetime import date

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.master_data import opened_from
from cierre.closing.refusal import Refused
from cierre.closing.wiring import erp_hook
from cierre.language.say import say
from cierre.ledger import capabilities, identity, revisions
from cierre.ledger.revisions import Revision
from cierre.posting.site import Site

log = logging.getLogger(__name__)


def erp_site(box: CashBox) -> str:
    """The site that the box's connection of the ERP leads to; nothing is asked there. Raises FatalError where the
    connection cannot be used."""
    return erp_hook(box).site


def say_where(box: CashBox, ledger: psycopg.Connection) -> dict[str, str | bool]:
    """Says in the log, and returns for the run, to which site the box posts; keeps whether it is the sandbox's.

    Raises FatalError where the connection cannot be used.
    """
    erp = erp_hook(box)
    identity.note_erp(ledger, erp.site, is_sandbox=erp.is_sandbox)
    told = "The ERP: {site} (connection {connection})."
    if erp.is_sandbox:
        told = "The ERP: {site} (connection {connection}) is the SANDBOX; no real books hold the day."
    level = logging.WARNING if erp.is_sandbox else logging.INFO
    log.log(level, say(told, connection=box.erp.connection, site=erp.site))
    return {"erp_site": erp.site, "sandbox": erp.is_sandbox}


def known_site(box: CashBox, ledger: psycopg.Connection) -> Site:
    """What posting must know of the box's site: what a probe found out, the box's policy, the ERP's open periods."""
    found = site_of_tenant(ledger, box.erp.connection, box.erp.tenant)
    return replace(
        found,
        correction=box.erp.correction,
        open_from=opened_from(ledger, box),
        history=box.erp.limits.history,
    )


def site_of_tenant(ledger: psycopg.Connection, connection: str, tenant: str) -> Site:
    """What a probe found out about a tenant behind a connection of the ERP, and this ledger's own id."""
    known = capabilities.of(ledger, connection, tenant)
    return Site(
        alphanumeric_sublots=known.alphanumeric_sublots,
        own_reversal_address=known.own_reversal_address,
        reversals_probed=known.probed_at is not None,
        atomic_insert=known.atomic_insert,
        readable=known.read_back,
        ledger_id=revisions.ledger_id(ledger),
    )


def books_to_post(box: CashBox, day: date, ledger: psycopg.Connection) -> Revision:
    """A day's books as they must be to go out now: dated by the periods as they are, for the site that the box posts
    to now. Raises Refused where there are none yet."""
    books, limit = current_books(box, day, ledger), box.erp.limits.history
    return revisions.placed(ledger, books, erp_site(box), opened_from(ledger, box), limit)


def current_books(box: CashBox, day: date, ledger: psycopg.Connection) -> Revision:
    """A day's current revision, as it was frozen. Raises Refused where nothing was derived yet."""
    revision = revisions.current(ledger, box.id, day)
    if revision is None:
        raise Refused(box, day, "nothing was derived yet; clear the task derive of this run")
    return revision
