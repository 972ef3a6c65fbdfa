"""The request for a person's approval, as people read it: why, and the journal that would be posted."""

import logging
from collections.abc import Sequence

from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.money import ZERO
from cierre.closing.approve import Request
from cierre.language.say import listed, money, say
from cierre.reports.journal_table import by_account, escaped, markdown

log = logging.getLogger(__name__)


def worded(request: Request, entries: Sequence[JournalEntry], replaced: Sequence[JournalEntry] = ()) -> tuple[str, str]:
    """Subject and body (Markdown), in the language that is spoken now; the log says where a person finds it. Of entries
    that would be ``replaced`` in the ERP it shows what they and the new ones come to by account."""
    currency = entries[0].currency if entries else request.box.currency
    total = money(sum((entry.debit for entry in entries), ZERO), currency)
    subject = say("{box}, {day}: post {total}?", box=request.box.name, day=request.day, total=total)
    about = {"revision": request.revision.revision, "reasons": listed(request.reasons.values())}
    body = say(
        "{reasons}\n\nApproved, this is posted (revision {revision}):\n\n{journal}",
        revision=request.revision.revision,
        reasons=listed([escaped(say(reason)) for reason in request.reasons.values()]),
        journal=markdown(entries),
    )
    if replaced:
        told = "{body}\n\nIt replaces what stands in the ERP, by account (debits less credits):\n\n{table}"
        body = say(told, body=body, table=by_account(replaced, entries))
    log.info(say("A person must approve revision {revision} (Browse, Required Actions):\n{reasons}", **about))
    return subject, body
