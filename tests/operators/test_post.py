from datetime import date, timedelta

import pytest
from airflow.sdk.exceptions import TaskDeferred

from cierre.ledger import attempts, revisions, session

BOX, DAY, LOT = "itb_caja_164", date(2024, 9, 6), "008964"


def test_a_claim_of_a_killed_worker_is_waited_for_without_a_worker(sandbox, ledger, admin, close):
    day = close(BOX, DAY)
    for step in ("land", "stage", "derive"):
        day.step(step)
    (entry,) = revisions.bookings(ledger, revisions.current(ledger, BOX, DAY))
    claim = attempts.claim(ledger, entry, worker="gone:1", lease_seconds=3600)
    with pytest.raises(TaskDeferred) as deferred:
        day.step("post")
    assert timedelta(0) <= deferred.value.trigger.moment - claim.lease_until < timedelta(minutes=5)
    assert sandbox.calls("protheus", "insert") == 0
    with session.box_day(ledger, BOX, DAY, wait="0.1s"):
        admin.execute("UPDATE erp.attempt SET lease_until = now()")
    day.step("post")
    (document,) = sandbox.protheus_ledger(lot=LOT, day=DAY, live=True)
    assert document.sublot != claim.address.sublot
