"""Capabilities: what is known of a site of the ERP, as probes found out, and what posting does by it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from cierre.bookkeeping.limits import EntryLimits
from cierre.ledger.statements import Change, Rows, Statements, Value


class _Known(NamedTuple):
    name: str
    value: bool | int
    probed_at: datetime


class _Sql(Statements):
    save: Change
    was_asked: Value[bool]
    known: Rows[_Known]


_sql = _Sql.of("capabilities")


class Capability(NamedTuple):
    """Something that a probe found out: an assumption's name (cierre.ports.probe), its value, and what was seen."""

    name: str
    value: bool | int
    evidence: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What posting may count on at a site. The defaults are for one that was never probed: what the contract promises
    is believed, what it does not promise is not used.

    ``own_reversal_address``: a reversal goes to the lot and sublot asked for. ``atomic_insert``: a refused entry leaves
    nothing. ``alphanumeric_sublots``: the site takes more sublots than every one does. ``max_lines``: of a document,
    continued histories included, and ``history_length``: characters that a line takes before its history is continued;
    None for as many as its kind of ERP holds. ``key_kept``: the key of a line is kept as sent. ``read_back``: what
    stands in a lot can be read. ``lacking``: the names of all assumptions that were found not to hold. ``probed_at``:
    when the last of it was found out; None for never.
    """

    own_reversal_address: bool = True
    atomic_insert: bool = False
    alphanumeric_sublots: bool = False
    max_lines: int | None = None
    history_length: int | None = None
    key_kept: bool = False
    read_back: bool = False
    lacking: frozenset[str] = frozenset()
    probed_at: datetime | None = None

    def lines_an_entry(self, limits: EntryLimits) -> int:
        """How many lines an entry may have, so that it fits with the histories that this site continues; ``limits`` are
        those of its kind of ERP."""
        continued = ceil(limits.history / (self.history_length or limits.history))
        return min(limits.lines, (self.max_lines or limits.lines) // max(1, continued))


def save(connection: psycopg.Connection, erp_connection: str, tenant: str, found: Iterable[Capability]) -> None:
    """Keeps what a probe found out about a tenant behind an Airflow connection; what it could not tell stays."""
    with connection.transaction():
        for capability in found:
            _sql.save(
                connection,
                erp_connection=erp_connection,
                tenant=tenant,
                name=capability.name,
                value=Jsonb(capability.value),
                evidence=capability.evidence,
            )


def was_asked(connection: psycopg.Connection, erp_connection: str, name: str) -> bool:
    """Whether anything is known of a capability at the connection's site, be it that it is lacking."""
    return _sql.was_asked(connection, erp_connection=erp_connection, name=name)


def of(connection: psycopg.Connection, erp_connection: str, tenant: str) -> Capabilities:
    """What is known of a tenant's site. Where the tenant itself was not probed, the one of the same site that was
    probed last stands for it, such as the test company for those with real books."""
    rows = list(_sql.known(connection, erp_connection=erp_connection, tenant=tenant))
    names = {field.name for field in fields(Capabilities)} - {"lacking", "probed_at"}
    known: dict[str, Any] = {row.name: row.value for row in rows if row.name in names}
    return Capabilities(
        **known,
        lacking=frozenset(row.name for row in rows if row.value is False),
        probed_at=max((row.probed_at for row in rows), default=None),
    )
