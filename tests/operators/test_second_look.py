"""Closed days that are read again: each source's changes are found, told once, and corrected as the box's file says."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from cierre.alerts.people import Delivery
from cierre.closing import second_look
from cierre.ledger import landing, looks, overview, staging
from cierre.ledger.board import Day
from cierre.orchestration.builder import STEPS
from operators.approve import ApproveOperator
from operators.second_look import SecondLookOperator

DAY = date(2024, 9, 6)
SCHOOL, OFFICE, SHOP, UNIVERSITY = "itb_caja_164", "austral_oficina_1", "itb_uruguay_1_1", "universidad_contratos"
CASH = "1.1.01.001"
ROSA = {"id": "7", "name": "Rosa"}


@pytest.fixture
def told(monkeypatch) -> list:
    """The alerts that people are sent of looks."""
    sent = []

    def deliver(alert) -> Delivery:
        sent.append(alert)
        return Delivery(told=True, failed=False)

    monkeypatch.setattr("cierre.alerts.news.deliver", deliver)
    monkeypatch.setattr("cierre.alerts.second_look.tell", sent.append)
    return sent


@pytest.fixture
def look(told) -> Callable[..., list[dict]]:
    """``look()``: reads the closed days of a range again, as the DAG's task does for a person who asks; gives the runs
    that are to correct."""

    def look(first: date = DAY, last: date | None = None, **params: str) -> list[dict]:
        given = {"from": str(first), "to": str(last or first), **params}
        context = {"params": given, "dag_run": SimpleNamespace(conf=given), "ti": SimpleNamespace(log_url="")}
        return SecondLookOperator(task_id="look", until=time(9), every=timedelta(minutes=15)).execute(context)

    return look


@pytest.fixture
def policy(mappings) -> Callable[..., None]:
    """``policy(box, "policy: tell")``: the box's file with this second look."""

    def write(box: str, *lines: str) -> None:
        file = mappings / "cash_boxes" / f"{box}.yaml"
        file.write_text(file.read_text() + "\nsecond_look:\n" + "".join(f"  {line}\n" for line in lines))

    return write


def found(ledger, box: str = SCHOOL, day: date = DAY) -> list[tuple]:
    newest = looks.newest(ledger, box, day)
    return [(one.change.code, one.change.before, one.change.after) for one in newest.found] if newest else []


def state(ledger, box: str = SCHOOL, day: date = DAY) -> str:
    summary = Day(ledger, box, day).summary()
    return summary.state


def payments(ledger, box: str = SCHOOL, day: date = DAY):
    return [one for one in staging.documents(ledger, box, day) if one.kind == "payment" and one.net]


def cash_in_the_erp(sandbox) -> Decimal:
    return sum((one.balance(CASH) for one in sandbox.protheus_ledger(live=True)), Decimal(0))


def in_the_erp(sandbox, lot: str, *accounts: str) -> Decimal:
    """What a lot's documents come to on accounts, debits less credits."""
    live = [document for document in sandbox.protheus_ledger(live=True) if document.lot == lot]
    return sum((document.balance(account) for document in live for account in accounts), Decimal(0))


def test_a_day_that_is_as_it_was_stays_closed_and_nobody_is_told(close, look, told, ledger):
    close(SCHOOL, DAY).all()
    assert look() == []
    assert (found(ledger), state(ledger), told) == ([], "closed", [])


def test_a_payment_removed_in_the_source_is_found_told_once_and_proposed(close, look, told, ledger, sandbox):
    close(SCHOOL, DAY).all()
    gone = payments(ledger)[0]
    sandbox.change_payment("itb", gone.reference, remove=True)
    (run,) = look()
    assert (run["trigger_dag_id"], run["conf"]) == ("cash_close__itb_caja_164", {"business_date": str(DAY)})
    assert found(ledger) == [("went", gone.net, None)]
    assert state(ledger) == "changed"
    (alert,) = told
    assert f"is gone: payment {gone.reference}" in alert.happened
    assert "A correction is prepared" in alert.to_do
    look()
    assert len(told) == 1
    assert looks.newest(ledger, SCHOOL, DAY).found[0].since < looks.newest(ledger, SCHOOL, DAY).look_id


def test_what_was_not_told_of_a_day_that_was_landed_again_since_is_told_no_more(
    close, look, told, ledger, sandbox, monkeypatch
):
    close(SCHOOL, DAY).all()
    sandbox.change_payment("itb", payments(ledger)[0].reference, remove=True)
    with monkeypatch.context() as now:
        now.setattr("cierre.alerts.news.deliver", lambda alert: Delivery(told=False, failed=True))
        look()
    run = close(SCHOOL, DAY)
    run.step("land")
    run.step("stage")
    look()
    assert told == []


def test_a_day_that_is_put_right_in_the_source_is_closed_again(close, look, told, ledger, sandbox):
    close(SCHOOL, DAY).all()
    changed = payments(ledger)[0]
    sandbox.change_payment("itb", changed.reference, amount=changed.net + 5)
    look()
    sandbox.change_payment("itb", changed.reference, amount=changed.net)
    assert look() == []
    assert (found(ledger), state(ledger)) == ([], "closed")
    assert "is again as it was closed" in told[-1].subject


@pytest.fixture
def correct(close, monkeypatch) -> Callable[..., str]:
    """``correct(box)``: closes the day again as the run that a look starts does, with Rosa's approval; gives what she
    was asked."""
    written = []
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **detail: written.append(detail)
    )

    def correct(box: str, day: date = DAY) -> str:
        run = close(box, day)
        for step in ("land", "stage", "derive"):
            run.step(step)
        with pytest.raises(AirflowFailException, match="nothing is posted before a person approves"):
            run.step("post")
        task = SimpleNamespace(id="0191", log_url="")
        context = {"dag_run": run.run, "params": {}, "ti": task, "task_instance": task}
        with pytest.raises(TaskAwaitingInput):
            ApproveOperator(task_id="approve", box=box).execute(context)
        answer = {"chosen_options": ["Approve"], "responded_at": datetime.now(UTC), "responded_by_user": ROSA}
        approve = ApproveOperator(task_id="approve", box=box)
        approve.execute_complete(context, {"params_input": {}, **answer})
        run.step("post")
        assert run.step("reconcile")["state"] == "reconciled"
        return written[-1]["body"]

    return correct


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": Decimal("7.77")}, "changed"),
        ({"scholarship": Decimal("3.33")}, "changed"),
        ({"remove": True}, "went"),
    ],
)
def test_a_proposed_correction_waits_for_a_person_and_then_the_erp_has_it_to_the_cent(
    close, look, correct, ledger, sandbox, change, code
):
    close(SCHOOL, DAY).all()
    sandbox.change_payment("itb", payments(ledger)[0].reference, **change)
    calls = sandbox.calls("sga")
    look()
    assert [one[0] for one in found(ledger)] == [code]
    asked = correct(SCHOOL)
    assert sandbox.calls("sga") - calls == 1  # the correction takes what the look landed
    assert "The source tells the day otherwise since it was closed: 1 document" in asked
    assert "| Account | Name | Before | After | Difference | Currency |" in asked
    assert (state(ledger), look()) == ("closed", [])
    paid = sum(one.net for one in payments(ledger) if one.form == "1")
    assert sandbox.books("itb", 164, DAY).payments["1"].amount == paid


def test_a_void_in_bsale_a_late_invoice_in_zeta_and_one_in_the_sge_are_corrected_to_the_cent(
    close, look, correct, ledger, sandbox
):
    sandbox.sge.set(today=DAY)
    for box in (OFFICE, SHOP, UNIVERSITY):
        close(box, DAY).all()
    sold = next(one for one in payments(ledger, OFFICE) if one.attributes.get("document_type") == "33")
    sandbox.bsale.void(int(sold.source_id))
    sandbox.zeta.sell("ITBUY", "1-1", DAY)
    sandbox.sge.issue("123456", DAY, "1000")
    sandbox.sge.set(today=DAY + timedelta(days=3))
    close(UNIVERSITY, DAY + timedelta(days=3)).step("land")
    assert len(look()) == 3
    for box in (OFFICE, SHOP, UNIVERSITY):
        correct(box)
        assert state(ledger, box) == "closed"
    assert in_the_erp(sandbox, "008801", "2.1.02.001") == -sandbox.bsale.books(1, DAY).taxes
    customers_and_cash = ("1.1.01.001", "1.1.01.004", "1.1.03.005", "1.1.03.006")
    assert in_the_erp(sandbox, "008851", *customers_and_cash) == sandbox.zeta.books("ITBUY", "1-1", DAY).pesos
    issued = sandbox.sge.books(["123456", "123457", "123458"], DAY).issued_base.amount
    (lot,) = ledger.execute("SELECT DISTINCT lot FROM ledger.entry WHERE box = %s", (UNIVERSITY,)).fetchone()
    assert in_the_erp(sandbox, lot, "4.1.03.001") == -issued


def test_a_reopened_session_is_found_by_what_came_in_it_and_not_by_what_it_moved(close, look, ledger, sandbox):
    close(SCHOOL, DAY).all()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"), reopens=True)
    look()
    assert found(ledger) == [("came", None, Decimal("12.50"))]


def test_by_tell_the_books_stay_and_no_run_is_started(close, look, told, ledger, sandbox, policy):
    policy(SCHOOL, "policy: tell")
    close(SCHOOL, DAY).all()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    assert look() == []
    assert (len(told), state(ledger)) == (1, "changed")
    assert close(SCHOOL, DAY).all()["state"] == "reconciled"  # who closes it by hand is asked nothing more


@pytest.mark.parametrize(("amount", "outcome"), [("12.50", "corrected"), ("50.01", "proposed")])
def test_by_correct_only_what_moves_no_more_than_the_limit_is_corrected_unasked(
    close, look, ledger, sandbox, policy, amount, outcome
):
    policy(SCHOOL, "policy: correct", 'up_to: "50.00"')
    close(SCHOOL, DAY).all()
    before = cash_in_the_erp(sandbox)
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal(amount))
    assert len(look()) == 1
    assert looks.newest(ledger, SCHOOL, DAY).outcome == outcome
    if outcome == "corrected":
        assert close(SCHOOL, DAY).all()["state"] == "reconciled"
        assert cash_in_the_erp(sandbox) - before == Decimal(amount)


def test_in_a_closed_period_nothing_is_corrected_unasked(close, look, ledger, sandbox, policy, mappings):
    policy(SCHOOL, "policy: correct", 'up_to: "50.00"')
    close(SCHOOL, DAY).all()
    (mappings / "periods.yaml").write_text('open_from:\n  "T1,D MG 01 ": "2024-10-01"\n')
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    look()
    assert looks.newest(ledger, SCHOOL, DAY).outcome == "proposed"


def is_asked(run) -> bool:
    """Lands, stages and derives; whether a person must approve before that is posted."""
    for step in ("land", "stage", "derive"):
        run.step(step)
    try:
        run.step("post")
    except AirflowFailException as refused:
        return "nothing is posted before a person approves: A second look found 1 document" in str(refused)
    return False


def test_what_is_to_be_corrected_unasked_is_asked_about_where_more_money_came_meanwhile(
    close, look, sandbox, policy, monkeypatch
):
    """12.50 of the 50.00 that may pass when the day is looked at; 5,012.50 when its run begins."""
    policy(SCHOOL, "policy: correct", 'up_to: "50.00"')
    close(SCHOOL, DAY).all()
    before = cash_in_the_erp(sandbox)
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    look()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("5000.00"))
    monkeypatch.setattr("cierre.closing.land.SHARED_FOR", timedelta(0))
    assert is_asked(close(SCHOOL, DAY))
    assert cash_in_the_erp(sandbox) == before


def test_what_is_to_be_corrected_unasked_is_asked_about_where_its_period_was_closed_meanwhile(
    close, look, sandbox, policy, mappings
):
    policy(SCHOOL, "policy: correct", 'up_to: "50.00"')
    close(SCHOOL, DAY).all()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    look()
    (mappings / "periods.yaml").write_text('open_from:\n  "T1,D MG 01 ": "2024-10-01"\n')
    assert is_asked(close(SCHOOL, DAY))


@pytest.mark.parametrize("now", [["policy: propose"], ["policy: tell"], ["policy: correct", 'up_to: "12.49"']])
def test_what_is_to_be_corrected_unasked_is_asked_about_where_the_boxs_file_no_longer_allows_it(
    close, look, sandbox, policy, mappings, now
):
    file = mappings / "cash_boxes" / f"{SCHOOL}.yaml"
    plain = file.read_text()
    policy(SCHOOL, "policy: correct", 'up_to: "12.50"')
    close(SCHOOL, DAY).all()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    look()
    file.write_text(plain)
    policy(SCHOOL, *now)
    assert is_asked(close(SCHOOL, DAY))


@pytest.mark.parametrize(
    ("first", "then", "outcomes"),
    [
        (["policy: tell"], ["policy: propose"], ["told", "proposed"]),
        (["policy: correct", 'up_to: "12.50"'], ["policy: tell"], ["corrected", "told"]),
    ],
)
def test_each_look_goes_by_the_boxs_file_as_it_is_then_and_nobody_is_told_twice(
    close, look, told, ledger, sandbox, policy, mappings, first, then, outcomes
):
    file = mappings / "cash_boxes" / f"{SCHOOL}.yaml"
    plain = file.read_text()
    close(SCHOOL, DAY).all()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    seen = []
    for lines in (first, then):
        file.write_text(plain)
        policy(SCHOOL, *lines)
        look()
        seen.append(looks.newest(ledger, SCHOOL, DAY).outcome)
    assert (seen, len(told)) == (outcomes, 1)


def test_that_the_old_books_reconcile_again_takes_no_proposal_back(close, look, ledger, sandbox):
    """5,000.00 came late; somebody clears reconcile of the day's first run before the correction begins."""
    run = close(SCHOOL, DAY)
    run.all()
    before = cash_in_the_erp(sandbox)
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("5000.00"))
    look()
    assert run.step("reconcile")["state"] == "reconciled"
    correction = close(SCHOOL, DAY)
    for step in ("land", "stage", "derive"):
        correction.step(step)
    with pytest.raises(AirflowFailException, match="The source tells the day otherwise since it was closed"):
        correction.step("post")
    assert cash_in_the_erp(sandbox) == before


def rehearse(run) -> None:
    for name in ("land", "stage", "derive"):
        STEPS[name](task_id=name, box=run.box).execute({"dag_run": run.run, "params": {"dry_run": True}})


def test_a_dry_run_of_a_changed_day_leaves_it_changed_and_its_correction_to_be_started(close, look, ledger, sandbox):
    close(SCHOOL, DAY).all()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    runs = look()
    rehearse(close(SCHOOL, DAY))
    close(SCHOOL, DAY).step("reconcile")
    assert state(ledger) == "changed"
    assert [one.look_id for _, one in second_look.corrections(ledger)] == [looks.newest(ledger, SCHOOL, DAY).look_id]
    assert len(runs) == len(look()) == 1


def test_after_a_dry_run_a_closed_day_is_looked_at_as_before(close, look, ledger, sandbox):
    close(SCHOOL, DAY).all()
    rehearse(close(SCHOOL, DAY))
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    look()
    assert found(ledger) == [("came", None, Decimal("12.50"))]


def test_after_a_landing_that_went_no_further_a_closed_day_is_looked_at_as_before(
    close, look, ledger, sandbox, monkeypatch
):
    close(SCHOOL, DAY).all()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    close(SCHOOL, DAY).step("land")
    monkeypatch.setattr(second_look, "UNDER_WAY", timedelta(0))
    assert len(look()) == 1
    assert (found(ledger), state(ledger)) == ([("came", None, Decimal("12.50"))], "changed")


def test_an_error_at_one_day_is_told_plainly_and_keeps_no_other_waiting(close, look, told, ledger, monkeypatch):
    close(SCHOOL, DAY).all()
    close(OFFICE, DAY).all()
    looked_at = second_look._look_at

    def break_off(ledger, sources, box, *rest):
        if box.id == SCHOOL:
            raise KeyError("Rosa Mera")
        looked_at(ledger, sources, box, *rest)

    monkeypatch.setattr(second_look, "_look_at", break_off)
    look()
    assert looks.newest(ledger, OFFICE, DAY)
    (alert,) = told
    assert "2024-09-06: Cierre broke off on this day" in alert.happened
    assert "KeyError, test_second_look.py:" in alert.happened
    assert "Rosa" not in alert.happened


@pytest.mark.parametrize(
    ("line", "other", "words"),
    [("key: 164", "key: 165", "now says 165,"), ("currency: USD", "currency: EUR", "booked from USD, and")],
)
def test_where_the_boxs_file_says_another_till_or_currency_closed_days_are_left_as_they_are(
    close, look, told, ledger, mappings, line, other, words
):
    close(SCHOOL, DAY).all()
    file = mappings / "cash_boxes" / f"{SCHOOL}.yaml"
    (mappings / "cash_boxes" / "itb_caja_165.yaml").unlink()
    file.write_text(file.read_text().replace(line, other))
    assert look() == []
    assert (looks.newest(ledger, SCHOOL, DAY), state(ledger)) == (None, "closed")
    (alert,) = told
    assert words in alert.happened


def test_what_no_run_was_started_for_is_started_later_and_no_more_at_once_than_airflow_takes(
    close, look, ledger, sandbox, monkeypatch
):
    """Two days changed, one may be started at a time: the other one is, once the first is staged anew."""
    later = DAY + timedelta(days=3)
    for day in (DAY, later):
        close(SCHOOL, day).all()
        sandbox.pay_late("itb", 164, day, form=1, amount=Decimal("12.50"))
    monkeypatch.setattr(second_look, "MOST_STARTED", 1)
    (first,) = look(DAY, later)
    run = close(SCHOOL, date.fromisoformat(first["conf"]["business_date"]))
    run.step("land")
    run.step("stage")
    ((_, second),) = second_look.corrections(ledger)
    assert {first["conf"]["business_date"], str(second.business_date)} == {str(DAY), str(later)}


def test_of_bsale_totals_and_counts_are_asked_and_the_rows_only_where_they_differ(close, look, ledger, sandbox):
    close(OFFICE, DAY).all()
    close("austral_oficina_2", DAY).all()
    before = sandbox.calls("bsale")
    assert look() == []
    landed = json.loads(landing.taken(ledger, OFFICE, DAY).body)
    # For both offices together; what has no date is in no total.
    assert sandbox.calls("bsale") - before == 2 + len(landed["undated"])
    dated, undated = ({str(row["id"]) for row in landed[name]} for name in ("payments", "undated"))
    voided = [next(one for one in payments(ledger, OFFICE) if one.source_id in ids) for ids in (dated, undated)]
    for number, one in enumerate(voided, start=1):
        sandbox.bsale.void(int(one.source_id))
        (run,) = look()
        assert run["trigger_dag_id"] == f"cash_close__{OFFICE}"
        assert {code for code, _, _ in found(ledger, OFFICE)} == {"went"}
        assert sum(before for _, before, _ in found(ledger, OFFICE)) == sum(one.net for one in voided[:number])
    assert (state(ledger, OFFICE), state(ledger, "austral_oficina_2")) == ("changed", "closed")


def test_of_zeta_the_months_sales_are_asked_once_and_no_call_that_counts(close, look, ledger, sandbox):
    days = [DAY, DAY - timedelta(days=1)]
    for day in days:
        close(SHOP, day).all()
    before = {name: sandbox.calls("zeta", name) for name in ("Ventas", "VentasDetalladas")}
    assert look(days[1], DAY) == []
    assert {name: sandbox.calls("zeta", name) - number for name, number in before.items()} == {
        "Ventas": 1,
        "VentasDetalladas": 0,
    }
    sandbox.zeta.sell("ITBUY", "1-1", DAY)
    assert len(look(days[1], DAY)) == 1
    assert [one[0] for one in found(ledger, SHOP)] == ["came"]
    assert found(ledger, SHOP, days[1]) == []
    assert sandbox.calls("zeta", "VentasDetalladas") == before["VentasDetalladas"]


def test_of_the_sge_nothing_is_asked_what_its_landings_showed_is_found(close, look, told, ledger, sandbox):
    sandbox.sge.set(today=DAY)
    close(UNIVERSITY, DAY).all()
    number = sandbox.sge.issue("123456", DAY, "1000")
    invoices = {"came": Decimal("1000")}
    sandbox.sge.set(today=DAY + timedelta(days=3))
    close(UNIVERSITY, DAY + timedelta(days=3)).step("land")
    before, said = sandbox.calls("sge"), list(told)
    assert len(look()) == len(said) == 1
    assert sandbox.calls("sge") == before
    assert [(code, after) for code, _, after in found(ledger, UNIVERSITY)] == list(invoices.items())
    assert number
    assert told == said  # the landing that showed it has told them


def test_what_is_being_closed_again_is_not_looked_at(close, look, ledger, sandbox):
    close(SCHOOL, DAY).all()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    close(SCHOOL, DAY).step("land")
    look()
    assert looks.newest(ledger, SCHOOL, DAY) is None


def test_a_source_that_is_down_keeps_no_other_waiting_and_is_told_of_in_the_end(close, look, told, ledger, sandbox):
    close(SCHOOL, DAY).all()
    close(OFFICE, DAY).all()
    sandbox.faults.add("status", vendor="sga", status=500)
    look()
    assert looks.newest(ledger, OFFICE, DAY)
    assert looks.newest(ledger, SCHOOL, DAY) is None
    assert [alert.subject for alert in told] == ["Caja 164, ITB: closed days could not be looked at again"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"to": "2024-09-06"}, "Say from which day on"),
        ({"from": "2024-09-06", "box": "nobody"}, "There is no such cash box or company"),
        ({"form": "2024-09-06"}, "did you mean from"),
    ],
)
def test_what_cannot_be_meant_is_refused(close, given, words):
    context = {"params": given, "dag_run": SimpleNamespace(conf=given), "ti": SimpleNamespace(log_url="")}
    with pytest.raises(AirflowFailException, match=words):
        SecondLookOperator(task_id="look", until=time(9), every=timedelta(minutes=15)).execute(context)


def test_a_fresh_ledger_has_nothing_due(close, ledger):
    context = {"params": {}, "dag_run": SimpleNamespace(conf={}), "ti": SimpleNamespace(log_url="")}
    close(SCHOOL, DAY).all()  # just now, so it was read after every look at that day was due
    assert SecondLookOperator(task_id="look", until=time(9), every=timedelta(minutes=15)).execute(context) == []
    assert looks.newest(ledger, SCHOOL, DAY) is None
    assert overview.closed_days(ledger, DAY)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2024-09-06", "2024-09-01"),
        ("9999-12-31", "9999-12-31"),
        ("2024-09-06", "2999-01-01"),
        ("0001-01-01", "2024-09-06"),
        ("2020-01-01", "2024-09-06"),
        ("2024-02-30", "2024-03-01"),
        ("20240906", "20240906"),
    ],
)
def test_days_that_nobody_can_mean_are_refused(close, look, first, last):
    with pytest.raises(AirflowFailException, match=r"Nothing was done|is not a business date"):
        look(first, last)
