"""The ERP as it is: what it says may be booked in each tenant and until when, read into the ledger and held against the
accountants' files."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, cast

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.loader import mappings_folder, sound_boxes
from cierre.accounting_files.periods import open_from
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.master_data import DIMENSIONS, MasterData, MasterKind
from cierre.bookkeeping.master_findings import Expected, findings
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.boxes_for import boxes_for
from cierre.closing.unclosed import due
from cierre.closing.wiring import erp_hook, erp_of
from cierre.language.say import say
from cierre.ledger import looks, master_data
from cierre.ledger.master_data import OpenFinding
from cierre.ports.erp import MasterDataErp
from cierre.ports.errors import VendorError

log = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=62)
"""How far back days that are not closed are looked for."""


_OF_PERIODS = (MasterKind.CURRENCY, MasterKind.PERIOD)


class Tenant(NamedTuple):
    """A tenant of the ERP behind an Airflow connection."""

    connection: str
    name: str

    @classmethod
    def of(cls, box: CashBox) -> "Tenant":
        """Whose books a box enters."""
        return cls(box.erp.connection, box.erp.tenant.strip())


@dataclass(frozen=True, slots=True)
class News:
    """What was found of a tenant that was not known before; ``boxes`` are a company's that enter its books."""

    tenant: Tenant
    boxes: tuple[CashBox, ...]
    found: tuple[OpenFinding, ...]


@dataclass
class ReadTenants:
    """What a night's reading came to: how many ``tenants`` were read, how much was ``found`` that was not known before,
    and which could not be read, with why and the boxes that enter their books."""

    tenants: int = 0
    found: int = 0
    left: list[tuple[Tenant, tuple[CashBox, ...], Sentence]] = field(default_factory=list)


def read_all(ledger: psycopg.Connection, now: datetime) -> ReadTenants:
    """Reads the master data of every tenant whose ERP tells them, keeps them, and notes what is found by them; ``now``
    is aware. A tenant that cannot be read does not keep the others waiting.

    Raises MappingError where a mapping or a chart cannot be used.
    """
    read = ReadTenants()
    for tenant, boxes in _tenants(sound_boxes().values()).items():
        try:
            told = refresh(ledger, boxes[0])
        except VendorError as error:
            read.left.append((tenant, boxes, Sentence("{why}", why=error)))
            continue
        if told is None:
            log.info(say("{tenant}: its ERP tells nothing of its master data.", tenant=tenant.name))
            continue
        read.tenants += 1
        found = findings(told, _expected(ledger, boxes, now), now.date())
        companies = {box.company for box in boxes}
        read.found += master_data.note_findings(ledger, tenant.connection, tenant.name, found, companies)
    return read


def news_of(ledger: psycopg.Connection, company: str, finding_ids: Sequence[int]) -> list[News]:
    """What of findings is still found, by the tenants that a company's boxes enter. Raises as ``boxes_for``."""
    found: dict[Tenant, list[OpenFinding]] = defaultdict(list)
    for one in master_data.standing(ledger, finding_ids):
        found[Tenant(one.connection, one.tenant)].append(one)
    tenants = _tenants(boxes_for(ledger, company).values())
    boxes = {tenant: tuple(box for box in all_of if box.company == company) for tenant, all_of in tenants.items()}
    return [News(tenant, boxes[tenant], tuple(those)) for tenant, those in found.items() if boxes.get(tenant)]


def refresh(ledger: psycopg.Connection, box: CashBox) -> MasterData | None:
    """What the ERP says now of a box's tenant, which is kept; None where it tells nothing. Raises VendorError."""
    if not erp_of(box).tells_master_data:
        return None
    told = cast(MasterDataErp, erp_hook(box)).master_data(box.erp.tenant)
    if told is not None:
        master_data.save(ledger, box.erp.connection, box.erp.tenant, told)
    return told


def known(ledger: psycopg.Connection, box: CashBox) -> MasterData | None:
    """What the newest reading told of a box's tenant; None where there was none."""
    return master_data.known(ledger, box.erp.connection, box.erp.tenant)


def opened_from(ledger: psycopg.Connection, box: CashBox) -> date | None:
    """The first date on which the books of a box's tenant take entries: what ``periods.yaml`` says, or the newest
    reading, whichever is later; None where neither says any. Raises MappingError."""
    told = master_data.known(ledger, box.erp.connection, box.erp.tenant, _OF_PERIODS)
    by_erp = told.open_from(box.currency, datetime.now(UTC).astimezone(box.zone).date()) if told else None
    return max((one for one in (open_from(box.erp.tenant), by_erp) if one), default=None)


def refresh_if_closed(ledger: psycopg.Connection, box: CashBox, day: date) -> None:
    """Asks the ERP anew where only the newest reading has the books of a day as closed: they may be open by now.

    Raises MappingError.
    """
    opened, by_files = opened_from(ledger, box), open_from(box.erp.tenant)
    if opened and day < opened and not (by_files and day < by_files):
        refresh_or_keep(ledger, box)


def refresh_or_keep(ledger: psycopg.Connection, box: CashBox) -> MasterData | None:
    """As ``refresh``; where the ERP cannot be asked, what the newest reading told."""
    try:
        return refresh(ledger, box) or known(ledger, box)
    except VendorError as error:
        log.warning(say("The ERP's master data could not be read anew: {why}", why=error))
        return known(ledger, box)


def _tenants(boxes: Iterable[CashBox]) -> dict[Tenant, tuple[CashBox, ...]]:
    by_tenant: dict[Tenant, list[CashBox]] = defaultdict(list)
    for box in boxes:
        if erp_of(box).tells_master_data:
            by_tenant[Tenant.of(box)].append(box)
    return {tenant: tuple(those) for tenant, those in by_tenant.items()}


def _expected(ledger: psycopg.Connection, boxes: Sequence[CashBox], now: datetime) -> Expected:
    """What the files and the ledger say of a tenant. Raises MappingError."""
    chart, _ = read_chart(mappings_folder())
    mappings = [account_mapping(name) for name in sorted({box.mapping for box in boxes})]
    booked = {
        kind: frozenset[str]().union(*(mapping.codes(kind) for mapping in mappings))
        for kind in (MasterKind.ACCOUNT, *DIMENSIONS)
    }
    return Expected(chart, booked, open_from(boxes[0].erp.tenant), _unclosed(ledger, boxes, now))


def _unclosed(ledger: psycopg.Connection, boxes: Iterable[CashBox], now: datetime) -> dict[str, list[date]]:
    """The days of boxes that could be closed and are not, by currency; every currency of theirs is there."""
    since = now.date() - LOOKS_BACK
    days: dict[str, list[date]] = defaultdict(list)
    for box in boxes:
        closed = {one.business_date for one in looks.closed_days(ledger, [box.id], since, now.date())}
        days[box.currency] += [day for day in due(box, since, now) if day not in closed]
    return days
