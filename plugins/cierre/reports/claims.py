"""What cash boxes' files claim that other boxes have booked, as far as the ledger knows: told before a day stops."""

from collections.abc import Iterator, Mapping
from functools import cache

import psycopg

from cierre.accounting_files.check import file_of
from cierre.accounting_files.findings import Finding
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import Identity, refusal
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import identity


def claimed(ledger: psycopg.Connection, boxes: Mapping[str, CashBox]) -> list[Finding]:
    """A finding for each file whose lot or till another id has booked, and for each former name that is none.

    Connections are known by where they led when they were last used; the first step of a close asks them. Boxes that
    are as they were when their last day was read passed that step, and are not looked at again.
    """
    seen = identity.all_last_seen(ledger)
    source_site = cache(lambda source, connection: identity.site_behind(ledger, source, connection) or "")
    erp_site = cache(lambda connection: identity.erp_site_behind(ledger, connection) or "")
    now = {
        box.id: Identity.of(
            box, source_site=source_site(box.source, box.connection), erp_site=erp_site(box.erp.connection)
        )
        for box in boxes.values()
    }
    return sorted(
        finding
        for box in boxes.values()
        if now[box.id] != seen.get(box.id)
        for finding in _of_box(ledger, box, now[box.id], boxes)
    )


def _of_box(ledger: psycopg.Connection, box: CashBox, now: Identity, boxes: Mapping[str, CashBox]) -> Iterator[Finding]:
    file = file_of(box)
    unknown = box.formerly if box.formerly and not identity.has_books(ledger, box.formerly) else None
    if unknown and (first := identity.known_as(ledger, unknown)):
        message = Sentence(
            "{unknown} went on with the books of {first}: write formerly: {first}", unknown=unknown, first=first
        )
        yield file.finding(("formerly",), message)
    elif claims := identity.claims(ledger, now, box.connection, None):
        why = refusal(box.file, claims, None, has_file=claims[0].box in boxes, formerly=box.formerly)
        yield file.finding(("erp", "lot") if claims[0].is_lot else ("key",), str(why))
