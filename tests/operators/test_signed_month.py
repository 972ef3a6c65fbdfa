"""A month that a person has signed: what would change it is asked about, whatever the box's file says."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from cierre.alerts.not_approved import NotApproved
from cierre.bookkeeping.second_look import Outcome
from cierre.closing import second_look
from cierre.ledger import looks, month_facts, seals, sign_offs
from operators.approve import ApproveOperator

BOX, COMPANY, CAJA, DAY = "itb_caja_164", "itb", 164, date(2024, 9, 6)
MONTH = DAY.replace(day=1)
EVA = {"id": "9", "name": "eva"}


@pytest.fixture
def asked(monkeypatch):
    """The requests as Airflow's web UI would show them."""
    written = []
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **detail: written.append(detail)
    )
    monkeypatch.setattr("cierre.alerts.mail.send", lambda alert: True)
    return written


@pytest.fixture
def sign(ledger):
    """``sign("2024-09-01")``: Ana signs a month as it stands; gives the sign-off's number."""

    def sign(month: date = MONTH, company: str = COMPANY) -> int:
        days = month_facts.MonthFacts(ledger, [BOX], DAY, DAY).days()
        return sign_offs.sign(
            ledger, company, month, by="ana", ran_by=[], comment="", lines=[], days=days,
            heads=seals.heads(ledger, [BOX]),
        )  # fmt: skip

    return sign


def derive(run, sandbox) -> None:
    """A payment came late; the day is derived again."""
    sandbox.pay_late(COMPANY, CAJA, DAY, 1, Decimal("12.34"))
    for name in ("land", "stage", "derive"):
        run.step(name)


def answer(run, by: dict = EVA, ran_by: tuple[str, ...] = ()) -> dict:
    """The step approve asks, and a person says yes."""
    task = SimpleNamespace(id="0191", log_url="")
    context = {"dag_run": run.run, "params": {}, "ti": task, "task_instance": task}
    with pytest.raises(TaskAwaitingInput):
        ApproveOperator(task_id="approve", box=BOX).execute(context)
    said = {"chosen_options": ["Approve"], "responded_at": datetime.now(UTC), "responded_by_user": by}
    step = ApproveOperator(task_id="approve", box=BOX)
    return step.execute_complete(context, {"params_input": {"ran_by": [*ran_by]}, **said})


def test_a_correction_of_a_signed_month_waits_for_a_person_though_the_box_has_no_rules(
    close, asked, sign, ledger, sandbox
):
    run = close(BOX, DAY)
    assert run.all()["state"] == "reconciled"
    sign()
    derive(run, sandbox)
    before = len(sandbox.protheus_ledger(live=True))
    with pytest.raises(AirflowFailException, match="nothing is posted before a person approves: 2024-09 was signed by"):
        run.step("post")
    assert len(sandbox.protheus_ledger(live=True)) == before
    answer(run)
    assert "2024-09 was signed by ana on" in asked[0]["body"]
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert len(sandbox.protheus_ledger(live=True)) == before + 2
    signed = sign_offs.newest(ledger, COMPANY, MONTH)
    assert signed.stands  # that it changed since, its page says


def test_whoever_ran_the_correction_does_not_approve_it_though_the_box_has_no_rules(
    close, asked, sign, ledger, sandbox
):
    run = close(BOX, DAY)
    run.all()
    sign()
    derive(run, sandbox)
    with pytest.raises(NotApproved, match="eva triggered or cleared this run, so another person must decide"):
        answer(run, ran_by=("eva",))
    ledger.execute(
        "INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in)"
        " SELECT box, business_date, max(revision_id), 'signed_month', '\"?\"', 'x' FROM ledger.revision GROUP BY 1, 2"
    )
    # As somebody could write it who went around Airflow's form, and around the step.
    ledger.execute(
        "UPDATE ledger.approval SET decision = 'approved', decided_by = 'eva', decided_at = now(), ran_by = '{eva}'"
        " WHERE decision IS NULL"
    )
    with pytest.raises(AirflowFailException, match="nothing is posted before a person approves"):
        run.step("post")


def test_a_signature_that_was_taken_back_or_is_of_another_month_or_company_asks_nobody(
    close, asked, sign, ledger, sandbox
):
    run = close(BOX, DAY)
    run.all()
    assert sign_offs.revoke(ledger, sign(), by="ana", reason="too early")
    derive(run, sandbox)
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert asked == []
    assert sign_offs.signed_months(ledger, BOX, COMPANY, [date(2024, 10, 1), None]) == []


def test_a_box_that_moved_to_another_company_is_guarded_by_the_signature_that_had_its_days(close, sign, ledger):
    close(BOX, DAY).all()
    sign()
    assert [one.by for one in sign_offs.signed_months(ledger, BOX, "elsewhere", [DAY])] == ["ana"]
    assert sign_offs.signed_months(ledger, "other_box", "elsewhere", [DAY]) == []


def test_a_run_of_a_signed_month_that_changes_nothing_asks_nobody_and_sends_nothing(close, asked, sign, sandbox):
    run = close(BOX, DAY)
    run.all()
    sign()
    before = len(sandbox.protheus_ledger(live=True))
    assert run.all()["state"] == "reconciled"
    assert (asked, len(sandbox.protheus_ledger(live=True))) == ([], before)


@pytest.mark.parametrize("signed", [True, False])
def test_a_second_look_that_may_correct_by_itself_proposes_in_a_signed_month(
    close, sign, ledger, sandbox, mappings, signed
):
    file = mappings / "cash_boxes" / f"{BOX}.yaml"
    file.write_text(f"{file.read_text()}\nsecond_look: {{policy: correct, up_to: 1000000}}\n")
    close(BOX, DAY).all()
    if signed:
        sign()
    sandbox.pay_late(COMPANY, CAJA, DAY, 1, Decimal("12.34"))
    second_look.look(ledger, [(BOX, DAY)])
    outcome = looks.newest(ledger, BOX, DAY).outcome
    assert outcome is (Outcome.PROPOSED if signed else Outcome.CORRECTED)
