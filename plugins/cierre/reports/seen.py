"""What the sources lately sent that the mappings, as they are now, could not book: told before a day stops on it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import psycopg

from cierre.accounting_files.check import SoundMappings
from cierre.accounting_files.findings import Finding
from cierre.accounting_files.plain_yaml import Loc
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.mapping import Unresolved
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.treatment import UNKNOWN
from cierre.bookkeeping.vocabulary import BOX, FRAUD
from cierre.ledger import staging

WINDOW = timedelta(days=90)
"""How far back documents are looked at."""


def unmapped(
    ledger: psycopg.Connection, boxes: Mapping[str, CashBox], mappings: SoundMappings, today: date
) -> list[Finding]:
    """A finding for each value that documents of the last 90 days carried and no rule or table has, with their money.

    Every amount counts by itself, since each has rules of its own; those of zero need none. Rules are those in force
    today.
    """
    stopped: dict[tuple[str, Loc, Unresolved, str], list[staging.Seen]] = defaultdict(list)
    for seen in staging.seen_since(ledger, today - WINDOW):
        box = boxes.get(seen.box)
        if box is None or box.mapping not in mappings:
            continue
        mapping, _ = mappings[box.mapping]
        if mapping.fraud_policy == "hold" and seen.attributes.get(FRAUD) == "true":
            continue
        attributes = {**seen.attributes, BOX: box.id}
        if mapping.treats(Kind(seen.kind)) and attributes.get("refund_of") != "collection":
            document_type = attributes.setdefault("document_type", UNKNOWN)
            taxes = mapping.taxes(document_type, today, seen.currency)
            if taxes is None:
                if seen.component == "net":
                    one = mapping.untreated(document_type, seen.currency, today)
                    stopped[box.mapping, ("document_types",), one, seen.currency].append(seen)
                continue
            attributes["treatment"] = taxes.treatment
        for number, posting in enumerate(mapping.postings.get(Kind(seen.kind), ())):
            resolved = mapping.resolve(posting, attributes, today)
            if posting.amount == seen.component and isinstance(resolved, list):
                for one in resolved:
                    place = ("tables", one.table, "values") if one.table else ("postings", seen.kind, number, "rules")
                    stopped[box.mapping, place, one, seen.currency].append(seen)
    return sorted(
        mappings[name][1].finding(place, _told(one, currency, found))
        for (name, place, one, currency), found in stopped.items()
    )


def _told(one: Unresolved, currency: str, found: Iterable[staging.Seen]) -> str:
    found = list(found)
    count, amount = sum(seen.documents for seen in found), sum(seen.amount for seen in found)
    last, boxes = max(seen.last_day for seen in found), ", ".join(sorted({seen.box for seen in found}))
    documents = Sentence.counted(count, "{n} document", "{n} documents")
    return Sentence(
        "{documents} of {amount} {currency} ({boxes}, last on {last}) {reason}; {fix}",
        documents=documents,
        amount=amount,
        currency=currency,
        boxes=boxes,
        last=last,
        reason=one.reason,
        fix=one.fix,
    )
