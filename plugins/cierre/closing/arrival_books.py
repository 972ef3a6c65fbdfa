"""Matches become books: by the day on which the bank has the money, exactly once, and taken back with the match.

They are books of their own, under an id and in a lot that no cash box has, and go the way of every box's day: landed,
staged, frozen as a revision, posted by the protocol, reconciled. So no close of a box waits for them, and a match that
is taken back is a correction like any other: a further revision, and a reversal of what it replaces.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from cierre.accounting_files.arrivals import books_box
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Document, Reading, totals
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.matching import books as pure
from cierre.bookkeeping.matching.books import AccountsBooked, ArrivalBooks, MatchedRow
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.arrival_approval import ApprovedDay, must_be_approved
from cierre.closing.arrival_troubles import Trouble
from cierre.closing.belonging import hold_lot_against_ledger
from cierre.closing.erp_site import current_books, erp_site
from cierre.closing.master_data import opened_from
from cierre.closing.post import post
from cierre.closing.refusal import Refused
from cierre.closing.wiring import erp_hook
from cierre.language.say import say
from cierre.ledger import arrivals, capabilities, identity, landing, revisions, staging
from cierre.ledger.session import box_day
from cierre.ports.errors import VendorError
from cierre.posting.proof import NotOursError
from cierre.posting.verification import reconcile

log = logging.getLogger(__name__)

DONE = ("closed", "no activity")

STANDS = (
    "match {n} stands in the books of this day, and cannot be booked anew with what changed: `books` in arrivals.yaml"
    " has another currency now, or no account for a part of it. Until that is mended the day stays as it is booked"
)


@dataclass
class BooksOfArrivals:
    """What came of it: the bank's days that were booked anew, how many stayed as they were, the day that a person
    approved; and what could not be booked, days and single matches, under the id of the ``box`` that the books have."""

    box: str = ""
    booked: list[date] = field(default_factory=list)
    approved: list[date] = field(default_factory=list)
    as_before: int = 0
    troubles: list[Trouble] = field(default_factory=list)


def book_arrivals(
    ledger: psycopg.Connection,
    company: str,
    rules: CompanyArrivals,
    sleep: Callable[[float], None],
    approved: ApprovedDay | None = None,
) -> BooksOfArrivals:
    """Brings a company's books of arrivals to what its matches say now; nothing is sent for days that say it already.

    A day that cannot be booked keeps no other waiting. Needs an autocommit connection; ``sleep`` takes seconds;
    ``approved`` is a day of which a person approves what was asked.
    """
    if rules.books is None:
        return BooksOfArrivals()
    box = books_box(company, rules.books)
    done = BooksOfArrivals(box.id)
    identity.note(ledger, Identity.of(box, source_site=pure.LEDGER, erp_site=erp_site(box)))
    by_day: dict[date, list[MatchedRow]] = {day: [] for day in arrivals.booked_days(ledger, box.id)}
    for row in arrivals.matched_rows(ledger, company):
        by_day.setdefault(row.day, []).append(row)
    for day, rows in sorted(by_day.items()):
        try:
            with box_day(ledger, box.id, day):
                _book(ledger, box, rules, rules.books, day, rows, done, sleep, approved)
        except Refused as refused:
            done.troubles.append(Trouble(day, refused.sentence))
        except VendorError as error:
            done.troubles.append(Trouble(day, Sentence("{why}", why=str(error)), passes=True))
    return done


def _book(
    ledger: psycopg.Connection,
    box: CashBox,
    rules: CompanyArrivals,
    books: ArrivalBooks,
    day: date,
    rows: list[MatchedRow],
    done: BooksOfArrivals,
    sleep: Callable[[float], None],
    approved: ApprovedDay | None,
) -> None:
    before = landing.taken(ledger, box.id, day)
    landed_before = json.loads(before.body) if before else {"matches": []}
    booked = arrivals.accounts_booked(ledger, box.id, day)
    known = _booked_before(landed_before, day, booked)
    by_form = {form: (name, one.charges) for name, one in rules.channels.items() for form in one.forms}
    facts = pure.facts(rows, by_form, known)
    read = pure.documents(facts, day)
    unbookable = pure.unbookable(read, books, box.currency, booked)
    refused = [one for one in unbookable if one.match_id not in known]
    done.troubles += [Trouble(day, one.sentence) for one in refused]
    if refused:
        numbers = {one.match_id for one in refused}
        facts = {"matches": [one for one in facts["matches"] if one["match"] not in numbers]}
        read = pure.documents(facts, day)
    if facts == landed_before and (before is None or arrivals.state_of_books(ledger, box.id, day) in DONE):
        done.as_before += 1
        return
    for one in unbookable:
        if one.match_id in known:
            raise Refused(box, day, STANDS, n=one.match_id)
    if before is None or facts != landed_before or not _is_frozen_by(ledger, box, day, books):
        _freeze(ledger, box, books, day, facts, read, booked)
    _post(ledger, box, day, done, sleep, approved)
    revision = current_books(box, day, ledger)
    compared = reconcile(ledger, erp_hook(box), box, day, revision)
    if compared.differing:
        raise Refused(box, day, "the books of what arrived do not reconcile; the page of the day says where")
    done.booked.append(day)
    log.info(say("{box}, {day}: {state}.", box=box.name, day=day, state=Sentence(compared.state)))


def _booked_before(landed: dict[str, Any], day: date, booked: AccountsBooked) -> dict[int, Any]:
    """The landed matches of which the ERP has anything, by their numbers."""
    numbers = {int(one.reference) for one in pure.documents(landed, day) if one.key in booked}
    return {one["match"]: one for one in landed["matches"] if one["match"] in numbers}


def _is_frozen_by(ledger: psycopg.Connection, box: CashBox, day: date, books: ArrivalBooks) -> bool:
    """Whether the day's revision was made by these accounts, for this lot: a person may have changed them since."""
    revision = revisions.current(ledger, box.id, day)
    return revision is not None and revision.mapping_digest == pure.digest(books)


def _post(
    ledger: psycopg.Connection,
    box: CashBox,
    day: date,
    done: BooksOfArrivals,
    sleep: Callable[[float], None],
    approved: ApprovedDay | None,
) -> None:
    if must_be_approved(ledger, box, day, approved):
        done.approved.append(day)
    try:
        post(box, day, ledger, sleep)
    except NotOursError:
        must_be_approved(ledger, box, day, None)  # what was met is asked about now
        raise


def _freeze(
    ledger: psycopg.Connection,
    box: CashBox,
    books: ArrivalBooks,
    day: date,
    facts: dict[str, Any],
    read: list[Document],
    booked: AccountsBooked,
) -> None:
    """Lands, stages and freezes a bank's day, all of it or nothing."""
    hold_lot_against_ledger(box, day, ledger)
    lines = capabilities.of(ledger, box.erp.connection, box.erp.tenant).lines_an_entry(box.erp.limits)
    place = landing.Place(pure.SOURCE, pure.SOURCE, box.key, day)
    with ledger.transaction():
        snapshot = landing.land(
            ledger,
            place,
            asked={"company": box.key, "day": day.isoformat()},
            received_at=datetime.now(UTC),
            body=json.dumps(facts),
            open_fields=pure.OPEN_FIELDS,
            site=pure.LEDGER,
        )
        landing.take(ledger, box.id, day, snapshot.snapshot_id, totals(read), [], key=box.key)
        staging.replace(ledger, box.id, day, snapshot.snapshot_id, Reading(read, []))
        revisions.freeze(
            ledger,
            box=box.id,
            day=day,
            snapshot_id=snapshot.snapshot_id,
            mapping=pure.SOURCE,
            mapping_digest=pure.digest(books),
            tenant=box.erp.tenant,
            lot=box.erp.lot,
            entries=pure.entries(read, books, box, day, lines, booked),
            documents={one.key: one for one in read},
            open_from=opened_from(ledger, box),
            site=erp_site(box),
            history=box.erp.limits.history,
        )
