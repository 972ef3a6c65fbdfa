"""A person who answers what a close asks, as Airflow's web UI would hand it on."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskAwaitingInput

from operators.approve import ApproveOperator

ANA = {"id": "7", "name": "Ana"}


def asked(close: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the step approve of a close asks now; empty where it asks nothing."""
    written: list[dict] = []
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **detail: written.append(detail)
    )
    try:
        ApproveOperator(task_id="approve", box=close.box).execute(_context(close))
    except TaskAwaitingInput:
        return written[-1]["body"]
    return ""


def answers(close: Any, option: str = "Approve") -> dict[str, Any]:
    """What the step does when it goes on with Ana's answer."""
    answer = {"chosen_options": [option], "responded_at": datetime.now(UTC), "responded_by_user": ANA}
    step = ApproveOperator(task_id="approve", box=close.box)
    return step.execute_complete(_context(close), {"params_input": {}, **answer})


def _context(close: Any) -> dict[str, Any]:
    task = SimpleNamespace(id="0191", log_url="http://127.0.0.1/log")
    return {"dag_run": close.run, "params": {}, "ti": task, "task_instance": task}
