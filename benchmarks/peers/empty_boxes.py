"""The same graphs as the cash boxes', of tasks that do nothing: a DAG for each box, airflow alone imported."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, BaseOperator, chain, get_parsing_context

from cierre.orchestration.business_day import BusinessDayTimetable

PREFIX = "empty__"


class Nothing(BaseOperator):
    """A task that runs and does nothing. (An EmptyOperator would not run at all.)"""

    def execute(self, context):
        """Nothing."""


def empty(box: str) -> DAG:
    """The graph of a box. What nobody is asked for is passed by in the product, too."""
    with DAG(
        dag_id=PREFIX + box,
        schedule=BusinessDayTimetable(),
        start_date=datetime(2000, 1, 1, tzinfo=UTC),
        catchup=False,
        default_args={"retries": 3, "retry_delay": timedelta(seconds=5)},
    ) as dag:
        steps = [Nothing(task_id=name) for name in ("land", "stage", "derive", "post", "reconcile")]
        chain(*steps[:3], EmptyOperator(task_id="approve"), *steps[3:])
    return dag


asked = get_parsing_context().dag_id
boxes = sorted(file.stem for file in (Path(os.environ["CIERRE_MAPPINGS_DIR"]) / "cash_boxes").glob("*.yaml"))
for box_id in [asked.removeprefix(PREFIX)] if asked else boxes:
    globals()[PREFIX + box_id] = empty(box_id)
