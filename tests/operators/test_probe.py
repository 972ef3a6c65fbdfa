"""The probe as a person runs it from Airflow's form."""

import json
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.ledger import capabilities
from cierre.ports.errors import UncertainError
from hooks.protheus.probe import ASSUMPTIONS
from operators.probe import ProbeOperator, params

FORM = {
    "connection": "protheus",
    "tenant": "T9,TEST 01 ",
    "lot": "PROBE1",
    "day": "2024-09-06",
    "debit_account": "1.1.01.001",
    "credit_account": "2.1.01.002",
    "debit_cost_centre": "",
    "credit_cost_centre": "",
    "currency": "USD",
}


@pytest.fixture
def probe(close):
    """Runs the operator on a form filled in so, or otherwise."""

    def run(**changes: object) -> dict:
        context = {"params": FORM | changes, "dag_run": SimpleNamespace(partition_key=None)}
        return ProbeOperator(task_id="probe").execute(context)

    return run


def test_the_form_asks_for_everything_that_a_probe_needs():
    assert params().keys() == FORM.keys()


def test_a_site_is_probed_and_posting_knows_of_it(probe, sandbox, ledger):
    sandbox.set_protheus(generic_query=True)
    said = probe()
    assert set(said.values()) == {"holds"}
    json.dumps(said)
    known = capabilities.of(ledger, "protheus", "T1,D MG 02 ")
    assert (known.alphanumeric_sublots, known.read_back, known.atomic_insert) == (True, True, True)
    assert sandbox.protheus_ledger(live=True) == []


def test_every_check_stands_in_the_log_with_what_was_seen_and_what_follows(probe, sandbox, monkeypatch):
    sandbox.set_protheus(generic_query=False)
    told = []
    monkeypatch.setattr(ProbeOperator, "log", SimpleNamespace(info=lambda text, *values: told.append(text % values)))
    probe()
    assert len(told) == len(ASSUMPTIONS)
    assert any(line.startswith("An unused address numbers from 000001: holds. Done: ") for line in told)
    (unreadable,) = [line for line in told if ": does not hold. Done: " in line]
    assert "does not offer the query. Entries count as posted" in unreadable


def test_the_date_is_todays_unless_the_form_has_one(probe, sandbox):
    probe(day=None)
    assert {document.entry_date.year for document in sandbox.protheus_ledger()} != {2024}


def test_a_site_that_is_not_safe_fails_the_task_and_is_kept_in_mind(probe, sandbox, ledger):
    sandbox.set_protheus(first_number=701)
    with pytest.raises(AirflowFailException, match=r" numbers from 000001: does not hold.* Nothing is posted"):
        probe()
    assert capabilities.of(ledger, "protheus", "T1,D MG 01 ").lacking == {"numbers_from_one"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lot": "008964"}, "belongs to the cash box itb_caja_164"),
        ({"lot": "PROBE"}, "lot of six"),
        ({"tenant": "T1, D MG 01"}, "no blank after the comma"),
        ({"currency": "XYZ"}, "unknown currency"),
        ({"day": "06/09/2024"}, "is not a date"),
        ({"debit_account": " "}, "must not be empty"),
        ({"credit_account": "4.1.01.001"}, "refuses a plain entry"),
    ],
)
def test_a_form_that_cannot_be_used_says_what_to_fill_in_otherwise(probe, sandbox, changes, told):
    with pytest.raises(AirflowFailException, match=told):
        probe(**changes)
    assert sandbox.protheus_ledger(live=True) == []


def test_a_wrong_file_of_a_cash_box_stops_the_probe_since_its_lot_is_not_known(probe, sandbox, mappings):
    (mappings / "cash_boxes" / "itb_caja_164.yaml").write_text("name: x\n")
    with pytest.raises(AirflowFailException, match="itb_caja_164"):
        probe()
    assert sandbox.calls("protheus") == 0


def test_an_erp_that_does_not_answer_is_left_to_the_tasks_retries_and_the_next_cleans_up(probe, sandbox):
    cut = sandbox.faults.add("drop_after", vendor="protheus", operation="insert", times=None)
    silent = sandbox.faults.add("drop_before", vendor="protheus", operation="delete", times=None)
    with pytest.raises(UncertainError):
        probe()
    assert len(sandbox.protheus_ledger(live=True)) == 1
    sandbox.faults.remove(cut)
    sandbox.faults.remove(silent)
    probe()
    assert sandbox.protheus_ledger(live=True) == []
