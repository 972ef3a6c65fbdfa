"""What a company's DAGs tell the auth manager FAB. (tests/e2e/test_companies.py tells what comes of it.)"""

import pytest

from cierre.accounting_files.loader import cash_box
from cierre.orchestration.builder import cash_close
from cierre.orchestration.company import company_day
from cierre.orchestration.roles import is_fab

BOX = cash_box("itb_caja_164")
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
DAGS = {
    "a box's": lambda: cash_close(BOX, "runbook"),
    "a company's": lambda: company_day(BOX.company, [BOX], "runbook"),
}


@pytest.fixture
def fab(monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__AUTH_MANAGER", FAB)
    is_fab.cache_clear()
    yield
    is_fab.cache_clear()


@pytest.mark.filterwarnings("ignore:The airflow.security.permissions module")  # of Airflow's own, at each such DAG
@pytest.mark.parametrize("dag", DAGS.values(), ids=DAGS)
def test_a_companys_dag_is_read_by_its_readers_and_changed_by_its_operators_and_approvers(fab, dag):
    assert dag().access_control == {
        "itb reader": {"DAGs": {"can_read"}},
        "itb approver": {"DAGs": {"can_read", "can_edit"}},
        "itb operator": {"DAGs": {"can_read", "can_edit"}},
    }


@pytest.mark.parametrize("dag", DAGS.values(), ids=DAGS)
def test_without_fab_no_dag_names_a_role(dag):
    assert dag().access_control is None


@pytest.mark.parametrize("dag", DAGS.values(), ids=DAGS)
def test_a_task_that_reads_its_own_dag_names_no_role(fab, monkeypatch, dag):
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "cash_close__itb_caja_164")
    assert dag().access_control is None
