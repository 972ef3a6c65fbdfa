"""The ERP's master data as readings showed them, each record from when until when; and what was found by them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from cierre.bookkeeping.master_data import MasterData, MasterKind, Record
from cierre.bookkeeping.master_findings import FindingCode, MasterFinding
from cierre.ledger import news
from cierre.ledger.statements import Change, RowOrNone, Rows, Statements, Values


class _ReadingRow(NamedTuple):
    kinds: list[str]
    may_post: bool | None
    knows_tenant: bool
    hidden: list[str]


class _RecordRow(NamedTuple):
    kind: str
    code: str
    name: str
    facts: dict[str, Any]


class _NameRow(NamedTuple):
    code: str
    name: str


class _FindingRow(NamedTuple):
    finding_id: int
    connection: str
    tenant: str
    code: str
    kind: str
    subject: str
    facts: dict[str, str]
    found_at: datetime


class _Sql(Statements):
    note_reading: Change
    end_changed: Change
    add_new: Change
    reading: RowOrNone[_ReadingRow]
    records: Rows[_RecordRow]
    account_names: Rows[_NameRow]
    end_findings: Change
    add_findings: Values[int]
    findings: Rows[_FindingRow]
    standing: Rows[_FindingRow]


_sql = _Sql.of("master_data")


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """What is found of a tenant now, and since when; ``finding_id`` is its number."""

    finding_id: int
    connection: str
    tenant: str
    finding: MasterFinding
    found_at: datetime


def save(connection: psycopg.Connection, erp_connection: str, tenant: str, told: MasterData) -> None:
    """Keeps a reading: of what it shows as it was known, nothing is written but that it was read. Kinds of which it
    told nothing stay as they were last known."""
    of = {"erp_connection": erp_connection, "tenant": tenant, "kinds": sorted(told.records)}
    records = Jsonb(
        [{"kind": one.kind, "code": one.code, "name": one.name, "facts": _facts(one)} for one in told]
    )  # fmt: skip
    with connection.transaction():
        _sql.note_reading(
            connection, **of, may_post=told.may_post, knows_tenant=told.knows_tenant, hidden=list(told.hidden)
        )
        _sql.end_changed(connection, **of, records=records)
        _sql.add_new(connection, **of, records=records)


def known(
    connection: psycopg.Connection, erp_connection: str, tenant: str, kinds: Collection[MasterKind] = tuple(MasterKind)
) -> MasterData | None:
    """What the newest reading of a tenant told of some ``kinds`` of records; None where there was none."""
    of = {"erp_connection": erp_connection, "tenant": tenant}
    reading = _sql.reading(connection, **of)
    if reading is None:
        return None
    records = map(_record, _sql.records(connection, **of, kinds=[one for one in reading.kinds if one in kinds]))
    return MasterData.of(records, may_post=reading.may_post, knows_tenant=reading.knows_tenant, hidden=reading.hidden)


def account_names(
    connection: psycopg.Connection, erp_connection: str, tenant: str, codes: Collection[str]
) -> dict[str, str]:
    """What the newest reading of a tenant calls accounts, by their codes; without those that it does not name."""
    rows = _sql.account_names(connection, erp_connection=erp_connection, tenant=tenant, codes=list(codes))
    return {row.code: row.name for row in rows}


def note_findings(
    connection: psycopg.Connection,
    erp_connection: str,
    tenant: str,
    found: Iterable[MasterFinding],
    tell: Collection[str],
) -> int:
    """Keeps what is found of a tenant now, and that companies are to be told (``tell``) of what was not known before;
    returns how much that is."""
    of = {"erp_connection": erp_connection, "tenant": tenant}
    findings = Jsonb(
        [{"code": one.code, "kind": one.kind or "", "subject": one.subject, "facts": dict(one.values)} for one in found]
    )
    with connection.transaction():
        _sql.end_findings(connection, **of, findings=findings)
        new = list(_sql.add_findings(connection, **of, findings=findings))
        news.add(connection, news.Kind.MASTER_FINDING, new, tell)
    return len(new)


def findings(connection: psycopg.Connection, tenants: Collection[tuple[str, str]]) -> list[OpenFinding]:
    """What is found now of tenants, each by the connection of its ERP and its name; tenant by tenant."""
    connections, names = [one for one, _ in tenants], [tenant.strip() for _, tenant in tenants]
    return list(map(_open, _sql.findings(connection, connections=connections, tenants=names)))


def standing(connection: psycopg.Connection, finding_ids: Collection[int]) -> list[OpenFinding]:
    """Of findings, those that are found now; tenant by tenant."""
    return list(map(_open, _sql.standing(connection, finding_ids=list(finding_ids))))


def _open(row: _FindingRow) -> OpenFinding:
    kind = MasterKind(row.kind) if row.kind else None
    finding = MasterFinding(FindingCode(row.code), kind, row.subject, row.facts)
    return OpenFinding(row.finding_id, row.connection, row.tenant, finding, row.found_at)


def _facts(record: Record) -> dict[str, Any]:
    """What of a record is not as usual."""
    facts: dict[str, Any] = {
        "heading": record.heading,
        "blocked": record.blocked,
        "first": record.first and str(record.first),
        "last": record.last and str(record.last),
        "requires": sorted(record.requires),
        "refuses": sorted(record.refuses),
        "calendars": sorted(record.calendars),
    }
    return {name: value for name, value in facts.items() if value}


def _record(row: _RecordRow) -> Record:
    facts = row.facts
    return Record(
        kind=MasterKind(row.kind),
        code=row.code,
        name=row.name,
        heading=bool(facts.get("heading")),
        blocked=bool(facts.get("blocked")),
        first=_date(facts.get("first")),
        last=_date(facts.get("last")),
        requires=frozenset(facts.get("requires", ())),
        refuses=frozenset(facts.get("refuses", ())),
        calendars=frozenset(facts.get("calendars", ())),
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
