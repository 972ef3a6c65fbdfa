"""The addresses that probes use, noted before anything is written there: nothing is left that nobody knows of."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.statements import Change, Rows, Statements, Value, Values


class _LeftBehind(NamedTuple):
    tenant: str
    entry_date: date
    lot: str
    sublot: str
    documents: list[str]


class _Sql(Statements):
    take: Change
    taken: Values[str]
    note_document: Change
    note_emptied: Change
    left_behind: Rows[_LeftBehind]
    was_posted_to: Value[bool]
    lock: Value[bool]
    unlock: Value[bool]


_sql = _Sql.of("probes")


class ProbeBusy(RuntimeError):
    """Another probe of the same tenant is under way; its sentence says so."""


@contextmanager
def alone(connection: psycopg.Connection, erp_connection: str, tenant: str) -> Iterator[None]:
    """Holds a tenant's probes against each other, since each removes what others left. Raises ProbeBusy."""
    key = f"probe|{erp_connection}|{tenant.strip()}"
    if not _sql.lock(connection, key=key):
        raise ProbeBusy(
            Sentence(
                "Another probe of {tenant} at {connection} is under way: try again when it ends.",
                tenant=tenant.strip(), connection=erp_connection,
            )
        )  # fmt: skip
    try:
        yield
    finally:
        if not connection.closed:
            _sql.unlock(connection, key=key)


def take(connection: psycopg.Connection, erp_connection: str, address: Address) -> bool:
    """Notes that a probe will write there; False where one already did, and then it may not serve again."""
    return _sql.take(connection, erp_connection=erp_connection, **_named(address)) == 1


def taken(connection: psycopg.Connection, erp_connection: str, tenant: str, entry_date: date, lot: str) -> set[str]:
    """The sublots of a lot and date that probes have used."""
    return set(_sql.taken(connection, erp_connection=erp_connection, tenant=tenant, entry_date=entry_date, lot=lot))


def note_document(connection: psycopg.Connection, erp_connection: str, address: Address, document: str) -> None:
    """Notes a document's number, as soon as the ERP gave it."""
    _sql.note_document(connection, erp_connection=erp_connection, **_named(address), document=document)


def note_emptied(connection: psycopg.Connection, erp_connection: str, address: Address) -> None:
    """Notes that nothing of a probe stands there any more."""
    _sql.note_emptied(connection, erp_connection=erp_connection, **_named(address))


def left_behind(connection: psycopg.Connection, erp_connection: str, tenant: str) -> dict[Address, list[str]]:
    """Addresses of a tenant that may still hold documents of a probe, newest first, with the numbers that are known."""
    rows = _sql.left_behind(connection, erp_connection=erp_connection, tenant=tenant)
    return {Address(row.tenant, row.entry_date, row.lot, row.sublot): list(row.documents) for row in rows}


def was_posted_to(connection: psycopg.Connection, lot: str) -> bool:
    """Whether a cash box ever posted to a lot, whatever the boxes' files say today."""
    return _sql.was_posted_to(connection, lot=lot)


def _named(address: Address) -> dict[str, object]:
    return {
        "tenant": address.tenant,
        "entry_date": address.entry_date,
        "lot": address.lot,
        "sublot": address.sublot,
    }
