"""A company's day as it is landed: its payments, what Bsale leaves out, and what Bsale says that there should be.

The payments are read once, out of the list of all days: there the day's lie together, and with them those without a
date, which the list of the day passes over. Two pages of the day's own list tell how many it has, active ones and all,
and bring its newest and its oldest, which may have been made on another day. Where the two lists do not come to the
same number, the day's own is read as well, as far as its rows are not known.

Counts, totals and kinds of documents are asked for first, while the threads have nothing else to do. Where the list is
as long after its last page as was counted before its first one, nothing came in meanwhile, and they hold. Else they are
asked for anew, last.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import msgspec

from cierre.bookkeeping.personal import Ahead, ElementsAhead
from cierre.language.say import say
from hooks.bsale import words as shapes
from hooks.bsale.answers import Page, Row, identity
from hooks.bsale.certificate import totals_agree, totals_of
from hooks.bsale.description import BSALE
from hooks.bsale.lists import A_DAY, LIMIT, PATIENCE, Instant, Listing, Moved, added, ascend
from hooks.bsale.questions import midnight
from hooks.bsale.settings import Settings
from hooks.bsale.snapshot import Landing, document_type_of, landing_of, paid

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from airflow.sdk.types import Logger

TRIES = 3
"""How often a day is read that changes while it is read."""

FAR = 30 * A_DAY
"""Seconds from a day to a recordDate that neither that day's close nor a second look at the other comes to see."""

MOST_FAR = 20
"""Payments of far dates that are landed by name."""

WRITTEN_OUT = ["payment_type", "document", "documents"]
"""What a payment shows of other things: whether its form is client credit, and of which kinds its documents are."""

FIRST_PAYMENT = '"payments":['
"""What stands in the body before the first payment, and nowhere before that: within a text, marks are escaped."""


class Payments(Protocol):
    """A company's payments as Bsale lists, counts and sums them. ``hooks.bsale.hook.BsaleHook`` is one, and says what
    each question raises."""

    settings: Settings

    @property
    def log(self) -> "Logger":
        """Where it is told that a day is read again."""

    def side_by_side(self) -> "AbstractContextManager[Executor]":
        """Threads that ask at once."""

    def page(self, *, limit: int = LIMIT, offset: int = 0, **filters: Any) -> Page:
        """One page of the payments that fit the filters."""

    def listing(
        self, pool: Executor, *, begin: int = 0, look: Callable[[Sequence[Row]], None] = ..., **filters: Any
    ) -> Listing:
        """The list of the payments that fit the filters."""

    def rows(self, **filters: Any) -> list[Row]:
        """All payments that fit the filters."""

    def made_between(self, first: int, last: int, **filters: Any) -> list[Row]:
        """The payments made between two instants (epoch seconds), and some before and after."""

    def count(self) -> int:
        """How many payments the company has."""

    def payment(self, number: int | str) -> dict[str, Any]:
        """One payment by its id."""

    def group_page(self, offset: int, **filters: Any) -> list[Row]:
        """One page of what payments come to; empty beyond the last."""

    def document_types(self) -> list[Row]:
        """The kinds of documents that the company has."""


def body_of(bsale: Payments, day: date, owner: str = "") -> tuple[str, ElementsAhead]:
    """The day, whole, as one JSON text, and its payments as they were read for personal values while others were
    awaited. Raises Moved if it never held still, and as the hook does.

    ``owner`` is whose token it is, where that is known.
    """
    ahead = Ahead(BSALE.open_fields, "payments")
    for _ in range(TRIES - 1):
        try:
            found = _read(bsale, day, ahead)
        except Moved as moved:
            bsale.log.warning(say("{day} is read again: {why}.", day=day, why=moved.message))
            continue
        if found.agrees:
            return _with_ahead(found, owner, ahead)
        told = "{day} is read again: Bsale's totals are not what its payments come to."
        bsale.log.warning(say(told, day=day))
    # What still differs is for the certificate to tell.
    return _with_ahead(_read(bsale, day, ahead), owner, ahead)


def _with_ahead(found: "_Found", owner: str, ahead: Ahead) -> tuple[str, ElementsAhead]:
    body = found.body(owner)
    begin = body.index(FIRST_PAYMENT) + len(FIRST_PAYMENT)
    return body, ahead.side_by_side(begin, [row.text for row in found.payments])


def still_says(bsale: Payments, landed: Landing, day: date) -> bool:
    """Whether Bsale counts as many active payments of a day as were landed, and its totals are those that it gave then.

    Two calls, whatever the day's size, and one for each payment without a date, which no total has. What moves no total
    and no count is not seen: two payments that changed by the same sum to and fro, a new payment without a date.
    """
    if bsale.page(limit=1, recorddate=day, state=0).count != landed.count["active"]:
        return False
    groups: list[Row] = []
    while page := bsale.group_page(len(groups), recorddate=day):
        groups += page
        if len(groups) >= len(landed.groups):
            break
    if totals_of([row.fields for row in groups]) != totals_of(landed.groups):
        return False
    return all(_is_as_landed(bsale.payment(identity(row["id"])), row) for row in landed.undated)


def _is_as_landed(payment: dict[str, Any], landed: dict[str, Any]) -> bool:
    return _told(payment) == _told(landed)


def _told(payment: dict[str, Any]) -> tuple[bool | None, Decimal, int | None, bool]:
    """What of a payment a look compares; a list gives some of it as numbers, a single payment as texts."""
    amount, recorded = shapes.exact(payment.get("amount")), shapes.seconds(payment.get("recordDate"))
    return shapes.flag(payment.get("state")), amount, recorded, shapes.is_undated(payment)


class _Found(NamedTuple):
    """One reading of a day."""

    landing: Landing
    payments: list[Row]
    undated: list[Row]
    groups: list[Row]
    catalogue: list[Row]
    far: list[Row]
    totals_agree: bool = False

    @property
    def agrees(self) -> bool:
        """Whether Bsale's totals and its number of active payments are what came. One may have changed meanwhile."""
        return self.totals_agree and _active(self.payments) == self.landing.count["active"]

    def body(self, owner: str) -> str:
        types = {code: sorted(ids, key=_in_order_of_ids) for code, ids in sorted(self._by_code().items())}
        said = {
            "timezone": self.landing.zone.key,
            "owner": owner,
            "payments": _as_they_came(self.payments),
            "undated": _as_they_came(self.undated),
            "far": _as_they_came(self.far[:MOST_FAR]),
            "group_payment_types": _as_they_came(self.groups),
            "catalogue": _as_they_came(self.catalogue),
            "document_types": types,
            "count": self.landing.count,
        }
        return msgspec.json.encode(said).decode()

    def _by_code(self) -> dict[str, set[str]]:
        codes: dict[str, set[str]] = {}
        for number, its_codes in self.landing.types.items():
            for code in its_codes:
                codes.setdefault(code, set()).add(number)
        return codes


class _Ends(NamedTuple):
    """Two pages of the day's own list: the first of its active payments, and the last of all."""

    active: Page
    whole: Page

    @property
    def rows(self) -> list[Row]:
        return [*self.active.rows, *self.whole.rows]

    @property
    def counts(self) -> tuple[int, int]:
        return self.active.count, self.whole.count


class _Beside(NamedTuple):
    """What is asked for beside the payments: how many the company has, the totals' first page, kinds of documents."""

    number: Future[int]
    groups: Future[list[Row]]
    catalogue: Future[list[Row]] | None


def _read(bsale: Payments, day: date, ahead: Ahead) -> _Found:
    with bsale.side_by_side() as pool:
        first, last = _local_day(day, bsale.settings.timezone)
        made = made_by(datetime.now(UTC))
        ends, everything, beside = _begin(bsale, day, pool, ahead)
        rows = _by_id(ends.rows + everything.between(first, last, made, expected=ends.whole.count))
        has_grown = beside.number.result() != everything.count
        for _ in range(PATIENCE):
            payments, undated, number = _of_the_day(bsale, day, pool, ends, rows, made)
            if has_grown:
                beside = _ask_beside(bsale, day, pool)
            if beside.catalogue is None and not _all_told([*payments, *undated]):
                beside = beside._replace(catalogue=pool.submit(bsale.document_types))
            counted, groups = beside.number.result(), beside.groups.result()
            catalogue = beside.catalogue.result() if beside.catalogue else []
            if (counted, number, _active(payments)) == (everything.count, ends.whole.count, ends.active.count):
                break
            # Something came in; where nothing new is found, something is hidden, which the certificate tells.
            has_grown = True
            before, ends = (everything.count, ends.counts), _ends(bsale, day)
            everything.know(ends.rows)
            rows |= _by_id(ends.rows + everything.newer())
            if before == (everything.count, ends.counts) and number == ends.whole.count:
                break
        else:
            raise Moved(f"it grew on and on, to {everything.count} rows")
        active, whole = ends.counts
        count = {
            "active": active,
            "voided": whole - active,
            "before": counted,
            "listed": everything.count,
            "after": counted,
        }
        far = [row for row in rows.values() if first <= (made(row) or 0) < last and _is_far(row, midnight(day))]
        count["far"] = len(far)
        found = _found_of(ZoneInfo(bsale.settings.timezone), payments, undated, groups, catalogue, far, count)
        return _with_all_totals(bsale, day, _with_types(bsale, day, found))


def _found_of(
    zone: ZoneInfo,
    payments: list[Row],
    undated: list[Row],
    groups: list[Row],
    catalogue: list[Row],
    far: list[Row],
    count: dict[str, int],
) -> _Found:
    landed = landing_of(
        zone=zone,
        payments=[row.fields for row in payments],
        undated=[row.fields for row in undated],
        groups=[row.fields for row in groups],
        catalogue=[row.fields for row in catalogue],
        types={},
        count=count,
    )
    return _Found(landed, payments, undated, groups, catalogue, far)


def _begin(bsale: Payments, day: date, pool: Executor, ahead: Ahead) -> tuple[_Ends, Listing, _Beside]:
    """Both ends of the day's own list, the list of all days with a page near its newest end, and what is asked beside.

    That page and the day's other end are asked for side by side. A payment that comes in between the two makes the list
    longer than it was counted, and raises Moved where it was taken for another one.
    """
    beside = _ask_beside(bsale, day, pool)
    active = _first_of_active(bsale, day)
    whole = pool.submit(_other_end, bsale, day, active)
    if not _all_told(active.rows):
        beside = beside._replace(catalogue=pool.submit(bsale.document_types))
    begin = _near_newest(active, beside.number.result())
    everything = bsale.listing(
        pool, begin=begin, look=lambda rows: ahead.read(row.text for row in rows), expand=WRITTEN_OUT
    )
    ends = _Ends(active, whole.result())
    everything.know(ends.rows)
    return ends, everything, beside


def _ask_beside(bsale: Payments, day: date, pool: Executor) -> _Beside:
    return _Beside(pool.submit(bsale.count), pool.submit(bsale.group_page, 0, recorddate=day), None)


def _near_newest(active: Page, number: int) -> int:
    """The offset of the page with which the list of all days is begun: the newest payments of ``number`` in all, or
    those before them where the day is so large that its own ends may have brought the newest."""
    known = LIMIT if active.count > LIMIT + 1 else 0
    is_newest_last = len(active.rows) > 1 and ascend(active.rows) is True
    return max(0, number - LIMIT - known) if is_newest_last else known


def _ends(bsale: Payments, day: date) -> _Ends:
    active = _first_of_active(bsale, day)
    return _Ends(active, _other_end(bsale, day, active))


def _first_of_active(bsale: Payments, day: date) -> Page:
    return bsale.page(recorddate=day, state=0, expand=WRITTEN_OUT)


def _other_end(bsale: Payments, day: date, active: Page) -> Page:
    # Any page tells how many there are; one at the other end brings rows that the first does not have.
    offset = max(0, active.count - LIMIT)
    return bsale.page(recorddate=day, offset=offset, expand=WRITTEN_OUT)


def _of_the_day(
    bsale: Payments, day: date, pool: Executor, ends: _Ends, rows: dict[str, Row], made: Instant
) -> tuple[list[Row], list[Row], int]:
    """The payments that Bsale's list of the day has, those that it passes over and that are, or may be, of the day, and
    how many it has. It passes over payments without a date, and over those whose date cannot be read."""
    first, last = _local_day(day, bsale.settings.timezone)
    begins = midnight(day)
    dated = [row for row in rows.values() if _is_dated(row, begins)]
    ids_dated = {row.id for row in dated}
    others = [row for row in rows.values() if row.id not in ids_dated]
    undated = [row for row in others if shapes.is_undated(row.fields) and first <= (made(row) or 0) < last]
    gives_undated = any(shapes.is_undated(row.fields) for row in ends.rows)
    listed, left_out = ([*dated, *undated], []) if gives_undated else (dated, undated)
    unreadable = []
    if not all(_has_a_day(row, made) for row in others):
        unreadable = _of_any_day(rows.values(), first, last, made)
        given = {row.id for row in ends.rows}
        listed = [*listed, *(row for row in unreadable if row.id in given)]
        left_out = [*left_out, *(row for row in unreadable if row.id not in given)]
    number = ends.whole.count
    known = {row.id for row in listed}
    if len(listed) != number or any(row.id not in known for row in ends.rows):
        list_of_the_day = bsale.listing(pool, recorddate=day, expand=WRITTEN_OUT)
        list_of_the_day.know(listed)
        listed = list_of_the_day.all()
        number = list_of_the_day.count
        ids = {row.id for row in listed}
        if lacking := [row for row in dated if row.id not in ids]:
            raise Moved(f"payment {lacking[0].id} is of {day}, and the list of that day does not have it")
        left_out = [row for row in (*undated, *unreadable) if row.id not in ids]
    listed, left_out = (sorted(some, key=lambda row: _in_order_of_ids(row.id)) for some in (listed, left_out))
    return listed, left_out, number


def _of_any_day(rows: Iterable[Row], first: int, last: int, made: Instant) -> list[Row]:
    """Payments whose date cannot be read, and which may be of the day from ``first`` to before ``last``.

    Ids ascend with time: such a payment was made between those before and after it. It is left to another day only
    where both of these are of days before this one, or both of days after it: one of the two is then that other day's.
    """
    rows = sorted(rows, key=lambda row: _in_order_of_ids(row.id))
    instants = [made(row) for row in rows]
    before = list(accumulate(instants, _known))
    after = list(accumulate(reversed(instants), _known))[::-1]
    found = []
    for row, *beside in zip(rows, before, after, strict=True):
        known = [instant for instant in beside if instant is not None]
        is_before = beside[1] is not None and max(known) < first
        is_after = beside[0] is not None and min(known) >= last
        if not _has_a_day(row, made) and not is_before and not is_after:
            found.append(row)
    return found


def _known(earlier: int | None, instant: int | None) -> int | None:
    return earlier if instant is None else instant


def _has_a_day(row: Row, made: Instant) -> bool:
    """Whether a payment's day can be told: by its recordDate or, where it has none, by when it was made."""
    if shapes.is_undated(row.fields):
        return made(row) is not None
    return shapes.seconds(row.fields.get("recordDate")) is not None


def _all_told(rows: list[Row]) -> bool:
    """Whether every payment shows the tax office's code of what it pays, so that no list of kinds is needed."""
    return all(document_type_of(node, {}) for row in rows for node in paid(row.fields))


def _with_types(bsale: Payments, day: date, found: _Found) -> _Found:
    """With the kinds of documents that the payments do not show: asked for kind by kind, until all are told."""
    unknown = {
        row.id
        for row in (*found.payments, *found.undated)
        if not found.landing.shows_type(row.fields) and not shapes.is_collection(row.fields)
    }
    if not unknown:
        return found
    first, last = _local_day(day, bsale.settings.timezone)
    codes = sorted({identity(group.fields.get("codesii")) for group in found.groups} - {""})
    types: dict[str, set[str]] = {}
    for code in codes:
        fitting = bsale.rows(recorddate=day, codesii=code)
        if found.undated:
            fitting += bsale.made_between(first, last, codesii=code)
        for row in fitting:
            types.setdefault(row.id, set()).add(code)
    ours = {row.id for row in (*found.payments, *found.undated)}
    told = {number: its for number, its in types.items() if number in ours}
    return found._replace(landing=found.landing.with_types(told))


def _with_all_totals(bsale: Payments, day: date, found: _Found) -> _Found:
    """With the totals of all pages. The first is all there are where nothing is missing from them."""
    while not (agree := totals_agree(found.landing)):
        page = added(found.groups, bsale.group_page(len(found.groups), recorddate=day))
        if not page:
            break
        groups = [*found.groups, *page]
        found = found._replace(groups=groups, landing=found.landing.with_groups([row.fields for row in groups]))
    return found._replace(totals_agree=agree)


def _active(rows: list[Row]) -> int:
    return sum(shapes.flag(row.fields.get("state")) is not True for row in rows)


def _is_dated(row: Row, begins: int) -> bool:
    """Whether a payment is of the day that begins at an instant (epoch seconds)."""
    recorded = shapes.seconds(row.fields.get("recordDate"))
    return recorded is not None and begins <= recorded < begins + A_DAY


def _is_far(row: Row, begins: int) -> bool:
    """Whether a payment is dated on a day far from that which begins at an instant (epoch seconds)."""
    recorded = shapes.seconds(row.fields.get("recordDate"))
    return recorded is not None and not begins - FAR <= recorded < begins + FAR


def _by_id(rows: list[Row]) -> dict[str, Row]:
    return {row.id: row for row in rows}


def _in_order_of_ids(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isdecimal() else (0, number)


def _local_day(day: date, timezone: str) -> tuple[int, int]:
    """The first instant of a local day, and that of the next, in epoch seconds."""
    midnights = (datetime.combine(edge, time(), ZoneInfo(timezone)) for edge in (day, day + timedelta(days=1)))
    first, last = (int(midnight.timestamp()) for midnight in midnights)
    return first, last


def made_by(now: datetime) -> Instant:
    """When a payment was made; for old rows that do not tell, when it was paid. None where neither can be read, or can
    be: nothing was made more than a day after ``now``."""
    latest = int(now.timestamp()) + A_DAY

    def made(row: Row) -> int | None:
        for field in ("createdAt", "recordDate"):
            instant = shapes.seconds(row.fields.get(field))
            if instant is not None and instant <= latest:
                return instant
        return None

    return made


def _as_they_came(rows: list[Row]) -> list[msgspec.Raw]:
    return [msgspec.Raw(row.text) for row in rows]
