"""genericQuery: the REST server's way to read tables, which many sites do not offer (field-notes.md)."""

import re
import sqlite3
from collections.abc import Collection
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from sandbox.protheus.fields import TEXTS
from sandbox.protheus.masters import FIELDS, Masters
from sandbox.protheus.model import Documento
from sandbox.protheus.settings import Tenant

KEYS = ("CT2_FILIAL", "CT2_DATA", "CT2_LOTE", "CT2_SBLOTE", "CT2_DOC", "CT2_LINHA")
COLUMNS = (*KEYS, "CT2_VALOR", *TEXTS)
LARGEST_PAGE = 1000


class WrongQuery(Exception):
    """The query cannot be run; its text is what the database says."""


def query(
    session: Session,
    tenant: Tenant,
    masters: Masters,
    *,
    tables: str,
    fields: str,
    where: str,
    order: str,
    page: int,
    page_size: int,
    hidden: Collection[str] = (),
) -> dict:
    """A page of a table's rows as ``items`` (names in small letters) and ``hasNext``: of the tenant's live lines
    (CT2, continuations as rows), or of one of the master tables.

    ``hidden`` fields are left out of the rows and named in ``protectedDataFields``. The filter runs as the SQL that it
    is, on a copy of the books, so one that says too much reads too much.
    """
    table = tables.upper()
    if table != "CT2" and table not in FIELDS:
        raise WrongQuery(f"tables: {tables or 'vacío'}")
    columns, keys = (COLUMNS, KEYS) if table == "CT2" else (FIELDS[table], FIELDS[table][:1])
    wanted = [name.strip().upper() for name in fields.split(",") if name.strip()] or list(columns)
    if unknown := set(wanted) - set(columns):
        raise WrongQuery(f"fields: {', '.join(sorted(unknown))}")
    protected = [name for name in wanted if name in hidden]
    wanted = [name for name in wanted if name not in hidden] or ["NULL"]
    page_size = min(page_size, LARGEST_PAGE)
    statement = (
        f"SELECT {', '.join(wanted)} FROM {table} WHERE {where or '1 = 1'}"
        f" ORDER BY {order or ', '.join(keys)} LIMIT {page_size + 1} OFFSET {(page - 1) * page_size}"
    )
    copied = _copied(session, tenant, where) if table == "CT2" else _copied_master(masters, table)
    with closing(copied) as books:
        try:
            rows = books.execute(statement).fetchall()
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise WrongQuery(str(error)) from None
    names = [name.lower() for name in wanted]
    items = [dict(zip(names, row, strict=True)) for row in rows[:page_size]]
    return {"items": items, "hasNext": len(rows) > page_size, "protectedDataFields": protected}


_OF_A_LOT = re.compile(r"CT2_DATA = '(\d{8})' AND CT2_LOTE = '(\w{1,6})'")
_OF_A_RANGE = re.compile(r"CT2_DATA >= '(\d{8})' AND CT2_DATA <= '(\d{8})' AND .*")
"""The filters that are asked most: only what they may find is copied then."""


def _copied(session: Session, tenant: Tenant, where: str) -> sqlite3.Connection:
    """The tenant's live lines as a table of their own: what a query does to it does no harm."""
    live = (
        select(Documento)
        .filter_by(group=tenant.group, branch=tenant.branch, deleted_at=None)
        .options(selectinload(Documento.lines))
    )
    if of_a_lot := _OF_A_LOT.fullmatch(where.strip()):
        live = live.filter_by(entry_date=_day(of_a_lot[1]), lot=of_a_lot[2])
    elif of_a_range := _OF_A_RANGE.fullmatch(where.strip()):
        live = live.where(Documento.entry_date.between(_day(of_a_range[1]), _day(of_a_range[2])))
    books = sqlite3.connect(":memory:")
    books.execute(f"CREATE TABLE CT2 ({', '.join(COLUMNS)})")
    books.executemany(
        f"INSERT INTO CT2 VALUES ({', '.join('?' * len(COLUMNS))})",
        (_row(document, line.fields) for document in session.scalars(live) for line in document.lines),
    )
    return books


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()


def _copied_master(masters: Masters, table: str) -> sqlite3.Connection:
    columns = FIELDS[table]
    books = sqlite3.connect(":memory:")
    books.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    rows = ([row[name] for name in columns] for row in masters.rows(table).values())
    books.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)
    return books


def _row(document: Documento, fields: dict[str, str]) -> list:
    place = {
        "CT2_FILIAL": document.branch,
        "CT2_DATA": f"{document.entry_date:%Y%m%d}",
        "CT2_LOTE": document.lot,
        "CT2_SBLOTE": document.sublot,
        "CT2_DOC": f"{document.number:06d}",
        "CT2_VALOR": float(Decimal(fields["CT2_VALOR"])),
    }
    return [(fields | place)[name] for name in COLUMNS]
