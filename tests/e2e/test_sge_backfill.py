"""Six days of the SGE backfilled at once by the real scheduler: each has the money that the SGE dates on it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

BOX = "universidad_contratos"
DAYS = [date(2024, 9, 8) + timedelta(days=n) for n in range(6)]

RUNS = "SELECT state FROM dag_run WHERE dag_id = %s AND partition_key = ANY(%s)"
COLLECTED = """
SELECT business_date, sum(CASE WHEN attributes ->> 'returned' = 'true' THEN -net ELSE net END) AS amount
  FROM staging.document WHERE box = %s AND kind = 'collection' AND business_date = ANY(%s) GROUP BY 1
"""


@pytest.mark.more
def test_a_backfill_of_six_days_books_each_collection_on_its_own_day(system, boxes):
    box, dag = system.cash_boxes()[BOX], f"cash_close__{BOX}"
    system.api.unpause(dag)
    system.api.backfill(dag, DAYS[0], DAYS[-1], at_once=len(DAYS))

    def ended() -> list[str] | None:
        found = system.metadata.execute(RUNS, (dag, [str(day) for day in DAYS])).fetchall()
        states = [state for (state,) in found]
        return states if len(states) == len(DAYS) and not {"queued", "running"} & set(states) else None

    assert set(system.wait(ended, "the backfill to end", every=1)) == {"success"}
    # What the SGE shows of these days has not changed for years, so its own books know each day's money.
    books = {day: system.sandbox.sge.books(box.key.split(","), day) for day in DAYS}
    shown = {day: found.shown.amount for day, found in books.items() if found.shown.amount}
    assert len(shown) > 3
    assert {row.business_date: row.amount for row in system.ledger.execute(COLLECTED, (BOX, DAYS))} == shown
    noted = "SELECT count(*) AS changes FROM ledger.late_change WHERE box = %s AND business_date = ANY(%s)"
    assert system.ledger.execute(noted, (BOX, DAYS)).fetchone().changes == 0
    bank = {
        day: sum((document.balance("1.1.02.001") for document in system.live(box.erp.lot, day)), Decimal(0))
        for day in DAYS
    }
    assert {day: amount for day, amount in bank.items() if amount} == shown
