"""What is deleted from the ERP, and what never is: two ledgers in one lot, a ledger restored from a backup."""

import json
import os
from datetime import date
from decimal import Decimal
from itertools import count

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.ledger import attempts, capabilities, revisions, session, takeovers
from cierre.ledger.capabilities import Capability
from cierre.ledger.roles import Roles
from cierre.ports.errors import UncertainError
from hooks.protheus.hook import ProtheusHook
from operators.approve import AnotherPersonIsAsked
from operators.reap import ReapOperator
from support.person import answers, asked

BOX, DAY, TENANT = "itb_caja_164", date(2024, 9, 6), "T1,D MG 01 "
CONTEXT = {"ti": type("Task", (), {"log_url": "http://127.0.0.1/log"})}

_numbers = count(1)


@pytest.fixture(autouse=True)
def _patient(close, monkeypatch):
    """No request here ends without an answer because the machine is busy."""
    connection = json.loads(os.environ["AIRFLOW_CONN_PROTHEUS"])
    monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", json.dumps(connection | {"extra": {"read_timeout": 60, "retries": 0}}))


@pytest.fixture
def another_ledger(cluster, template, monkeypatch, close):
    """``another_ledger()``: from here on the steps work with an empty ledger of another installation; with
    ``same=True`` with one that was restored from a backup of this one before its first day."""
    made = []

    def change(*, same: bool = False) -> psycopg.Connection:
        name = f"another_{next(_numbers)}"
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY OWNER {Roles.of().owner}")
        made.append(name)
        connection = session.connect(cluster.dsn(name))
        if not same:
            with connection.transaction():
                connection.execute("SET LOCAL session_replication_role = replica")
                connection.execute("UPDATE ledger.installation SET ledger_id = 'another00000'")
        here = cluster.dsn(name, Roles.of().application)
        monkeypatch.setenv("AIRFLOW_CONN_LEDGER_DB", here.replace("postgresql://", "postgres://"))
        return connection

    yield change
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as admin:
        for name in made:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["can be read", "cannot be read"])
def readable(request, sandbox) -> bool:
    """Whether the ERP can be read."""
    sandbox.set_protheus(generic_query=request.param == "can be read")
    return request.param == "can be read"


def probed(ledger, readable: bool) -> None:
    capabilities.save(ledger, "protheus", TENANT, [Capability("read_back", readable, "seen by a test")])


def live(sandbox, lot: str = "008964"):
    return sandbox.protheus_ledger(lot=lot, live=True)


def test_every_line_carries_the_entrys_key_and_the_ledgers_own_id(close, sandbox, ledger):
    close(BOX, DAY).all()
    sandbox.pay_late("itb", 164, DAY, 1, Decimal("12.34"))
    close(BOX, DAY).all()
    mine = ledger.execute("SELECT ledger_id FROM ledger.installation").fetchone().ledger_id
    assert {line["CT2_KEY"].partition("@")[2] for one in live(sandbox) for line in one.lines} == {mine}
    assert {one.key.partition("@")[0] for one in live(sandbox)} == {f"{BOX}|20240906|1|1", f"{BOX}|20240906|2|1"}


def test_a_second_ledger_never_touches_the_firsts_documents_and_a_lot_of_its_own_is_a_way_out(
    close, sandbox, ledger, mappings, another_ledger, readable, monkeypatch
):
    close(BOX, DAY).all()
    before, sent = live(sandbox), sandbox.calls("protheus", "insert")
    second = another_ledger()
    probed(second, readable)
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    for _ in range(2):
        with pytest.raises(AirflowFailException, match="may be somebody else's") as refused:
            run.step("post")
        assert "give the cash box a lot of its own (erp.lot in its file)" in str(refused.value)
        assert live(sandbox) == before
    assert sandbox.calls("protheus", "insert") - sent == (0 if readable else 1)
    ReapOperator(task_id="reap").execute(CONTEXT)
    assert live(sandbox) == before
    box = mappings / "cash_boxes" / f"{BOX}.yaml"
    box.write_text(box.read_text().replace("lot: 008964", "lot: 008999"))
    run.step("derive")
    question = asked(run, monkeypatch)
    if readable:
        assert question == ""
    else:
        assert "In a lot that the cash box has left" in question
        assert "what stands at 06/09/2024 lot 008964 sublot 001" in question
        with pytest.raises(AirflowFailException, match="The cash box has left lot 008964"):
            run.step("post")
        answers(run)
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert live(sandbox) == before
    assert len(live(sandbox, "008999")) == 1


def test_what_comes_into_doubt_after_the_question_is_asked_about_once_more(
    close, sandbox, ledger, mappings, another_ledger, monkeypatch
):
    close(BOX, DAY).all()
    second = another_ledger()
    probed(second, False)
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    with pytest.raises(AirflowFailException, match="may be somebody else's"):
        run.step("post")
    box = mappings / "cash_boxes" / f"{BOX}.yaml"
    box.write_text(box.read_text().replace("lot: 008964", "lot: 008999"))
    run.step("derive")
    assert "lot 008964 sublot 001" in asked(run, monkeypatch)
    entry_id, site = second.execute("SELECT entry_id, site FROM erp.attempt").fetchone()
    more = attempts.claim(second, revisions.entry_of(second, entry_id), worker="test", lease_seconds=0, site=site)
    attempts.doom(second, more, "the ERP numbered it 000002", answered="000002")
    takeovers.note_doubt(second, more, "000001")
    with pytest.raises(AnotherPersonIsAsked, match="Ana approved what was asked, and more is to be decided since"):
        answers(run)
    assert "lot 008964 sublot 002" in asked(run, monkeypatch)
    answers(run)
    run.step("post")
    assert len(live(sandbox, "008999")) == 1


def test_a_refused_entry_of_a_second_ledger_deletes_nothing_either(
    close, sandbox, ledger, mappings, another_ledger, readable
):
    close(BOX, DAY).all()
    before = live(sandbox)
    second = another_ledger()
    probed(second, False)
    sandbox.set_protheus(lots_in_use=["008964"])
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    with pytest.raises(AirflowFailException, match="en uso por otro usuario"):
        run.step("post")
    sandbox.set_protheus(lots_in_use=[])
    ReapOperator(task_id="reap").execute(CONTEXT)
    assert live(sandbox) == before


def test_a_ledger_restored_from_a_backup_takes_its_own_document_for_posted_where_it_can_read_it(
    close, sandbox, ledger, another_ledger
):
    sandbox.set_protheus(generic_query=True)
    close(BOX, DAY).all()
    before, sent = live(sandbox), sandbox.calls("protheus", "insert")
    restored = another_ledger(same=True)
    probed(restored, True)
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert live(sandbox) == before
    assert sandbox.calls("protheus", "insert") == sent


def test_a_ledger_restored_from_a_backup_finds_its_correction_too(close, sandbox, ledger, another_ledger):
    sandbox.set_protheus(generic_query=True)
    close(BOX, DAY).all()
    sandbox.pay_late("itb", 164, DAY, 1, Decimal("12.34"))
    close(BOX, DAY).all()
    restored = another_ledger(same=True)
    probed(restored, True)
    assert close(BOX, DAY).all()["state"] == "reconciled"
    (document,) = live(sandbox)
    assert document.key.startswith(f"{BOX}|20240906|2|1@")


def test_a_restored_ledger_that_cannot_read_heals_by_one_approval_that_is_kept(
    close, sandbox, ledger, another_ledger, monkeypatch
):
    close(BOX, DAY).all()
    restored = another_ledger(same=True)
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    with pytest.raises(AirflowFailException, match="document 000001 there may be somebody else's"):
        run.step("post")
    run.step("derive")
    question = asked(run, monkeypatch)
    assert "Document 000001 at 06/09/2024 lot 008964 sublot 001" in question
    answers(run)
    run.step("post")
    assert run.step("reconcile")["state"] == "reconciled"
    assert len(live(sandbox)) == 1
    kept = restored.execute("SELECT lot, decided_by, why FROM erp.takeover").fetchone()
    assert (kept.lot, kept.decided_by) == ("008964", "Ana")
    assert "may be somebody else's" in kept.why


def test_a_person_who_rejects_keeps_the_document_and_the_day_stays_open(
    close, sandbox, ledger, another_ledger, monkeypatch
):
    close(BOX, DAY).all()
    another_ledger()
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    with pytest.raises(AirflowFailException, match="may be somebody else's"):
        run.step("post")
    asked(run, monkeypatch)
    with pytest.raises(AirflowFailException, match="Ana rejected it"):
        answers(run, "Reject")
    with pytest.raises(AirflowFailException, match="may be somebody else's"):
        run.step("post")
    assert len(live(sandbox)) == 1


def test_a_proxys_copies_are_removed_by_their_key_where_the_erp_can_be_read(
    close, sandbox, ledger, readable, protheus_hook
):
    probed(ledger, readable)
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    protheus_hook.repeats = True
    if readable:
        run.step("post")
        assert len(live(sandbox)) == 1
        return
    with pytest.raises(AirflowFailException, match="a proxy repeats requests"):
        run.step("post")
    assert [one.document for one in live(sandbox)] == ["000001"]


@pytest.fixture
def protheus_hook(monkeypatch):
    """A proxy that repeats the first insert, once ``repeats`` is set."""

    class Proxy:
        repeats = False

    proxy, insert = Proxy(), ProtheusHook.insert

    def repeated(self, address, entry, key):
        if proxy.repeats:
            proxy.repeats = False
            insert(self, address, entry, key)
        return insert(self, address, entry, key)

    monkeypatch.setattr(ProtheusHook, "insert", repeated)
    return proxy


def test_an_unanswered_request_is_cleaned_up_by_its_key_and_a_strangers_document_beside_it_stays(
    close, sandbox, ledger, readable, protheus_insert
):
    """The stranger came after this ledger's first posting: the lot was not in use then."""
    if not readable:
        pytest.skip("what went without an answer there cannot be told apart where nothing can be read")
    probed(ledger, readable)
    close(BOX, date(2024, 9, 10)).all()
    protheus_insert("008964", "001", "7.00")
    sandbox.faults.add("drop_after", vendor="protheus", operation="insert", times=1)
    close_with_strangers = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve", "post"):
        close_with_strangers.step(step)
    on_the_day = sandbox.protheus_ledger(lot="008964", day=DAY, live=True)
    assert [(one.sublot, one.document, one.key != "") for one in on_the_day] == [
        ("001", "000001", False), ("003", "000001", True)
    ]  # fmt: skip


@pytest.mark.parametrize("correction", ["reversal", "delete"])
def test_the_english_page_of_the_service_is_read_like_the_spanish_one(close, sandbox, ledger, mappings, correction):
    sandbox.set_protheus(group_field="CompanyGroup")
    box = mappings / "cash_boxes" / f"{BOX}.yaml"
    box.write_text(box.read_text().replace("  lot: 008964", f"  lot: 008964\n  correction: {correction}"))
    assert close(BOX, DAY).all()["state"] == "reconciled"
    sandbox.pay_late("itb", 164, DAY, 1, Decimal("12.34"))
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert len(live(sandbox)) == (3 if correction == "reversal" else 1)


def test_a_refusal_is_told_before_what_is_still_being_cleaned_up(close, sandbox, ledger):
    close(BOX, date(2024, 9, 10)).all()
    sandbox.set_protheus(lots_in_use=["008964"])
    sandbox.faults.add("drop_before", vendor="protheus", operation="delete", times=None)
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive", "approve"):
        run.step(step)
    with pytest.raises(AirflowFailException) as refused:
        run.step("post")
    told = str(refused.value)
    assert told.index("insert of") < told.index("en uso por otro usuario") < told.index("is not known yet")
    assert not isinstance(refused.value.__cause__, UncertainError)
