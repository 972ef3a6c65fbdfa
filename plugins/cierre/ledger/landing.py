"""Landing: what a source said, whole and append-only; and what each box takes of it."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.collector import collector_at_rest
from cierre.bookkeeping.documents import Total
from cierre.bookkeeping.identity import Origin
from cierre.bookkeeping.personal import ElementsAhead, OpenFields, parted
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import shown
from cierre.ledger import personal
from cierre.ledger.rows import TotalRow
from cierre.ledger.sentences import stored
from cierre.ledger.session import alone, copy
from cierre.ledger.statements import Change, Row, RowOrNone, Rows, Statements, Value, Values

_NOT_IN_A_TEXT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One landed answer. ``asked`` is the question put; ``received_at`` is in UTC.

    ``body`` is as it came but for personal values, in whose places tokens stand (cierre.bookkeeping.personal).
    ``sha256`` is of the keyed hash of the whole answer and the body; of the whole answer, where that was landed before
    personal values were taken out. ``site`` is the source's behind the connection; None where it was landed before
    sites were kept.
    """

    snapshot_id: int
    source: str
    connection: str
    source_key: str
    business_date: date
    asked: dict[str, Any]
    received_at: datetime
    sha256: str
    body: str
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What is landed together for a day: a source's connection, and a key there ("*": the whole company)."""

    source: str
    connection: str
    source_key: str
    business_date: date


class LastTaken(NamedTuple):
    """The number of the newest snapshot that a box's day was read from, and since when it is (aware)."""

    snapshot_id: int
    taken_at: datetime


class _NeverRead(NamedTuple):
    box: str
    business_date: date
    why: Sentence


class _ClaimRow(NamedTuple):
    what: Sentence
    attested_rows: int | None
    landed_rows: int | None
    attested: Decimal | None
    landed: Decimal | None
    inner_rule: bool


class _Sql(Statements):
    keep_body: Change
    add_snapshot: Value[int]
    lying_there: RowOrNone[Snapshot]
    take: Change
    had_rows: Value[bool]
    days_read: Value[int]
    taken: RowOrNone[Snapshot]
    staged: RowOrNone[Snapshot]
    last_taken: RowOrNone[LastTaken]
    newest: RowOrNone[Snapshot]
    origin: Row[Origin]
    bodies_before: Values[str]
    control_totals: Rows[TotalRow]
    claims: Rows[_ClaimRow]
    note_stopped: Change
    never_read: Rows[_NeverRead]


_sql = _Sql.of("landing")

DRY_RUN_OF = "dry_run_of"
"""In a snapshot's ``asked``: the box for whose dry run it was asked for. What that has shown, the box's next run does
not take: whoever runs a day again wants to see what changed."""


@contextmanager
def landing_alone(connection: psycopg.Connection, place: Place) -> Iterator[None]:
    """Waits until nobody else lands the same; then holds all others off, so that a company's day is asked for once."""
    with alone(connection, "|".join(["landing", *map(str, astuple(place))])):
        yield


@collector_at_rest()
def land(
    connection: psycopg.Connection,
    place: Place,
    *,
    asked: dict[str, Any],
    received_at: datetime,
    body: str,
    open_fields: OpenFields,
    ahead: Iterable[ElementsAhead] = (),
    key: bytes | None = None,
    site: str | None = None,
) -> Snapshot:
    """Keeps an answer of a source's site: what is open of it, and apart from that its personal values.

    ``key`` makes the keyed hash by which whoever has it can tell that the whole is what came; an answer already kept is
    then not stored again. Without one, an answer with personal values bears a number of its own instead. ``ahead`` is
    what was read of the answer before it was whole.
    """
    text = as_text(body)
    body, rows = parted(text, open_fields, ahead)
    answer = keyed_hash(text, key) if key else f"none:{secrets.token_hex(16)}" if rows else "none"
    values = sum(map(len, rows))
    sha256 = hash_of(answer, values, body)
    with connection.transaction():
        if _sql.keep_body(connection, sha256=sha256, answer=answer, personal_values=values, body=body):
            personal.keep(connection, sha256, rows)
        snapshot_id = _sql.add_snapshot(
            connection, **asdict(place), asked=Jsonb(asked), received_at=received_at, sha256=sha256, site=site
        )
    return Snapshot(
        snapshot_id, **asdict(place), asked=asked, received_at=received_at, sha256=sha256, body=body, site=site
    )


def hash_of(answer: str, values: int, body: str) -> str:
    """What a body is kept under: by the keyed hash of its whole answer, how many personal values were taken out, and
    what is left."""
    whole = hashlib.sha256(f"{answer} {values}\n".encode())
    whole.update(body.encode())
    return whole.hexdigest()


def keyed_hash(answer: str, key: bytes) -> str:
    """A hash by which nobody can find the answer who has not the key."""
    return f"hmac-sha256:{hmac.digest(key, answer.encode(), 'sha256').hex()}"


def as_text(body: str) -> str:
    """The same JSON as PostgreSQL can hold it: it takes neither a NUL nor half a character but by their escapes."""
    if "\x00" not in body and _is_whole_characters(body):
        return body
    return _NOT_IN_A_TEXT.sub(lambda found: f"\\u{ord(found[0]):04x}", body)


def _is_whole_characters(text: str) -> bool:
    # Several times as fast as looking at each character.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def lying_there(
    connection: psycopg.Connection, place: Place, box: str, since: datetime, site: str | None = None
) -> Snapshot | None:
    """The newest snapshot that came at ``since`` or later and that the box has not taken before, nor been shown in a
    dry run (DRY_RUN_OF); None without one.

    Of the source's site, where that is given; not one that the source's own figures contradict.
    """
    return _sql.lying_there(connection, **asdict(place), box=box, since=since, site=site)


def take(
    connection: psycopg.Connection,
    box: str,
    day: date,
    snapshot_id: int,
    control_totals: Sequence[Total],
    claims: Sequence[Claim],
    key: str | None = None,
) -> None:
    """Records that a box's day is read from a snapshot by its key there, what that sums to, and its certificate."""
    with connection.transaction():
        _sql.take(connection, box=box, business_date=day, snapshot_id=snapshot_id, key=key)
        copy(
            connection,
            "landing.control_total (snapshot_id, box, kind, form, rows, net)",
            ((snapshot_id, box, total.kind, shown(total.form), total.count, total.net) for total in control_totals),
        )
        copy(
            connection,
            "landing.claim (snapshot_id, box, claim, what, attested_rows, landed_rows, attested, landed, inner_rule)",
            (
                (snapshot_id, box, number, stored(claim.what), *astuple(claim)[1:])
                for number, claim in enumerate(claims, start=1)
            ),
        )


def had_rows(connection: psycopg.Connection, box: str, key: str) -> bool:
    """Whether any day of a box that was read by a key had a row."""
    return _sql.had_rows(connection, box=box, key=key)


def days_read(connection: psycopg.Connection, box: str, key: str) -> int:
    """How many days of a box were read by a key."""
    return _sql.days_read(connection, box=box, key=key)


def taken(connection: psycopg.Connection, box: str, day: date) -> Snapshot | None:
    """The newest snapshot that a box's day was read from, or None where it was never landed."""
    return _sql.taken(connection, box=box, business_date=day)


def staged(connection: psycopg.Connection, box: str, day: date) -> Snapshot | None:
    """The snapshot that the staged documents of a box's day were read from; None where it was never staged."""
    return _sql.staged(connection, box=box, business_date=day)


def last_taken(connection: psycopg.Connection, box: str, day: date) -> LastTaken | None:
    """The newest snapshot that a box's day was read from, without what it says; None where it was never landed."""
    return _sql.last_taken(connection, box=box, business_date=day)


def newest(connection: psycopg.Connection, place: Place) -> Snapshot | None:
    """The newest snapshot of a place, whether a box has taken it or not; None without one."""
    return _sql.newest(connection, **asdict(place))


def origin(connection: psycopg.Connection, box: str, day: date, snapshot_id: int) -> Origin:
    """Where a snapshot that a box's day was read from came from."""
    return _sql.origin(connection, box=box, business_date=day, snapshot_id=snapshot_id)


def bodies_before(connection: psycopg.Connection, snapshot: Snapshot, since: date) -> list[str]:
    """What was landed at the same place before a snapshot, oldest first: of business dates from ``since`` on.

    Without what the source's own figures contradict, and what another site said behind the same connection.
    """
    return list(
        _sql.bodies_before(
            connection,
            source=snapshot.source,
            connection=snapshot.connection,
            source_key=snapshot.source_key,
            since=since,
            snapshot_id=snapshot.snapshot_id,
            site=snapshot.site,
        )
    )


def control_totals(connection: psycopg.Connection, snapshot_id: int, box: str) -> list[Total]:
    """What the box's raw rows in a snapshot summed to, by kind and form."""
    rows = _sql.control_totals(connection, snapshot_id=snapshot_id, box=box)
    return [row.total for row in rows]


def claims(connection: psycopg.Connection, snapshot_id: int, box: str) -> list[Claim]:
    """The box's certificate in a snapshot, claim by claim."""
    return [Claim(**row._asdict()) for row in _sql.claims(connection, snapshot_id=snapshot_id, box=box)]


def note_stopped(connection: psycopg.Connection, box: str, business_date: date, step: str, why: Sentence) -> None:
    """Keeps why a day could not be read, as it was last tried. Of no interest once it is staged."""
    _sql.note_stopped(connection, box=box, business_date=business_date, step=step, why=stored(why))


def never_read(connection: psycopg.Connection, since: date, box: str | None = None) -> dict[tuple[str, date], Sentence]:
    """Why days from ``since`` on, of a box or of all, could not be read so far; by box and day."""
    rows = _sql.never_read(connection, since=since, box=box)
    return {(row.box, row.business_date): row.why for row in rows}
