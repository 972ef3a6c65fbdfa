"""Derive: documents and mapping make balanced journal entries, frozen in the ledger."""

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk.bases.skipmixin import XCOM_SKIPMIXIN_KEY, XCOM_SKIPMIXIN_SKIPPED
from airflow.sdk.exceptions import DownstreamTasksSkipped

from cierre.bookkeeping.cash_box import CashBox
from operators.step import CashCloseStep

if TYPE_CHECKING:
    import psycopg

APPROVE = "approve"
"""The id of the step that asks a person."""


class DeriveOperator(CashCloseStep):
    """Books the staged documents by the box's mapping. Reports every problem at once; with any, nothing is frozen.

    Where nobody has to approve the day, Airflow is told to skip the step approve, which so costs no process.
    """

    inherits_from_skipmixin = True  # Airflow then asks this step, when approve is cleared, whether it is to be skipped.
    about = "the journal was being derived"
    asks = True
    said: dict[str, Any]

    def execute(self, context: Any) -> dict[str, Any]:
        """As every step."""
        self.said = super().execute(context)
        return self.said

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Airflow calls this after ``execute``; what that returned is kept here where the next step is skipped."""
        if not self.asks:
            context["ti"].xcom_push("return_value", self.said)
            context["ti"].xcom_push(XCOM_SKIPMIXIN_KEY, {XCOM_SKIPMIXIN_SKIPPED: [APPROVE]})
            raise DownstreamTasksSkipped(tasks=[APPROVE])

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Freezes the day's books as a revision; notes whether a person must approve it."""
        from cierre.closing.derive import derive

        booked = derive(box, day, ledger)
        self.asks = booked.asks
        total = str(booked.total)
        return {"revision": booked.revision, "new": booked.new, "entries": booked.entries, "total": total}

    def rehearse(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Shows in the log the journal that the newest answer would make; nothing is frozen."""
        from cierre.reports.rehearsal import rehearse

        self.asks = False
        return rehearse(box, day, ledger)
