"""Post: what the ERP holds of the day becomes what the ledger says, exactly once."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.connection import open_ledger
from operators.step import CashCloseStep

if TYPE_CHECKING:
    import psycopg


class PostOperator(CashCloseStep):
    """Posts the day's current revision by the posting protocol; sends nothing where the ERP already has it.

    Goes by what a probe found out about the ERP's site (cierre.ledger.capabilities): fails where nothing can be proved
    there.
    """

    about = "the journal was being posted to the ERP"

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Converges the ERP to the current revision."""
        from cierre.closing.post import post

        return post(box, day, ledger, self._wait)

    def vendor_connection(self, box: CashBox) -> str:
        """The ERP's."""
        return box.erp.connection

    def where_the_books_stand(self, box: CashBox | None) -> Sentence:
        """What of the day's postings is uncertain, as the ledger knows it, where it can still be asked."""
        from cierre.closing.post import NOT_KNOWN, where_the_books_stand

        if box is None or self.day is None:
            return Sentence(NOT_KNOWN)
        try:
            with open_ledger(self.ledger_connection) as ledger:
                return where_the_books_stand(box, self.day, ledger)
        except Exception:  # whatever is wrong there: then what was sent is not known
            return Sentence(NOT_KNOWN)

    def _wait(self, seconds: float) -> None:
        """Gives the worker, and its place in the ERP's pool, back until a dead worker's claim has run out."""
        from operators.at_work.waiting import wait_until

        wait_until(datetime.now(UTC) + timedelta(seconds=seconds), self)
