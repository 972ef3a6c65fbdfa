"""Whose tasks go first where a pool is short of slots."""

from typing import TYPE_CHECKING

from airflow.task.priority_strategy import PriorityWeightStrategy

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance


class BackfillsGiveWay(PriorityWeightStrategy):
    """Today's closes, and what a person triggers, go before history.

    Known by the run's id, which the business-day timetable makes: a weight is asked for before the run is at hand.
    """

    def get_weight(self, ti: "TaskInstance") -> int:
        """Weight of a task in its pool; the higher goes first."""
        return 1 if "__backfill__" in ti.run_id else 10
