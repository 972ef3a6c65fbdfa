"""Landing: what a source said, whole and append-only."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bookkeeping.documents import Kind, Total
from store.session import copy, named

_sql = named("landing")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One landed answer. ``asked`` is the question put; ``received_at`` is in UTC; ``sha256`` is of the UTF-8 body."""

    snapshot_id: int
    source: str
    connection: str
    source_key: str
    business_date: date
    asked: dict[str, Any]
    received_at: datetime
    sha256: str
    body: str


def land(
    connection: psycopg.Connection,
    *,
    source: str,
    source_connection: str,
    source_key: str,
    business_date: date,
    asked: dict[str, Any],
    received_at: datetime,
    body: str,
    control_totals: Sequence[Total],
) -> int:
    """Keeps an answer with what it sums to and returns its snapshot_id. A body already kept is not stored again."""
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    with connection.transaction():
        _sql.keep_body(connection, sha256=sha256, body=body)
        snapshot_id = _sql.add_snapshot(
            connection,
            source=source,
            connection=source_connection,
            source_key=source_key,
            business_date=business_date,
            asked=Jsonb(asked),
            received_at=received_at,
            sha256=sha256,
        )
        copy(
            connection,
            "landing.control_total (snapshot_id, kind, form, rows, net)",
            ((snapshot_id, total.kind, total.form, total.count, total.net) for total in control_totals),
        )
    return snapshot_id


def latest(
    connection: psycopg.Connection, *, source: str, source_connection: str, source_key: str, business_date: date
) -> Snapshot | None:
    """The newest snapshot of a day, or None where it was never landed."""
    row = _sql.latest_snapshot(
        connection,
        source=source,
        connection=source_connection,
        source_key=source_key,
        business_date=business_date,
    )
    return Snapshot(**row._asdict()) if row else None


def control_totals(connection: psycopg.Connection, snapshot_id: int) -> list[Total]:
    """What the snapshot's raw answer summed to, by kind and form."""
    rows = _sql.control_totals(connection, snapshot_id=snapshot_id)
    return [Total(Kind(row.kind), row.form, row.rows, row.net) for row in rows]
