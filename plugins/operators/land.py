"""Land: the source's answer for the day, whole, as it came."""

from datetime import date
from typing import TYPE_CHECKING, Any

from bookkeeping.cash_box import CashBox
from operators.step import CashCloseStep

if TYPE_CHECKING:
    import psycopg


class LandOperator(CashCloseStep):
    """Asks the box's source for the day and keeps the answer with its control totals, append-only.

    Waits until the day is over in the box's own zone when the schedule is ahead of it. An answer that is not whole
    never gets in: the hook raises first.
    """

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """One call to the source, one snapshot."""
        from hooks.sources import source_of
        from store import landing

        source = source_of(box)
        answer = source.Hook(box.connection).fetch(box.key, day)
        totals = source.control_totals(answer.body, currency=box.currency)
        snapshot_id = landing.land(
            ledger,
            source=box.source,
            source_connection=box.connection,
            source_key=box.key,
            business_date=day,
            asked=answer.asked,
            received_at=answer.received_at,
            body=answer.body,
            control_totals=totals,
        )
        rows = sum(total.count for total in totals)
        for total in totals:
            what = f"{total.kind}{f', form {total.form}' if total.form else ''}"
            self.log.info("The source says: %s: %d rows, %s %s.", what, total.count, total.net, box.currency)
        self.log.info("Snapshot %d holds %d rows in %d characters.", snapshot_id, rows, len(answer.body))
        return {"snapshot": snapshot_id, "rows": rows}
