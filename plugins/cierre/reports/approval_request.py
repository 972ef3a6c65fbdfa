"""The request for a person's approval, as Airflow shows it: why it is asked, who ran the run, and on which facts."""

import logging
from collections.abc import Sequence

from cierre.bookkeeping.facts import Facts
from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.approve import Request
from cierre.language.say import listed, money, say
from cierre.reports.facts_table import by_account, by_document
from cierre.reports.journal_table import escaped, markdown

log = logging.getLogger(__name__)

POSTED = "Approved, this is posted (revision {revision}):\n\n{accounts}\n\n{journal}"
REPLACED = (
    "Approved, this replaces what stands in the ERP (revision {revision}), by account (debits less credits):\n\n"
    "{accounts}\n\nThe documents that make the difference:\n\n{documents}\n\nThe whole new journal:\n\n{journal}"
)


def worded(request: Request, entries: Sequence[JournalEntry], facts: Facts, ran_by: Sentence) -> tuple[str, str]:
    """Subject and body (Markdown), in the language that is spoken now; the log says where a person finds it."""
    currency = entries[0].currency if entries else request.box.currency
    total = money(sum((entry.debit for entry in entries), ZERO), currency)
    subject = say("{box}, {day}: post {total}?", box=request.box.name, day=request.day, total=total)
    reasons = listed(escaped(say(reason)) for reason in request.reasons.values())
    values = {"revision": request.revision.revision, "accounts": by_account(facts), "journal": markdown(entries)}
    body = say(REPLACED, documents=by_document(facts), **values) if facts.replaces else say(POSTED, **values)
    told = "A person must approve revision {revision} (on the close board, or Browse, Required Actions):\n{reasons}"
    log.info(say(told, revision=request.revision.revision, reasons=listed(request.reasons.values())))
    return subject, "\n\n".join([reasons, escaped(say(ran_by)), body])


def started_by(user: str | None) -> Sentence:
    """Who started the run that asks; ``user`` is Airflow's, None where the schedule or another DAG did."""
    if user is None:
        return Sentence("The run that asks was started by no person: by the schedule, or by the look at closed days.")
    return Sentence("The run that asks was started by {who}.", who=user)
