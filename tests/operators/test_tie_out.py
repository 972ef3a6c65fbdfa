"""The month's tie-out through the steps, the sandbox and the ledger: what people did to the ERP's books is found."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from cierre.alerts.digest import digest
from cierre.bookkeeping.tie_out import Code, State
from cierre.closing.company_day import company_day
from cierre.closing.tie_out import due, of_company
from cierre.ledger import seals, tie_outs
from operators.tie_out import TieOutOperator

BOX, DAY, TENANT, LOT = "itb_caja_164", date(2024, 9, 6), "T1,D MG 01 ", "008964"
MONTH, CASH, BANK = date(2024, 9, 1), "1.1.01.001", "1.1.02.001"
CENT = Decimal("0.01")


def tie(**params: str) -> dict:
    """Ties out September 2024 for ITB, as the DAG's task does for a person who asks."""
    given = {"from": "2024-09", "company": "itb", **params}
    context = {"params": given, "dag_run": SimpleNamespace(conf=given), "ti": SimpleNamespace(log_url="")}
    return TieOutOperator(task_id="tie_out").execute(context)


def newest(ledger) -> tie_outs.Known:
    return next(one for one in tie_outs.newest(ledger, MONTH, MONTH).values() if one.month.tenant == TENANT)


def found(ledger) -> list[tuple]:
    rows = tie_outs.findings(ledger, newest(ledger).tie_out_id)
    return [(one.finding.code, one.finding.account, one.finding.difference) for one in rows]


def totals(ledger) -> dict:
    return {one.account: one for one in tie_outs.accounts(ledger, newest(ledger).tie_out_id)}


def document(sandbox):
    (only,) = sandbox.protheus_ledger(live=True, day=DAY, lot=LOT)
    return only


def first_line(sandbox) -> tuple[str, Decimal]:
    """Account and amount of the document's first line."""
    line = document(sandbox).lines[0]
    return line["CT2_DEBITO"].strip() or line["CT2_CREDIT"].strip(), Decimal(line["CT2_VALOR"])


@pytest.fixture
def enter(sandbox):
    """``enter(lot, debit, credit, amount)``: an entry that somebody makes on the ERP's screen on 6 September 2024."""

    def enter(lot: str, debit: str, credit: str, amount: str, **fields: str) -> None:
        line = {"CT2_VALOR": float(amount), "CT2_HIST": "Manual", **fields}
        items = [{"CT2_DC": "3", "CT2_DEBITO": debit, "CT2_CREDIT": credit, **line}]
        answer = requests.post(
            f"{sandbox.url}/protheus/api/ctb/accountingentry/insert",
            json={"CT2_DATA": f"{DAY:%d/%m/%Y}", "CT2_LOTE": lot, "CT2_SBLOTE": "777", "ITENS": items},
            headers={"tenantId": TENANT},
            auth=("cierre", "sandbox"),
            timeout=10,
        )
        assert answer.json()["error"] == ""

    return enter


def test_a_month_as_it_was_posted_is_tied_out_by_account_and_nobody_is_told(close, ledger, sandbox, mailbox):
    close(BOX, DAY).all()
    assert tie() == {"months": 1, "told": 0}
    assert (newest(ledger).state, found(ledger), mailbox) == (State.TIED_OUT, [], [])
    cash = document(sandbox).balance(CASH)
    assert (totals(ledger)[CASH].posted, totals(ledger)[CASH].erp, totals(ledger)[CASH].altogether) == (cash,) * 3
    assert sum(one.posted for one in totals(ledger).values()) == 0


def test_a_line_edited_by_a_cent_is_found_and_told_once(close, ledger, sandbox, mailbox):
    close(BOX, DAY).all()
    account, amount = first_line(sandbox)
    sandbox.edit_document(document(sandbox), 1, CT2_VALOR=str(amount - CENT))
    side = 1 if document(sandbox).lines[0]["CT2_DC"] == "1" else -1
    for _ in range(2):
        tie()
    assert found(ledger) == [(Code.CHANGED, account, -side * CENT)]
    assert newest(ledger).state is State.DIFFERS
    (mail,) = mailbox  # one company's alone: the lot is of its box
    assert mail["Subject"].endswith("T1,D MG 01, 2024-09: the ERP does not hold what was posted")
    body = mail.get_body(("html",)).get_content()
    assert f"account {account}, document 06/09/2024 {LOT}/001/000001: another amount" in body
    sandbox.edit_document(document(sandbox), 1, CT2_VALOR=str(amount))
    tie()
    assert newest(ledger).state is State.TIED_OUT
    assert mailbox[1]["Subject"].endswith("2024-09: tied out again")


def test_a_document_deleted_on_the_screen_is_missing_on_each_of_its_accounts(close, ledger, sandbox):
    close(BOX, DAY).all()
    balances = {account: total.posted for account, total in posted_totals(ledger).items()}
    sandbox.remove_document(document(sandbox))
    tie()
    assert found(ledger) == [(Code.GONE, account, -balance) for account, balance in sorted(balances.items())]


def posted_totals(ledger) -> dict:
    tie()
    return totals(ledger)


def test_an_entry_made_by_hand_into_our_lot_is_found_though_it_balances(close, ledger, enter):
    close(BOX, DAY).all()
    enter(LOT, CASH, "2.1.01.002", "7.00")
    tie()
    assert found(ledger) == [(Code.ADDED, CASH, Decimal(7)), (Code.ADDED, "2.1.01.002", Decimal(-7))]


def test_an_entry_of_another_lot_on_an_account_of_money_is_named_and_the_month_stays_tied_out(
    close, ledger, enter, mailbox
):
    close(BOX, DAY).all()
    enter("000777", BANK, CASH, "500.00")
    enter("000778", "2.1.01.002", "4.1.01.001", "3.00", CT2_CCC="0101")
    for _ in range(2):
        tie()
    assert found(ledger) == [(Code.FOREIGN, CASH, Decimal(-500)), (Code.FOREIGN, BANK, Decimal(500))]
    assert newest(ledger).state is State.TIED_OUT
    assert totals(ledger)[CASH].altogether == totals(ledger)[CASH].posted - 500
    assert totals(ledger)["4.1.01.001"].altogether is None
    mail, _ = mailbox  # two companies post to this branch
    assert mail["Subject"].endswith("2024-09: entries of other lots on accounts of money")
    assert "06/09/2024 000777/777/000001" in mail.get_body(("html",)).get_content()


def test_a_document_kept_as_a_pre_entry_counts_in_no_balance(close, ledger, sandbox):
    close(BOX, DAY).all()
    for line in range(1, len(document(sandbox).lines) + 1):
        sandbox.edit_document(document(sandbox), line, CT2_TPSALD="9")
    tie()
    assert {code for code, *_ in found(ledger)} == {Code.OUTSIDE}
    assert totals(ledger)[CASH].erp == 0


def test_what_was_corrected_is_tied_out_net_of_its_reversal_and_outdates_what_was_tied_out_before(
    close, ledger, mappings
):
    close(BOX, DAY).all()
    tie()
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    accounts.write_text(accounts.read_text().replace("1: 1.1.01.001 ", "1: 1.1.01.003 "))
    close(BOX, DAY).all()
    assert newest(ledger).state is State.OUTDATED
    tie()
    assert (newest(ledger).state, found(ledger)) == (State.TIED_OUT, [])
    assert totals(ledger)[CASH].posted == 0


def test_the_companys_digest_says_how_its_month_stands(close, ledger):
    close(BOX, DAY).all()
    close("itb_caja_165", DAY).all()
    tie()
    days = [company_day(ledger, "itb", DAY)]
    (own,) = of_company(ledger, "itb", [DAY])
    told = digest("itb", days, "", months=[own]).figures
    for words in ("T1,D MG 01", "2024-09", "tied out"):
        assert words in told
    assert of_company(ledger, "itb_uruguay", [DAY]) == []


def test_where_the_site_answers_no_queries_the_month_is_not_known_however_often_it_acknowledged(close, ledger, sandbox):
    sandbox.set_protheus(generic_query=False)
    close(BOX, DAY).all()
    for _ in range(2):
        tie()
    assert newest(ledger).state is State.NOT_KNOWN
    assert ledger.execute("SELECT count(*) FROM ledger.tie_out").fetchone() == (1,)


def test_an_answer_without_any_document_of_ours_proves_nothing_of_a_site_that_nobody_tried(close, ledger, monkeypatch):
    close(BOX, DAY).all()
    monkeypatch.setattr("hooks.protheus.hook.ProtheusHook.lines_in_lots", lambda *_: [])
    tie()
    assert newest(ledger).state is State.NOT_KNOWN


def test_pages_are_read_to_their_end(close, ledger, sandbox, monkeypatch):
    close(BOX, DAY).all()
    monkeypatch.setattr("hooks.protheus.query.PAGE_SIZE", 2)
    monkeypatch.setattr("hooks.protheus.range_reader.AT_ONCE", 4)
    tie()
    assert newest(ledger).state is State.TIED_OUT
    assert sandbox.calls("protheus", "genericQuery") > 10


def test_an_erp_that_does_not_answer_is_told_by_its_month(close, sandbox):
    sandbox.faults.add("drop_before", vendor="protheus", operation="genericQuery", times=None)
    with pytest.raises(AirflowException, match="T1,D MG 01 , 2024-09: "):
        tie()


def test_a_company_that_is_not_there_is_refused(close):
    with pytest.raises(AirflowFailException, match="nothing was read"):
        tie(company="itbx")


def test_this_month_and_the_last_one_are_due_until_they_are_tied_out_and_locked(close, ledger, mappings):
    now = datetime(2024, 9, 20, tzinfo=UTC)

    def of_itb() -> list[date]:
        return [one.month.first for one in due(ledger, now) if one.month.tenant == TENANT]

    assert of_itb() == [date(2024, 8, 1), MONTH]
    tie(**{"from": "2024-08"})
    assert of_itb() == [date(2024, 8, 1), MONTH]
    (mappings / "periods.yaml").write_text(f'open_from:\n  "T1,D MG 01": {MONTH}\n')
    assert of_itb() == [MONTH]


def test_a_tie_out_is_a_link_of_the_chain_and_the_audit_holds_it_against_its_rows(close, ledger, by_force):
    def objections() -> list[tuple[str, str]]:
        with seals.as_of_one_instant(ledger):
            return [(one.what, one.why) for one in seals.objections(ledger)]

    close(BOX, DAY).all()
    tie()
    assert objections() == []
    by_force("UPDATE ledger.tie_out_account SET erp = erp + 0.01")
    assert objections() == [("tie out", "changed")]


def test_a_day_that_is_posted_right_now_leaves_its_month_for_the_next_night(close, ledger, by_force):
    close(BOX, DAY).all()
    later = datetime.now(UTC) + timedelta(hours=1)
    by_force("UPDATE erp.attempt SET decided_at = %s", (later,))
    assert tie() == {"months": 0, "told": 0}


@pytest.mark.parametrize(
    "given",
    [
        {"from": "2024-09", "to": "2024-08"},
        {"from": "1000-01", "to": "1000-02"},
        {"from": "2001-01", "to": "2001-02"},
        {"from": "2999-12"},
        {"from": "2024-09", "to": "2999-12"},
        {"from": "2020-01", "to": "2024-12"},
        {"from": "2024-09\n"},
        {"from": "٢024-09"},
    ],
    ids=str,
)
def test_months_that_nobody_can_mean_are_refused_and_nothing_is_kept(close, ledger, given):
    with pytest.raises(AirflowFailException, match=r"Nothing was done|nothing was read|is not a business date"):
        tie(**given)
    assert ledger.execute("SELECT count(*) FROM ledger.tie_out").fetchone() == (0,)


class TestBranchThatNoFileNames:
    """Caja 164 alone posts to a branch, and a document of it is deleted there after the box has left."""

    BRANCH = "T1,D MG 03 "

    @pytest.fixture
    def left(self, close, mappings, sandbox) -> Path:
        """The box's file; what it posted to the branch is tied out, and one document of it is deleted there."""
        (mappings / "cash_boxes" / "educacion_continua_caja_7.yaml").unlink()
        file = mappings / "cash_boxes" / f"{BOX}.yaml"
        file.write_text(file.read_text().replace(TENANT, self.BRANCH))
        close(BOX, DAY).all()
        tie()
        sandbox.remove_document(document(sandbox))
        return file

    def in_the_branch(self, ledger) -> tuple[State, set[Code]]:
        known = next(one for one in tie_outs.newest(ledger, MONTH, MONTH).values() if one.month.tenant == self.BRANCH)
        assert known.boxes == (BOX,)
        return known.state, {one.finding.code for one in tie_outs.findings(ledger, known.tie_out_id)}

    def test_what_a_box_posted_to_a_branch_goes_on_being_compared_after_it_moved(self, left, close, ledger, mailbox):
        left.write_text(left.read_text().replace(self.BRANCH, TENANT))
        close(BOX, DAY + timedelta(days=3)).all()
        assert self.BRANCH in {one.month.tenant for one in due(ledger, datetime(2024, 9, 20, tzinfo=UTC))}
        assert tie()["told"] == 1
        assert self.in_the_branch(ledger) == (State.DIFFERS, {Code.GONE})
        assert "T1,D MG 03, 2024-09: the ERP does not hold what was posted" in mailbox[0]["Subject"]

    def test_what_a_box_without_a_file_posted_goes_on_being_compared(self, left, ledger, mailbox):
        left.unlink()
        assert tie()["told"] == 1
        assert self.in_the_branch(ledger) == (State.DIFFERS, {Code.GONE})

    def test_what_stands_at_a_site_that_the_connection_has_left_is_not_asked_for(self, left, close, ledger, by_force):
        left.unlink()
        by_force("UPDATE ledger.cash_box SET erp_site = 'http://erp.before'")
        by_force("UPDATE erp.attempt SET site = 'http://erp.before'")
        close("itb_caja_165", DAY).step("land")
        assert self.BRANCH not in {one.month.tenant for one in due(ledger, datetime(2024, 9, 20, tzinfo=UTC))}
