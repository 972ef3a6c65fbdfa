"""A day of each source, closed through all its steps, in the ERP to the cent as the vendor's own books have it."""

import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred

from cierre.ledger import overview
from cierre.ledger.board import Day

DAY = date(2024, 9, 6)
CASH, DOLLARS, BANK = "1.1.01.001", "1.1.01.004", "1.1.02.001"
CUSTOMERS, CUSTOMERS_IN_DOLLARS = "1.1.03.005", "1.1.03.006"
VAT, RESEARCH = "2.1.02.001", "4.1.03.001"


@pytest.fixture
def closed(close, sandbox, ledger):
    """``closed(box, day)``: closes a day and gives what the ERP then holds of the box."""

    def closed(box: str, day: date = DAY):
        assert close(box, day).all()["state"] == "reconciled"
        (found,) = [row for row in overview.day(ledger, day) if row.box == box]
        lots = {document.split("/")[0] for document in found.erp_documents}
        return [document for document in sandbox.protheus_ledger(live=True) if document.lot in lots]

    return closed


def balance(documents, *accounts: str) -> Decimal:
    return sum((document.balance(account) for document in documents for account in accounts), Decimal(0))


@pytest.mark.parametrize(("box", "office"), [("austral_oficina_1", 1), ("austral_oficina_2", 2)])
def test_a_bsale_office_closes_and_its_journal_is_bsales_own_books(closed, sandbox, box, office):
    documents = closed(box)
    books = sandbox.bsale.books(office, DAY)
    sold = sum(figure.amount for figure in books.sales.values())
    received = [*books.payments.values(), *books.collections.values()]
    assert balance(documents, VAT) == -books.taxes
    assert balance(documents, CUSTOMERS) == sold - books.applied
    assert sum(document.debit for document in documents) == sold + sum(figure.amount for figure in received)
    assert books.voided.count
    assert books.applied


@pytest.mark.parametrize(("box", "key"), [("itb_uruguay_1_1", "1-1"), ("itb_uruguay_1_2", "1-2")])
def test_a_zeta_box_closes_in_pesos_each_voucher_by_its_own_rate(closed, sandbox, box, key):
    documents = closed(box)
    books = sandbox.zeta.books("ITBUY", key, DAY)
    assert any(name.endswith("USD") for name in books.vouchers)
    assert balance(documents, CASH, DOLLARS, CUSTOMERS, CUSTOMERS_IN_DOLLARS) == books.pesos
    pesos = {kind: books.vouchers[f"{kind}/cash/UYU"].total for kind in ("sale", "credit_note")}
    assert balance(documents, CASH) == pesos["sale"] - pesos["credit_note"]


def test_a_group_of_projects_closes_what_was_issued_and_then_what_came_in(closed, sandbox):
    projects, thursday = ["123456", "123457", "123458"], date(2024, 9, 5)
    sandbox.sge.set(today=thursday)
    before = closed("universidad_contratos", thursday)
    sandbox.sge.set(today=DAY)
    after = closed("universidad_contratos")
    books = sandbox.sge.books(projects, DAY)
    assert balance(after, RESEARCH) - balance(before, RESEARCH) == -books.issued_base.amount != 0
    assert balance(after, BANK) - balance(before, BANK) == books.entered.amount - books.returned.amount != 0


def test_what_was_planned_issued_and_collected_is_kept_with_the_reconciliation(close, sandbox, ledger, monkeypatch):
    connection = json.loads(os.environ["AIRFLOW_CONN_SGE"])
    connection["extra"] |= {"lookback_days": 1500}  # all there are: the plan of a window knows its invoices alone
    monkeypatch.setenv("AIRFLOW_CONN_SGE", json.dumps(connection))
    sandbox.sge.set(today=DAY)
    close("universidad_contratos", DAY).all()
    # Research project 11 is invoiced by this group alone.
    kept = "SELECT item, issued, collected FROM reconciliation.plan_line WHERE project = '11' ORDER BY item"
    plan = sorted((item.number, item.issued, item.collected) for item in sandbox.sge.plan() if item.project == "11")
    assert [tuple(row) for row in ledger.execute(kept).fetchall()] == [row for row in plan if row[1]]


class TestOneLandingForACompany:
    def test_the_first_box_asks_and_the_others_take_what_lies_there(self, close, sandbox):
        close("austral_oficina_1", DAY).step("land")
        asked = sandbox.calls("bsale")
        close("austral_oficina_2", DAY).step("land")
        assert sandbox.calls("bsale") == asked > 0

    def test_a_box_whose_day_is_run_again_asks_anew_since_something_may_have_changed(self, close, sandbox):
        close("austral_oficina_1", DAY).step("land")
        asked = sandbox.calls("bsale")
        close("austral_oficina_1", DAY).step("land")
        again = sandbox.calls("bsale")
        assert again > asked
        close("austral_oficina_2", DAY).step("land")
        assert sandbox.calls("bsale") == again

    def test_the_details_of_a_month_are_asked_for_once_whatever_boxes_and_days_are_closed(self, close, sandbox):
        for day in (DAY, date(2024, 9, 5)):
            for box in ("itb_uruguay_1_1", "itb_uruguay_1_2"):
                close(box, day).all()
        assert sandbox.calls("zeta", "VentasDetalladas") == 1


class TestWhoseTokenItIs:
    @pytest.fixture
    def token_of(self, sandbox, monkeypatch):
        """Puts another token into the connection, whose owner the sandbox tells."""

        def token_of(password: str) -> None:
            connection = json.loads(os.environ["AIRFLOW_CONN_BSALE"])
            connection |= {"password": password, "extra": {"retries": 0, "credential_address": f"{sandbox.url}/bsale"}}
            monkeypatch.setenv("AIRFLOW_CONN_BSALE", json.dumps(connection))

        return token_of

    def test_another_companys_token_lands_nothing(self, close, sandbox, ledger, token_of):
        token_of("sandbox-norte")
        with pytest.raises(AirflowFailException, match="is of RUT 77654321-7, not of 76543210-3"):
            close("austral_oficina_1", DAY).step("land")
        assert sandbox.calls("bsale", "payments") == 0
        assert ledger.execute("SELECT count(*) FROM landing.snapshot").fetchone()[0] == 0

    def test_its_own_token_closes_the_day(self, close, token_of):
        token_of("sandbox")
        assert close("austral_oficina_1", DAY).all()["state"] == "reconciled"

    def test_a_day_that_lies_there_of_another_company_is_not_taken(self, close, token_of, mappings, sandbox, ledger):
        token_of("sandbox")
        close("austral_oficina_1", DAY).step("land")
        companies = mappings / "companies.yaml"
        other = companies.read_text().replace("  itb_uruguay:\n", "  itb_uruguay:\n    tax_id: 77.654.321-7\n")
        companies.write_text(other)
        box = mappings / "cash_boxes" / "austral_oficina_2.yaml"
        box.write_text(box.read_text().replace("company: comercial_austral", "company: itb_uruguay"))
        asked = sandbox.calls("bsale")
        with pytest.raises(AirflowFailException, match=r"of another company \(tax number 76543210-3\)"):
            close("austral_oficina_2", DAY).step("land")
        assert sandbox.calls("bsale") == asked
        assert ledger.execute("SELECT box FROM landing.taken").fetchall() == [("austral_oficina_1",)]


class TestTheCertificate:
    def test_is_told_with_both_figures_kept_and_stops_the_day_where_it_does_not_hold(self, close, sandbox, ledger):
        sandbox.faults.add("page_missing", vendor="bsale", operation="group_payment_types", times=None)
        run = close("austral_oficina_1", DAY)
        with pytest.raises(AirflowException, match="attested") as raised:
            run.step("land")
        assert "landed" in str(raised.value)
        assert ledger.execute("SELECT state FROM landing.certificate").fetchall() == [("does not hold",)]
        with pytest.raises(AirflowFailException, match="own figures are not what came"):
            run.step("stage")
        assert sandbox.calls("protheus") == 0

    def test_a_later_answer_that_is_whole_closes_the_day(self, close, sandbox, ledger):
        fault = sandbox.faults.add("page_missing", vendor="bsale", operation="group_payment_types", times=None)
        run = close("austral_oficina_1", DAY)
        with pytest.raises(AirflowException):
            run.step("land")
        sandbox.faults.remove(fault)
        assert run.all()["state"] == "reconciled"
        states = ledger.execute("SELECT state FROM landing.certificate ORDER BY snapshot_id").fetchall()
        assert states == [("does not hold",), ("holds",)]

    @pytest.mark.parametrize(("box", "state"), [("itb_caja_164", "unattested"), ("universidad_contratos", "holds")])
    def test_a_source_that_attests_nothing_says_so(self, close, ledger, box, state):
        close(box, DAY).step("land")
        assert ledger.execute("SELECT state FROM landing.certificate").fetchall() == [(state,)]


class TestZetasBusinessHours:
    @pytest.fixture
    def always_noon(self, monkeypatch):
        """Zeta's business hours never end."""
        connection = json.loads(os.environ["AIRFLOW_CONN_ZETA"])
        connection["extra"] |= {"business_hours": "00:00-23:59", "business_days": "mon-sun"}
        monkeypatch.setenv("AIRFLOW_CONN_ZETA", json.dumps(connection))

    def test_the_task_waits_for_the_evening_without_a_worker(self, close, sandbox, always_noon):
        with pytest.raises(TaskDeferred) as waiting:
            close("itb_uruguay_1_1", DAY).step("land")
        assert waiting.value.trigger.moment > datetime.now(UTC)
        assert sandbox.calls("zeta") == 0

    def test_a_person_may_let_one_run_through_on_the_record(self, close, sandbox, ledger, always_noon):
        close("itb_uruguay_1_1", DAY, query_in_business_hours=True).step("land")
        who = ledger.execute("SELECT DISTINCT override_by FROM vendor.call").fetchall()
        assert who == [("ana",)]
        assert sandbox.zeta.locked("ITBUY") == ""


@pytest.mark.parametrize("box", ["itb_caja_164", "austral_oficina_1", "itb_uruguay_1_1", "universidad_contratos"])
def test_every_document_and_quarantined_row_leads_back_to_the_row_that_the_source_sent(close, sandbox, ledger, box):
    sandbox.sge.set(today=DAY)
    close(box, DAY).all()
    places = ledger.execute(
        "SELECT snapshot_id, place FROM staging.day JOIN (SELECT box, business_date, place FROM staging.document UNION"
        " SELECT box, business_date, place FROM staging.quarantined) AS row USING (box, business_date)"
    ).fetchall()
    assert places
    books = Day(ledger, box, DAY)
    assert [place for snapshot, place in places if not books.source_row(snapshot, place).row] == []
