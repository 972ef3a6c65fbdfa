"""A second kind of ERP, which is a package and a line in the registry: it closes, corrects and takes back days by the
same steps, the same protocol and the same ledger."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.check import check_all, old_boxes
from cierre.closing.probe import probe
from cierre.ledger import overview
from cierre.ports.probe import Ground, ProbeRefused
from conformance import toy_erp
from conformance.toy_erp import TOY, Books
from hooks import registry

BOX, TENANT, CAJA, DAY = "itb_caja_164", "itb", 164, date(2024, 9, 6)
OCTOBER = date(2024, 10, 1)

OLD = """erp:
  kind: protheus
  connection: protheus
  tenant: "T1,D MG 01 "
  lot: 008964
"""
NEW = """erp:
  kind: toy
  tenant: Norte
  lot: caja-164
"""


@pytest.fixture
def books(mappings: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """The toy ERP, known by its line in the registry, and the box's own by its file."""
    monkeypatch.setattr(registry, "ERPS", {**registry.ERPS, TOY.slug: TOY})
    monkeypatch.setenv("AIRFLOW_CONN_TOY", "toy://")
    monkeypatch.setitem(toy_erp.SITES, "toy", Books())
    file = mappings / "cash_boxes" / f"{BOX}.yaml"
    assert OLD in file.read_text()
    file.write_text(file.read_text().replace(OLD, NEW))
    periods = mappings / "periods.yaml"
    periods.write_text(f"{periods.read_text()}  Norte: 2020-01-01\n")
    return toy_erp.SITES["toy"]


@pytest.fixture
def deletes(books: Books, mappings: Path) -> None:
    """The box corrects by deleting."""
    file = mappings / "cash_boxes" / f"{BOX}.yaml"
    file.write_text(file.read_text().replace(NEW, f"{NEW}  correction: delete\n"))


def booked(ledger) -> dict[str, Decimal]:
    """Debits less credits of the day's present books, by account, without those that come to nothing."""
    sums = """SELECT account, sum(CASE side WHEN 'D' THEN amount ELSE -amount END) AS balance
                FROM ledger.line JOIN ledger.entry USING (entry_id)
               WHERE reverses IS NULL AND revision_id = (SELECT max(revision_id) FROM ledger.revision)
               GROUP BY account"""
    return {row.account: row.balance for row in ledger.execute(sums) if row.balance}


def test_its_box_is_sound_and_says_its_kind(books):
    assert check_all() == []
    assert old_boxes() == []


def test_a_day_closes_in_its_books_under_its_own_number(close, books, ledger, sandbox):
    assert close(BOX, DAY).all()["state"] == "reconciled"
    (number,) = books.standing
    assert books.balances() == booked(ledger)
    (closed,) = overview.day(ledger, DAY)
    assert (closed.state, closed.erp_documents) == ("reconciled", [f"caja-164/1/{number}"])
    assert sandbox.calls("protheus") == 0


def test_closing_it_again_sends_nothing(close, books):
    run = close(BOX, DAY)
    run.all()
    calls = list(books.calls)
    run.all()
    assert books.calls == calls


@pytest.mark.parametrize("fault", ["lost answer", "lost request", "late"])
def test_whatever_becomes_of_a_request_one_document_stands(close, books, ledger, fault):
    run = close(BOX, DAY)
    books.fault = fault
    assert run.all()["state"] == "reconciled"
    books.arrive()
    assert books.calls == ["insert 1", "delete 1", "insert 2"]
    assert len(books.standing) == 1
    assert books.balances() == booked(ledger)


def test_a_correction_is_a_reversal_under_a_key_of_its_own(close, books, ledger, sandbox):
    run = close(BOX, DAY)
    run.all()
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    assert run.all()["state"] == "reconciled"
    assert books.calls == ["insert 1", "insert 2", "reverse 3"]
    assert len(books.standing) == 3
    assert books.balances() == booked(ledger)


@pytest.mark.usefixtures("deletes")
def test_a_correction_takes_the_old_books_back_where_the_box_deletes(close, books, ledger, sandbox):
    run = close(BOX, DAY)
    run.all()
    (old,) = books.standing
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    assert run.all()["state"] == "reconciled"
    (new,) = books.standing
    assert new != old
    assert books.balances() == booked(ledger)


def test_a_correction_that_is_refused_leaves_the_old_books(close, books, sandbox):
    run = close(BOX, DAY)
    run.all()
    before = dict(books.standing)
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    books.fault = "refused"
    with pytest.raises(AirflowFailException, match=r"Toy: insert at .* is refused: the period's budget is used up"):
        run.step("post")
    assert books.standing == before


def test_a_month_that_it_closed_is_corrected_on_the_first_open_date_with_histories_of_its_own_length(
    close, books, ledger, mappings, sandbox
):
    run = close(BOX, DAY)
    run.all()
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    long = "Ingresos y cobros de la caja del día de la sede central "
    accounts.write_text(accounts.read_text().replace('history: "', f'history: "{long}'))
    books.closed_before = OCTOBER
    run.step("land")
    run.step("stage")
    with pytest.raises(AirflowFailException, match="the ERP holds 40"):
        run.step("derive")  # the mapping is of boxes of the other ERP, too
    accounts.write_text(accounts.read_text().replace(long, ""))
    sandbox.pay_late(TENANT, CAJA, DAY, 1, Decimal("12.34"))
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    with pytest.raises(AirflowFailException, match=r"periods\.yaml"):
        run.step("post")
    periods = mappings / "periods.yaml"
    periods.write_text(periods.read_text().replace("Norte: 2020-01-01", "Norte: 2024-10-01"))
    for step in ("derive", "approve", "post", "reconcile"):
        run.step(step)
    dates = [document.place[1] for document in books.standing.values()]
    assert dates == [DAY, OCTOBER, OCTOBER]
    assert books.balances() == booked(ledger)


def test_a_probe_tries_what_its_package_says_and_then_its_days_are_read_back(close, books, ledger):
    fields = {"connection": "toy", "tenant": "Prueba", "debit_account": "1.1", "credit_account": "2.1"}
    with pytest.raises(ProbeRefused, match="not a journal's name"):
        probe(ledger, Ground.named(**fields, lot="008964", day=DAY))
    report = probe(ledger, Ground.named(**fields, lot="prueba", day=DAY))
    assert {check.assumption.name: check.value for check in report.checks} == {
        "repeats_are_known": True,
        "read_back": True,
    }
    assert (report.in_the_way, books.standing) == ([], {})
    assert close(BOX, DAY).all()["evidence"] == "read back"
    (number,) = books.standing
    del books.standing[number]
    with pytest.raises(AirflowFailException, match=f"document {number} at .* is not in the ERP any more"):
        close(BOX, DAY).step("reconcile")


def test_nothing_is_posted_to_a_site_that_a_probe_found_wanting(close, books, ledger):
    ledger.execute(
        "INSERT INTO erp.capability (connection, tenant, name, value, evidence)"
        " VALUES ('toy', 'Norte', 'repeats_are_known', 'false', 'seen by a test')"
    )
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    with pytest.raises(AirflowFailException, match="an entry that is sent twice may be booked twice"):
        run.step("post")
    assert books.calls == []


@pytest.mark.usefixtures("books")
def test_a_mapping_with_a_dimension_that_it_does_not_have_is_told_and_books_nothing(close, mappings):
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    code = "cost_centre: {table: cost_centre_of_programme}"
    accounts.write_text(accounts.read_text().replace(code, f"{code}\n          value_class: CONTADO", 1))
    told = [str(finding) for finding in check_all()]
    assert any("books value_class, which toy does not have" in one for one in told)
    run = close(BOX, DAY)
    run.step("land")
    run.step("stage")
    with pytest.raises(AirflowFailException, match="books value_class, which the ERP of itb_caja_164 does not have"):
        run.step("derive")
