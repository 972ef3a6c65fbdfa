"""Stage: the newest snapshot's rows as typed documents."""

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from bookkeeping.cash_box import CashBox
from bookkeeping.certificate import contradictions
from operators.land import incomplete
from operators.step import CashCloseStep

if TYPE_CHECKING:
    import psycopg


class StageOperator(CashCloseStep):
    """Replaces the day's documents by what the newest snapshot says; rows that cannot be booked are quarantined.

    Fails, with everything kept, where a quarantined row may hold money that the books would then miss.
    """

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Reads the snapshot, stages what it says, and refuses to go on with rows that must be understood first."""
        from functools import partial

        from hooks.sources import LandedDay
        from store import landing, staging

        snapshot = landing.taken(ledger, box.id, day)
        if snapshot is None:
            raise AirflowFailException(f"{box.name}, {day}: nothing was landed yet; clear the task land of this run")
        claims = landing.claims(ledger, snapshot.snapshot_id, box.id)
        if broken := contradictions(claims):
            raise AirflowFailException(incomplete(box, day, broken))
        reading = LandedDay(box, day, snapshot.body, partial(landing.bodies_before, ledger, snapshot)).reading()
        if box.approvals.two_forms:
            reading = reading.released()  # the step approve asks a person for it
        staging.replace(ledger, box.id, day, snapshot.snapshot_id, reading)
        self.log.info(
            "Snapshot %d: %d documents staged, %d rows quarantined.",
            snapshot.snapshot_id,
            len(reading.documents),
            len(reading.quarantined),
        )
        for row in reading.quarantined:
            self.log.warning("Quarantined %s (%s): %s", row.place, row.reason, row.message)
        stopping = [row for row in reading.quarantined if row.blocking]
        if stopping:
            listed = "\n".join(f"- {row.place} ({row.reason}): {row.message}" for row in stopping)
            raise AirflowFailException(
                f"{box.name}, {day}: {len(stopping)} rows cannot be booked, so nothing is posted:\n{listed}\n"
                "They are kept in staging.quarantined. Correct them in the source, then clear the task land."
            )
        return {"documents": len(reading.documents), "quarantined": len(reading.quarantined)}

    def rehearse(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """What is staged stays: it belongs to the books as they are."""
        self.log.info("This is a dry run: the answer is read in the step derive, and nothing is staged.")
        return {}
