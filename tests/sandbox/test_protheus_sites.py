"""Sites that keep divergent entries, and that prepare document numbers ahead."""

import time

import pytest

AT = {"CT2_DATA": "06/09/2024", "CT2_LOTE": "008964", "CT2_SBLOTE": "001"}


@pytest.fixture
def types(sandbox):
    """The types of all lines that stand in the books."""
    return lambda: [line["CT2_TPSALD"] for document in sandbox.protheus_ledger(live=True) for line in document.lines]


def test_a_divergent_entry_is_kept_as_a_pre_entry_and_acknowledged(sandbox, accountant, types):
    sandbox.set_protheus(pre_entries=True)
    unknown = accountant.credit(10) | {"CT2_CREDIT": "9.9.99"}
    assert accountant.insert(accountant.debit(10), unknown, **AT)["error"] == ""
    assert types() == ["9", "9"]


def test_so_is_one_that_does_not_balance(sandbox, accountant, types):
    sandbox.set_protheus(pre_entries=True)
    accountant.insert(accountant.debit(10), accountant.credit(9), **AT)
    assert types() == ["9", "9"]


def test_an_entry_without_divergence_is_booked_there_too(sandbox, accountant, types):
    sandbox.set_protheus(pre_entries=True)
    accountant.insert(**AT)
    assert types() == ["1", "1"]


def test_what_is_wrong_in_the_request_itself_is_refused_all_the_same(sandbox, accountant, types):
    sandbox.set_protheus(pre_entries=True)
    body = {**AT, "ITENS": [accountant.debit(10) | {"CT2_HIST": ""}, accountant.credit(10)]}
    assert "NOHIST" in accountant.send("insert", body).json()["error"]
    assert types() == []


def test_numbers_prepared_ahead_are_used_up_by_refused_entries(sandbox, accountant):
    sandbox.set_protheus(numbers_ahead=3)
    assert accountant.insert(**AT)["CT2_DOC"] == "000001"
    accountant.send("insert", {**AT, "ITENS": [accountant.debit(10), accountant.credit(9)]})
    assert [accountant.insert(**AT)["CT2_DOC"] for _ in range(2)] == ["000003", "000004"]


def test_a_fresh_sublot_takes_its_time_and_the_next_entry_does_not(sandbox, accountant):
    sandbox.set_protheus(numbers_ahead=3, fresh_sublot_seconds=0.5)
    began = time.monotonic()
    accountant.insert(**AT)
    fresh, began = time.monotonic() - began, time.monotonic()
    accountant.insert(**AT)
    assert fresh > 0.5 > time.monotonic() - began
