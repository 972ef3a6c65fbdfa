"""Stage: the newest snapshot's rows as typed documents; rows that cannot be booked are quarantined."""

import logging
from datetime import date
from typing import Any

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.cash_box import UNUSUAL_VAT, CashBox
from cierre.bookkeeping.certificate import contradictions
from cierre.bookkeeping.documents import QuarantinedRow, Reading
from cierre.bookkeeping.rates import at_par
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.certificate import incomplete
from cierre.closing.landed_day import LandedDay
from cierre.closing.refusal import Refused
from cierre.language.say import counted, listed, say
from cierre.ledger import invoices, landing, staging

log = logging.getLogger(__name__)

ALL_AWAIT_A_DECISION = (
    "rows that cannot be booked stop the day, so nothing is posted:\n{rows}\n"
    "They are kept in staging.quarantined. Decide on each as it says, then clear the task land."
)
STOPPED = (
    "rows that cannot be booked stop the day, so nothing is posted:\n{rows}\n"
    "They are kept in staging.quarantined. Do what each of them says; what says nothing is to be corrected"
    " in the source. Then clear the task land, if nothing else is said."
)


def stage(box: CashBox, day: date, ledger: psycopg.Connection) -> dict[str, Any]:
    """Replaces the day's documents by what the newest snapshot says, and tells how many there are of each kind.

    Raises Refused, with everything kept, where nothing was landed, where the source's own figures are not what came,
    and where a quarantined row may hold money that the books would then miss.
    """
    snapshot = landing.taken(ledger, box.id, day)
    if snapshot is None:
        raise Refused(box, day, "nothing was landed yet; clear the task land of this run")
    claims = landing.claims(ledger, snapshot.snapshot_id, box.id)
    if broken := contradictions(claims):
        raise incomplete(box, day, broken)
    reading = as_booked(LandedDay(box, day, snapshot.body, invoices.seen_before(ledger, snapshot)))
    staging.replace(ledger, box.id, day, snapshot.snapshot_id, reading)
    _tell(snapshot.snapshot_id, reading)
    if stopping := [row for row in reading.quarantined if row.blocking]:
        undecided = all(row.release and row.reason in UNUSUAL_VAT for row in stopping)
        raise Refused(box, day, ALL_AWAIT_A_DECISION if undecided else STOPPED, rows=listed(map(_told, stopping)))
    return {"documents": len(reading.documents), "quarantined": len(reading.quarantined)}


def staged_landing(box: CashBox, day: date, ledger: psycopg.Connection) -> int:
    """The number of the landing that a day's staged documents are of. Raises Refused where nothing was staged yet, and
    where the day was landed again since: a step that was marked as success by hand has not done its work."""
    staged, taken = staging.snapshot_of(ledger, box.id, day), landing.last_taken(ledger, box.id, day)
    if staged is None:
        raise Refused(box, day, "nothing was staged yet; clear the task stage of this run")
    if taken is not None and staged != taken.snapshot_id:
        raise Refused(
            box,
            day,
            "the day was landed again, and what is staged of it is still of the landing before, so its books may lack"
            " money. Clear the task stage of this run, with those after it.",
        )
    return staged


def as_booked(landed: LandedDay) -> Reading:
    """The box's documents and quarantined rows as the box's rules have them booked."""
    reading = at_par(landed.reading(), _currencies_at_par(landed.box))
    return reading.released(landed.box.approvals.releases)  # the step approve asks a person for them


def _currencies_at_par(box: CashBox) -> tuple[str, ...]:
    """Of which currencies the mapping takes a rate of 1; none where it cannot be read, which derive will tell."""
    try:
        return account_mapping(box.mapping).at_par
    except MappingError:
        return ()


def _tell(number: int, reading: Reading) -> None:
    log.info(
        say(
            "Snapshot {number} is read: {documents} staged, {rows} in quarantine.",
            number=number,
            documents=counted(len(reading.documents), "{n} document", "{n} documents"),
            rows=counted(len(reading.quarantined), "{n} row", "{n} rows"),
        )
    )
    for row in reading.quarantined:
        log.warning(say("In quarantine: {row}.", row=_told(row)))


def _told(row: QuarantinedRow) -> Sentence:
    """Where the row stands, and why it is not booked: the message as it is kept."""
    reason = Sentence(row.reason.replace("_", " "))
    return Sentence("{place} ({reason}): {message}", place=row.place, reason=reason, message=row.message)
