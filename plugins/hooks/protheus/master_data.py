"""Protheus's master tables, where they can be queried: accounts, dimensions, currencies and calendars (field-notes.md).

CT1 accounts, CTT cost centres, CTD items, CTH value classes, CTO currencies, CTG the periods of a calendar, CTE which
calendars a currency has.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from requests import Response

from cierre.bookkeeping import json_text
from cierre.bookkeeping.master_data import MasterData, MasterKind, Record
from cierre.bookkeeping.sentence import Sentence
from cierre.ports.errors import RetriableError
from hooks.http.hook import one_line
from hooks.protheus.query import MOST_PAGES, NOT_OFFERED, QUERY, Site, get, query_string, read_page, text_of
from hooks.protheus.rights import may_post
from hooks.protheus.settings import UNKNOWN_TENANT

_YES, _NO, _HEADING = "1", "2", "1"

_CLOSED = {"2", "3", "4"}
"""What CTG_STATUS is of a period that takes no entries: closed, carried over, blocked."""

_REQUIRED = {
    "CT1_CCOBRG": MasterKind.COST_CENTRE,
    "CT1_ITOBRG": MasterKind.ITEM,
    "CT1_CLOBRG": MasterKind.VALUE_CLASS,
}
_REFUSED = {
    "CT1_ACCUST": MasterKind.COST_CENTRE,
    "CT1_ACITEM": MasterKind.ITEM,
    "CT1_ACCLVL": MasterKind.VALUE_CLASS,
}
"""Of an account: the field that says whether it asks for a dimension, and the one that says whether it takes it."""

_Row = Mapping[str, Any]


class UnknownTenant(Exception):
    """The ERP says that there is no such company or branch."""


@dataclass(frozen=True, slots=True)
class Table:
    """A master table: the fields without which a row says nothing (its keys first), those that may be hidden, and how a
    row is read."""

    name: str
    needed: tuple[str, ...]
    others: tuple[str, ...]
    read: Callable[[_Row], Record]

    @property
    def fields(self) -> tuple[str, ...]:
        """All that are asked for."""
        return (*self.needed, *self.others)


def master_data(site: Site, tenant: str) -> MasterData | None:
    """What the ERP says of a tenant; None where it tells nothing of it. Only reads. Raises RetriableError or
    FatalError."""
    may = may_post(site, tenant)
    records: list[Record] = []
    hidden: set[str] = set()
    try:
        for table in _TABLES:
            records += _rows(site, tenant, table, hidden)
        calendars = _calendars(site, tenant, hidden)
    except UnknownTenant:
        return MasterData.of([], may_post=may, knows_tenant=False)
    if not records and not hidden and may is None:
        return None
    return MasterData.of(_in_iso_codes(site, records, calendars), may_post=may, hidden=hidden)


def _in_iso_codes(site: Site, records: list[Record], calendars: Mapping[str, frozenset[str]]) -> list[Record]:
    """Currencies by the codes that the connection gives their numbers, with their calendars; where no currency has any,
    nothing is told of periods."""
    codes = {number: code for code, number in site.settings.currencies.items()}
    read = []
    for record in records:
        if record.kind is MasterKind.CURRENCY and record.code in codes:
            read.append(replace(record, code=codes[record.code], calendars=calendars.get(record.code, frozenset())))
        elif record.kind not in (MasterKind.CURRENCY, MasterKind.PERIOD) or (
            record.kind is MasterKind.PERIOD and calendars
        ):
            read.append(record)
    return read


def _calendars(site: Site, tenant: str, hidden: set[str]) -> dict[str, frozenset[str]]:
    """Which calendars each currency has, by its number."""
    found: dict[str, set[str]] = defaultdict(set)
    for link in _rows(site, tenant, _LINKS, hidden):
        found[link.code] |= link.calendars
    return {number: frozenset(calendars) for number, calendars in found.items()}


def _rows(site: Site, tenant: str, table: Table, hidden: set[str]) -> list[Record]:
    """A table's rows; none where the site does not offer it, or hides what a row cannot be read without. ``hidden``
    gets the fields that it hides. Raises UnknownTenant."""
    about = Sentence("reading of master data ({table})", table=table.name)
    records: list[Record] = []
    for page in range(1, MOST_PAGES + 1):
        asked = query_string(
            table.name, ",".join(table.fields), f"{table.needed[0]} <> ' '", ",".join(table.needed), page
        )
        response = get(site, QUERY, tenant, about, params=asked)
        if response.status_code in NOT_OFFERED:
            _must_know_tenant(site, response, about)
            return []
        found = read_page(site, response, about)
        not_seen = found.hidden & {*table.fields}
        hidden |= not_seen
        if not_seen & {*table.needed}:
            return []
        try:
            records += [table.read(_named(row)) for row in found.rows]
        except (KeyError, ValueError) as wrong:
            message = f"{about}: a row that cannot be read: {wrong}"
            raise site.failure(RetriableError, message, response) from None
        if not (found.rows and found.has_next):
            return records
    raise site.failure(RetriableError, f"{about}: no end after {MOST_PAGES} pages")


def _must_know_tenant(site: Site, response: Response, about: str) -> None:
    """Raises UnknownTenant where a refusal says that there is no such company or branch."""
    text = site.text(response, about=about, if_lost=RetriableError)
    try:
        answer = json_text.read(text)
    except ValueError:
        return
    words = [answer.get(name) for name in ("message", "errorMessage")] if isinstance(answer, dict) else []
    if any(isinstance(said, str) and UNKNOWN_TENANT.search(one_line(said)) for said in words):
        raise UnknownTenant


def _named(row: object) -> _Row:
    if not isinstance(row, dict):
        raise ValueError("it is no object")
    return {name.upper(): value for name, value in row.items()}


def _said(row: _Row, name: str) -> str:
    """A field that may be hidden; then blank."""
    return text_of(row, name) if name in row else ""


def _date(row: _Row, name: str) -> date | None:
    said = _said(row, name)
    return _day(said) if said else None


@lru_cache(maxsize=10_000)
def _day(said: str) -> date:
    """Kept: thousands of rows tell a few hundred days."""
    return datetime.strptime(said, "%Y%m%d").date()


def _account(row: _Row) -> Record:
    return replace(
        _entity(MasterKind.ACCOUNT, "CT1", "CT1_CONTA")(row),
        requires=frozenset(kind for name, kind in _REQUIRED.items() if _said(row, name) == _YES),
        refuses=frozenset(kind for name, kind in _REFUSED.items() if _said(row, name) == _NO),
    )


def _entity(kind: MasterKind, table: str, key: str) -> Callable[[_Row], Record]:
    def read(row: _Row) -> Record:
        return Record(
            kind=kind,
            code=text_of(row, key),
            name=_said(row, f"{table}_DESC01"),
            heading=_said(row, f"{table}_CLASSE") == _HEADING,
            blocked=_said(row, f"{table}_BLOQ") == _YES,
            first=_date(row, f"{table}_DTEXIS"),
            last=_date(row, f"{table}_DTEXSF"),
        )

    return read


def _currency(row: _Row) -> Record:
    return Record(
        kind=MasterKind.CURRENCY,
        code=text_of(row, "CTO_MOEDA"),
        name=_said(row, "CTO_DESC"),
        blocked=_said(row, "CTO_BLOQ") == _YES,
    )


def _period(row: _Row) -> Record:
    calendar, first, last = text_of(row, "CTG_CALEND"), _date(row, "CTG_DTINI"), _date(row, "CTG_DTFIM")
    if first is None or last is None:
        raise ValueError("a period without its bounds")
    return Record(
        kind=MasterKind.PERIOD,
        code=f"{calendar} {first}",
        blocked=text_of(row, "CTG_STATUS") in _CLOSED,
        first=first,
        last=last,
        calendars=frozenset({calendar}),
    )


def _link(row: _Row) -> Record:
    """A currency by its number, and one of its calendars."""
    calendar = text_of(row, "CTE_CALEND")
    return Record(kind=MasterKind.CURRENCY, code=text_of(row, "CTE_MOEDA"), calendars=frozenset({calendar}))


def _of_entities(kind: MasterKind, name: str, key: str) -> Table:
    others = tuple(f"{name}_{field}" for field in ("DESC01", "CLASSE", "BLOQ", "DTEXIS", "DTEXSF"))
    return Table(name, (key,), others, _entity(kind, name, key))


_TABLES = (
    Table(
        "CT1",
        ("CT1_CONTA",),
        ("CT1_DESC01", "CT1_CLASSE", "CT1_BLOQ", "CT1_DTEXIS", "CT1_DTEXSF", "CT1_ACCUST", "CT1_CCOBRG", "CT1_ACITEM",
         "CT1_ITOBRG", "CT1_ACCLVL", "CT1_CLOBRG"),
        _account,
    ),
    _of_entities(MasterKind.COST_CENTRE, "CTT", "CTT_CUSTO"),
    _of_entities(MasterKind.ITEM, "CTD", "CTD_ITEM"),
    _of_entities(MasterKind.VALUE_CLASS, "CTH", "CTH_CLVL"),
    Table("CTO", ("CTO_MOEDA",), ("CTO_DESC", "CTO_BLOQ"), _currency),
    Table("CTG", ("CTG_CALEND", "CTG_DTINI", "CTG_DTFIM", "CTG_STATUS"), (), _period),
)  # fmt: skip

_LINKS = Table("CTE", ("CTE_MOEDA", "CTE_CALEND"), (), _link)
