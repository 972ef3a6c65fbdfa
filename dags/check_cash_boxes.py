"""No DAG: fails to import, and so shows in the UI, where a cash box's file is wrong. Sound boxes go on meanwhile."""

from airflow.sdk import get_parsing_context

from mappings.loader import cash_boxes

# DAG: Airflow skips files that name neither "dag" nor "airflow"; and a task's own parse has nothing to check here.
if get_parsing_context().dag_id is None:
    cash_boxes()
