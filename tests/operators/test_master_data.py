"""The ERP's master data, read at night: kept by versions, held against the files, told once, and used at derive."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.check import sound
from cierre.alerts.master_data import tell_left, tell_news
from cierre.bookkeeping.master_data import MasterKind
from cierre.closing.master_data import read_all
from cierre.ledger import master_data, problems
from cierre.reports.erp_chart import against_the_erp
from operators.master_data import MasterDataOperator
from support.person import answers, asked

BOX, TENANT, DAY = "itb_caja_164", "T1,D MG 01", date(2024, 9, 6)
NIGHT = datetime(2024, 9, 20, 3, 20, tzinfo=UTC)
CASH, PLACE = "1.1.01.001", ("protheus", "T1,D MG 01")


@pytest.fixture
def read(close, ledger):
    """``read()``: a reading in a night in the middle of a month; how many tenants were read, and how much was new."""

    def read() -> dict[str, int]:
        night = read_all(ledger, NIGHT)
        tell_news(ledger, "https://airflow.example/log")
        tell_left(night.left, "https://airflow.example/log")
        return {"tenants": night.tenants, "found": night.found}

    return read


@pytest.fixture
def found(ledger):
    """``found()``: what is found of the tenant now."""
    return lambda: [(one.finding.code, one.finding.kind, one.finding.subject) for one in of_tenant(ledger)]


def of_tenant(ledger):
    return master_data.findings(ledger, [PLACE])


def test_what_the_erp_tells_is_kept_and_where_nothing_changed_nothing_is_written(read, ledger, sandbox):
    assert read()["tenants"] == 6
    told = master_data.known(ledger, *PLACE)
    assert told.records[MasterKind.ACCOUNT][CASH].name == "Caja general"
    assert told.records[MasterKind.ACCOUNT]["1.1"].heading
    assert told.may_post is True
    before = ledger.execute("SELECT count(*), max(record_id) FROM erp.master_record").fetchone()
    read()
    assert ledger.execute("SELECT count(*), max(record_id) FROM erp.master_record").fetchone() == before


def test_the_operator_reads_and_tells_of_every_tenant(close, ledger, sandbox, mailbox):
    sandbox.change_master("CT1", CASH, PLACE[1], CT1_BLOQ="1")
    context = {"ti": SimpleNamespace(log_url="https://airflow.example/log")}
    assert MasterDataOperator(task_id="read").execute(context)["tenants"] == 6
    assert master_data.known(ledger, *PLACE) is not None
    assert [CASH in mail.get_body(("html",)).get_content() for mail in mailbox].count(True) == 2


def test_a_change_is_a_new_version_and_the_old_one_says_until_when_it_held(read, ledger, sandbox):
    read()
    sandbox.change_master("CT1", CASH, PLACE[1], CT1_BLOQ="1")
    read()
    versions = ledger.execute(
        "SELECT facts ? 'blocked' AS blocked, seen_until IS NULL AS holds FROM erp.master_record"
        " WHERE kind = 'account' AND code = %s AND tenant = %s ORDER BY record_id", [CASH, PLACE[1]],
    ).fetchall()  # fmt: skip
    assert [tuple(row) for row in versions] == [(False, False), (True, True)]


def test_the_sandbox_and_its_files_agree_so_nothing_is_found(read, found, mailbox):
    assert read()["found"] == 0
    assert found() == []
    assert mailbox == []


@pytest.mark.parametrize(
    ("table", "code", "fields", "expected"),
    [
        ("CT1", CASH, {"CT1_BLOQ": "1"}, ("blocked", "account", CASH)),
        ("CT1", CASH, {"CT1_DESC01": "Caja chica"}, ("renamed", "account", CASH)),
        ("CT1", CASH, {"CT1_CLASSE": "1"}, ("heading", "account", CASH)),
        ("CT1", CASH, {"CT1_CCOBRG": "1"}, ("asks", "account", CASH)),
        ("CT1", CASH, None, ("missing", "account", CASH)),
        ("CT1", "1.9.99", {"CT1_DESC01": "Nueva"}, ("new", "account", "1.9.99")),
        ("CTT", "0101", {"CTT_BLOQ": "1"}, ("blocked", "cost_centre", "0101")),
        ("CTD", "P123456", None, ("missing", "item", "P123456")),
        ("CTH", "CONTADO", {"CTH_BLOQ": "1"}, ("blocked", "value_class", "CONTADO")),
    ],
)
def test_a_difference_from_the_files_is_found_told_once_and_gone_when_it_is_mended(
    read, found, sandbox, mailbox, table, code, fields, expected
):
    if fields is None:
        sandbox.remove_master(table, code, PLACE[1])
    else:
        sandbox.change_master(table, code, PLACE[1], **fields)
    assert read()["found"] == 1
    assert found() == [expected]
    assert [code in mail.get_body(("html",)).get_content() for mail in mailbox] == [True, True]  # two companies' tenant
    assert read()["found"] == 0
    assert len(mailbox) == 2
    original = {"CT1_BLOQ": "2", "CT1_DESC01": "Caja general", "CT1_CLASSE": "2", "CT1_CCOBRG": "2"}
    names = {"CTT": {"CTT_BLOQ": "2"}, "CTH": {"CTH_BLOQ": "2"}, "CTD": {"CTD_DESC01": "Proyecto 123456"}}
    if code == "1.9.99":
        sandbox.remove_master(table, code, PLACE[1])
    else:
        sandbox.change_master(table, code, PLACE[1], **(original if table == "CT1" else names[table]))
    read()
    assert found() == []


def test_a_period_that_the_erp_closed_and_the_files_have_open_is_found(read, found, sandbox, mailbox):
    sandbox.set_protheus(closed_until="2024-09-30")
    read()
    assert ("opens_later", "period", "USD 2024-09-30") in found()
    assert any("2024-09-30" in mail.get_body(("html",)).get_content() for mail in mailbox)


def test_days_that_are_not_closed_when_their_period_ends_are_told_before_it_does(ledger, close, found):
    read_all(ledger, datetime(2024, 9, 27, 12, tzinfo=UTC))
    assert ("closes_soon", "period", "USD 2024-09-30") in found()
    read_all(ledger, NIGHT)
    assert found() == []


def test_fields_and_rights_that_the_login_lacks_are_told_in_a_sentence(read, found, sandbox, ledger):
    sandbox.set_protheus(protected_fields=["CT1_BLOQ"], may_post=False)
    read()
    assert found() == [("hidden", None, "CT1_BLOQ"), ("may_not_post", None, "")]
    sentences = {str(one.finding.sentence) for one in of_tenant(ledger)}
    assert "the login may not see the ERP's field CT1_BLOQ; what it says is not checked" in sentences


def test_a_site_that_answers_no_queries_is_left_alone(read, sandbox, ledger, close):
    sandbox.set_protheus(generic_query=False, tells_rights=False)
    assert read() == {"tenants": 0, "found": 0}
    assert master_data.known(ledger, *PLACE) is None
    assert close(BOX, DAY).all()["state"] == "reconciled"


def test_what_the_erp_would_refuse_is_told_at_derive_and_nothing_is_sent(read, close, sandbox, ledger):
    read()
    sandbox.change_master("CT1", CASH, PLACE[1], CT1_BLOQ="1")
    read()
    run = close(BOX, DAY)
    run.step("land"), run.step("stage")
    with pytest.raises(AirflowFailException, match=r"its account 1\.1\.01\.001 \(Caja general\) is blocked"):
        run.step("derive")
    (problem,) = [one.problem for one in problems.stopped(ledger)]
    assert (problem.kind, problem.attributes) == ("refused", (("account", CASH),))
    assert problem.count
    assert sandbox.protheus_ledger() == []


def test_once_the_erp_is_set_right_the_day_goes_on_without_waiting_for_the_night(read, close, sandbox):
    sandbox.change_master("CT1", CASH, PLACE[1], CT1_BLOQ="1")
    read()
    sandbox.change_master("CT1", CASH, PLACE[1], CT1_BLOQ="2")
    assert close(BOX, DAY).all()["state"] == "reconciled"


def test_a_month_that_the_erp_closed_is_known_at_derive_and_asked_about(read, close, sandbox, monkeypatch):
    sandbox.set_protheus(closed_until="2024-09-30")
    read()
    run = close(BOX, DAY)
    for step in ("land", "stage"):
        run.step(step)
    run.step("derive")
    assert "would go to 2024-10-01, the first open date" in asked(run, monkeypatch)
    answers(run)
    run.step("post")
    assert {document.entry_date for document in sandbox.protheus_ledger(live=True)} == {date(2024, 10, 1)}


def test_check_names_the_lines_of_a_mapping_that_the_erp_would_refuse(read, mappings, sandbox, ledger):
    read()
    assert against_the_erp(ledger, *sound()) == []
    sandbox.change_master("CT1", CASH, PLACE[1], CT1_BLOQ="1")
    read()
    findings = against_the_erp(ledger, *sound())
    assert {one.file for one in findings} == {"accounts/sga_ecuador.yaml"}
    assert all("in the ERP (T1,D MG 01): account 1.1.01.001 (Caja general) is blocked" in str(one) for one in findings)


def test_without_files_the_newest_reading_stands_for_them(read, close, mappings, sandbox, found):
    for name in ("chart_of_accounts", "cost_centres", "items", "value_classes"):
        (mappings / "charts" / f"{name}.csv").unlink()
    (mappings / "periods.yaml").unlink()
    sandbox.change_master("CT1", CASH, PLACE[1], CT1_BLOQ="1")
    read()
    assert found() == [("blocked", "account", CASH)]
    sandbox.change_master("CT1", CASH, PLACE[1], CT1_BLOQ="2")
    assert close(BOX, DAY).all()["state"] == "reconciled"
