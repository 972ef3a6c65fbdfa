"""An answer that Airflow took before the task that asked could: read where a task itself cannot."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from airflow.sdk.exceptions import AirflowRuntimeError
from airflow.sdk.execution_time.hitl import get_hitl_detail_content_detail
from airflow.triggers.base import BaseTrigger, TriggerEvent
from asgiref.sync import sync_to_async

SETTLING = 5.0
"""Seconds before it looks. Airflow's scheduler must have seen that the asking process ended before its task goes on;
otherwise it takes the task for lost and runs it once more."""


class AnswerKept(BaseTrigger):
    """Fires once, with the answer that a task's question has, None where it has none (``answer``).

    Tasks cannot ask for it; Airflow lets only triggers do so.
    """

    def __init__(self, ti_id: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow's own has no types
        self.ti_id = str(ti_id)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """What makes it again in the triggerer."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"ti_id": self.ti_id}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Looks, and fires."""
        await asyncio.sleep(SETTLING)
        yield TriggerEvent({"answer": await sync_to_async(self._answer)()})

    def _answer(self) -> dict[str, Any] | None:
        try:
            found = get_hitl_detail_content_detail(ti_id=UUID(self.ti_id))
        except AirflowRuntimeError as error:
            if (error.error.detail or {}).get("status_code") == 404:
                return None
            raise
        if not found.response_received:
            return None
        who = found.responded_by_user
        return {
            "chosen_options": list(found.chosen_options or []),
            "params_input": found.params_input or {},
            "responded_at": found.responded_at,
            "responded_by_user": {"id": who.id, "name": who.name} if who else None,
        }
