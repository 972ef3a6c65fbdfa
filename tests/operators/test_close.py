"""One box's day through all its steps, and what people see when something is wrong with it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.loader import cash_box
from cierre.closing.wiring import erp_hook
from cierre.ledger import board, overview
from cierre.ports.errors import RetriableError, UncertainError
from cierre.posting import look_again
from sandbox.sga.profile import Profile, Traps

BOX, TENANT, CAJA, DAY = "itb_caja_164", "itb", 164, date(2024, 9, 6)


def live(sandbox, **which):
    return sandbox.protheus_ledger(live=True, **which)


def box_day(ledger, day=DAY):
    (found,) = overview.day(ledger, day)
    return found


def test_a_day_closes_and_every_figure_is_the_schools_own(close, sandbox, ledger):
    assert close(BOX, DAY).all()["state"] == "reconciled"
    books = sandbox.books(TENANT, CAJA, DAY)
    (document,) = live(sandbox)
    assert (
        document.debit
        == document.credit
        == books.gross.amount + sum((figure.amount for figure in books.receipts.values()), books.credit_notes.amount)
    )
    closed = box_day(ledger)
    by_form = {form: figure.amount for form, figure in books.payments.items()}
    for form, figure in books.receipts.items():
        by_form[form] = by_form.get(form, Decimal(0)) + figure.amount
    assert closed.money_by_form == by_form
    assert closed.erp_documents == ["008964/001/000001"]


def test_closing_a_day_again_sends_nothing_to_the_erp(close, sandbox):
    close(BOX, DAY).all()
    before = sandbox.calls("protheus")
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert sandbox.calls("protheus") == before == 1


def test_a_day_without_a_session_ends_green_as_no_activity(close, sandbox, ledger):
    sunday = date(2024, 9, 8)
    assert close(BOX, sunday).all()["state"] == "no activity"
    assert live(sandbox) == []
    assert box_day(ledger, sunday).state == "no activity"


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "html_200", "truncated_json", "empty_200"])
def test_an_answer_that_proves_nothing_ends_with_exactly_one_live_document(close, sandbox, fault):
    sandbox.faults.add(fault, vendor="protheus", operation="insert", times=1)
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert len(live(sandbox)) == 1


def test_a_day_whose_posting_is_uncertain_is_not_green_and_the_next_try_settles_it(close, sandbox, ledger):
    sandbox.faults.add("drop_after", vendor="protheus", operation="insert", times=1)
    unreachable = sandbox.faults.add("drop_before", vendor="protheus", operation="delete", times=None)
    run = close(BOX, DAY)
    for name in ("land", "stage", "derive"):
        run.step(name)
    with pytest.raises(UncertainError):
        run.step("post")
    assert box_day(ledger).state == "uncertain"
    with pytest.raises(AirflowFailException, match="nothing is compared"):
        run.step("reconcile")
    sandbox.faults.remove(unreachable)
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert len(live(sandbox)) == 1


def test_a_payment_that_appears_after_the_close_reverses_the_entry_and_posts_it_anew(close, sandbox, ledger):
    close(BOX, DAY).all()
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    assert close(BOX, DAY).all()["state"] == "reconciled"
    first, second, reversal = live(sandbox)
    assert reversal.reverses == "008964/001/000001"
    assert second.debit - first.debit == Decimal("12.34")
    assert sum(document.balance("1.1.01.001") for document in (first, reversal)) == 0
    assert box_day(ledger).revision == 2


def test_books_that_only_sum_up_to_those_in_the_erp_are_not_reconciled(close, mappings, sandbox, ledger):
    """The mapping moves cash to another account: revision 2 has revision 1's sums, and nobody posted it."""

    def standing():
        return board.Day(ledger, BOX, DAY).summary().state

    first = close(BOX, DAY)
    first.all()
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    accounts.write_text(accounts.read_text().replace("1.1.01.001", "1.1.01.002"))
    second = close(BOX, DAY)
    for step in ("land", "stage", "derive"):
        second.step(step)
    for run in (first, second):
        with pytest.raises(AirflowFailException, match=r"does not hold revision 2 .* Clear the task post"):
            run.step("reconcile")
    assert standing() == "changed"

    looked = look_again.at_days(ledger, lambda box: erp_hook(cash_box(box)), cash_box, [(BOX, DAY)], asks=True)
    assert (looked.days, standing()) == (0, "changed")

    second.step("post")
    assert second.step("reconcile")["state"] == "reconciled"
    assert standing() == "closed"


@pytest.mark.parametrize(
    ("fault", "particulars", "error", "said"),
    [
        ("body", {"body": {"ERROR": "Pago matching query does not exist."}}, AirflowFailException, "Pago matching"),
        ("body", {"body": ["SGA", "Sistema de Gestion"]}, AirflowFailException, "SGA"),
        ("html_200", {}, RetriableError, "HTML"),
        ("truncated_json", {}, RetriableError, "SGA"),
        ("status", {"status": 503}, RetriableError, "503"),
    ],
)
def test_an_answer_that_is_no_day_is_a_clear_error_and_nothing_is_landed(
    close, sandbox, ledger, fault, particulars, error, said
):
    sandbox.faults.add(fault, vendor="sga", **particulars)
    with pytest.raises(error) as raised:
        close(BOX, DAY).step("land")
    assert said in str(raised.value)
    assert "2024-09-06" in str(raised.value) or "06-09-2024" in str(raised.value)
    assert ledger.execute("SELECT count(*) FROM landing.snapshot").fetchone()[0] == 0


def test_a_payment_listed_under_two_forms_stops_the_day_with_both_rows_named(close, sandbox, ledger):
    sandbox.set_profile(Profile(traps=Traps(overlapping_forms=True)), tenant=TENANT, caja=CAJA)
    run = close(BOX, DAY)
    run.step("land")
    with pytest.raises(AirflowFailException, match="two forms"):
        run.step("stage")
    with pytest.raises(AirflowFailException, match="quarantined"):
        run.step("derive")
    assert sandbox.calls("protheus") == 0
    kept = ledger.execute("SELECT count(*) FROM staging.quarantined WHERE blocking").fetchone()[0]
    assert kept >= 2


def test_unmapped_forms_are_all_named_at_once_with_counts_and_amounts_and_nothing_is_posted(
    close, sandbox, two_forms_unmapped
):
    run = close(BOX, DAY)
    run.step("land")
    run.step("stage")
    with pytest.raises(AirflowFailException) as raised:
        run.step("derive")
    assert "5 payments of 341.51 USD" in str(raised.value)
    assert "1 payment of 113.88 USD" in str(raised.value)
    assert "form 16" in str(raised.value)
    assert sandbox.calls("protheus") == 0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"closed_until": "2024-09-30"}, "2024"),
        ({"lots_in_use": ["008964"]}, "008964"),
    ],
)
def test_a_refusal_by_the_erp_is_told_in_its_own_words_and_leaves_nothing_there(close, sandbox, settings, said):
    sandbox.set_protheus(**settings)
    run = close(BOX, DAY)
    for name in ("land", "stage", "derive"):
        run.step(name)
    with pytest.raises(AirflowFailException, match=said):
        run.step("post")
    assert live(sandbox) == []


def test_a_wrong_tenant_is_refused_and_leaves_nothing_there(close, sandbox, mappings):
    box = mappings / "cash_boxes" / f"{BOX}.yaml"
    box.write_text(box.read_text().replace("T1,D MG 01 ", "T1,D MG 77 "))
    run = close(BOX, DAY)
    for name in ("land", "stage", "derive"):
        run.step(name)
    with pytest.raises(AirflowFailException):
        run.step("post")
    assert live(sandbox) == []


def test_a_mistake_in_the_mapping_is_told_with_file_and_line(close, mappings):
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    accounts.write_text(accounts.read_text().replace("1.1.01.001", "9.9.99.999"))
    run = close(BOX, DAY)
    run.step("land")
    run.step("stage")
    with pytest.raises(AirflowFailException, match=r"sga_ecuador.yaml:\d+.*9\.9\.99\.999"):
        run.step("derive")


def test_a_day_in_the_future_is_refused_before_anything_is_asked(close, sandbox):
    with pytest.raises(AirflowFailException, match="not over"):
        close(BOX, date.today() + timedelta(days=2)).step("land")
    assert sandbox.calls("sga") == 0


def test_an_unknown_box_is_refused_with_the_known_ones(close):
    with pytest.raises(AirflowFailException, match=r"known are.*itb_caja_164"):
        close("itb_caja_999", DAY).step("land")


@pytest.mark.parametrize(("step", "before"), [("stage", "landed"), ("derive", "staged"), ("post", "derived")])
def test_a_step_run_before_its_predecessor_says_so(close, step, before):
    with pytest.raises(AirflowFailException, match=f"nothing was {before} yet"):
        close(BOX, DAY).step(step)


@pytest.mark.parametrize("step", ["derive", "post", "reconcile"])
def test_a_day_that_was_landed_again_is_not_closed_by_what_was_staged_before(close, sandbox, ledger, step):
    """A person marks stage as a success by hand: 12.50 of the newest landing would be missing in a green day."""
    run = close(BOX, DAY)
    for name in ("land", "stage", "derive"):
        run.step(name)
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    run.step("land")
    with pytest.raises(AirflowFailException, match=r"the day was landed again.*Clear the task stage of this run"):
        run.step(step)
    assert live(sandbox) == []
    run.step("stage")
    run.step("derive")
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
