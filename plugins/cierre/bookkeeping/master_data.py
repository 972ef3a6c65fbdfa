"""An ERP's master data: what may be booked there, and until when, as the ERP itself says of one tenant."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from cierre.bookkeeping.chart import Account, Chart, Dimension
from cierre.bookkeeping.sentence import Sentence


class MasterKind(StrEnum):
    """What a record is of."""

    ACCOUNT = "account"
    COST_CENTRE = "cost_centre"
    ITEM = "item"
    VALUE_CLASS = "value_class"
    CURRENCY = "currency"
    PERIOD = "period"

    @property
    def named(self) -> Sentence:
        """What people call it."""
        return _NAMES[self]


_NAMES = {
    MasterKind.ACCOUNT: Sentence("account"),
    MasterKind.COST_CENTRE: Sentence("cost centre"),
    MasterKind.ITEM: Sentence("item"),
    MasterKind.VALUE_CLASS: Sentence("value class"),
    MasterKind.CURRENCY: Sentence("currency"),
    MasterKind.PERIOD: Sentence("period"),
}

DIMENSIONS = (MasterKind.COST_CENTRE, MasterKind.ITEM, MasterKind.VALUE_CLASS)
"""What a line carries besides its account, by the names of its fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An account, a dimension's value, a currency (by its ISO code), or a period of a calendar.

    ``heading``: it sums others and takes no lines. ``blocked``: it takes none now; of a period, it is closed. ``first``
    and ``last`` are the dates between which it takes lines (None: without end); of a period, its bounds. An account
    ``requires`` some dimensions and ``refuses`` others. ``calendars``: those that a currency's periods are in, or the
    one that a period is of.
    """

    kind: MasterKind
    code: str
    name: str = ""
    heading: bool = False
    blocked: bool = False
    first: date | None = None
    last: date | None = None
    requires: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    calendars: frozenset[str] = frozenset()

    def is_there_on(self, day: date) -> bool:
        """Whether a date is between its own."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class MasterData:
    """What an ERP says of one tenant.

    ``records`` by kind and code; a kind of which the ERP told nothing is not among them, and nothing follows from it.
    ``may_post``: whether the login may post; None where the ERP does not tell. ``knows_tenant``: False where it says
    that there is no such tenant. ``hidden``: the fields, as the ERP calls them, that its user may not see.
    """

    records: Mapping[MasterKind, Mapping[str, Record]] = field(default_factory=dict)
    may_post: bool | None = None
    knows_tenant: bool = True
    hidden: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        records: Iterable[Record],
        *,
        may_post: bool | None = None,
        knows_tenant: bool = True,
        hidden: Iterable[str] = (),
    ) -> "MasterData":
        """The same of records in any order."""
        by_kind: dict[MasterKind, dict[str, Record]] = {}
        for record in records:
            by_kind.setdefault(record.kind, {})[record.code] = record
        return cls(by_kind, may_post, knows_tenant, tuple(sorted(hidden)))

    def __iter__(self) -> Iterator[Record]:
        return (record for records in self.records.values() for record in records.values())

    def periods(self, currency: str) -> list[Record] | None:
        """The periods of a currency, oldest first; None where the ERP tells nothing of calendars."""
        if MasterKind.PERIOD not in self.records or MasterKind.CURRENCY not in self.records:
            return None
        known = self.records[MasterKind.CURRENCY].get(currency)
        calendars = known.calendars if known else frozenset()
        periods = [one for one in self.records[MasterKind.PERIOD].values() if one.calendars & calendars]
        return sorted(periods, key=lambda one: (one.first or date.min, one.code))

    def open_from(self, currency: str, today: date) -> date | None:
        """The first date from which no period is closed up to ``today``; None where none is closed, or nothing is told.

        A period that is still to come may be closed since nobody opened it yet: it says nothing.
        """
        closed = (one.last for one in self.periods(currency) or () if one.blocked and one.last)
        return max((last + timedelta(days=1) for last in closed if last < today), default=None)

    def chart(self) -> Chart:
        """The accounts and dimensions as mappings are held against them; None for those of which nothing was told."""
        accounts, dimensions = (
            self.records.get(MasterKind.ACCOUNT),
            {kind: self._dimension(kind) for kind in DIMENSIONS},
        )
        return Chart(
            None if accounts is None else {code: _account(one) for code, one in accounts.items()},
            dimensions[MasterKind.COST_CENTRE],
            dimensions[MasterKind.ITEM],
            dimensions[MasterKind.VALUE_CLASS],
        )

    def _dimension(self, kind: MasterKind) -> dict[str, Dimension] | None:
        records = self.records.get(kind)
        if records is None:
            return None
        return {code: Dimension(code, one.name, one.blocked or one.heading) for code, one in records.items()}


def _account(record: Record) -> Account:
    return Account(
        record.code,
        record.name,
        postable=not record.heading,
        requires_cost_centre=MasterKind.COST_CENTRE in record.requires,
        blocked=record.blocked,
    )
