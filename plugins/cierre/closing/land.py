"""Land: the source's answer for the day, whole, with the source's own word that it is complete."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.companies import tax_id_of
from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Total
from cierre.bookkeeping.reconcile import kind_and_form
from cierre.closing import certificate, late_changes
from cierre.closing.belonging import (
    hold_against_ledger,
    hold_key_against_answer,
    keys_and_rows,
    rows_of_no_box,
)
from cierre.closing.erp_site import say_where
from cierre.closing.landed_day import LandedDay, place_of
from cierre.closing.refusal import Refused
from cierre.closing.wiring import invoice_source_of, knows_owner, source_hook, source_of
from cierre.language.say import counted, money, say
from cierre.ledger import invoices, landing
from cierre.ledger.connection import answer_key
from cierre.ledger.landing import Place, Snapshot
from cierre.ports.source import InvoiceHook, OwnedHook, SourceHook

log = logging.getLogger(__name__)

SHARED_FOR = timedelta(hours=1)
"""How old another box's answer for the whole company may be that this box still takes instead of asking anew."""

ANOTHERS = (
    "what connection {connection} was answered is of another company (tax number {whose}), so nothing is booked of it."
    " Put this company's own token into the connection, or the right connection into the box's file, then clear the"
    " task land."
)

OF_NO_BOX = "The answer has rows of keys that no cash box's file has, so nothing of them is booked: {keys}."


def land(
    box: CashBox,
    day: date,
    ledger: psycopg.Connection,
    *,
    answers_for_it: str | None = None,
    tell: Callable[[], None] = lambda: None,
    tell_keys: Callable[[Mapping[str, int]], None] = lambda keys: None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """At most one question to the source, one snapshot for the box; none where what the file says cannot be.

    Where a source is read for a whole company, the first box asks and the others take what lies there; a box that
    took it before asks anew, since whoever runs a day again wants to see what changed. ``answers_for_it`` is the
    person who lets a vendor be asked when it wants to be left alone. ``tell`` is called once a landing may have noted
    something of other days, of which people are to be told; ``tell_keys`` with the keys of tills that the answer has
    and no box's file, with the number of their rows. A ``dry_run`` asks anew and keeps the answer, but the day
    is not read from it: books and looks go by what was taken before, and what it shows of the day itself is told, too.
    Raises what the hook does where the answer is not whole, and Refused for one of another company, and for one that
    the source's own figures contradict: that is kept, and goes no further.
    """
    hook = source_hook(box, override_by=answers_for_it)
    identity = hold_against_ledger(box, day, ledger, hook.site)
    where = say_where(box, ledger)
    form_name = _names_of_forms(box)
    place = place_of(box, day)
    tells_of_invoices = invoice_source_of(box) is not None
    # What an invoice shows is read in one order: where that counts, all days of a place are landed one by one.
    alone = replace(place, business_date=date.min) if tells_of_invoices else place
    with landing.landing_alone(ledger, alone):
        if tells_of_invoices:
            # Of landings older than what is kept, or whose task died: what they show decides what is asked.
            with ledger.transaction():
                late_changes.keep(ledger, box, place, tells_own=dry_run)
            tell()
        lying = None if dry_run else _reusable(ledger, place, box, hook.site)
        snapshot = lying or _ask(ledger, place, box, hook, dry_run=dry_run)
        landed = LandedDay(box, day, snapshot.body, invoices.seen_before(ledger, snapshot))
        if whose := landed.anothers(tax_id_of(box.company)):
            raise Refused(box, day, ANOTHERS, whose=whose, connection=box.connection)
        claims = [*landed.claims(), *landed.notices()]
        with ledger.transaction():
            if tells_of_invoices:
                late_changes.keep(ledger, box, place, tells_own=dry_run)
            totals = landed.control_totals()
            if not totals:
                hold_key_against_answer(box, day, ledger, snapshot.body)
            if not dry_run:
                landing.take(ledger, box.id, day, snapshot.snapshot_id, totals, claims, key=identity.source_key)
    if tells_of_invoices:
        tell()
    rows = _tell_totals(box, snapshot, totals, form_name)
    certificate.must_hold(box, day, claims)
    if lying is None and (keys := rows_of_no_box(box, ledger, snapshot.body)):
        log.warning(say(OF_NO_BOX, keys=keys_and_rows(keys)))
        tell_keys(keys)
    return {"snapshot": snapshot.snapshot_id, "rows": rows} | where


def landed_answer(
    ledger: psycopg.Connection, place: Place, box: CashBox, hook: SourceHook, *, dry_run: bool = False
) -> Snapshot:
    """Asks a box's source for a day's whole answer and lands it, personal values apart. Raises as the hook does."""
    answer = hook.fetch(box.key, place.business_date)
    return landing.land(
        ledger,
        place,
        asked=answer.asked | ({landing.DRY_RUN_OF: box.id} if dry_run else {}),
        received_at=answer.received_at,
        body=answer.body,
        open_fields=source_of(box).open_fields_of(answer.body),
        ahead=answer.ahead,
        key=answer_key(),
        site=hook.site,
    )


def _names_of_forms(box: CashBox) -> Callable[[str], str]:
    """What the mapping calls the forms of payment. Tells now what would stop derive later, where the mapping is wrong;
    the day is landed all the same, since a source may not wait."""
    try:
        return account_mapping(box.mapping).form_name
    except MappingError as wrong:
        log.error(say("Until this is mended, the task derive will stop:") + f"\n{wrong}")
        return str


def _reusable(ledger: psycopg.Connection, place: Place, box: CashBox, site: str) -> Snapshot | None:
    """The company's answer that another box was given just now, or None where this one must ask."""
    since = max(datetime.now(UTC) - SHARED_FOR, box.closes_at(place.business_date))
    snapshot = landing.lying_there(ledger, place, box.id, since, site)
    if snapshot:
        received = f"{snapshot.received_at.astimezone(box.zone):%Y-%m-%d %H:%M}"
        log.info(say("The answer of {since} is taken: one serves all boxes of the company.", since=received))
    return snapshot


def _ask(ledger: psycopg.Connection, place: Place, box: CashBox, hook: SourceHook, *, dry_run: bool) -> Snapshot:
    """Asks the source once its owner is known; one that tells of invoices also for those that are still expected."""
    if knows_owner(box):
        cast(OwnedHook, hook).must_be_of(tax_id_of(box.company))
    if invoice_source_of(box):
        invoices = cast(InvoiceHook, hook)
        since = invoices.looks_back_to(place.business_date)
        invoices.expected = late_changes.expected(ledger, box, place, since)
    return landed_answer(ledger, place, box, hook, dry_run=dry_run)


def _tell_totals(box: CashBox, snapshot: Snapshot, totals: Sequence[Total], form_name: Callable[[str], str]) -> int:
    """Tells what the box's part sums to, by kind and form of payment; returns how many rows it has."""
    for total in totals:
        what, net = kind_and_form(total.kind, form_name(total.form)), money(total.net, total.currency)
        log.info(say("The source says: {what}: {rows}, {net}.", what=what, rows=_rows(total.count), net=net))
    rows = sum(total.count for total in totals)
    log.info(say("Snapshot {number} holds {rows} of the box.", number=snapshot.snapshot_id, rows=_rows(rows)))
    return rows


def _rows(number: int) -> str:
    return counted(number, "{n} row", "{n} rows")
