"""What every DAG of the project keeps to."""

from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag

from alerts.failure import FailureAlert
from cash_close.builder import PREFIX, STEPS
from mappings.loader import cash_box_ids

DAGS = Path(__file__).parents[2] / "dags"


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(dag_folder=str(DAGS))


@pytest.fixture(scope="module")
def closes(bag) -> list:
    return [dag for dag in bag.dags.values() if dag.dag_id.startswith(PREFIX)]


def test_no_dag_file_fails_to_import(bag):
    assert bag.import_errors == {}


def test_every_cash_box_has_a_dag_of_its_own(closes):
    assert sorted(dag.dag_id for dag in closes) == [PREFIX + box for box in cash_box_ids()]


def test_every_dag_has_a_runbook_an_owner_and_tags(bag):
    for dag in bag.dags.values():
        assert "fails" in dag.doc_md, dag.dag_id
        assert dag.tags, dag.dag_id
        assert {task.owner for task in dag.tasks} != {"airflow"}, dag.dag_id


def test_every_task_has_retries_and_a_time_limit(bag):
    for dag in bag.dags.values():
        for task in dag.tasks:
            assert task.retries >= 1, task
            assert task.execution_timeout, task


def test_a_close_is_five_steps_in_a_row_that_back_off_and_alert_when_they_fail_for_good(closes):
    for dag in closes:
        assert [task.task_id for task in dag.topological_sort()] == list(STEPS)
        for task in dag.tasks:
            assert task.retry_exponential_backoff > 1
            (alert,) = task.on_failure_callback
            assert isinstance(alert, FailureAlert)


def test_no_dag_makes_up_for_days_nobody_asked_for(bag):
    assert [dag.dag_id for dag in bag.dags.values() if dag.catchup] == []


def test_a_task_parses_the_dag_of_its_own_box_alone(monkeypatch):
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", PREFIX + "itb_caja_164")
    only = DagBag(dag_folder=str(DAGS / "cash_close.py"))
    assert list(only.dags) == [PREFIX + "itb_caja_164"]
