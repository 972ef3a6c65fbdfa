"""Reconcile: source, staging, journal and ERP side by side, by form of payment and in all."""

from datetime import date
from typing import TYPE_CHECKING, Any

from cierre.bookkeeping.cash_box import CashBox
from operators.step import CashCloseStep

if TYPE_CHECKING:
    import psycopg


class ReconcileOperator(CashCloseStep):
    """Compares every stage of the day's money with the next and keeps each comparison with both figures.

    Fails where two differ in rows or money, naming the figures and the documents or entries behind them. Where the
    ERP can be read, what stands there is a stage too.
    """

    about = "the day's figures were being compared"
    books_stand = "What was booked and posted is as it was; this comparison is not kept."

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Compares, keeps, and says where the day stands, and on what evidence."""
        from cierre.closing.reconcile import reconcile

        return reconcile(box, day, ledger)

    def vendor_connection(self, box: CashBox) -> str:
        """The ERP's."""
        return box.erp.connection
