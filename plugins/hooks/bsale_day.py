"""A company's day as it is landed: its payments, what Bsale leaves out, and what Bsale says that there should be."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from hooks import bsale_shapes as shapes
from hooks.bsale_answers import Row, identity
from hooks.bsale_certificate import totals_agree
from hooks.bsale_landing import landing
from hooks.bsale_list import Moved
from language.say import say

if TYPE_CHECKING:
    from hooks.bsale import BsaleHook

TRIES = 3
"""How often a day is read that changes while it is read."""


def body_of(bsale: "BsaleHook", day: date) -> str:
    """The day, whole, as one JSON text. Raises Moved if it never held still, and as the hook does."""
    for _ in range(TRIES - 1):
        try:
            body = _read(bsale, day)
        except Moved as moved:
            bsale.log.warning(say("{day} is read again: {why}.", day=day, why=moved.message))
            continue
        # Totals may have been asked for a moment too late, or lack a page.
        if totals_agree(landing(body)):
            return body
        told = "{day} is read again: Bsale's totals are not what its payments come to."
        bsale.log.warning(say(told, day=day))
    # Totals that still differ are for the certificate to tell.
    return _read(bsale, day)


def _read(bsale: "BsaleHook", day: date) -> str:
    """One reading. The counts come last: they show whether anything moved since the first page."""
    rows = bsale.rows(recorddate=day, expand=["payment_type"])
    groups = bsale.groups(recorddate=day)
    codes = sorted({identity(group.fields.get("codesii")) for group in groups} - {""})
    types = {code: [row.id for row in bsale.rows(recorddate=day, codesii=code)] for code in codes}
    first, last = _local_day(day, bsale.settings.timezone)
    undated = _left_out(bsale.made_between(first, last, expand=["payment_type"]), rows, day, first, last)
    active, voided = (bsale.page(limit=1, recorddate=day, state=state).count for state in (0, 1))
    if active + voided != len(rows):
        raise Moved(f"{len(rows)} payments were read, and now there are {active} active and {voided} voided ones")
    before, listed, after = bsale.count(), bsale.page(limit=1).count, bsale.count()
    said = {
        "timezone": bsale.settings.timezone,
        "payments": _as_they_came(rows),
        "undated": _as_they_came(undated),
        "group_payment_types": _as_they_came(groups),
        "document_types": _with_those_of(undated, types, bsale, first, last),
        "count": {"active": active, "voided": voided, "before": before, "listed": listed, "after": after},
    }
    return msgspec.json.encode(said).decode()


def _left_out(candidates: list[Row], given: list[Row], day: date, first: int, last: int) -> list[Row]:
    """Of the payments made on the local day, those without a date that Bsale does not give for the day."""
    ids = {row.id for row in given}
    left_out = []
    for row in candidates:
        recorded = shapes.seconds(row.fields.get("recordDate"))
        if row.id in ids:
            continue
        if shapes.is_undated(row.fields):
            if first <= made(row) < last:
                left_out.append(row)
        elif recorded is not None and shapes.utc_day(recorded) == day:
            raise Moved(f"payment {row.id} is of {day}, and the list of that day does not have it")
    return left_out


def _with_those_of(
    undated: list[Row], types: dict[str, list[str]], bsale: "BsaleHook", first: int, last: int
) -> dict[str, list[str]]:
    """The ids by kind of document, with those of undated payments: kind by kind, until all are told."""
    types = dict(types)
    unknown = {row.id for row in undated if not shapes.is_collection(row.fields)}
    for code in dict.fromkeys((*types, *shapes.TAXED, *shapes.EXEMPT)):
        if not unknown:
            break
        found = {row.id for row in bsale.made_between(first, last, codesii=code)} & unknown
        if found:
            types[code] = types.get(code, []) + sorted(found)
            unknown -= found
    return types


def _local_day(day: date, timezone: str) -> tuple[int, int]:
    """The first instant of a local day, and that of the next, in epoch seconds."""
    midnights = (datetime.combine(edge, time(), ZoneInfo(timezone)) for edge in (day, day + timedelta(days=1)))
    first, last = (int(midnight.timestamp()) for midnight in midnights)
    return first, last


def made(row: Row) -> int:
    """When a payment was made, in epoch seconds; for old rows that do not tell, when it was paid."""
    return shapes.seconds(row.fields.get("createdAt")) or shapes.seconds(row.fields.get("recordDate")) or 0


def _as_they_came(rows: list[Row]) -> list[msgspec.Raw]:
    return [msgspec.Raw(row.text) for row in rows]
