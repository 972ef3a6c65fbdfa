"""Closed days are looked at again in the ERP: while a request may still come late, and every night."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowException

from cierre.ledger import board, capabilities, overview
from cierre.ledger.capabilities import Capability
from operators.read_again import ReadAgainOperator
from operators.reap import ReapOperator
from support.days import working_day

BOX, DAY = "itb_caja_164", date(2024, 9, 6)
YESTERDAY = working_day(2)
CONTEXT = {"ti": SimpleNamespace(log_url="http://127.0.0.1/log")}
CENT = Decimal("0.01")


@pytest.fixture(autouse=True)
def _readable(ledger):
    """A probe has found that the site can be read."""
    capabilities.save(ledger, "protheus", "T1,D MG 01 ", [Capability("read_back", True, "seen by a test")])


def sweep() -> dict:
    return ReapOperator(task_id="reap").execute(CONTEXT)


def night() -> dict:
    return ReadAgainOperator(task_id="read_again").execute(CONTEXT)


@pytest.fixture
def standing(ledger):
    """Where a day stands on the board."""
    return lambda day=DAY: board.Day(ledger, BOX, day).summary().state


@pytest.fixture
def runs(ledger):
    """How many reconciliations of the box were kept."""
    return lambda: ledger.execute("SELECT count(*) FROM reconciliation.run").fetchone()[0]


@pytest.fixture
def time_passes(ledger):
    """What was read, was read longer ago."""

    def passed(minutes: float) -> None:
        ledger.execute("UPDATE erp.attempt SET verified_at = verified_at - make_interval(mins => %s)", (minutes,))

    return passed


@pytest.fixture
def watched(close, sandbox, standing):
    """A day that was closed after a request of it was lost, at sublot 001."""
    lost = sandbox.faults.add("drop_before", vendor="protheus", operation="insert", times=1)
    run = close(BOX, DAY)
    run.all()
    sandbox.faults.remove(lost)
    assert standing() == "watched"
    return run


def edit_first_line(sandbox, off: Decimal, day: date = DAY) -> None:
    (document,) = sandbox.protheus_ledger(live=True, day=day)
    amount = Decimal(document.lines[0]["CT2_VALOR"]) + off
    sandbox.edit_document(document, 1, CT2_VALOR=str(amount))


def test_what_comes_late_to_a_watched_day_stands_twice_only_until_the_next_look(
    watched, sandbox, protheus_insert, standing, time_passes, ledger, mailbox
):
    ours = "SELECT entry_key || '@' || ledger_id FROM ledger.entry, ledger.installation"
    protheus_insert("008964", "001", "7.00", key=ledger.execute(ours).fetchone()[0])
    assert len(sandbox.protheus_ledger(live=True)) == 2
    time_passes(5)
    sweep()
    assert [document.sublot for document in sandbox.protheus_ledger(live=True)] == ["002"]
    assert standing() == "watched"
    assert "a document that came late was removed from the ERP" in mailbox[0]["Subject"]
    assert ledger.execute("SELECT removed FROM erp.attempt WHERE state = 'doomed'").fetchone() == (1,)


def test_a_watched_day_that_was_just_read_is_left_alone(watched, sandbox):
    asked = sandbox.calls("protheus", "genericQuery")
    sweep()
    assert sandbox.calls("protheus", "genericQuery") == asked


def test_the_last_look_comes_after_the_address_was_emptied_for_the_last_time(watched, sandbox, by_force, standing):
    by_force(
        """UPDATE erp.attempt SET claimed_at = claimed_at - interval '25 h', decided_at = decided_at - interval '25 h',
                                  reaped_at = reaped_at - interval '25 h' WHERE state = 'doomed'"""
    )
    edit_first_line(sandbox, -CENT)
    sweep()
    assert standing() == "discrepancy"


def test_a_document_changed_meanwhile_is_told_once_and_again_when_it_is_put_right(
    watched, sandbox, standing, time_passes, runs, mailbox
):
    edit_first_line(sandbox, -CENT)
    time_passes(5)
    before = runs()
    for _ in range(3):
        sweep()
    assert (standing(), runs()) == ("discrepancy", before + 1)
    (mail,) = mailbox
    assert "the ERP holds something else than was posted" in mail["Subject"]
    assert f"{DAY}: " in mail.get_body(("html",)).get_content()
    assert ": 0.01" in mail.get_body(("html",)).get_content()
    edit_first_line(sandbox, CENT)
    sweep()
    assert (standing(), runs()) == ("watched", before + 2)
    assert "holds again what was posted" in mailbox[1]["Subject"]
    sweep()
    assert len(mailbox) == 2


def test_an_erp_that_cannot_be_read_is_not_asked_again(watched, sandbox, time_passes, ledger):
    ledger.execute("UPDATE erp.capability SET value = 'false' WHERE name = 'read_back'")
    asked = sandbox.calls("protheus", "genericQuery")
    time_passes(5)
    sweep()
    assert sandbox.calls("protheus", "genericQuery") == asked


def test_a_cent_changed_long_after_the_close_does_not_stay_green_overnight(
    close, sandbox, standing, time_passes, runs, mailbox
):
    close(BOX, YESTERDAY).all()
    edit_first_line(sandbox, -CENT, YESTERDAY)
    assert night() == {"read": 0, "differing": 0}
    time_passes(24 * 60)
    assert night() == {"read": 1, "differing": 1}
    assert standing(YESTERDAY) == "discrepancy"
    assert len(mailbox) == 1
    before = runs()
    assert night()["differing"] == 0
    assert (runs(), len(mailbox)) == (before, 1)


def test_a_night_without_changes_only_makes_the_evidence_younger(close, ledger, time_passes, runs, standing):
    close(BOX, YESTERDAY).all()
    time_passes(8 * 24 * 60)
    now, week = datetime.now(UTC), timedelta(days=7)
    assert overview.day(ledger, YESTERDAY)[0].grade(now, week) == "stale"
    before = runs()
    assert night() == {"read": 1, "differing": 0}
    assert overview.day(ledger, YESTERDAY)[0].grade(now, week) == "read back"
    assert (runs(), standing(YESTERDAY)) == (before, "closed")


def test_days_before_the_open_periods_are_not_read_again(close, mappings, time_passes):
    close(BOX, YESTERDAY).all()
    time_passes(24 * 60)
    tomorrow = YESTERDAY + timedelta(days=1)
    (mappings / "periods.yaml").write_text(f'open_from:\n  "T1,D MG 01": {tomorrow}\n')
    assert night() == {"read": 0, "differing": 0}


def test_an_erp_that_does_not_answer_is_told_and_the_night_goes_on_the_next_time(close, sandbox, time_passes):
    close(BOX, YESTERDAY).all()
    time_passes(24 * 60)
    away = sandbox.faults.add("drop_before", vendor="protheus", operation="genericQuery", times=None)
    with pytest.raises(AirflowException, match=rf"{BOX}, {YESTERDAY}: "):
        night()
    sandbox.faults.remove(away)
    assert night()["read"] == 1


# --- a site of which nobody told whether it can be read


@pytest.fixture
def unasked(admin):
    """No probe was ever made."""
    admin.execute("DELETE FROM erp.capability")


def known(ledger) -> dict:
    return dict(ledger.execute("SELECT name, value FROM erp.capability").fetchall())


def test_a_site_that_says_what_was_posted_is_known_to_be_readable_from_the_first_night_on(close, unasked, ledger):
    assert close(BOX, YESTERDAY).all()["evidence"] == "acknowledged"
    assert night() == {"read": 1, "differing": 0}
    assert known(ledger) == {"read_back": True}
    (evidence,) = ledger.execute("SELECT evidence FROM erp.capability").fetchone()
    assert evidence == f"1 of 1 documents of {BOX} {YESTERDAY} were read as they were posted"
    assert close(BOX, YESTERDAY).all()["evidence"] == "read back"


def test_a_site_that_does_not_offer_it_is_asked_once(close, unasked, sandbox, ledger):
    sandbox.set_protheus(generic_query=False)
    close(BOX, YESTERDAY).all()
    for _ in range(2):
        assert night() == {"read": 0, "differing": 0}
    assert known(ledger) == {"read_back": False}
    assert sandbox.calls("protheus", "genericQuery") == 1


def test_a_cent_that_was_changed_before_the_site_was_ever_read_is_found_all_the_same(
    close, unasked, sandbox, ledger, standing
):
    close(BOX, YESTERDAY).all()
    edit_first_line(sandbox, -CENT, YESTERDAY)
    assert night() == {"read": 1, "differing": 1}
    assert (known(ledger), standing(YESTERDAY)) == ({"read_back": True}, "discrepancy")


def test_a_query_that_answers_other_lines_than_were_booked_proves_nothing_and_is_asked_again(
    close, unasked, ledger, monkeypatch, standing
):
    close(BOX, YESTERDAY).all()
    monkeypatch.setattr("hooks.protheus.hook.ProtheusHook.read_back", lambda *_: [])
    assert night() == {"read": 0, "differing": 0}
    assert (known(ledger), standing(YESTERDAY)) == ({}, "closed")


def test_a_sweep_asks_no_site_of_which_nothing_is_known(watched, unasked, sandbox, time_passes):
    asked = sandbox.calls("protheus", "genericQuery")
    time_passes(5)
    sweep()
    assert sandbox.calls("protheus", "genericQuery") == asked
