"""What every DAG of the project keeps to."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.exceptions import AirflowFailException
from airflow.serialization.serialized_objects import DagSerialization
from airflow.task.priority_strategy import validate_and_load_priority_weight_strategy

from cierre.accounting_files.companies import companies
from cierre.accounting_files.loader import cash_box, cash_box_ids
from cierre.alerts.failure import FailureAlert
from cierre.closing.names import PREFIX
from cierre.orchestration.builder import STEPS
from cierre.orchestration.company import PREFIX as COMPANY_PREFIX
from cierre.orchestration.priority import BackfillsGiveWay
from cierre.orchestration.retries import RetryByKind

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


def test_an_owner_is_a_link_that_writes_to_the_companys_people(bag):
    dag = bag.dags[PREFIX + "conduce_caja_3"]
    assert dag.owner_links == {"conduce_ecuador": "mailto:contabilidad.conduce@example.com"}


def test_every_task_has_retries_and_a_time_limit(bag):
    for dag in bag.dags.values():
        for task in dag.tasks:
            assert task.retries >= 1, task
            assert task.execution_timeout, task


def test_a_close_is_six_steps_in_a_row_that_back_off(closes):
    for dag in closes:
        assert [task.task_id for task in dag.topological_sort()] == list(STEPS)
        assert all(task.retry_exponential_backoff > 1 for task in dag.tasks)


def test_whoever_works_unattended_alerts_when_it_fails(bag):
    # erp_probe is waited for; erp_reaper itself tells what it finds, and would repeat a failure every five minutes.
    for dag in bag.dags.values():
        if dag.dag_id not in ("erp_probe", "erp_reaper"):
            for task in dag.tasks:
                (alert,) = task.on_failure_callback
                assert isinstance(alert, FailureAlert), task
                assert alert.company in companies(), task


def test_retries_go_by_the_kind_of_error(bag):
    for dag in bag.dags.values():
        if dag.dag_id.startswith((PREFIX, COMPANY_PREFIX)):
            assert all(isinstance(task.retry_policy, RetryByKind) for task in dag.tasks), dag.dag_id


def test_every_step_that_calls_a_vendor_has_the_pool_of_that_connection(closes):
    for dag in closes:
        box = cash_box(dag.dag_id.removeprefix(PREFIX))
        pools = {task.task_id: task.pool for task in dag.tasks}
        assert pools["land"] == box.connection
        assert pools["post"] == pools["reconcile"] == box.erp.connection
        assert {pools["stage"], pools["derive"], pools["approve"]} == {"default_pool"}


def test_backfills_give_way_to_todays_closes(closes):
    for dag in closes:
        for task in dag.tasks:
            assert isinstance(validate_and_load_priority_weight_strategy(task.weight_rule), BackfillsGiveWay)


def test_reading_the_files_again_makes_no_new_version_of_any_dag(bag):
    again = DagBag(dag_folder=str(DAGS))
    for dag_id, dag in bag.dags.items():
        assert DagSerialization.to_dict(dag) == DagSerialization.to_dict(again.dags[dag_id]), dag_id


def test_a_day_that_nobody_has_to_approve_spends_no_process_on_it(closes):
    """Derive has approve skipped then, and post goes on; see tests/operators/test_approve.py."""
    for dag in closes:
        assert dag.get_task("derive").inherits_from_skipmixin
        assert dag.get_task("approve").trigger_rule == "all_success"
        assert dag.get_task("post").trigger_rule == "none_failed"


def test_every_company_has_a_day_that_waits_for_all_its_boxes(bag):
    boxes = [cash_box(box_id) for box_id in cash_box_ids()]
    days = {dag_id: dag for dag_id, dag in bag.dags.items() if dag_id.startswith(COMPANY_PREFIX)}
    assert days.keys() == {COMPANY_PREFIX + box.company for box in boxes}
    for dag_id, dag in days.items():
        waited_for = {asset.name for asset in dag.timetable.asset_condition.objects}
        company = dag_id.removeprefix(COMPANY_PREFIX)
        assert waited_for == {f"closed_days__{box.id}" for box in boxes if box.company == company}
        assert company in companies()


def test_no_dag_makes_up_for_days_nobody_asked_for(bag):
    assert [dag.dag_id for dag in bag.dags.values() if dag.catchup] == []


def test_a_task_parses_the_dag_of_its_own_box_alone(monkeypatch):
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", PREFIX + "itb_caja_164")
    only = DagBag(dag_folder=str(DAGS / "cash_close.py"))
    assert list(only.dags) == [PREFIX + "itb_caja_164"]


def test_every_dag_that_takes_parameters_refuses_those_it_does_not_know(bag):
    taking = [dag for dag in bag.dags.values() if dag.params]
    assert {PREFIX + "itb_caja_164", "erp_probe"} <= {dag.dag_id for dag in taking}
    run = SimpleNamespace(conf={"dryrun": True}, partition_key="2024-09-06", run_type="manual", run_id="r",
                          triggering_user_name=None)  # fmt: skip
    for dag in taking:
        for task in dag.tasks:
            # What is mapped runs for what a task before it gives, which refused.
            if not (task.inherits_from_empty_operator or task.is_mapped):
                with pytest.raises(AirflowFailException, match="dryrun"):
                    task.execute({"dag_run": run, "params": dict(run.conf)})
