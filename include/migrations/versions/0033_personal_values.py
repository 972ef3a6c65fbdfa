"""Personal values of landed answers leave the bodies; those that were landed before are converted."""

import hashlib
from collections.abc import Iterator
from typing import Any, cast

import psycopg
from alembic import op
from psycopg.types.json import Jsonb

from cierre.bookkeeping.json_text import kept, row_at
from cierre.bookkeeping.personal import NOTHING_OPEN, OpenFields, parted
from cierre.ledger import personal
from cierre.ledger.migrate import run_sql_beside
from cierre.ledger.staging import as_text
from cierre.ports.errors import VendorError
from hooks.registry import SOURCES

revision = "0033"
down_revision = "0032"

AT_ONCE = 50
"""Bodies that memory holds at a time."""


def upgrade() -> None:
    """Runs the SQL file of the same name, then parts every body and what is quarantined of it."""
    run_sql_beside(__file__)
    db = cast(psycopg.Connection, op.get_bind().connection.driver_connection)
    db.execute("ALTER TABLE landing.body DISABLE TRIGGER append_only")
    for sha256, source, body in _bodies(db):
        _convert(db, sha256, body, _open_fields(source, body))
    db.execute("ALTER TABLE landing.body ENABLE TRIGGER append_only")


def _bodies(db: psycopg.Connection) -> Iterator[tuple[str, str, str]]:
    """Each body with the source that it is of."""
    found = [sha256 for (sha256,) in db.execute("SELECT sha256 FROM landing.body ORDER BY sha256")]
    for number in range(0, len(found), AT_ONCE):
        yield from db.execute(
            "SELECT sha256, coalesce(min(source), ''), body FROM landing.body LEFT JOIN landing.snapshot USING (sha256)"
            " WHERE sha256 = ANY(%s) GROUP BY sha256",
            [found[number : number + AT_ONCE]],
        ).fetchall()


def _open_fields(source: str, body: str) -> OpenFields:
    return SOURCES[source].open_fields_of(body) if source in SOURCES else NOTHING_OPEN


def _convert(db: psycopg.Connection, sha256: str, body: str, open_fields: OpenFields) -> None:
    parts = parted(body, open_fields)
    if not parts.rows:
        return
    db.execute("UPDATE landing.body SET body = %s WHERE sha256 = %s", [parts.text, sha256])
    personal.keep(db, sha256, parts.rows)
    db.execute(
        "INSERT INTO personal.conversion (sha256, body_was, body_became, personal_values) VALUES (%s, %s, %s, %s)",
        [sha256, _sha256(body), _sha256(parts.text), sum(map(len, parts.rows))],
    )
    _name_documents_anew(db, sha256, parts.text)
    held = db.execute(
        "SELECT box, day.business_date, place FROM staging.quarantined"
        "  JOIN staging.day USING (box, business_date) JOIN landing.snapshot USING (snapshot_id) WHERE sha256 = %s",
        [sha256],
    ).fetchall()
    for box, day, place in held:
        row: Any = kept(row_at(parts.text, place))
        db.execute(
            'UPDATE staging.quarantined SET "row" = %s WHERE box = %s AND business_date = %s AND place = %s',
            [Jsonb(row, dumps=as_text), box, day, place],
        )


def _name_documents_anew(db: psycopg.Connection, sha256: str, body: str) -> None:
    """SGA's payments have no id: theirs was made of the whole row, and is made of its open fields now. What is booked
    keeps its names."""
    days = db.execute(
        "SELECT DISTINCT box, document.business_date, currency FROM staging.document"
        "  JOIN staging.day USING (box, business_date) JOIN landing.snapshot USING (snapshot_id)"
        " WHERE sha256 = %s AND source = 'sga' AND kind = 'payment'",
        [sha256],
    ).fetchall()
    for box, day, currency in days:
        try:
            documents = SOURCES["sga"].read(body, day=day, currency=currency, key="").documents
        except VendorError:
            continue  # it could not be staged today either
        for document in documents:
            db.execute(
                "UPDATE staging.document SET document_key = %s"
                " WHERE box = %s AND business_date = %s AND place = %s AND kind = 'payment'",
                [document.key, box, day, document.place],
            )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
