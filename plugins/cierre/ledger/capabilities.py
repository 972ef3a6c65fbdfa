"""Capabilities: what is known of a site of the ERP, as probes found out, and what posting does by it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from cierre.bookkeeping.derive import MAX_LINES
from cierre.bookkeeping.history import LIMIT
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

OBSTACLES = {
    "numbers_from_one": "the first document of an unused address is not 000001, so no posting could be proved",
    "tenant_echoed": "its answers name another company or branch, so no posting could be proved",
    "clean_not_found": (
        "a delete does not say clearly that a document is not there, so no address could be proved to be empty"
    ),
}
"""The capabilities without which nothing is posted, and why not."""


class Capability(NamedTuple):
    """Something that a probe found out: a name of Capabilities, its value, and what was seen."""

    name: str
    value: bool | int
    evidence: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What posting may count on at a site. The defaults are for one that was never probed: what the contract promises
    is believed, what it does not promise is not used.

    ``numbers_from_one``: an unused address numbers from 000001. ``tenant_echoed``: an answer names the tenant asked.
    ``clean_not_found``: a delete says clearly that a document is not there. ``own_reversal_address``: a reversal goes
    to the lot and sublot asked for. ``atomic_insert``: a refused entry leaves nothing. ``max_lines``: of a document,
    continued histories included. ``history_length``: characters that a line takes before its history is continued.
    ``key_kept``: CT2_KEY is kept as sent. ``read_back``: what stands in a lot can be read.
    ``refuses_divergent``: an entry that diverges is refused, not kept as a pre-entry. ``fresh_sublots_quick``: an
    unused sublot takes no longer than other calls. ``probed_at``: when the last of it was found out; None for never.
    """

    numbers_from_one: bool = True
    tenant_echoed: bool = True
    clean_not_found: bool = True
    own_reversal_address: bool = True
    atomic_insert: bool = False
    alphanumeric_sublots: bool = False
    max_lines: int = MAX_LINES
    history_length: int = LIMIT
    key_kept: bool = False
    read_back: bool = False
    refuses_divergent: bool = False
    fresh_sublots_quick: bool = False
    probed_at: datetime | None = None

    @property
    def obstacles(self) -> list[str]:
        """Why nothing can be posted to this site, a sentence each; empty where nothing is in the way."""
        return [why for name, why in OBSTACLES.items() if not getattr(self, name)]

    @property
    def lines_an_entry(self) -> int:
        """How many lines an entry may have, so that it fits with the histories that this site continues."""
        return min(MAX_LINES, self.max_lines // max(1, ceil(LIMIT / self.history_length)))


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
    names = {field.name for field in fields(Capabilities)} - {"probed_at"}
    known: dict[str, Any] = {row.name: row.value for row in rows if row.name in names}
    return Capabilities(**known, probed_at=max((row.probed_at for row in rows), default=None))
