"""Derive: documents and mapping make balanced journal entries, frozen in the ledger."""

import logging
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.snippet import snippet
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.collector import collector_at_rest
from cierre.bookkeeping.columns import Documents
from cierre.bookkeeping.corrections import dating
from cierre.bookkeeping.derive import Derivation, derive as derive_entries
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.master_data import MasterData
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.problems import Problem
from cierre.bookkeeping.refusals import refusals
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.belonging import booking_alone, hold_documents_against_ledger, hold_lot_against_ledger
from cierre.closing.erp_site import erp_site
from cierre.closing.master_data import known, opened_from, refresh_if_closed, refresh_or_keep
from cierre.closing.refusal import Refused
from cierre.closing.stage import staged_landing
from cierre.language.say import counted, listed, money, say
from cierre.ledger import approvals, capabilities, problems, revisions, staging
from cierre.ledger.revisions import Revision

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Booked:
    """A day's books: the revision, whether it is a new one, the number and the sum (box's currency) of its entries, and
    whether a person must approve it before it is posted."""

    revision: int
    new: bool
    entries: int
    total: Decimal
    asks: bool


@collector_at_rest()  # The collector would walk a million documents twice, in more than a second, and find no cycle.
def derive(box: CashBox, day: date, ledger: psycopg.Connection) -> Booked:
    """Derives the day's entries and freezes them as a revision, unless the current one already says the same.

    Raises Refused with every problem at once, and then nothing is frozen; MappingError for a mapping that is wrong.
    """
    snapshot_id = staged_landing(box, day, ledger)
    if staging.blocking(ledger, box.id, day):
        raise Refused(box, day, "rows in staging.quarantined stop the day; the task stage says which and why")
    mapping = account_mapping(box.mapping)
    hold_lot_against_ledger(box, day, ledger)
    documents = staging.columns(ledger, box.id, day)
    refresh_if_closed(ledger, box, day)
    derivation = _derivation(box, day, ledger, mapping, documents)
    with booking_alone(box, day, ledger, snapshot_id):
        hold_documents_against_ledger(box, day, ledger, snapshot_id, documents)
        revision, new = revisions.freeze(
            ledger,
            box=box.id,
            day=day,
            snapshot_id=snapshot_id,
            mapping=mapping.name,
            mapping_digest=mapping.digest,
            tenant=box.erp.tenant,
            lot=box.erp.lot,
            entries=derivation.entries,
            documents=derivation.documents,
            open_from=opened_from(ledger, box),
            site=erp_site(box),
            history=box.erp.limits.history,
        )
    total = sum((entry.debit for entry in derivation.entries), ZERO)
    _tell(box, revision, new, len(documents), len(derivation.entries), total)
    asks = bool(approvals.unapproved(ledger, box, revision))
    if not asks:
        log.info(say("Revision {revision} needs nobody's approval.", revision=revision.revision))
    return Booked(revision.revision, new, len(derivation.entries), total, asks)


def _derivation(
    box: CashBox, day: date, ledger: psycopg.Connection, mapping: AccountMapping, documents: Documents
) -> Derivation:
    """The day's entries; what keeps documents from being booked is noted for people, and refuses the day."""
    lines = capabilities.of(ledger, box.erp.connection, box.erp.tenant).lines_an_entry(box.erp.limits)
    try:
        derivation = derive_entries(documents, mapping, box, day, max_lines=lines)
    except ValueError as mismatch:
        if not (mismatch.args and isinstance(mismatch.args[0], Sentence)):
            raise
        raise Refused(box, day, "{why}", why=mismatch) from mismatch
    refused = _refusals(box, day, ledger, derivation, lines)
    problems.replace(ledger, box.id, day, mapping.name, [*derivation.problems, *refused])
    if derivation.problems:
        raise Refused(
            box,
            day,
            "the mapping {mapping} cannot book the day, so nothing is posted:\n{problems}\n"
            "{lines}\nMend the mapping, then clear the task derive of this run.",
            mapping=mapping.name,
            problems=listed([*derivation.problems, *refused]),
            lines=snippet(mapping, derivation.problems),
        )
    if refused:
        raise Refused(
            box,
            day,
            "the ERP would refuse the day's entries, so nothing is posted:\n{problems}\n"
            "Have it set right in the ERP, or book otherwise by the mapping {mapping}; then clear the task derive of"
            " this run, which asks the ERP anew.",
            mapping=mapping.name,
            problems=listed(refused),
        )
    return derivation


def _refusals(
    box: CashBox, day: date, ledger: psycopg.Connection, derivation: Derivation, most_lines: int
) -> list[Problem]:
    """What the ERP would refuse of the day's entries, by its own master data; it is asked anew before anything is held
    back, since what was read at night may be mended by now."""
    told = known(ledger, box)
    if told is None:
        return []

    def by(erp: MasterData) -> list[Problem]:
        dated = dating(day, opened_from(ledger, box), corrects=False)
        return refusals(
            derivation.entries,
            dated.entry_date,
            box.erp.tenant,
            erp,
            box.erp.limits,
            most_lines=most_lines,
            mark=dated.mark,
        )

    return by(refresh_or_keep(ledger, box) or told) if by(told) else []


def _tell(box: CashBox, revision: Revision, new: bool, documents: int, entries: int, total: Decimal) -> None:
    made = {
        "documents": counted(documents, "{n} document", "{n} documents"),
        "entries": counted(entries, "{n} journal entry", "{n} journal entries"),
        "total": money(total, box.currency),
        "revision": revision.revision,
    }
    if new:
        log.info(say("Booked {documents} in {entries}, {total} in all: revision {revision}, new.", **made))
    else:
        log.info(say("Booked {documents} in {entries}, {total} in all: revision {revision}, as before.", **made))
