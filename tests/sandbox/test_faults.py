"""Faults, as a client meets them over a real connection."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

DAY = {"a": "facturacionNewProcess", "fecha": "06-09-2024", "caja": "164"}
LOST = requests.ConnectionError


def booked(sandbox) -> int:
    return len(sandbox.protheus_ledger())


def read_day(sandbox, tenant="itb", **parameters) -> requests.Response:
    return requests.get(f"{sandbox.url}/sga/{tenant}/api", params=DAY | parameters, timeout=10)


def send(accountant, **portada) -> requests.Response:
    body = {"CT2_DATA": "06/09/2024"} | portada | {"ITENS": [accountant.debit(10), accountant.credit(10)]}
    return accountant.send("insert", body)


def test_drop_before_closes_the_connection_and_books_nothing(sandbox, accountant):
    sandbox.faults.add("drop_before", vendor="protheus", operation="insert")
    with pytest.raises(LOST, match="Remote end closed connection"):
        send(accountant)
    assert booked(sandbox) == 0


def test_drop_after_books_and_closes_the_connection(sandbox, accountant):
    sandbox.faults.add("drop_after", vendor="protheus", operation="insert")
    with pytest.raises(LOST, match="Remote end closed connection"):
        send(accountant)
    assert booked(sandbox) == 1


def test_late_closes_the_connection_and_books_when_it_is_released(sandbox, accountant):
    sandbox.faults.add("late", vendor="protheus", operation="insert")
    with pytest.raises(LOST):
        send(accountant)
    assert booked(sandbox) == 0
    assert sandbox.faults.release() == 1
    assert booked(sandbox) == 1
    assert sandbox.faults.release() == 0


def test_late_books_by_itself_after_its_seconds(sandbox, accountant):
    sandbox.faults.add("late", vendor="protheus", operation="insert", seconds=0)
    with pytest.raises(LOST):
        send(accountant)
    sandbox.faults.release()  # returns only when the call, if it still waits, is done
    assert booked(sandbox) == 1


def test_a_late_call_overtaken_by_its_retry_books_after_it(sandbox, accountant):
    sandbox.faults.add("late", vendor="protheus", operation="insert")
    with pytest.raises(LOST):
        send(accountant)
    assert send(accountant).json()["CT2_DOC"] == "000001"
    sandbox.faults.release()
    assert [document.document for document in sandbox.protheus_ledger()] == ["000001", "000002"]


def test_a_reset_forgets_late_calls_faults_and_counts(sandbox, accountant):
    sandbox.faults.add("late", vendor="protheus", operation="insert", times=2)
    with pytest.raises(LOST):
        send(accountant)
    sandbox.reset()
    assert (sandbox.faults.release(), booked(sandbox), sandbox.faults.all(), sandbox.calls()) == (0, 0, [], 0)


def test_latency_makes_a_client_give_up_on_what_is_booked_all_the_same(sandbox, accountant):
    sandbox.faults.add("latency", vendor="protheus", operation="insert", seconds=0.2)
    with pytest.raises(requests.ReadTimeout):
        accountant.send("insert", {"ITENS": [accountant.debit(10), accountant.credit(10)]}, timeout=0.05)
    patience = time.monotonic() + 10
    while not booked(sandbox) and time.monotonic() < patience:
        time.sleep(0.05)
    assert booked(sandbox) == 1


@pytest.mark.parametrize("executes", [False, True])
def test_a_held_call_books_before_or_after_its_release_and_is_answered_after_it(sandbox, accountant, executes):
    held = sandbox.faults.add("latency", vendor="protheus", operation="insert", executes=executes)
    other = sandbox.faults.add("late", vendor="sga")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(send, accountant)
        patience = time.monotonic() + 10
        while (sandbox.calls("protheus"), booked(sandbox)) != (1, executes) and time.monotonic() < patience:
            time.sleep(0.01)
        assert (sandbox.calls("protheus"), booked(sandbox), answer.done()) == (1, executes, False)
        assert sandbox.faults.release(other) == 0
        assert sandbox.faults.release(held) == 1
        assert answer.result().json()["CT2_DOC"] == "000001"
    assert booked(sandbox) == 1


def test_a_reset_lets_go_of_a_held_call_without_carrying_it_out(sandbox, accountant):
    sandbox.faults.add("latency", vendor="protheus", operation="insert")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(send, accountant)
        patience = time.monotonic() + 10
        while not sandbox.calls("protheus") and time.monotonic() < patience:
            time.sleep(0.01)
        sandbox.reset()
        assert isinstance(answer.exception(), LOST)
    assert booked(sandbox) == 0


def test_a_slow_call_holds_up_no_other(sandbox, accountant):
    sandbox.faults.add("late", vendor="protheus")
    with ThreadPoolExecutor() as pool:
        lost = pool.submit(send, accountant)
        assert read_day(sandbox).status_code == 200
        assert isinstance(lost.exception(), LOST)


@pytest.mark.parametrize("status", [500, 503])
def test_a_status_is_an_html_page_and_nothing_is_carried_out(sandbox, accountant, status):
    sandbox.faults.add("status", vendor="protheus", operation="insert", status=status)
    response = send(accountant)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert booked(sandbox) == 0


def test_a_429_says_when_to_come_back(sandbox):
    sandbox.faults.add("status", vendor="sga", status=429, retry_after=2)
    response = read_day(sandbox)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "2")
    assert read_day(sandbox).status_code == 200


@pytest.mark.parametrize("action", ["status", "html_200", "empty_200", "body"])
def test_an_answer_in_the_vendors_stead_may_follow_what_was_carried_out(sandbox, accountant, action):
    sandbox.faults.add(action, vendor="protheus", operation="insert", executes=True)
    send(accountant)
    assert booked(sandbox) == 1


def test_html_200_is_a_page(sandbox):
    sandbox.faults.add("html_200", vendor="sga")
    response = read_day(sandbox)
    assert response.status_code == 200
    assert response.text.startswith("<html>")


def test_empty_200_is_nothing(sandbox):
    sandbox.faults.add("empty_200", vendor="sga")
    response = read_day(sandbox)
    assert (response.status_code, response.content) == (200, b"")


def test_a_body_replaces_the_answer(sandbox):
    sandbox.faults.add("body", vendor="sga", body={"ERROR": "'NoneType' object has no attribute 'id'"})
    assert read_day(sandbox).json() == {"ERROR": "'NoneType' object has no attribute 'id'"}


def test_truncated_json_is_a_whole_response_with_half_a_text(sandbox, accountant):
    sandbox.faults.add("truncated_json", vendor="protheus", operation="insert")
    response = send(accountant)
    assert response.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        response.json()
    assert booked(sandbox) == 1


def test_cut_off_ends_the_connection_in_the_middle_of_the_answer(sandbox):
    sandbox.faults.add("cut_off", vendor="sga")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        read_day(sandbox)


def test_a_fault_strikes_as_often_as_it_says_after_those_it_spares(sandbox):
    number = sandbox.faults.add("status", vendor="sga", skip=1, times=2)
    assert [read_day(sandbox).status_code for _ in range(4)] == [200, 500, 500, 200]
    (fault,) = sandbox.faults.all()
    assert (fault["number"], fault["met"]) == (number, 4)


def test_a_fault_without_times_stays_until_it_is_removed(sandbox):
    number = sandbox.faults.add("status", vendor="sga", times=None)
    other = sandbox.faults.add("status", vendor="protheus")
    assert [read_day(sandbox).status_code for _ in range(3)] == [500] * 3
    sandbox.faults.remove(number)
    assert read_day(sandbox).status_code == 200
    assert [fault["number"] for fault in sandbox.faults.all()] == [other]
    sandbox.faults.remove()
    assert sandbox.faults.all() == []


def test_a_fault_is_for_its_vendor_operation_and_keys_alone(sandbox, accountant):
    sandbox.faults.add("status", vendor="sga", match={"tenant": "itb", "caja": "164"}, times=None)
    others = [
        read_day(sandbox, caja="165"),
        read_day(sandbox, tenant="conduce_ecuador", caja="4"),
        send(accountant, CT2_LOTE="164"),
    ]
    assert [response.status_code for response in others] == [200] * 3
    assert read_day(sandbox).status_code == 500


@pytest.mark.parametrize(
    "match",
    [
        {"lot": "008964"},
        {"sublot": "A7"},
        {"date": "06/09/2024"},
        {"tenant": "T1,D MG 01 "},
        {"lot": "008964", "sublot": "A7"},
    ],
)
def test_an_erp_call_is_picked_out_by_its_address(sandbox, accountant, match):
    sandbox.faults.add("status", vendor="protheus", match=match, times=None)
    address = {"CT2_LOTE": "008964", "CT2_SBLOTE": "A7"}
    assert send(accountant, **address).status_code == 500
    elsewhere = accountant.send("delete", {"CT2_DATA": "01/01/2024", "CT2_LOTE": "1", "CT2_SBLOTE": "1"}, "T1,D MG 02 ")
    assert elsewhere.status_code == 200


def test_of_two_faults_that_fit_the_first_strikes(sandbox):
    sandbox.faults.add("status", vendor="sga", status=503)
    sandbox.faults.add("status", vendor="sga", status=500)
    assert [read_day(sandbox).status_code for _ in range(3)] == [503, 500, 200]


def test_a_fault_that_does_not_exist_is_an_error(sandbox):
    with pytest.raises(requests.HTTPError, match="422"):
        sandbox.faults.add("explode")


def test_the_controls_have_no_faults(sandbox):
    sandbox.faults.add("drop_before", times=None)
    assert sandbox.call("GET", "health") == {"status": "ok"}
