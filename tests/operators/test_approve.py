"""A person between derive and post: what is asked, what the record says, and what is posted."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped, TaskAwaitingInput, TaskDeferred

from cierre.alerts.not_approved import NotApproved
from hooks.sga import hook as sga
from operators.approve import AnotherPersonIsAsked, ApproveOperator
from operators.derive import DeriveOperator
from sandbox.sga.profile import Profile, Traps
from support.sga_answers import payment, session

BOX, TENANT, CAJA, DAY = "itb_caja_164", "itb", 164, date(2024, 9, 6)
ANA = {"id": "7", "name": "Ana"}


@pytest.fixture
def requests_(monkeypatch):
    """The requests that Airflow's web UI would show, as they were written, each with the alert mailed of it."""
    written = []
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **detail: written.append(detail)
    )

    def mailed(alert) -> bool:
        written[-1].update(alert=alert)
        return True

    # Not people.tell: a module that is first imported meanwhile would keep what stands for it.
    monkeypatch.setattr("cierre.alerts.mail.send", mailed)
    return written


@pytest.fixture
def rules(mappings):
    """``rules("corrections: true")``: the box's file with these approvals."""

    def write(*lines: str) -> None:
        file = mappings / "cash_boxes" / f"{BOX}.yaml"
        file.write_text(file.read_text() + "\napprovals:\n" + "".join(f"  {line}\n" for line in lines))

    return write


class Person:
    """Answers what a close asks."""

    def __init__(self, close) -> None:
        task = SimpleNamespace(id="0191", log_url="http://127.0.0.1/log")
        self.context = {"dag_run": close.run, "params": {}, "ti": task, "task_instance": task}

    def asked(self) -> None:
        """The step approve waits for an answer."""
        with pytest.raises(TaskAwaitingInput):
            ApproveOperator(task_id="approve", box=BOX).execute(self.context)

    def comes_again(self, answer: dict | None) -> dict:
        """A later try of the step, which finds what the one before was answered."""
        self.context["ti"].try_number = 2
        step = ApproveOperator(task_id="approve", box=BOX)
        with pytest.raises(TaskDeferred) as looking:
            step.execute(self.context)
        assert looking.value.method_name == "take_answer"
        step = ApproveOperator(task_id="approve", box=BOX)
        return step.take_answer(self.context, {"answer": answer})

    def answers(
        self, option: str, by: dict | None = ANA, ran_by: list[str] | None = None, comment: str | None = None
    ) -> dict:
        """What the step does when it goes on with an answer; by nobody, its default when time is up."""
        answer = {"chosen_options": [option], "responded_at": datetime.now(UTC), "responded_by_user": by}
        step = ApproveOperator(task_id="approve", box=BOX)
        said = {"ran_by": ran_by or [], "comment": comment}
        return step.execute_complete(self.context, {"params_input": said, **answer})

    def is_asked_again_after(self, option: str, by: dict) -> None:
        """The step takes the answer, and its next try waits for another's."""
        with pytest.raises(AnotherPersonIsAsked, match=f"{by['name']} approved, and a second person must approve, too"):
            self.answers(option, by=by)
        self.context["ti"].try_number = 2
        self.asked()


@pytest.fixture
def derived(close, requests_):
    """The day, derived; what was asked stands in ``requests_``."""
    run = close(BOX, DAY)
    for name in ("land", "stage", "derive"):
        run.step(name)
    return run


def on_record(ledger) -> list[tuple]:
    return [
        tuple(row) for row in ledger.execute("SELECT reason, decision, decided_by FROM ledger.approval ORDER BY 1, 2")
    ]


def test_a_box_without_rules_goes_on_at_once_and_nothing_is_put_on_record(derived, requests_, ledger):
    assert derived.step("approve")["questions"] == []
    assert (requests_, on_record(ledger)) == ([], [])


def skipped_by(step, run) -> tuple[list[str], dict]:
    """What the step has Airflow skip, and what it says of itself, when it is run as Airflow runs it."""
    kept = {}
    context = {"dag_run": run.run, "params": run.params, "ti": SimpleNamespace(xcom_push=kept.__setitem__)}
    step.execute(context)
    try:
        step.post_execute(context)
    except DownstreamTasksSkipped as skipping:
        return skipping.tasks, kept
    return [], kept


def test_derive_has_approve_skipped_where_nobody_has_to_approve_and_not_otherwise(close, rules):
    run = close(BOX, DAY)
    for name in ("land", "stage"):
        run.step(name)
    tasks, said = skipped_by(DeriveOperator(task_id="derive", box=BOX), run)
    assert (tasks, said["return_value"]["revision"]) == (["approve"], 1)
    assert said["skipmixin_key"] == {"skipped": tasks}  # Airflow looks for it when approve alone is cleared
    rules("first_day: true")
    assert skipped_by(DeriveOperator(task_id="derive", box=BOX), run) == ([], {})
    run.params = {"dry_run": True}
    assert skipped_by(DeriveOperator(task_id="derive", box=BOX), run)[0] == ["approve"]


def test_the_request_shows_reason_and_journal_and_the_company_is_told(derived, requests_, rules, ledger):
    rules("amount_over: 100")
    Person(derived).asked()
    (request,) = requests_
    assert request["subject"].startswith("Caja 164, ITB, 2024-09-06: post ")
    assert "more than 100 USD" in request["body"]
    assert "| 1.1.01.001 | Caja general |" in request["body"]
    assert "The run that asks was started by ana" in request["body"]
    assert request["options"] == ["Approve", "Reject"]
    assert request["defaults"] == ["Reject"]
    assert request["alert"].subject.startswith("To approve: Caja 164, ITB, 2024-09-06")
    assert request["alert"].page.endswith(f"/cierre/approvals/{BOX}/{DAY}")
    assert "Caja general" in request["alert"].figures
    assert "started by ana" in request["alert"].happened
    assert on_record(ledger) == [("amount", None, None)]


def test_approved_the_day_is_posted_and_reconciles_and_is_never_asked_again(derived, rules, ledger, sandbox):
    rules("first_day: true", "amount_over: 100")
    person = Person(derived)
    person.asked()
    assert person.answers("Approve")["approved_by"] == "Ana"
    assert derived.step("approve")["questions"] == []  # cleared before it was posted
    derived.step("post")
    assert derived.step("reconcile")["state"] == "reconciled"
    assert on_record(ledger) == [("amount", "approved", "Ana"), ("first_day", "approved", "Ana")]
    assert derived.step("approve")["questions"] == []
    assert len(sandbox.protheus_ledger(live=True)) == 1


@pytest.mark.parametrize(
    ("option", "by", "decision", "said"),
    [
        ("Reject", ANA, "rejected", "Ana rejected it"),
        ("Reject", None, "timed out", "nobody answered within 3 days"),
    ],
)
def test_refused_or_unanswered_nothing_is_posted_even_if_the_step_post_is_cleared(
    derived, rules, ledger, sandbox, option, by, decision, said
):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    with pytest.raises(AirflowFailException, match=said):
        person.answers(option, by)
    assert on_record(ledger) == [("first_day", decision, by and by["name"])]
    with pytest.raises(AirflowFailException, match="nothing is posted before a person approves"):
        derived.step("post")
    assert sandbox.calls("protheus") == 0
    person.asked()  # cleared, it asks again
    person.answers("Approve")
    derived.step("post")
    assert len(sandbox.protheus_ledger(live=True)) == 1


def test_airflows_form_has_a_field_for_the_comment(derived, rules, requests_):
    rules("first_day: true")
    Person(derived).asked()
    (field,) = requests_[0]["params"].items()
    assert field[0] == "comment"
    assert field[1]["schema"] == {"type": ["null", "string"], "maxLength": 500, "title": "Comment"}


HOSTILE = "<script>alert(1)</script> [pague aquí](https://evil.example) *ya* {who} 'x'; DROP TABLE ledger.approval"


def test_the_comment_of_a_rejection_is_kept_and_told_and_is_in_no_log(derived, rules, ledger, caplog):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    with pytest.raises(NotApproved) as refused:
        person.answers("Reject", comment=HOSTILE)
    assert refused.value.comment == HOSTILE
    assert "evil" not in f"{refused.value} {caplog.text}"
    assert ledger.execute("SELECT comment FROM ledger.approval").fetchall() == [(HOSTILE,)]


def test_the_comment_of_an_approval_is_kept_and_is_in_no_log_and_in_no_xcom(derived, rules, ledger, caplog):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    assert "evil" not in f"{person.answers('Approve', comment=HOSTILE)} {caplog.text}"
    assert ledger.execute("SELECT comment FROM ledger.approval").fetchall() == [(HOSTILE,)]


def test_that_nobody_answered_has_no_comment(derived, rules, ledger):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    with pytest.raises(NotApproved, match="nobody answered"):
        person.answers("Reject", None, comment="the form's default")
    assert ledger.execute("SELECT comment FROM ledger.approval").fetchall() == [(None,)]


def test_a_no_that_came_round_the_form_is_a_no_without_a_comment_too(derived, rules, ledger):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    with pytest.raises(NotApproved, match="Ana rejected it"):
        person.answers("Reject", comment=" ")
    assert ledger.execute("SELECT decision, comment FROM ledger.approval").fetchall() == [("rejected", None)]


def test_an_answer_that_is_not_taken_keeps_its_comment(derived, rules, ledger):
    rules("amount_over: 1")
    person = Person(derived)
    person.asked()
    with pytest.raises(NotApproved):
        person.answers("Approve", ran_by=["Ana"], comment="I looked at it myself")
    assert ledger.execute("SELECT decision, comment FROM ledger.approval").fetchall() == [
        ("not taken", "I looked at it myself")
    ]


def test_an_approval_of_books_that_changed_meanwhile_posts_nothing(derived, close, rules, ledger, sandbox):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    for name in ("land", "stage", "derive"):
        close(BOX, DAY).step(name)
    with pytest.raises(AirflowFailException, match="the books changed after Ana was asked"):
        person.answers("Approve")
    with pytest.raises(AirflowFailException, match="before a person approves"):
        derived.step("post")
    assert sandbox.calls("protheus") == 0


def test_a_question_about_earlier_books_is_closed_by_the_one_about_the_new(derived, close, rules, ledger, sandbox):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    for name in ("land", "stage", "derive"):
        derived.step(name)  # cleared, in the same run
    person.asked()
    person.answers("Approve")
    assert on_record(ledger) == [("first_day", "approved", "Ana"), ("first_day", "timed out", None)]
    derived.step("post")


def test_a_correction_of_a_closed_day_waits_for_a_person_and_an_unchanged_day_does_not(
    close, requests_, rules, sandbox
):
    rules("corrections: true")
    run = close(BOX, DAY)
    assert run.all()["state"] == "reconciled"
    assert run.all()["state"] == "reconciled"
    assert requests_ == []
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    for name in ("land", "stage", "derive"):
        run.step(name)
    person = Person(run)
    person.asked()
    request = requests_[0]
    assert "posted before and its books changed" in request["body"]
    balance = r"\| 1\.1\.01\.001 \| Caja general \| [\d,.]+ \| [\d,.]+ \| 12\.34 \| USD \|"
    assert re.search(balance, request["body"])
    assert re.search(r"\| came later: payment \S+ \|  \| 12\.34 \| 12\.34 \| the source tells", request["body"])
    for shown in ("Caja general", "12.34 USD", "came later: payment", "the source tells it otherwise"):
        assert shown in request["alert"].figures
    person.answers("Approve")
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert len(sandbox.protheus_ledger(live=True)) == 3


def test_a_payment_under_two_forms_may_be_released_by_a_person(close, requests_, rules, sandbox):
    sandbox.set_profile(Profile(traps=Traps(overlapping_forms=True)), tenant=TENANT, caja=CAJA)
    rules("two_forms: true")
    run = close(BOX, DAY)
    for name in ("land", "stage", "derive"):
        run.step(name)
    with pytest.raises(AirflowFailException, match="before a person approves"):
        run.step("post")
    person = Person(run)
    person.asked()
    assert "rows stand under two forms of payment" in requests_[0]["body"]
    person.answers("Approve")
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"


def test_a_bill_paid_in_two_equal_parts_in_two_sessions_may_be_released_by_a_person(
    close, requests_, rules, monkeypatch, sandbox
):
    body = json.dumps([session([payment()]), session([payment()])])
    monkeypatch.setattr(sga.SgaHook, "ask", lambda *_, **__: body)
    run = close(BOX, DAY)
    run.step("land")
    with pytest.raises(AirflowFailException, match="the same payment stands in several sessions"):
        run.step("stage")
    rules("two_forms: true")
    for name in ("stage", "derive"):
        run.step(name)
    with pytest.raises(AirflowFailException, match="before a person approves"):
        run.step("post")
    person = Person(run)
    person.asked()
    assert "2 rows stand under two forms of payment, or alike in two sessions" in requests_[0]["body"]
    person.answers("Approve")
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert sum(document.balance("1.1.01.001") for document in sandbox.protheus_ledger(live=True)) == 20


@pytest.fixture
def off_by_three_cents(monkeypatch):
    """The source's own sum of the day says three cents more than its rows."""
    honest = sga.control_totals

    def control_totals(body: str, **about) -> list:
        first, *others = honest(body, **about)
        return [replace(first, net=first.net + Decimal("0.03")), *others]

    monkeypatch.setattr(sga, "control_totals", control_totals)


def test_a_difference_within_the_tolerance_is_for_a_person_to_accept(off_by_three_cents, derived, rules, requests_):
    rules("discrepancy_up_to: 0.05")
    person = Person(derived)
    person.asked()
    assert "differ by 0.03 USD, within the 0.05 USD that a person may accept" in requests_[0]["body"]
    person.answers("Approve")
    derived.step("post")
    assert derived.step("reconcile")["state"] == "reconciled"


def test_a_difference_beyond_the_tolerance_fails_the_day(off_by_three_cents, derived, rules, requests_):
    rules("discrepancy_up_to: 0.02")
    assert derived.step("approve")["questions"] == []
    derived.step("post")
    with pytest.raises(AirflowFailException, match=r"does not reconcile[\s\S]*difference 0.03"):
        derived.step("reconcile")


def test_a_decision_on_the_record_does_not_change(derived, rules, admin):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    person.answers("Approve")
    for change in ("UPDATE ledger.approval SET decided_by = 'Luis'", "DELETE FROM ledger.approval"):
        with pytest.raises(Exception, match=r"record|append-only"):
            admin.execute(change)


def given(option: str, by: dict | None = ANA, at: datetime | None = None) -> dict:
    """An answer that Airflow took."""
    at = at or datetime.now(UTC)
    return {"chosen_options": [option], "params_input": {}, "responded_at": at, "responded_by_user": by}


def test_an_answer_that_the_try_before_did_not_come_to_take_is_taken(derived, rules, ledger):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    assert person.comes_again(given("Approve"))["approved_by"] == "Ana"
    assert on_record(ledger) == [("first_day", "approved", "Ana")]
    assert derived.step("approve")["questions"] == []


@pytest.mark.parametrize("recorded", [False, True])
def test_a_rejection_that_the_try_before_did_not_come_to_take_rejects(derived, rules, ledger, recorded):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    if recorded:
        with pytest.raises(NotApproved):
            person.answers("Reject")
    with pytest.raises(NotApproved, match="Ana rejected it"):
        person.comes_again(given("Reject"))
    assert on_record(ledger) == [("first_day", "rejected", "Ana")]


def test_a_rejected_day_that_airflow_runs_once_more_stays_rejected_and_a_cleared_one_is_asked_again(
    derived, rules, ledger, requests_
):
    rules("first_day: true")
    person = Person(derived)
    person.context["dag_run"].start_date = datetime.now(UTC)
    person.asked()
    with pytest.raises(NotApproved):
        person.answers("Reject")
    person.context["ti"].try_number = 2
    with pytest.raises(NotApproved, match="Ana rejected it"):
        ApproveOperator(task_id="approve", box=BOX).execute(person.context)
    with pytest.raises(NotApproved, match="Ana rejected it"):
        ApproveOperator(task_id="approve", box=BOX).take_answer(person.context, {"answer": None})
    assert len(requests_) == 1
    person.context["dag_run"].start_date = datetime.now(UTC)  # as when a person clears the step
    with pytest.raises(TaskAwaitingInput):
        person.comes_again(None)
    assert len(requests_) == 2
    assert on_record(ledger) == [("first_day", "rejected", "Ana"), ("first_day", None, None)]


def test_without_an_answer_it_is_asked_again(derived, rules, ledger, requests_):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    with pytest.raises(TaskAwaitingInput):
        person.comes_again(None)
    assert len(requests_) == 2
    assert on_record(ledger) == [("first_day", None, None)]


def test_an_answer_about_other_books_decides_nothing_and_says_so(derived, rules, ledger, sandbox):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    sandbox.pay_late(TENANT, CAJA, DAY, form=1, amount=Decimal("10.00"))
    for name in ("land", "stage", "derive"):
        derived.step(name)
    with pytest.raises(
        NotApproved, match="Ana answered when other books were asked about, so the answer was NOT taken"
    ):
        person.comes_again(given("Approve"))
    assert on_record(ledger) == [("first_day", "not taken", "Ana")]
    with pytest.raises(TaskAwaitingInput):
        person.comes_again(None)  # cleared


def test_an_answer_that_is_older_than_the_question_is_not_taken(derived, rules, ledger):
    rules("first_day: true")
    person = Person(derived)
    person.asked()
    with pytest.raises(NotApproved, match="NOT taken"):
        person.comes_again(given("Approve", at=datetime(2024, 9, 6, tzinfo=UTC)))
    assert on_record(ledger) == [("first_day", "not taken", "Ana")]


LUIS, EVA = {"id": "8", "name": "Luis"}, {"id": "9", "name": "Eva"}


def test_an_approval_by_whoever_ran_the_run_decides_nothing_and_posts_nothing(derived, rules, ledger, sandbox):
    rules("amount_over: 1")
    person = Person(derived)
    person.asked()
    with pytest.raises(NotApproved, match="Ana triggered or cleared this run, so another person must decide"):
        person.answers("Approve", ran_by=["Ana"])
    assert on_record(ledger) == [("amount", "not taken", "Ana")]
    with pytest.raises(AirflowFailException, match="nothing is posted before a person approves"):
        derived.step("post")
    assert sandbox.protheus_ledger(live=True) == []


def test_what_stands_on_the_record_by_whoever_ran_the_run_is_not_posted_by(derived, rules, ledger, sandbox):
    rules("amount_over: 1")
    person = Person(derived)
    person.asked()
    # As somebody could write it who went around Airflow's form, and around the step.
    ledger.execute(
        "UPDATE ledger.approval SET decision = 'approved', decided_by = 'Ana', decided_at = now(), ran_by = '{Ana}'"
    )
    with pytest.raises(AirflowFailException, match="nothing is posted before a person approves"):
        derived.step("post")


def test_only_users_that_the_box_names_may_approve(derived, rules, ledger):
    rules("amount_over: 1", "by: [Luis]")
    person = Person(derived)
    person.asked()
    with pytest.raises(NotApproved, match="Ana is not among those who may approve this cash box: Luis"):
        person.answers("Approve")
    person.asked()
    assert person.answers("Approve", by=LUIS)["approved_by"] == "Luis"


def test_above_a_second_amount_another_person_is_asked_and_the_first_alone_posts_nothing(derived, rules, ledger):
    rules("amount_over: 1", "second_over: 2")
    person = Person(derived)
    person.asked()
    person.is_asked_again_after("Approve", by=ANA)
    with pytest.raises(AirflowFailException, match="a second person must approve, too"):
        derived.step("post")
    person.is_asked_again_after("Approve", by=ANA)
    assert person.answers("Approve", by=EVA)["approved_by"] == "Eva"
    assert on_record(ledger) == [
        ("amount", "approved", "Ana"), ("second_person", "approved", "Ana"), ("second_person", "approved", "Eva"),
    ]  # fmt: skip
    derived.step("post")


def test_the_second_persons_no_is_a_no(derived, rules, ledger):
    rules("second_over: 2")
    person = Person(derived)
    person.asked()
    person.is_asked_again_after("Approve", by=ANA)
    with pytest.raises(NotApproved, match="Eva rejected it"):
        person.answers("Reject", by=EVA)
