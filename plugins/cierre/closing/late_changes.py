"""What a landing shows of invoices: kept for later readings; days that were read before and are told otherwise now are
noted as changed, and people are told of them once; so is money of days that are not closed here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.certificate import contradictions
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.invoices import InvoiceSeen, collections_changed, days_changed, movements, on_day
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.boxes_for import boxes_for
from cierre.closing.wiring import invoice_source_of
from cierre.ledger import invoices, news, staging
from cierre.ledger.invoices import DayTaken
from cierre.ledger.landing import Place, Snapshot
from cierre.ledger.news import Kind as News
from cierre.ports.source import InvoiceSourceDescription

Changes = dict[date, list[Sentence]]


def _no_changes() -> Changes:
    return defaultdict(list)


@dataclass(frozen=True, slots=True)
class LateChanges:
    """What landings showed of a box's days that people are told of: of days that were read before, and of days that are
    never closed here, or are still to come. ``change_ids``: the numbers that all of it is noted by."""

    box: CashBox
    days: Changes = field(default_factory=_no_changes)
    out_of_reach: Changes = field(default_factory=_no_changes)
    change_ids: list[int] = field(default_factory=list)


def expected(ledger: psycopg.Connection, box: CashBox, place: Place, since: date) -> list[InvoiceSeen]:
    """What is known of the invoices that a reading must tell of again; ``since`` as the hook ``looks_back_to``.

    Those of its window, older ones that nobody has written off until they are settled, and those of which money came in
    on the day that is read.
    """
    day, projects = place.business_date, _source_of(box).projects_of(box.key)
    written_off = {one.invoice for one in box.written_off}
    known = []
    for seen in _by_invoice(invoices.expected(ledger, place, projects, since)).values():
        last = seen[-1]
        open_still = last.issued_on < since and not last.is_settled and last.number not in written_off
        if since <= last.issued_on <= day or open_still or on_day(seen, day):
            known += seen
    return known


def keep(ledger: psycopg.Connection, box: CashBox, place: Place, *, tells_own: bool = False) -> None:
    """Keeps what the place's landings show of invoices, as far as that was not done yet, and notes the changed days and
    the money that is out of reach, of which the company is to be told; within a transaction. Of the place's own day it
    is told where somebody only looked (``tells_own``): else that day is read anew.

    A landing that its source's own figures contradict is passed over. Of landings that are older than what is kept of
    invoices, only the outcome counts: the days that were booked otherwise than it is known now.
    """
    kept_since, taken = invoices.kept_since(ledger), invoices.days_taken(ledger, box.id)
    noted: list[int] = []
    older = False
    for snapshot in invoices.unread(ledger, place):
        changed = _keep_one(ledger, box, snapshot)
        if snapshot.snapshot_id <= kept_since:
            older = True
            continue
        for before, now in changed:
            for day, reasons in days_changed(before, now).items():
                if _was_read(taken.get(day), snapshot, now.project):
                    ids = invoices.note_late_changes(ledger, box.id, day, snapshot.snapshot_id, reasons)
                    noted += ids if tells_own or day != place.business_date else []
            for day, why in _out_of_reach(box, before, now):
                if not _was_read(taken.get(day), snapshot, now.project):
                    noted += invoices.note_late_changes(ledger, box.id, day, snapshot.snapshot_id, [why])
    if older:
        for day, why in _booked_otherwise(ledger, box, place, kept_since):
            noted += invoices.note_late_changes(ledger, box.id, day, None, [why])
    news.add(ledger, News.LATE_CHANGE, noted, [box.company])


def news_of(ledger: psycopg.Connection, company: str, change_ids: Sequence[int]) -> list[LateChanges]:
    """What of changes noted of a company's boxes still holds, by box: those of days that were not landed since. Raises
    as ``boxes_for``."""
    boxes, moment = boxes_for(ledger, company), datetime.now(UTC)
    by_box: dict[str, LateChanges] = {}
    for change_id, box_id, day, what in invoices.standing_changes(ledger, change_ids):
        if box := boxes.get(box_id):
            changes = by_box.setdefault(box_id, LateChanges(box))
            reached = box.start_date <= day and box.is_over(day, moment)
            (changes.days if reached else changes.out_of_reach)[day].append(what)
            changes.change_ids.append(change_id)
    return list(by_box.values())


def _keep_one(
    ledger: psycopg.Connection, box: CashBox, snapshot: Snapshot
) -> list[tuple[list[InvoiceSeen], InvoiceSeen]]:
    """Keeps one landing's invoices: those that it shows otherwise than before, each with what was known of it."""
    source, whose = _source_of(box), {"currency": box.currency, "key": box.key}
    sound = not contradictions(source.certify(snapshot.body, **whose))
    seen = source.invoices_seen(snapshot.body, **whose) if sound else []
    before = invoices.seen_before(ledger, snapshot)
    known = _by_invoice(before(source.projects_of(box.key), [one.invoice for one in seen]))
    changed = []
    for one in seen:
        earlier = known.setdefault(one.key, [])
        if not one.says_the_same(earlier[-1] if earlier else None):
            changed.append((list(earlier), one))
            earlier.append(one)
    invoices.keep(ledger, snapshot, [one for _, one in changed])
    return changed


def _out_of_reach(box: CashBox, before: Sequence[InvoiceSeen], now: InvoiceSeen) -> Iterable[tuple[date, Sentence]]:
    """What was collected on days that are never closed here, or are still to come.

    What came in before this box's start, and was there when an invoice was first read, is of the books before it.
    """
    moment = datetime.now(UTC)
    for day, why in collections_changed(before, now).items():
        if not box.is_over(day, moment) or (day < box.start_date and before):
            yield day, why


def _booked_otherwise(
    ledger: psycopg.Connection, box: CashBox, place: Place, kept_since: int
) -> Iterable[tuple[date, Sentence]]:
    """The days that were read before invoices were kept, and were booked with other collections than are known now."""
    taken, staged = invoices.days_taken(ledger, box.id), invoices.days_staged(ledger, box.id)
    days = {day for day in staged if day in taken and taken[day].snapshot_id <= kept_since} - {place.business_date}
    known: dict[tuple[date, str, str], Decimal] = defaultdict(Decimal)
    for seen in _by_invoice(invoices.all_seen(ledger, place, _source_of(box).projects_of(box.key))).values():
        for movement in movements(seen):
            known[movement.day, seen[-1].project, seen[-1].number] += movement.amount
    booked = invoices.collections_staged(ledger, box.id)
    for place_of_money in sorted(known.keys() | booked.keys()):
        day, _, number = place_of_money
        amount, was = known.get(place_of_money, ZERO), booked.get(place_of_money, ZERO)
        if day in days and amount != was:
            text = "invoice {number}: {amount} was collected on this day, where {was} was booked"
            yield day, Sentence(text, number=number, amount=amount, was=was)


def told_now(
    ledger: psycopg.Connection, box: CashBox, place: Place, staged_from: int
) -> tuple[list[Document], list[Document]]:
    """The invoices and collections of a day of which something became known since it was landed (``staged_from``, the
    landing's number): as they are staged, and as the landings made since show them. Of each what it comes to; nothing
    is asked of the source."""
    day, projects = place.business_date, _source_of(box).projects_of(box.key)
    if not invoices.late_changes(ledger, box.id, day):
        return [], []
    now = _by_invoice(invoices.all_seen(ledger, place, projects))
    then = _by_invoice(invoices.all_seen(ledger, place, projects, before=staged_from + 1))
    # Before invoices were kept, days were booked by other rules: then all that is known is held against the books.
    was_kept = staged_from > invoices.kept_since(ledger)
    known, known_then = (
        {key: list(_documents_of(box, seen, day)) for key, seen in some.items()} for some in (now, then)
    )
    otherwise = [key for key in known if not was_kept or known[key] != known_then.get(key, [])]
    ids = {f"{one.project}/{one.number}" for key in otherwise for one in now[key]}
    staged = [_in_short(one) for one in staging.documents(ledger, box.id, day)]
    return [one for one in staged if one.source_id in ids], [one for key in otherwise for one in known[key]]


def _in_short(one: Document) -> Document:
    """A staged invoice or collection, as far as ``_documents_of`` can tell the same."""
    project, returned = one.attributes["project"], one.attributes.get("returned")
    total = (
        one.net + sum(one.amounts.get(name, ZERO) for name in ("vat", "vat_second")) - one.amounts.get("withheld", ZERO)
    )
    amounts = {"net": one.net, "total": total}
    if one.kind is Kind.COLLECTION:
        amounts = {"net": -one.net if returned == "true" else one.net}
        amounts |= {"advance": advance} if (advance := one.amounts.get("advance")) else {}
    return one._replace(
        source_id=f"{project}/{one.reference}", form="", amounts=amounts, attributes={"project": project}
    )


def _documents_of(box: CashBox, seen: Sequence[InvoiceSeen], day: date) -> Iterable[Document]:
    """What is known of an invoice on a day: that it was issued, and what came in for it."""
    last, kinds = seen[-1], list[tuple[Kind, dict[str, Decimal]]]()
    if last.issued_on == day and not last.gone:
        base, total = last.base or ZERO, last.total or ZERO
        kind = Kind.CREDIT_NOTE if base < ZERO else Kind.SALE
        kinds.append((kind, {"net": abs(base), "total": -total if base < ZERO else total}))
    if movement := on_day(seen, day):
        advance = {"advance": abs(movement.advance)} if movement.advance else {}
        kinds.append((Kind.COLLECTION, {"net": movement.amount} | advance))
    for kind, amounts in kinds:
        yield Document(
            source=box.source,
            kind=kind,
            source_id=f"{last.project}/{last.number}",
            business_date=day,
            currency=box.currency,
            form="",
            amounts=amounts,
            attributes={"project": last.project},
            place="",
            reference=last.number,
        )


def _source_of(box: CashBox) -> InvoiceSourceDescription:
    source = invoice_source_of(box)
    if source is None:
        raise TypeError(f"{box.source} tells of no invoices")
    return source


def _was_read(day: DayTaken | None, snapshot: Snapshot, project: str) -> bool:
    """Whether a day was read with a project, and before a landing."""
    return day is not None and day.snapshot_id < snapshot.snapshot_id and project in day.source_key.split(",")


def _by_invoice(seen: Iterable[InvoiceSeen]) -> dict[tuple[str, str], list[InvoiceSeen]]:
    found: dict[tuple[str, str], list[InvoiceSeen]] = defaultdict(list)
    for one in seen:
        found[one.key].append(one)
    return found
