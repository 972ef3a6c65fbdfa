"""The ERP's master tables: accounts, cost centres, items, value classes, currencies and calendars (field-notes.md).

What stands in them at first comes from the accountants' CSV files and the site's settings; what people change on the
ERP's screens afterwards is remembered here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache

from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from sandbox.protheus.chart import Chart, Entity
from sandbox.protheus.settings import TENANTS, Settings, Tenant
from sandbox.state import Table

YES, NO = "1", "2"
HEADING, POSTABLE = "1", "2"
OPEN, CLOSED = "1", "2"
CALENDAR = "001"
FIRST_YEAR, LAST_YEAR = 2000, 2049

CURRENCIES = {"01": "Dólar", "02": "Peso chileno", "03": "Peso uruguayo", "04": "Euro", "05": "Sucre"}
"""``CTO_MOEDA``: the currencies that the company keeps books in."""

KEYS = {
    "CT1": ("CT1_CONTA",),
    "CTT": ("CTT_CUSTO",),
    "CTD": ("CTD_ITEM",),
    "CTH": ("CTH_CLVL",),
    "CTO": ("CTO_MOEDA",),
    "CTG": ("CTG_CALEND", "CTG_DTINI"),
    "CTE": ("CTE_MOEDA", "CTE_CALEND"),
}
"""Master table -> the fields that tell its rows apart."""

FIELDS = {
    "CT1": ("CT1_CONTA", "CT1_DESC01", "CT1_CLASSE", "CT1_BLOQ", "CT1_DTEXIS", "CT1_DTEXSF", "CT1_ACCUST", "CT1_CCOBRG",
            "CT1_ACITEM", "CT1_ITOBRG", "CT1_ACCLVL", "CT1_CLOBRG"),
    "CTT": ("CTT_CUSTO", "CTT_DESC01", "CTT_CLASSE", "CTT_BLOQ", "CTT_DTEXIS", "CTT_DTEXSF"),
    "CTD": ("CTD_ITEM", "CTD_DESC01", "CTD_CLASSE", "CTD_BLOQ", "CTD_DTEXIS", "CTD_DTEXSF"),
    "CTH": ("CTH_CLVL", "CTH_DESC01", "CTH_CLASSE", "CTH_BLOQ", "CTH_DTEXIS", "CTH_DTEXSF"),
    "CTO": ("CTO_MOEDA", "CTO_DESC", "CTO_BLOQ"),
    "CTG": ("CTG_CALEND", "CTG_EXERC", "CTG_PERIOD", "CTG_DTINI", "CTG_DTFIM", "CTG_STATUS"),
    "CTE": ("CTE_MOEDA", "CTE_CALEND"),
}  # fmt: skip
"""Master table -> its fields."""

Row = dict[str, str]


class Maestro(Table):
    """A master row as people changed it on the screen: the fields that they set; none where they deleted it.

    ``tenant`` is blank for all tenants. ``code`` are the row's keys with commas between them.
    """

    __tablename__ = "protheus_maestro"
    table: Mapped[str] = mapped_column(primary_key=True)
    tenant: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    fields: Mapped[dict[str, str] | None] = mapped_column(JSON)


class MasterChange(BaseModel):
    """What a person does to a row of a master table: sets ``fields`` (of a new row, too), or deletes it (None)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    code: str
    fields: dict[str, str] | None
    tenant: str = ""


def change_master(session: Session, change: MasterChange) -> None:
    """Does it. Raises LookupError for a table, a field or a tenant that is not there."""
    if change.table not in FIELDS or not {*(change.fields or ())} <= {*FIELDS[change.table]}:
        raise LookupError(f"no table {change.table} with fields {', '.join(change.fields or ())}")
    if change.tenant and change.tenant.rstrip() not in TENANTS:
        raise LookupError(f"no tenant {change.tenant!r}")
    place = (change.table, change.tenant.rstrip(), change.code)
    known = session.get(Maestro, place)
    if known is None:
        table, tenant, code = place
        session.add(Maestro(table=table, tenant=tenant, code=code, fields=change.fields))
    else:
        known.fields = None if change.fields is None else (known.fields or {}) | change.fields


@dataclass
class Masters:
    """The master tables of one tenant, as they are in one transaction; each is read when it is first asked for."""

    session: Session
    tenant: Tenant
    settings: Settings
    chart: Callable[[], Chart]
    _read: dict[str, dict[str, Row]] = field(default_factory=dict)

    def rows(self, table: str) -> dict[str, Row]:
        """A table's rows by their code."""
        if table not in self._read:
            rows = dict(self._at_first(table))
            for change in self._changes.get(table, ()):
                if change.fields is None:
                    rows.pop(change.code, None)
                else:
                    keys = dict(zip(KEYS[table], change.code.split(","), strict=True))
                    rows[change.code] = rows.get(change.code, _blank(table)) | keys | change.fields
            self._read[table] = rows
        return self._read[table]

    def period_status(self, currency: str, day: date) -> str | None:
        """``CTG_STATUS`` of the period that a day lies in for a currency; None where its calendars have none."""
        asked = f"{day:%Y%m%d}"
        calendars = {row["CTE_CALEND"] for row in self.rows("CTE").values() if row["CTE_MOEDA"] == currency}
        found = {
            row["CTG_STATUS"]
            for row in self.rows("CTG").values()
            if row["CTG_CALEND"] in calendars and row["CTG_DTINI"] <= asked <= row["CTG_DTFIM"]
        }
        if not found:
            return None
        return OPEN if found == {OPEN} else CLOSED

    @cached_property
    def _changes(self) -> Mapping[str, list[Maestro]]:
        """What people changed, by table; what is said of all tenants first."""
        own = f"{self.tenant.group},{self.tenant.branch}".rstrip()
        changes: dict[str, list[Maestro]] = {}
        for one in self.session.scalars(select(Maestro).where(Maestro.tenant.in_(["", own])).order_by(Maestro.tenant)):
            changes.setdefault(one.table, []).append(one)
        return changes

    def _at_first(self, table: str) -> Iterator[tuple[str, Row]]:
        match table:
            case "CT1":
                return _accounts(self.chart())
            case "CTT":
                return _entities("CTT", self.chart().cost_centres)
            case "CTD":
                return _entities("CTD", self.chart().items)
            case "CTH":
                return _entities("CTH", self.chart().value_classes)
            case "CTO":
                return iter(
                    (number, {"CTO_MOEDA": number, "CTO_DESC": name, "CTO_BLOQ": NO})
                    for number, name in CURRENCIES.items()
                )
            case "CTG":
                return iter(_periods(self.settings.closed_until, self.settings.closed_months))
            case _:
                return iter(
                    (f"{number},{CALENDAR}", {"CTE_MOEDA": number, "CTE_CALEND": CALENDAR}) for number in CURRENCIES
                )


def _blank(table: str) -> Row:
    """A new row as the screen offers it: postable, not blocked, taking all dimensions and asking for none."""
    offered = {"CLASSE": POSTABLE, "BLOQ": NO, "DTEXIS": "19800101", "ACCUST": YES, "CCOBRG": NO, "ACITEM": YES,
               "ITOBRG": NO, "ACCLVL": YES, "CLOBRG": NO, "STATUS": OPEN}  # fmt: skip
    return {name: offered.get(name.partition("_")[2], "") for name in FIELDS[table]}


def _accounts(chart: Chart) -> Iterator[tuple[str, Row]]:
    for code, account in chart.accounts.items():
        yield (
            code,
            _blank("CT1")
            | {
                "CT1_CONTA": code,
                "CT1_DESC01": account.name,
                "CT1_CLASSE": POSTABLE if account.postable else HEADING,
                "CT1_BLOQ": YES if account.blocked else NO,
                "CT1_CCOBRG": YES if account.requires_cost_centre else NO,
            },
        )


def _entities(table: str, entities: Mapping[str, Entity]) -> Iterator[tuple[str, Row]]:
    (key,) = KEYS[table]
    for code, entity in entities.items():
        yield (
            code,
            _blank(table)
            | {
                key: code,
                f"{table}_DESC01": entity.name,
                f"{table}_BLOQ": YES if entity.blocked else NO,
            },
        )


@lru_cache(maxsize=32)
def _periods(closed_until: date | None, closed_months: frozenset[str]) -> list[tuple[str, Row]]:
    """The calendar: a period for each month; that in which the closed days end is two."""
    rows = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        spans = [span for month in range(1, 13) for span in _spans(year, month, closed_until)]
        for number, (first, last) in enumerate(spans, start=1):
            is_closed = (closed_until and last <= closed_until) or f"{first:%Y-%m}" in closed_months
            row = {
                "CTG_CALEND": CALENDAR,
                "CTG_EXERC": str(year),
                "CTG_PERIOD": f"{number:02d}",
                "CTG_DTINI": f"{first:%Y%m%d}",
                "CTG_DTFIM": f"{last:%Y%m%d}",
                "CTG_STATUS": CLOSED if is_closed else OPEN,
            }
            rows.append((f"{CALENDAR},{row['CTG_DTINI']}", row))
    return rows


def _spans(year: int, month: int, closed_until: date | None) -> list[tuple[date, date]]:
    first = date(year, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if closed_until and first <= closed_until < last:
        return [(first, closed_until), (closed_until + timedelta(days=1), last)]
    return [(first, last)]
