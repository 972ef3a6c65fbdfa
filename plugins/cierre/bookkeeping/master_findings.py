"""Where an ERP's master data differ from what the accountants' files say, or ask for something to be done. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from cierre.bookkeeping.chart import Account, Chart, Dimension
from cierre.bookkeeping.master_data import DIMENSIONS, MasterData, MasterKind, Record
from cierre.bookkeeping.sentence import Sentence

CLOSES_WITHIN = timedelta(days=5)
"""How long before a period ends people are told of its days that are not closed."""

STAYS_OPEN = timedelta(days=14)
"""How long after its end a period that is still open is told of in the same way."""


class FindingCode(StrEnum):
    """What was found."""

    NEW = "new"
    MISSING = "missing"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    HEADING = "heading"
    RENAMED = "renamed"
    ASKS = "asks"
    CLOSED = "closed"
    OPENS_LATER = "opens_later"
    CLOSES_SOON = "closes_soon"
    MAY_NOT_POST = "may_not_post"
    NO_TENANT = "no_tenant"
    HIDDEN = "hidden"


_SENTENCES = {
    FindingCode.NEW: Sentence("{kind} {subject} ({name}) is new in the ERP; the files do not have it"),
    FindingCode.MISSING: Sentence("{kind} {subject} is not in the ERP; it would refuse what is booked to it"),
    FindingCode.BLOCKED: Sentence(
        "{kind} {subject} ({name}) is blocked in the ERP; it would refuse what is booked to it"
    ),
    FindingCode.UNBLOCKED: Sentence(
        "{kind} {subject} ({name}) is blocked in the files and not in the ERP; nothing is booked to it"
    ),
    FindingCode.HEADING: Sentence(
        "{kind} {subject} ({name}) is a heading in the ERP; it would refuse what is booked to it"
    ),
    FindingCode.RENAMED: Sentence("{kind} {subject} is called “{name}” in the ERP and “{file}” in the files"),
    FindingCode.ASKS: Sentence("{kind} {subject} ({name}) asks for a cost centre in the ERP; the files do not say so"),
    FindingCode.CLOSED: Sentence(
        "the ERP has closed its books in {currency} until {until}; days until then that are not closed here: {n}"
    ),
    FindingCode.OPENS_LATER: Sentence(
        "periods.yaml says that the books are open from {file}; in the ERP those in {currency} are closed until"
        " {until}, and this counts"
    ),
    FindingCode.CLOSES_SOON: Sentence(
        "the ERP's period in {currency} ends on {until}; days of it that are not closed here: {n}"
    ),
    FindingCode.MAY_NOT_POST: Sentence("the login of the ERP may not post; it would refuse every entry"),
    FindingCode.NO_TENANT: Sentence("the ERP says that it has no such company or branch"),
    FindingCode.HIDDEN: Sentence("the login may not see the ERP's field {subject}; what it says is not checked"),
}


@dataclass(frozen=True, slots=True)
class MasterFinding:
    """Something that was found of a record, or of the tenant as a whole (``kind`` None).

    ``subject`` is the record's code; with code and kind it tells findings apart. ``values`` are what else the sentence
    says.
    """

    code: FindingCode
    kind: MasterKind | None = None
    subject: str = ""
    values: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def sentence(self) -> Sentence:
        """What people are told."""
        kind = self.kind.named if self.kind else ""
        return Sentence(_SENTENCES[self.code].text, kind=kind, subject=self.subject, **self.values)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the ERP is held against: the files' ``chart`` (None for lists that they do not have), the codes that
    mappings book to where there is no list, the date from which the files say that the books are open (None where they
    do not say), and the days that could be closed and are not, by currency."""

    chart: Chart = field(default_factory=Chart)
    booked: Mapping[MasterKind, Collection[str]] = field(default_factory=dict)
    open_from: date | None = None
    unclosed: Mapping[str, Sequence[date]] = field(default_factory=dict)


def findings(erp: MasterData, expected: Expected, today: date) -> list[MasterFinding]:
    """All that is found, in an order that does not depend on that of the records."""
    if not erp.knows_tenant:
        return [MasterFinding(FindingCode.NO_TENANT)]
    found = [MasterFinding(FindingCode.HIDDEN, subject=name) for name in erp.hidden]
    if erp.may_post is False:
        found.append(MasterFinding(FindingCode.MAY_NOT_POST))
    for kind in (MasterKind.ACCOUNT, *DIMENSIONS):
        if (records := erp.records.get(kind)) is not None:
            found += _of_kind(kind, records, _listed(expected.chart, kind), expected.booked.get(kind, ()))
    if erp.hidden:  # of what is not told, nobody knows that it is not blocked
        found = [one for one in found if one.code is not FindingCode.UNBLOCKED]
    for currency, unclosed in expected.unclosed.items():
        found += _of_periods(erp, currency, expected.open_from, unclosed, today)
    return sorted(found, key=lambda one: (one.code, one.kind or "", one.subject))


def _listed(chart: Chart, kind: MasterKind) -> Mapping[str, Account | Dimension] | None:
    lists: dict[MasterKind, Mapping[str, Account | Dimension] | None] = {
        MasterKind.ACCOUNT: chart.accounts,
        MasterKind.COST_CENTRE: chart.cost_centres,
        MasterKind.ITEM: chart.items,
        MasterKind.VALUE_CLASS: chart.value_classes,
    }
    return lists[kind]


def _of_kind(
    kind: MasterKind,
    records: Mapping[str, Record],
    listed: Mapping[str, Account | Dimension] | None,
    booked: Collection[str],
) -> Iterator[MasterFinding]:
    if listed is None:
        for code in booked:
            if code not in records:
                yield MasterFinding(FindingCode.MISSING, kind, code)
            else:
                yield from _unusable(records[code])
        return
    for code in listed.keys() - records.keys():
        if not listed[code].blocked:
            yield MasterFinding(FindingCode.MISSING, kind, code)
    for code, record in records.items():
        if code in listed:
            yield from _differs(record, listed[code])
        elif not (record.heading or record.blocked):
            yield MasterFinding(FindingCode.NEW, kind, code, {"name": record.name})


def _unusable(record: Record) -> Iterator[MasterFinding]:
    if record.blocked:
        yield MasterFinding(FindingCode.BLOCKED, record.kind, record.code, {"name": record.name})
    if record.heading:
        yield MasterFinding(FindingCode.HEADING, record.kind, record.code, {"name": record.name})


def _differs(record: Record, one: Account | Dimension) -> Iterator[MasterFinding]:
    """How a record differs from the same in the files."""
    named = {"name": record.name}
    if record.blocked and not one.blocked:
        yield MasterFinding(FindingCode.BLOCKED, record.kind, record.code, named)
    if one.blocked and not record.blocked:
        yield MasterFinding(FindingCode.UNBLOCKED, record.kind, record.code, named)
    if record.name and _plain(record.name) != _plain(one.name):
        yield MasterFinding(FindingCode.RENAMED, record.kind, record.code, named | {"file": one.name})
    if not isinstance(one, Account):
        return
    if record.heading and one.postable:
        yield MasterFinding(FindingCode.HEADING, record.kind, record.code, named)
    if MasterKind.COST_CENTRE in record.requires and not one.requires_cost_centre:
        yield MasterFinding(FindingCode.ASKS, record.kind, record.code, named)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _of_periods(
    erp: MasterData, currency: str, open_from: date | None, unclosed: Sequence[date], today: date
) -> Iterator[MasterFinding]:
    begun = (one for one in erp.periods(currency) or () if one.blocked and one.first and one.first <= today)
    until = max((one.last for one in begun if one.last), default=None)
    if until:
        subject, values = f"{currency} {until}", {"currency": currency, "until": str(until)}
        if late := [day for day in unclosed if day <= until]:
            yield MasterFinding(FindingCode.CLOSED, MasterKind.PERIOD, subject, values | {"n": str(len(late))})
        if open_from and open_from <= until:
            yield MasterFinding(FindingCode.OPENS_LATER, MasterKind.PERIOD, subject, values | {"file": str(open_from)})
    for period in erp.periods(currency) or ():
        if period.blocked or period.first is None or period.last is None:
            continue
        if not period.last - CLOSES_WITHIN <= today <= period.last + STAYS_OPEN:
            continue
        if days := [day for day in unclosed if period.first <= day <= period.last]:
            values = {"currency": currency, "until": str(period.last), "n": str(len(days))}
            yield MasterFinding(FindingCode.CLOSES_SOON, MasterKind.PERIOD, f"{currency} {period.last}", values)
