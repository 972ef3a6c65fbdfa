"""What a box's file says, held against what stands in the ledger, before anything is read or booked by it."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal

import psycopg

from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box, sound_boxes
from cierre.bookkeeping.address import is_same_tenant
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.columns import Documents
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.identity import Claimed, Identity, Origin, Target, Unique, refusal as why_refused
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence, listing as in_a_row
from cierre.bookkeeping.text import label
from cierre.closing.boxes_for import boxes_for
from cierre.closing.refusal import Refused
from cierre.closing.wiring import erp_hook, source_of
from cierre.language.say import listed, money, say
from cierre.ledger import identity, landing
from cierre.ledger.session import alone

log = logging.getLogger(__name__)

NAMES = {
    "file": "its file",
    "name": "its name",
    "company": "its company",
    "source": "its source",
    "source_site": "its source's address",
    "source_key": "its key",
    "erp_connection": "the ERP's connection",
    "erp_site": "the ERP's address",
    "tenant": "its tenant",
    "lot": "its lot",
    "currency": "its currency",
    "timezone": "its time zone",
    "start_date": "its start date",
}
"""What people call the parts of a box's identity."""

NO_ROW_EVER = (
    "no row of key {key} came, today or before, and the answer has rows of keys that no cash box's file has: {others}."
    " So the day is not closed as one without activity. If the box's key is mistyped, correct it in its file; if its"
    " till has not begun, write as its start_date the first day on which it does. Then clear the task land, and close"
    " again the days before, which had no row either."
)
QUIET_DAYS = 7
"""Days without a row that a till may begin with: a first day can be a Sunday or a holiday."""


def hold_against_ledger(box: CashBox, day: date, ledger: psycopg.Connection, source_site: str) -> Identity:
    """Notes what the box is, tells what of it changed, and returns it. Refuses a source or a lot that another id has
    booked, a former name that is none, and its own tenant in other blanks."""
    _refuse_tenant_in_other_blanks(box, day, ledger)
    now = Identity.of(box, source_site=source_site, erp_site=_erp_site(box))
    _refuse_wrong_former_name(box, day, ledger)
    if claims := identity.claims(ledger, now, box.connection, day):
        raise _refused(box, day, claims)
    before = identity.note(ledger, now)
    for field, is_now, was in now.changes(before) if before else ():
        changed = "Since the box was last read, {what} has changed: {now}; it was {before}."
        log.warning(say(changed, what=Sentence(NAMES[field]), now=is_now, before=was))
    return now


def hold_lot_against_ledger(box: CashBox, day: date, ledger: psycopg.Connection) -> None:
    """Refuses a lot that another id has booked, and the tenant in other blanks: the file may have changed since the day
    was read."""
    _refuse_tenant_in_other_blanks(box, day, ledger)
    if claimed := identity.lot_of_another(ledger, box.id, Target(box.erp.tenant, box.erp.lot), _erp_site(box)):
        raise _refused(box, day, [claimed])


def hold_key_against_answer(box: CashBox, day: date, ledger: psycopg.Connection, body: str) -> None:
    """Refuses a key of which no row ever came in a week of days, and none in this answer for the whole company, where
    that has rows of keys that no box's file has: a mistyped key would be closed day after day as without activity."""
    rows_by_key = source_of(box).rows_by_key
    if rows_by_key is None or landing.had_rows(ledger, box.id, box.key):
        return
    if landing.days_read(ledger, box.id, box.key) < QUIET_DAYS:
        return
    if others := _of_no_box(box, sound_boxes().values(), rows_by_key(body)):
        raise Refused(box, day, NO_ROW_EVER, key=box.key, others=keys_and_rows(others))


def rows_of_no_box(box: CashBox, ledger: psycopg.Connection, body: str) -> dict[str, int]:
    """The keys in a box's answer for the whole company that no cash box's file has, with the number of their rows: a
    new till, or one whose box has another key by mistake. None where a file of the company is wrong: it may have it."""
    if (rows_by_key := source_of(box).rows_by_key) is None:
        return {}  # read for each box alone: the files of all others need not be read
    try:
        return _of_no_box(box, boxes_for(ledger, box.company).values(), rows_by_key(body))
    except MappingError:
        return {}


def _of_no_box(box: CashBox, boxes: Iterable[CashBox], rows: Mapping[str, int]) -> dict[str, int]:
    known = {one.key for one in boxes if (one.source, one.connection) == (box.source, box.connection)}
    return {key: number for key, number in sorted(rows.items()) if key not in known}


def keys_and_rows(keys: Mapping[str, int]) -> Sentence:
    """Keys with the number of their rows, for people."""
    return in_a_row(map(_rows_of, keys.items()))


def _rows_of(key_and_rows: tuple[str, int]) -> Sentence:
    key, rows = key_and_rows
    return Sentence("{key} ({rows})", key=label(key), rows=Sentence.counted(rows, "{n} row", "{n} rows"))


def hold_documents_against_ledger(
    box: CashBox, day: date, ledger: psycopg.Connection, snapshot_id: int, documents: Documents
) -> None:
    """Refuses a day whose documents (by key) stand in other books: another box's, or this one's of another date."""
    origin = origin_of(box, day, ledger, snapshot_id)
    if not _may_stand_elsewhere(box, ledger, origin):
        return
    elsewhere = identity.booked_elsewhere(ledger, box.id, day, origin, _scopes(box, documents))
    if not elsewhere:
        return
    own = {other_day: keys for (other, other_day), keys in elsewhere.items() if other == box.id}
    if len(own) < len(elsewhere):
        raise _booked_by_others(
            box, day, {place: keys for place, keys in elsewhere.items() if place[0] != box.id}, documents
        )
    for other_day in own:
        what = Sentence("documents of this day are of {day} now", day=day)
        identity.note_late_change(ledger, box.id, other_day, snapshot_id, what)
    raise Refused(
        box,
        day,
        "documents of this day stand in the books of others of its days, so nothing is posted: a document is booked"
        " once.\n{books}\nClose those days again first, then clear the task derive of this run.",
        may_pass=True,
        books=listed(_told(box.name, other_day, keys, documents) for other_day, keys in own.items()),
    )


@contextmanager
def booking_alone(box: CashBox, day: date, ledger: psycopg.Connection, snapshot_id: int) -> Iterator[None]:
    """Nobody else books documents of the same site meanwhile, so that two cannot book the same ones at once.

    A box that reads its site alone, and whose documents are those of one day, waits for nobody.
    """
    origin = origin_of(box, day, ledger, snapshot_id)
    if not _may_stand_elsewhere(box, ledger, origin):
        yield
        return
    with alone(ledger, f"documents|{origin.source}|{origin.site or origin.connection}"):
        yield


def _may_stand_elsewhere(box: CashBox, ledger: psycopg.Connection, origin: Origin) -> bool:
    """Whether any other books can hold the same documents: nothing is looked up for a till that one box reads alone."""
    moves = any(source_of(box).unique(kind) is Unique.SITE for kind in Kind)
    return moves or identity.shares_site(ledger, box.id, origin)


def origin_of(box: CashBox, day: date, ledger: psycopg.Connection, snapshot_id: int) -> Origin:
    """Where the day's documents came from; where that was landed before sites were kept, the box's own site."""
    origin = landing.origin(ledger, box.id, day, snapshot_id)
    if origin.site is None and (seen := identity.last_seen(ledger, box.id)):
        return replace(origin, site=seen.source_site)
    return origin


def _scopes(box: CashBox, documents: Documents) -> Mapping[Unique, Sequence[str]]:
    unique = source_of(box).unique
    scopes: dict[Unique, list[str]] = {}
    for key, common in zip(documents.all_keys, documents.commons, strict=True):
        scopes.setdefault(unique(common.kind), []).append(key)
    return scopes


def _erp_site(box: CashBox) -> str:
    return erp_hook(box).site


def _refuse_wrong_former_name(box: CashBox, day: date, ledger: psycopg.Connection) -> None:
    """A box that was renamed twice was itself known by its first name."""
    if box.formerly is None or identity.has_books(ledger, box.formerly):
        return
    first = identity.known_as(ledger, box.formerly)
    if first is not None:
        raise Refused(
            box,
            day,
            "{former} is no name in the ledger: that file went on with the books of {first}. Nothing was read or"
            " posted. Write the line formerly: {first} in {file}.",
            former=box.formerly,
            first=first,
            file=f"{box.file}.yaml",
        )


def _refuse_tenant_in_other_blanks(box: CashBox, day: date, ledger: psycopg.Connection) -> None:
    """The ERP takes both for one tenant, where the books of each would stand in the way of the other's."""
    before = identity.last_seen(ledger, box.id)
    if before is None or before.tenant == box.erp.tenant or not is_same_tenant(before.tenant, box.erp.tenant):
        return
    if identity.was_sent_to(ledger, box.id, before.tenant):
        raise Refused(
            box,
            day,
            "its tenant is written with other blanks than before, and to the ERP it is the same. Nothing was read or"
            ' posted. Write tenant: "{tenant}" in {file}, with the quotes.',
            tenant=before.tenant,
            file=f"{box.file}.yaml",
        )


def _refused(box: CashBox, day: date, claims: Sequence[Claimed]) -> Refused:
    why = why_refused(box.file, claims, day, has_file=_has_file(claims[0].box), formerly=box.formerly)
    return Refused(box, day, "{why}. Nothing was read or posted.", why=why)


def _has_file(box_id: str) -> bool:
    """Whether a box has a file, of whatever name."""
    try:
        return cash_box(box_id).id == box_id
    except MappingError:
        return False


def _booked_by_others(
    box: CashBox, day: date, elsewhere: Mapping[tuple[str, date], list[str]], by_key: Mapping[str, Document]
) -> Refused:
    other, other_day = next(iter(elsewhere))
    if _has_file(other):
        way = Sentence(
            "If they are of this box, close {day} of {other} again first: approved, its books of them are taken back;"
            " then clear the task derive of this run. If they are of {other}, this box reads a till that is not its"
            " own: correct its key.",
            day=other_day,
            other=other,
        )
    else:
        way = Sentence(
            "If this box is {other} under another name, write the line formerly: {other} in {file}. If not, it reads a"
            " till that is not its own, or from too early a start_date: correct its file.",
            other=other,
            file=f"{box.file}.yaml",
        )
    return Refused(
        box,
        day,
        "documents of this day stand in the books of other boxes, so nothing is posted: a document is booked once.\n"
        "{books}\n{way}",
        books=listed(_told(name, booked_on, keys, by_key) for (name, booked_on), keys in elsewhere.items()),
        way=way,
    )


def _told(name: str, day: date, keys: Sequence[str], by_key: Mapping[str, Document]) -> Sentence:
    """How many documents stand where, and their money by currency."""
    sums: dict[str, Decimal] = {}
    for key in keys:
        document = by_key[key]
        sums[document.currency] = sums.get(document.currency, ZERO) + document.net
    total = ", ".join(money(amount, currency) for currency, amount in sorted(sums.items()))
    number = Sentence.counted(len(keys), "{n} document", "{n} documents")
    text = "{documents} of {total} in those of {box} of {day}"
    return Sentence(text, documents=number, total=total, box=name, day=day)
