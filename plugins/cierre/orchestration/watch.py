"""What the DAGs have in common that look after the closes and the ERP: none of a cash box or a company."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cierre.alerts.watch import WatchAlert
from cierre.orchestration.retries import PATIENT, RetryByKind

ONE_RUN: dict[str, Any] = {
    "start_date": datetime(2000, 1, 1, tzinfo=UTC),
    "catchup": False,
    "max_active_runs": 1,
    "is_paused_upon_creation": False,
}
"""Of the DAG: what was missed is not made up for, the next run does it all; and no two runs at once."""


def watched(dag_id: str, timeout: timedelta) -> dict[str, Any]:
    """Of its tasks, which may take as long as ``timeout``: tried again patiently, and told of where they fail."""
    return PATIENT | {
        "owner": "cierre",
        "retry_policy": RetryByKind(),
        "execution_timeout": timeout,
        "on_failure_callback": WatchAlert("cierre", dag_id),
    }
