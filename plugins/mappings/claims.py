"""What cash boxes' files claim that other boxes have booked, as far as the ledger knows: told before a day stops."""

from collections.abc import Iterator, Mapping

import psycopg

from bookkeeping.cash_box import CashBox
from bookkeeping.identity import Identity, refusal
from mappings.check import file_of
from mappings.findings import Finding
from store import identity


def claimed(ledger: psycopg.Connection, boxes: Mapping[str, CashBox]) -> list[Finding]:
    """A finding for each file whose lot or till another id has booked, and for each former name that is none.

    Connections are known by where they led when they were last used; the first step of a close asks them. Boxes that
    are as they were when their last day was read passed that step, and are not looked at again.
    """
    seen = identity.all_last_seen(ledger)
    return sorted(
        finding
        for box in boxes.values()
        if (now := _as_far_as_known(ledger, box)) != seen.get(box.id)
        for finding in _of_box(ledger, box, now, boxes)
    )


def _as_far_as_known(ledger: psycopg.Connection, box: CashBox) -> Identity:
    return Identity.of(
        box,
        source_site=identity.site_behind(ledger, box.source, box.connection) or "",
        erp_site=identity.erp_site_behind(ledger, box.erp.connection) or "",
    )


def _of_box(ledger: psycopg.Connection, box: CashBox, now: Identity, boxes: Mapping[str, CashBox]) -> Iterator[Finding]:
    file = file_of(box)
    unknown = box.formerly if box.formerly and not identity.has_books(ledger, box.formerly) else None
    if unknown and (first := identity.known_as(ledger, unknown)):
        message = f"{unknown} went on with the books of {first}: write formerly: {first}"
        yield file.finding(("formerly",), message)
    elif claims := identity.claims(ledger, now, box.connection, None):
        why = refusal(box.file, claims, None, has_file=claims[0].box in boxes, formerly=box.formerly)
        yield file.finding(("erp", "lot") if claims[0].is_lot else ("key",), str(why))
