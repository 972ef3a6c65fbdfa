"""What a probe found out about the ERP's site, and what the steps of a close do by it."""

from datetime import date
from decimal import Decimal

import pytest
from airflow.sdk.exceptions import AirflowFailException

from cierre.ledger import capabilities
from cierre.ledger.capabilities import Capability

BOX, DAY, TENANT = "itb_caja_164", date(2024, 9, 6), "T1,D MG 01 "


@pytest.fixture
def known(ledger):
    """Keeps capabilities of the site, as a probe of its test company would."""

    def keep(**values) -> None:
        found = [Capability(name, value, "seen by a test") for name, value in values.items()]
        capabilities.save(ledger, "protheus", "T9,TEST 01", found)

    return keep


@pytest.mark.parametrize("name", ["numbers_from_one", "tenant_echoed", "clean_not_found"])
def test_nothing_is_posted_to_a_site_where_it_could_not_be_proved(close, known, sandbox, name):
    known(**{name: False})
    run = close(BOX, DAY)
    for step in ("land", "stage", "derive"):
        run.step(step)
    with pytest.raises(AirflowFailException, match="probe it again"):
        run.step("post")
    assert sandbox.calls("protheus") == 0


def test_a_site_that_takes_fewer_lines_gets_more_entries_that_each_balance(close, known, sandbox):
    sandbox.set_protheus(max_lines=20)
    known(max_lines=20)
    assert close(BOX, DAY).all()["state"] == "reconciled"
    documents = sandbox.protheus_ledger(live=True)
    assert len(documents) > 1
    assert all(document.debit == document.credit and len(document.lines) <= 20 for document in documents)
    books = sandbox.books("itb", 164, DAY)
    receipts = sum((figure.amount for figure in books.receipts.values()), Decimal(0))
    assert sum(d.debit for d in documents) == books.gross.amount + receipts + books.credit_notes.amount


def test_a_site_that_continues_our_histories_gets_entries_that_fit_with_the_continuations(close, known, sandbox):
    sandbox.set_protheus(history_size=20, max_lines=40)
    known(history_length=20, max_lines=40)
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert all(len(document.lines) <= 40 for document in sandbox.protheus_ledger(live=True))


def test_a_correction_at_a_site_that_books_reversals_elsewhere_stands_once(close, known, sandbox):
    sandbox.set_protheus(reversal_has_own_address=False)
    known(own_reversal_address=False)
    assert close(BOX, DAY).all()["state"] == "reconciled"
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    assert close(BOX, DAY).all()["state"] == "reconciled"
    documents = sandbox.protheus_ledger(live=True)
    assert [document.document for document in documents] == ["000001"] * 3
    assert sandbox.calls("protheus", "reversal") == 0
    assert documents[0].debit == documents[2].debit == documents[1].debit - Decimal("12.50")


def test_letters_are_used_once_the_digits_are_used_up_where_the_site_takes_them(close, known, by_force, sandbox):
    assert close(BOX, DAY).all()["state"] == "reconciled"
    by_force(
        """INSERT INTO erp.attempt (entry_id, tenant, entry_date, lot, sublot, state, worker, claimed_at, lease_until,
                                    decided_at, reaped_at, reaps)
           SELECT entry_id, tenant, entry_date, lot, to_char(n, 'FM000'), 'doomed', 't', now(), now(), now(), now(), 4
             FROM erp.attempt, generate_series(2, 999) AS n"""
    )
    sandbox.pay_late("itb", 164, DAY, form=1, amount=Decimal("12.50"))
    with pytest.raises(AirflowFailException, match="not known to take letters"):
        close(BOX, DAY).all()
    known(alphanumeric_sublots=True)
    assert close(BOX, DAY).all()["state"] == "reconciled"
    assert [document.sublot for document in sandbox.protheus_ledger(live=True)] == ["001", "00A", "00B"]
