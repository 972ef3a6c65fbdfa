"""Reconcile where the ERP can be read: what people did to its books past the API does not stay unnoticed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.ledger import capabilities, overview
from cierre.ledger.capabilities import Capability

BOX, DAY = "itb_caja_164", date(2024, 9, 6)


@pytest.fixture(autouse=True)
def _readable(sandbox, ledger):
    """The site offers the query, and a probe has found so."""
    sandbox.set_protheus(generic_query=True)
    capabilities.save(ledger, "protheus", "T1,D MG 01 ", [Capability("read_back", True, "seen by a test")])


def state(ledger) -> str:
    (found,) = overview.day(ledger, DAY)
    return found.state


def compared(ledger) -> list[tuple]:
    """The last reconciliation's comparisons with what was read back: kind, rows and money of both sides."""
    rows = """SELECT kind, left_rows, right_rows, left_net, right_net FROM reconciliation.comparison
               WHERE "right" = 'ERP read back' AND run_id = (SELECT max(run_id) FROM reconciliation.run)
               ORDER BY kind"""
    return [tuple(row) for row in ledger.execute(rows).fetchall()]


def verified(ledger) -> list[bool]:
    rows = "SELECT verified_at IS NOT NULL FROM erp.attempt WHERE state = 'confirmed' ORDER BY attempt_id"
    return [row[0] for row in ledger.execute(rows).fetchall()]


def test_a_closed_day_was_read_back_and_is_verified(close, sandbox, ledger):
    assert close(BOX, DAY).all()["state"] == "reconciled"
    (document,) = sandbox.protheus_ledger(live=True)
    assert compared(ledger) == [("entries", 1, 1, document.debit, document.debit), ("entries never posted", 0, 0, 0, 0)]
    assert verified(ledger) == [True]


def test_a_correction_is_verified_with_what_it_took_back(close, sandbox, ledger):
    close(BOX, DAY).all()
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert verified(ledger) == [True, True, True]


def test_a_line_changed_by_hand_fails_the_day_and_is_named_until_it_is_put_right(close, sandbox, ledger):
    run = close(BOX, DAY)
    run.all()
    (document,) = sandbox.protheus_ledger(live=True)
    amount, account = document.lines[0]["CT2_VALOR"], document.lines[0]["CT2_DEBITO"]
    sandbox.edit_document(document, 1, CT2_VALOR="0.01")
    with pytest.raises(AirflowFailException) as failed:
        run.step("reconcile")
    told = str(failed.value)
    assert f"the ERP lacks debit {account} {Decimal(amount):,}" in told
    assert f"the ERP has debit {account} 0.01, which was not posted" in told
    assert "put right there" in told
    assert state(ledger) == "discrepancy"
    assert verified(ledger) == [False]
    sandbox.edit_document(document, 1, CT2_VALOR=amount)
    assert run.step("reconcile")["state"] == "reconciled"
    assert (state(ledger), verified(ledger)) == ("reconciled", [True])


def test_a_document_deleted_by_hand_fails_the_day_and_is_not_posted_again_by_itself(close, sandbox, ledger):
    run = close(BOX, DAY)
    run.all()
    (document,) = sandbox.protheus_ledger(live=True)
    sandbox.remove_document(document)
    with pytest.raises(AirflowFailException, match=r"008964 sublot 001.* is not in the ERP any more"):
        run.all()
    assert sandbox.protheus_ledger(live=True) == []
    assert compared(ledger)[0] == ("entries", 1, 0, document.debit, 0)


def test_an_erp_restored_from_a_backup_fails_every_day_that_it_lost(close, sandbox, ledger):
    earlier, later = close(BOX, DAY), close(BOX, date(2024, 9, 10))
    earlier.all()
    backup = datetime.now(UTC)
    later.all()
    sandbox.restore_protheus(backup)
    assert earlier.step("reconcile")["state"] == "reconciled"
    with pytest.raises(AirflowFailException, match="restored from a backup"):
        later.step("reconcile")


def test_an_entry_made_by_hand_in_the_boxs_lot_fails_the_day(close, sandbox, protheus_insert, ledger):
    run = close(BOX, DAY)
    run.all()
    protheus_insert("008964", "500", "7.00")
    with pytest.raises(AirflowFailException, match=r"sublot 500 of T1,D MG 01 \(7.00 USD\) was not posted from here"):
        run.step("reconcile")
    assert compared(ledger)[1] == ("entries never posted", 0, 1, 0, Decimal("7.00"))


def test_a_day_without_activity_is_still_no_activity(close):
    assert close(BOX, date(2024, 9, 8)).all()["state"] == "no activity"


def test_a_site_that_no_longer_offers_the_query_does_not_hold_up_the_close(close, sandbox, ledger):
    sandbox.set_protheus(generic_query=False)
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert compared(ledger) == []
    assert verified(ledger) == [False]


def test_a_site_that_was_not_found_to_be_readable_is_not_asked(close, sandbox, ledger):
    capabilities.save(ledger, "protheus", "T1,D MG 01 ", [Capability("read_back", False, "seen by a test")])
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert sandbox.calls("protheus", "genericQuery") == 0


# --- a changed cent, and what its page and its log say of it


def differences(ledger) -> list[tuple]:
    """What the last reconciliation read otherwise: code, amounts posted and booked, the difference's size."""
    rows = """SELECT code, amount, booked_amount, size FROM reconciliation.line_difference
               WHERE run_id = (SELECT max(run_id) FROM reconciliation.run) ORDER BY difference"""
    return [tuple(row) for row in ledger.execute(rows).fetchall()]


def a_cent_less(sandbox) -> tuple:
    """Takes a cent off the first debit line of the day's document; returns it with the line's amounts."""
    (document,) = sandbox.protheus_ledger(live=True)
    posted = Decimal(document.lines[0]["CT2_VALOR"])
    sandbox.edit_document(document, 1, CT2_VALOR=str(posted - Decimal("0.01")))
    return document, posted, posted - Decimal("0.01")


def test_a_cent_changed_by_hand_is_told_and_kept_with_both_amounts_and_its_own_size(close, sandbox, ledger):
    run = close(BOX, DAY)
    run.all()
    document, posted, booked = a_cent_less(sandbox)
    with pytest.raises(AirflowFailException) as failed:
        run.step("reconcile")
    assert f"{posted:,} against {booked:,}: 0.01" in str(failed.value)
    assert compared(ledger) == [
        ("entries", 1, 1, document.debit, document.debit - Decimal("0.01")),
        ("entries never posted", 0, 0, 0, 0),
        ("lines", len(document.lines), len(document.lines) - 1, document.debit, document.debit - Decimal("0.01")),
    ]
    assert differences(ledger) == [("amount", posted, booked, Decimal("0.01"))]


def test_a_cent_is_never_accepted_as_a_small_difference(close, sandbox, admin, mappings):
    file = mappings / "cash_boxes" / f"{BOX}.yaml"
    file.write_text(file.read_text() + "approvals:\n  discrepancy_up_to: 5\n")
    run = close(BOX, DAY)
    run.all()
    a_cent_less(sandbox)
    admin.execute(
        """INSERT INTO ledger.approval (box, business_date, revision_id, reason, asked, asked_in, decision, decided_at,
                                        decided_by)
           SELECT box, business_date, revision_id, 'discrepancy', '"a question"', 'a run', 'approved', now(), 'ana'
             FROM ledger.revision"""
    )
    with pytest.raises(AirflowFailException, match=r": 0\.01"):
        run.step("reconcile")


def test_a_pre_entry_is_not_booked_and_says_so(close, sandbox, ledger):
    run = close(BOX, DAY)
    run.all()
    (document,) = sandbox.protheus_ledger(live=True)
    for line in range(1, len(document.lines) + 1):
        sandbox.edit_document(document, line, CT2_TPSALD="9")
    with pytest.raises(
        AirflowFailException, match="with type 9, as a pre-entry outside the balances: it is not booked"
    ):
        run.step("reconcile")
    assert compared(ledger)[0] == ("entries", 1, 0, document.debit, 0)
    assert {code for code, *_ in differences(ledger)} == {"outside"}


def test_a_divergent_entry_that_the_site_acknowledges_and_keeps_outside_never_closes_the_day(
    close, sandbox, ledger, mappings
):
    sandbox.set_protheus(pre_entries=True)
    chart = mappings / "charts" / "chart_of_accounts.csv"
    chart.write_text(chart.read_text() + "1.1.09.999,Caja que el ERP no conoce,true,false,false\n")
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    accounts.write_text(accounts.read_text().replace("1.1.01.001", "1.1.09.999"))
    with pytest.raises(AirflowFailException, match="is not booked"):
        close(BOX, DAY).all()
    assert state(ledger) == "discrepancy"


def test_a_user_who_may_not_see_the_type_reads_nothing_and_the_day_is_acknowledged_no_more(close, sandbox, ledger):
    sandbox.set_protheus(protected_fields=["CT2_TPSALD"])
    said = close(BOX, DAY).all()
    assert (said["state"], said["evidence"]) == ("reconciled", "acknowledged")
    assert verified(ledger) == [False]


def test_a_site_that_nobody_asked_whether_it_can_be_read_is_not_asked_by_a_close(close, sandbox, admin):
    admin.execute("DELETE FROM erp.capability")
    assert close(BOX, DAY).all()["evidence"] == "acknowledged"
    assert sandbox.calls("protheus", "genericQuery") == 0
