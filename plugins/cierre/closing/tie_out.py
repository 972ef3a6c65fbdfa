"""The month's tie-out: what was posted into each tenant's month, beside what the ERP holds of it, by account."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import cast

import psycopg
from airflow.sdk.exceptions import AirflowNotFoundException

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import sound_boxes
from cierre.accounting_files.periods import open_from
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.money_accounts import money_accounts
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.tie_out import Finding, State, TieOut, months, refused_months, tie_out
from cierre.closing.boxes_for import boxes_for
from cierre.closing.refusal import NothingToRead
from cierre.closing.wiring import erp_behind, erp_hook, erp_of
from cierre.language.say import say
from cierre.ledger import capabilities, identity, tie_outs
from cierre.ledger.tie_outs import Known, Month, Posting
from cierre.ports.erp import ErpDescription, ErpHook, TellsBalances
from cierre.ports.errors import FatalError, VendorError

log = logging.getLogger(__name__)

CHANGES_MEANWHILE = Sentence("something is being posted into it right now; it is read again in the next night")


@dataclass(frozen=True, slots=True)
class TenantMonth:
    """A month of a tenant's books, the ``connection`` by which the ERP is read, the ``boxes`` that post into them or
    did in that month (whether they post elsewhere now, or have no file any more), and whose ``lots`` those are: the
    box's id by the lot."""

    month: Month
    connection: str
    boxes: tuple[CashBox | RetiredBox, ...]
    lots: Mapping[str, str]

    @property
    def companies(self) -> set[str]:
        """The companies of the boxes."""
        return {box.company for box in self.boxes}

    def lots_of_others(self, company: str) -> set[str]:
        """The lots of boxes of other companies."""
        others = {box.id for box in self.boxes if box.company != company}
        return {lot for lot, box in self.lots.items() if box in others}

    @property
    def erp(self) -> ErpDescription:
        """What is known of the ERP. Raises FatalError where the connection leads to none that is known."""
        by_file = (box for box in self.boxes if isinstance(box, CashBox))
        here = next((box for box in by_file if box.erp.connection == self.connection), None)
        return erp_of(here) if here else erp_behind(self.connection)

    @property
    def is_locked(self) -> bool:
        """Whether the ERP takes no entries of it any more, as the accountants' files say."""
        opened = open_from(self.month.tenant)
        return opened is not None and opened > self.month.last


@dataclass(frozen=True, slots=True)
class News:
    """What tie-outs of a month found that those before had not (``found``), by their numbers, how the month stands now,
    and whether it ties out again after it did not."""

    of: TenantMonth
    tie_out_ids: tuple[int, ...]
    state: State
    found: tuple[Finding, ...]
    ties_again: bool


@dataclass
class Compared:
    """What tie-outs came to: how many ``months`` were read, and what could not be read, by tenant."""

    months: int = 0
    left: dict[str, list[Sentence]] = field(default_factory=lambda: defaultdict(list))

    @property
    def left_months(self) -> list[Sentence]:
        """The months that could not be read, each with its tenant and why."""
        by_tenant = ((tenant, what) for tenant, those in self.left.items() for what in those)
        return [Sentence("{tenant}, {what}", tenant=tenant, what=what) for tenant, what in by_tenant]


def months_of(
    ledger: psycopg.Connection, first: date | None, last: date | None, company: str | None
) -> list[TenantMonth]:
    """The months that a person asks for, as tenant_months gives them; without ``last``, that of ``first``. Raises
    NothingToRead where no month is named, months that refused_months does not take, or a company that there is not, and
    as tenant_months."""
    if first is None:
        raise NothingToRead(say("Say from which month on: without it, the months that are due are read."))
    if refused := refused_months(first, last or first, datetime.now(UTC).date()):
        raise NothingToRead(say(refused))
    if not (asked := tenant_months(ledger, first, last or first, company)):
        raise NothingToRead(say("No cash box of such a company posts into these months; nothing was read."))
    return asked


def tenant_months(ledger: psycopg.Connection, first: date, last: date, company: str | None = None) -> list[TenantMonth]:
    """The months from that of ``first`` to that of ``last`` of every tenant that boxes of a company post to (of all
    companies, where none is named), from a box's start on; and of every one that they posted to in these months, though
    the boxes have left it or have no file any more. Raises FatalError where a connection cannot be used."""
    return _months_of(ledger, sound_boxes(), first, last, company)


def _months_of(
    ledger: psycopg.Connection, boxes: Mapping[str, CashBox], first: date, last: date, company: str | None = None
) -> list[TenantMonth]:
    by_month: dict[Month, list[Posting]] = defaultdict(list)
    posted = tie_outs.postings(ledger, first, last)
    # What files say comes last: it counts where a lot has another box now, or a tenant another connection.
    for one in [*posted, *_by_files(boxes.values(), first, last)]:
        by_month[one.month].append(one)
    retired = identity.retired(ledger, {one.box for one in posted} - boxes.keys())
    known: dict[str, CashBox | RetiredBox] = {**retired, **boxes}
    found = (_tenant_month(month, own, known) for month, own in sorted(by_month.items()))
    return [one for one in found if not company or company in one.companies]


def _by_files(boxes: Iterable[CashBox], first: date, last: date) -> Iterator[Posting]:
    """Where boxes post, as their files say it, from the start of the first box of a tenant on."""
    by_place: dict[tuple[str, str], list[CashBox]] = defaultdict(list)
    for box in boxes:
        by_place[box.erp.connection, box.erp.tenant].append(box)
    for (connection, tenant), of_tenant in by_place.items():
        site, begin = erp_hook(of_tenant[0]).site, min(box.start_date for box in of_tenant)
        for month in months(max(first, begin), last):
            yield from (Posting(connection, Month(site, tenant, month), box.id, box.erp.lot) for box in of_tenant)


def _tenant_month(month: Month, postings: Sequence[Posting], known: Mapping[str, CashBox | RetiredBox]) -> TenantMonth:
    boxes = tuple(known[box] for box in sorted({one.box for one in postings}) if box in known)
    return TenantMonth(month, postings[-1].connection, boxes, {one.lot: one.box for one in postings})


def due(ledger: psycopg.Connection, now: datetime) -> list[TenantMonth]:
    """This month and the last one, of every tenant, at ``now`` (aware); without those that are tied out and whose
    period is locked. Raises as tenant_months."""
    last = now.date()
    first = (last.replace(day=1) - timedelta(days=1)).replace(day=1)
    known = tie_outs.newest(ledger, first, last)
    return [one for one in tenant_months(ledger, first, last) if not (_ties(known.get(one.month)) and one.is_locked)]


def of_company(ledger: psycopg.Connection, company: str, days: Iterable[date]) -> list[Known]:
    """How the months of days stand, of the tenants that a company's boxes post to; only those that were ever read."""
    dates, own = list(days), set(identity.of_company(ledger, company))
    return [one for one in tie_outs.newest(ledger, min(dates), max(dates)).values() if own & set(one.boxes)]


def compare(ledger: psycopg.Connection, wanted: Iterable[TenantMonth]) -> Compared:
    """Reads months in the ERP and keeps what each was found to be. One that cannot be read does not keep the others
    waiting."""
    compared = Compared()
    for one in wanted:
        try:
            _compare(ledger, one, compared)
        except (VendorError, AirflowNotFoundException, ValueError) as error:
            compared.left[one.month.tenant].append(Sentence("{month}: {why}", month=_name(one), why=error))
    return compared


def news_of(ledger: psycopg.Connection, company: str, tie_out_ids: Iterable[int]) -> list[News]:
    """What tie-outs found that is so still, month by month, for a company to be told of. Raises as tenant_months and
    ``boxes_for``."""
    by_month: dict[Month, list[Known]] = defaultdict(list)
    for one in filter(None, (tie_outs.by_id(ledger, number) for number in sorted(tie_out_ids))):
        by_month[one.month].append(one)
    firsts = [month.first for month in by_month]
    posting = _months_of(ledger, boxes_for(ledger, company), min(firsts), max(firsts)) if firsts else []
    return [_news(ledger, one, by_month[one.month]) for one in posting if one.month in by_month]


def _news(ledger: psycopg.Connection, one: TenantMonth, told_of: Sequence[Known]) -> News:
    """What tie-outs of a month, the oldest first, found that is so still."""
    newest, last = tie_outs.newest(ledger, one.month.first, one.month.first)[one.month], told_of[-1]
    if newest.state is State.NOT_KNOWN:  # What cannot be read now is as it was read last.
        newest = last
    numbers = tuple(known.tie_out_id for known in told_of)
    found = [row for row in tie_outs.findings(ledger, newest.tie_out_id) if row.since in numbers]
    # A tie-out that found nothing for the first time is news by tying out again.
    ties_again = all(row.since != last.tie_out_id for row in tie_outs.findings(ledger, last.tie_out_id))
    return News(one, numbers, newest.state, tuple(row.finding for row in found), ties_again)


def _compare(ledger: psycopg.Connection, one: TenantMonth, compared: Compared) -> None:
    before = tie_outs.newest(ledger, one.month.first, one.month.first).get(one.month)
    read_at = tie_outs.now(ledger)
    was_read = before is not None and before.state is not State.NOT_KNOWN
    found = _found(ledger, one, was_read=was_read)
    if tie_outs.is_posted_to(ledger, one.month, read_at):
        log.info(say("{tenant}, {month}: {why}", tenant=one.month.tenant, month=_name(one), why=CHANGES_MEANWHILE))
        return
    if found is None and before is not None and not was_read:
        return
    tie_outs.keep(ledger, one.month, read_at, found, tell=one.companies - {""})
    compared.months += 1


def _found(ledger: psycopg.Connection, one: TenantMonth, *, was_read: bool) -> TieOut | None:
    """What the ERP holds of a month beside what was posted; None where it does not say what it holds. ``was_read``: an
    earlier tie-out of the month showed that it does."""
    month = one.month
    known = capabilities.of(ledger, one.connection, month.tenant).read_back
    refused = not known and capabilities.was_asked(ledger, one.connection, "read_back")
    if refused or not one.erp.tells_balances:
        return None
    erp = cast(TellsBalances, _erp_hook(one))
    lots = tie_outs.lots(ledger, month) | one.lots.keys()
    accounts = money_accounts(_mappings(one.boxes))
    in_lots = erp.lines_in_lots(month.tenant, month.first, month.last, lots)
    on_accounts = erp.lines_on_accounts(month.tenant, month.first, month.last, accounts)
    if in_lots is None or on_accounts is None:
        return None
    posted = tie_outs.posted(ledger, month)
    if not (known or was_read) and posted and not {row.document for row in posted} & {row.document for row in in_lots}:
        return None  # An answer without any of our documents proves nothing of a site that nobody has tried.
    return tie_out(
        posted,
        in_lots,
        on_accounts,
        lots=lots,
        money_accounts=accounts,
        currencies={box.currency for box in one.boxes},
    )


def _erp_hook(one: TenantMonth) -> ErpHook:
    """The hook that reads a month. Raises FatalError where its connection leads to another site by now."""
    hook: ErpHook = one.erp.hook(one.connection)
    if hook.site != one.month.site:
        said = Sentence("what was posted is at {then}, and the connection leads to {now}", then=one.month.site,
                        now=hook.site)  # fmt: skip
        raise FatalError(said, vendor=one.connection)
    return hook


def _mappings(boxes: Iterable[CashBox | RetiredBox]) -> Iterator[AccountMapping]:
    """The boxes' mappings; of boxes that have no file any more, those that are still there. Raises MappingError for one
    that cannot be used."""
    by_files = {box.mapping for box in boxes if isinstance(box, CashBox)}
    yield from map(account_mapping, sorted(by_files))
    for name in sorted({box.mapping for box in boxes} - by_files):
        with suppress(MappingError):
            yield account_mapping(name)


def _ties(known: Known | None) -> bool:
    return known is not None and known.state is State.TIED_OUT


def _name(one: TenantMonth) -> str:
    return f"{one.month.first:%Y-%m}"
