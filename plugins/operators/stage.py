"""Stage: the newest snapshot's rows as typed documents."""

from datetime import date
from typing import TYPE_CHECKING, Any

from cierre.bookkeeping.cash_box import CashBox
from cierre.language.say import say
from operators.step import CashCloseStep

if TYPE_CHECKING:
    import psycopg


class StageOperator(CashCloseStep):
    """Replaces the day's documents by what the newest snapshot says; rows that cannot be booked are quarantined.

    Fails, with everything kept, where a quarantined row may hold money that the books would then miss.
    """

    about = "the landed answer was being read and staged"
    reads = True

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Reads the snapshot, stages what it says, and refuses to go on with rows that must be understood first."""
        from cierre.closing.stage import stage

        return stage(box, day, ledger)

    def rehearse(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """What is staged stays: it belongs to the books as they are."""
        self.log.info(say("This is a dry run: the answer is read in the step derive, and nothing is staged."))
        return {}
