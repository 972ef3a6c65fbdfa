"""What each box is, version by version; and what other boxes have booked that one claims."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.identity import Claimed, Identity, Origin, RetiredBox, Target, Unique
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.sentences import stored
from cierre.ledger.session import alone
from cierre.ledger.statements import Change, Row, RowOrNone, Rows, Statements, Value, ValueOrNone, Values


class _BookedBy(NamedTuple):
    box: str
    began: int
    first: date
    last: date


class _BookedOn(NamedTuple):
    documents: int
    currency: str
    money: Decimal


class _BookedDocument(NamedTuple):
    box: str
    business_date: date
    document_key: str


class _BoxName(NamedTuple):
    box: str
    name: str


class ErpSite(NamedTuple):
    """A site of the ERP that a day's books were sent to, or will be."""

    site: str
    is_sandbox: bool


class _Sql(Statements):
    now: RowOrNone[Identity]
    all_now: Rows[Identity]
    add_version: Change
    lot_booked_by: RowOrNone[_BookedBy]
    lot_booked_since: ValueOrNone[int]
    sharers: Values[str]
    source_booked_by: RowOrNone[_BookedBy]
    source_booked_since: ValueOrNone[int]
    booked_on: Row[_BookedOn]
    has_books: Value[bool]
    was_sent_to: Value[bool]
    known_as: ValueOrNone[str]
    site_behind: ValueOrNone[str]
    erp_site_behind: ValueOrNone[str]
    booked_documents: Rows[_BookedDocument]
    note_late_change: Change
    retired: Rows[RetiredBox]
    of_company: Values[str]
    note_sandbox: Change
    note_no_sandbox: Change
    posting_to_sandbox: Rows[_BoxName]
    erp_sites_of_day: Rows[ErpSite]


_sql = _Sql.of("identity")

AT_ONCE = 5_000
"""Documents that are looked up in the books with one question."""


def last_seen(connection: psycopg.Connection, box: str) -> Identity | None:
    """What a box was when it was last seen; None where it never was."""
    return _sql.now(connection, id=box)


def all_last_seen(connection: psycopg.Connection) -> dict[str, Identity]:
    """What each box was when it was last seen, by its id."""
    return {box.id: box for box in _sql.all_now(connection)}


def note(connection: psycopg.Connection, box: Identity) -> Identity | None:
    """Keeps what a box is now, as a further version where that is otherwise; returns what it was before."""
    before = last_seen(connection, box.id)
    if before != box:
        with alone(connection, f"cash box|{box.id}"):
            before = last_seen(connection, box.id)
            if before != box:
                _sql.add_version(connection, **asdict(box))
    return before


def claims(connection: psycopg.Connection, box: Identity, connection_id: str, day: date | None) -> list[Claimed]:
    """What other ids have booked that a box claims: its lot, ever; its key at its source, since its start date.

    Whoever booked there first keeps it. ``connection_id`` is the source's, by which books are known from before sites
    were kept; ``day`` is a business date about which more is told, None for none.
    """
    found = [
        lot_of_another(connection, box.id, Target(box.tenant, box.lot), box.erp_site),
        _source_of_another(connection, box, connection_id),
    ]
    return [_of_day(connection, one, day) for one in found if one]


def lot_of_another(connection: psycopg.Connection, box: str, target: Target, erp_site: str) -> Claimed | None:
    """Which other id booked into a lot of the ERP's site before the box did."""
    lot = {"box": box, "tenant": target.tenant, "lot": target.lot}
    other = _sql.lot_booked_by(connection, **lot, site=erp_site)
    if other is None or ((since := _sql.lot_booked_since(connection, **lot)) and since < other.began):
        return None
    what = Sentence("lot {lot} of {tenant} in the ERP", lot=target.lot, tenant=target.tenant.strip())
    return Claimed(other.box, what, other.first, other.last, is_lot=True)


def _source_of_another(connection: psycopg.Connection, box: Identity, connection_id: str) -> Claimed | None:
    site = {"source": box.source, "site": box.source_site, "connection": connection_id}
    others = _sharers(connection, box.id, site)
    if not others:
        return None
    place = {**site, "key": box.source_key}
    other = _sql.source_booked_by(connection, **place, others=others, since=box.start_date)
    if other is None or ((since := _sql.source_booked_since(connection, **place, box=box.id)) and since < other.began):
        return None
    what = Sentence("{key} of {source} at {site}", key=box.source_key, source=box.source, site=box.source_site)
    return Claimed(other.box, what, other.first, other.last, is_lot=False)


def _sharers(connection: psycopg.Connection, box: str, site: Mapping[str, str | None]) -> list[str]:
    return list(_sql.sharers(connection, **site, box=box))


def _of_day(connection: psycopg.Connection, one: Claimed, day: date | None) -> Claimed:
    if day is None:
        return one
    row = _sql.booked_on(connection, box=one.box, business_date=day)
    return replace(one, documents=row.documents, money=row.money, currency=row.currency)


def has_books(connection: psycopg.Connection, box: str) -> bool:
    """Whether the ledger ever knew a box by this id."""
    return _sql.has_books(connection, id=box)


def was_sent_to(connection: psycopg.Connection, box: str, tenant: str) -> bool:
    """Whether anything of a box was sent to a tenant, by just this name, that the ERP did not refuse."""
    return _sql.was_sent_to(connection, box=box, tenant=tenant)


def known_as(connection: psycopg.Connection, file: str) -> str | None:
    """The id of the box whose file was last called so; None where none was seen."""
    return _sql.known_as(connection, file=file)


def site_behind(connection: psycopg.Connection, source: str, connection_id: str) -> str | None:
    """Where a connection of a source led when it was last asked; None where that is not known."""
    return _sql.site_behind(connection, source=source, connection=connection_id)


def erp_site_behind(connection: psycopg.Connection, connection_id: str) -> str | None:
    """Where a connection of the ERP led when it was last seen; None where that is not known."""
    return _sql.erp_site_behind(connection, connection=connection_id)


def shares_site(connection: psycopg.Connection, box: str, origin: Origin) -> bool:
    """Whether another id ever read the site that a box is read from."""
    return bool(_sharers(connection, box, _site(origin)))


def _site(origin: Origin) -> dict[str, str | None]:
    return {"source": origin.source, "site": origin.site, "connection": origin.connection}


def booked_elsewhere(
    connection: psycopg.Connection,
    box: str,
    day: date,
    origin: Origin,
    keys_by_scope: Mapping[Unique, Sequence[str]],
) -> dict[tuple[str, date], list[str]]:
    """Which of a day's documents stand in other books, by the box and the date of those.

    Those of other boxes, and of the box's own other dates where ids are unique in all of the site: unless that date was
    read again without them, so that its books are about to change. ``keys_by_scope``: the documents' keys by what their
    ids are unique in.
    """
    site = _site(origin)
    others = _sharers(connection, box, site)
    found: dict[tuple[str, date], set[str]] = defaultdict(set)
    for scope, keys in keys_by_scope.items():
        if not others and scope is not Unique.SITE:
            continue
        for some in _batches(keys):
            rows = _sql.booked_documents(
                connection, **site, box=box, business_date=day, others=others, keys=some, key=origin.key,
                any_day=scope is Unique.SITE, of_key=scope is Unique.KEY_AND_DAY,
            )  # fmt: skip
            for row in rows:
                found[row.box, row.business_date].add(row.document_key)
    return {place: sorted(keys) for place, keys in sorted(found.items())}


def _batches(keys: Iterable[str]) -> Iterable[list[str]]:
    rest = iter(keys)
    return iter(lambda: list(islice(rest, AT_ONCE)), [])


def note_late_change(connection: psycopg.Connection, box: str, day: date, snapshot_id: int, what: str) -> None:
    """Keeps what a landing of another day showed of a closed one: that counts as changed until it is staged anew."""
    _sql.note_late_change(connection, box=box, business_date=day, snapshot_id=snapshot_id, what=stored(what))


def retired(connection: psycopg.Connection, ids: Iterable[str]) -> dict[str, RetiredBox]:
    """Boxes by their ids, as they were last known; without those that the ledger does not know."""
    ids = sorted(ids)
    rows = _sql.retired(connection, ids=ids) if ids else ()
    return {box.id: box for box in rows}


def of_company(connection: psycopg.Connection, company: str) -> list[str]:
    """The ids of all boxes that were last known as a company's."""
    return list(_sql.of_company(connection, company=company))


def note_erp(connection: psycopg.Connection, site: str, *, is_sandbox: bool) -> None:
    """Keeps whether a site of the ERP is the sandbox's."""
    (_sql.note_sandbox if is_sandbox else _sql.note_no_sandbox)(connection, site=site)


def posting_to_sandbox(connection: psycopg.Connection, boxes: Iterable[str]) -> dict[str, str]:
    """The names of those of these boxes that post to the sandbox, by id, as they were last seen."""
    return {row.box: row.name for row in _sql.posting_to_sandbox(connection, boxes=list(boxes))}


def erp_sites_of_day(connection: psycopg.Connection, box: str, day: date) -> list[ErpSite]:
    """Where a day's books were sent, or will be."""
    return list(_sql.erp_sites_of_day(connection, box=box, business_date=day))
