"""Stage: the newest snapshot's rows as typed documents."""

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from cierre.bookkeeping.cash_box import UNUSUAL_VAT, CashBox
from cierre.bookkeeping.certificate import contradictions
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import counted, listed, say
from operators.land import incomplete
from operators.step import CashCloseStep, refusal

if TYPE_CHECKING:
    import psycopg

    from cierre.bookkeeping.documents import QuarantinedRow


class StageOperator(CashCloseStep):
    """Replaces the day's documents by what the newest snapshot says; rows that cannot be booked are quarantined.

    Fails, with everything kept, where a quarantined row may hold money that the books would then miss.
    """

    about = "the landed answer was being read and staged"
    reads = True

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Reads the snapshot, stages what it says, and refuses to go on with rows that must be understood first."""
        from cierre.bookkeeping.rates import at_par
        from cierre.closing.landed_day import LandedDay
        from cierre.ledger import invoices, landing, staging

        snapshot = landing.taken(ledger, box.id, day)
        if snapshot is None:
            raise refusal(box, day, "nothing was landed yet; clear the task land of this run")
        claims = landing.claims(ledger, snapshot.snapshot_id, box.id)
        if broken := contradictions(claims):
            raise incomplete(AirflowFailException, box, day, broken)
        reading = LandedDay(box, day, snapshot.body, invoices.seen_before(ledger, snapshot)).reading()
        reading = at_par(reading, self._at_par(box))
        reading = reading.released(box.approvals.releases)  # the step approve asks a person for them
        staging.replace(ledger, box.id, day, snapshot.snapshot_id, reading)
        self.log.info(
            say(
                "Snapshot {number} is read: {documents} staged, {rows} in quarantine.",
                number=snapshot.snapshot_id,
                documents=counted(len(reading.documents), "{n} document", "{n} documents"),
                rows=counted(len(reading.quarantined), "{n} row", "{n} rows"),
            )
        )
        for row in reading.quarantined:
            self.log.warning(say("In quarantine: {row}.", row=_told(row)))
        stopping = [row for row in reading.quarantined if row.blocking]
        if stopping and all(row.release and row.reason in UNUSUAL_VAT for row in stopping):
            raise refusal(
                box,
                day,
                "rows that cannot be booked stop the day, so nothing is posted:\n{rows}\n"
                "They are kept in staging.quarantined. Decide on each as it says, then clear the task land.",
                rows=listed(map(_told, stopping)),
            )
        if stopping:
            raise refusal(
                box,
                day,
                "rows that cannot be booked stop the day, so nothing is posted:\n{rows}\n"
                "They are kept in staging.quarantined. Do what each of them says; what says nothing is to be corrected"
                " in the source. Then clear the task land, if nothing else is said.",
                rows=listed(map(_told, stopping)),
            )
        return {"documents": len(reading.documents), "quarantined": len(reading.quarantined)}

    def _at_par(self, box: CashBox) -> tuple[str, ...]:
        """Of which currencies the mapping takes a rate of 1; none where it cannot be read, which derive will tell."""
        from cierre.accounting_files.findings import MappingError
        from cierre.accounting_files.loader import account_mapping

        try:
            return account_mapping(box.mapping).at_par
        except MappingError:
            return ()

    def rehearse(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """What is staged stays: it belongs to the books as they are."""
        self.log.info(say("This is a dry run: the answer is read in the step derive, and nothing is staged."))
        return {}


def _told(row: "QuarantinedRow") -> Sentence:
    """Where the row stands, and why it is not booked: the message as it is kept."""
    reason = Sentence(row.reason.replace("_", " "))
    return Sentence("{place} ({reason}): {message}", place=row.place, reason=reason, message=row.message)
