"""To which site of the ERP a box posts, and that the sandbox is known from a real one."""

import json
import os
from datetime import date
from types import SimpleNamespace

import pytest
from airflow.sdk import BaseHook
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime
from hypothesis import given, strategies as st

from cierre.alerts.alert import Alert
from cierre.alerts.failure import FailureAlert
from cierre.alerts.people import tell
from cierre.ledger import identity
from hooks.protheus.hook import ProtheusHook
from sandbox.connections import as_variables, connections

BOX, OTHER, DAY = "itb_caja_164", "itb_caja_165", date(2024, 9, 6)


@pytest.fixture
def erp(close, sandbox, monkeypatch):
    """``erp(host)``: the ERP's connection as it is made for the sandbox, with this host where one is given."""

    def leads_to(host: str | None = None) -> str:
        made = connections(sandbox.url)["protheus"]
        monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", json.dumps(made | ({"host": host} if host else {})))
        return host or made["host"]

    return leads_to


def test_a_run_says_to_which_site_it_posts_and_that_it_is_the_sandbox(close, erp, ledger, caplog):
    site = erp()
    said = [close(BOX, DAY).step(name) for name in ("land", "stage", "derive", "approve", "post")]
    assert {(one["erp_site"], one["sandbox"]) for one in (said[0], said[-1])} == {(site, True)}
    assert f"The ERP: {site} (connection protheus) is the SANDBOX" in caplog.text
    assert identity.posting_to_sandbox(ledger, [BOX, OTHER]) == {BOX: "Caja 164, ITB"}
    assert [tuple(row) for row in identity.erp_sites_of_day(ledger, BOX, DAY)] == [(site, True)]


def test_whoever_writes_a_real_address_over_the_sandboxs_faces_a_real_system(close, erp, ledger, sandbox):
    before = erp()
    close(BOX, DAY).all()
    site = erp(before.replace("127.0.0.1", "localhost"))
    assert close(BOX, date(2024, 9, 9)).step("land")["sandbox"] is False
    assert identity.posting_to_sandbox(ledger, [BOX]) == {}
    # What was posted before stays where it is.
    assert [tuple(row) for row in identity.erp_sites_of_day(ledger, BOX, DAY)] == [(before, True)]
    assert [tuple(row) for row in identity.erp_sites_of_day(ledger, BOX, date(2024, 9, 9))] == [(site, False)]


def test_an_address_that_is_no_sandbox_any_more_is_marked_no_longer(close, erp, ledger, monkeypatch):
    site = erp()
    close(BOX, DAY).step("land")
    made = json.loads(os.environ["AIRFLOW_CONN_PROTHEUS"])
    monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", json.dumps(made | {"extra": {"sandbox": ""}}))
    close(BOX, DAY).step("land")
    assert [tuple(row) for row in identity.erp_sites_of_day(ledger, BOX, DAY)] == [(site, False)]


HOSTS = st.sampled_from(["http://127.0.0.1:8800/protheus", "https://erp.example", "http://localhost:8800/protheus"])


@given(HOSTS, st.one_of(st.just(""), HOSTS))
def test_only_the_address_that_the_connection_names_is_the_sandboxs(host, named):
    with pytest.MonkeyPatch.context() as patch:
        connection = {"conn_type": "protheus", "host": host, "extra": {"sandbox": named}}
        patch.setenv("AIRFLOW_CONN_TRIED", json.dumps(connection))
        assert ProtheusHook("tried").is_sandbox is (host == named)


def test_every_default_connection_is_known_as_the_sandboxs(monkeypatch):
    for variable, text in as_variables(connections("http://127.0.0.1:8800")).items():
        monkeypatch.setenv(variable, text)
    types = ProvidersManagerTaskRuntime().hooks
    for name in connections(""):
        hook = types[BaseHook.get_connection(name).conn_type]
        module, kind = hook.hook_class_name.rsplit(".", 1)
        assert getattr(__import__(module, fromlist=[kind]), kind)(name).is_sandbox, name


def failed(box: str) -> dict:
    return {
        "exception": ValueError(),
        "ti": SimpleNamespace(task_id="stage", log_url="", dag_id=f"cash_close__{box}"),
        "dag_run": SimpleNamespace(partition_key=str(DAY)),
        "params": {},
    }


def test_mails_about_boxes_that_post_to_the_sandbox_say_so_and_the_others_do_not(close, erp, mailbox, ledger):
    erp()
    close(BOX, DAY).step("land")
    for box in (BOX, OTHER):
        FailureAlert("itb", box).notify(failed(box))
    tell(Alert("itb", "two boxes", "Both are late.", boxes=[BOX, OTHER]))
    subjects = [mail["Subject"] for mail in mailbox]
    assert subjects == [
        f"[SANDBOX] {BOX}, {DAY}: stage failed",
        f"{OTHER}, {DAY}: stage failed",
        "[SANDBOX] two boxes",
    ]
    assert "Caja 164, ITB: posts to the sandbox" in mailbox[-1].get_body(("html",)).get_content()
