"""What arrived is booked exactly once at a real ERP's stand-in, and taken back with its match."""

import hashlib
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cierre.accounting_files.arrivals import arrivals_of, books_box
from cierre.accounting_files.loader import cash_boxes
from cierre.alerts import erp_changes
from cierre.alerts.figures import transit
from cierre.bookkeeping.answers import Answer
from cierre.bookkeeping.statements.lines import Statement, StatementLine
from cierre.closing.arrival_approval import ApprovedDay, approve, waiting
from cierre.closing.arrival_books import book_arrivals
from cierre.closing.arrivals import keep_new_matches, match_by_person, standing
from cierre.closing.read_again import read_again
from cierre.closing.transit import on_its_way
from cierre.ledger import arrivals, capabilities, revisions, session
from cierre.ledger.capabilities import Capability
from cierre.ledger.session import BoxDayBusy
from cierre.reports.audit import audit
from local.demo_bank import arrive as arrive_in_demo

BOX, COMPANY, CAJA = "educacion_continua_caja_7", "educacion_continua", 7
DAY = date(2026, 3, 2)
PAID = DAY + timedelta(days=2)


@pytest.fixture
def rules(close):
    return arrivals_of(COMPANY)


@pytest.fixture
def closed(close, ledger, rules):
    """The sandbox's own day of the box, closed; what of it is to arrive, by form."""
    close(BOX, DAY).all()
    amounts = standing(ledger, COMPANY, [BOX], rules).amounts
    assert amounts
    return {one.form: one for one in amounts}


def arrive(ledger, *amounts, day=PAID):
    """Movements of an account that say by whom they are."""
    text = f"{day} {amounts}".encode()
    lines = tuple(
        StatementLine(place, day, day, Decimal(money), channel=channel)
        for place, (channel, money) in enumerate(amounts, start=1)
    )
    made = Statement("2200011", "USD", day, day, None, None, lines, hashlib.sha256(text).hexdigest())
    arrivals.land(ledger, COMPANY, "banco_sandbox", made, text, "ana")


def book(ledger, rules, approved=None):
    return book_arrivals(ledger, COMPANY, rules, time.sleep, approved)


def why(done):
    """Why the one day that is left could not be booked."""
    ((day, said, passes),) = done.troubles
    assert (day, passes) == (PAID, False)
    return said


def by_ana(day=PAID, company=COMPANY):
    """Ana triggers the DAG with a day."""
    return ApprovedDay(company, day, "manual__1", Answer("ana", True, datetime.now(UTC), frozenset({"ana"})))


def in_lot(rules, lot):
    """The company's rules with another lot for its books of what arrived."""
    return rules.model_copy(update={"books": rules.books.model_copy(update={"lot": lot})})


def with_channels(rules, names):
    """The company's rules with other names for its channels; one that has none is left out."""
    channels = {names[old]: one for old, one in rules.channels.items() if old in names}
    accounts = {names[old]: one for old, one in rules.books.accounts.items() if old in names}
    books = rules.books.model_copy(update={"accounts": accounts})
    return rules.model_copy(update={"channels": channels, "books": books})


def with_bank(rules, account):
    """The company's rules with another account of the bank for all channels."""
    accounts = {
        name: one.model_copy(update={"bank": one.bank.model_copy(update={"account": account})})
        for name, one in rules.books.accounts.items()
    }
    return rules.model_copy(update={"books": rules.books.model_copy(update={"accounts": accounts})})


def documents(sandbox, rules, **which):
    lot = books_box(COMPANY, rules.books).erp.lot
    return sandbox.protheus_ledger(lot=lot, **which)


def booked(ledger, entry):
    """An entry's amounts, by side and account."""
    sums = Counter()
    for line in revisions.journal_entry(ledger, entry).lines:
        sums[line.side, line.account] += line.amount
    return sums


def channel_of(rules, one):
    return rules.channel_of(one.form)[0]


def test_an_arrival_pays_its_clearing_account_once(closed, ledger, rules, sandbox):
    arrive(ledger, *((channel_of(rules, one), one.net) for one in closed.values()))
    assert keep_new_matches(ledger, COMPANY, [BOX], rules) == len(closed)
    done = book(ledger, rules)
    assert (done.booked, done.troubles) == ([PAID], [])
    (posted,) = documents(sandbox, rules, live=True)
    box = books_box(COMPANY, rules.books)
    (entry,) = revisions.bookings(ledger, revisions.current(ledger, box.id, PAID))
    assert entry.total == sum(one.gross for one in closed.values())
    lines = booked(ledger, entry)
    assert lines["D", "1.1.02.001"] == sum(one.net for one in closed.values())
    kept = sum(lines.get(("D", account), Decimal(0)) for account in ("5.1.01.002", "1.1.04.002", "1.1.04.001"))
    assert kept == sum(one.gross - one.net for one in closed.values()) > 0
    assert posted.debit == entry.total
    calls = sandbox.calls("protheus")
    again = book(ledger, rules)
    assert (again.booked, again.as_before) == ([], 1)
    assert sandbox.calls("protheus") == calls


def test_where_the_lot_may_be_somebody_elses_the_books_wait_for_a_person_who_takes_it_over(
    closed, ledger, rules, sandbox, protheus_insert
):
    arrive(ledger, *((channel_of(rules, one), one.net) for one in closed.values()))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    protheus_insert(rules.books.lot, "001", "7.00", day=PAID, tenant=books_box(COMPANY, rules.books).erp.tenant)
    for approved in (None, None, by_ana(PAID + timedelta(days=1)), by_ana(company="itb")):
        done = book(ledger, rules, approved)
        assert done.booked == []
        told = why(done)
        assert "document 000001" in told.lower()
        assert f"triggers the DAG arrivals with the company {COMPANY} and the approved day {PAID}" in told
        assert "clear the task" not in told
        assert [one.debit for one in documents(sandbox, rules, live=True)] == [Decimal("7.00")]
    assert book(ledger, rules, by_ana()).booked == [PAID]
    (posted,) = documents(sandbox, rules, live=True)
    assert posted.debit == sum(one.gross for one in closed.values())
    kept = ledger.execute("SELECT decided_by, ran_by, decision FROM ledger.approval").fetchone()
    assert kept == ("ana", ["ana"], "approved")


@pytest.fixture
def waits(closed, ledger, rules, protheus_insert):
    """The books' box, whose day waits for a person: its lot may be somebody else's."""
    arrive(ledger, *((channel_of(rules, one), one.net) for one in closed.values()))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    box = books_box(COMPANY, rules.books)
    protheus_insert(rules.books.lot, "001", "7.00", day=PAID, tenant=box.erp.tenant)
    assert waiting(ledger, box) == []
    book(ledger, rules)
    return box


def test_what_a_person_has_seen_and_approves_on_the_board_the_next_run_books(ledger, rules, sandbox, waits):
    (one,) = waiting(ledger, waits)
    assert (one.day, "Document 000001" in one.asked[0]) == (PAID, True)
    assert approve(ledger, waits, by_ana(), one.seen) is None
    assert waiting(ledger, waits) == []
    assert "nothing is asked" in approve(ledger, waits, by_ana(), one.seen)
    assert [document.debit for document in documents(sandbox, rules, live=True)] == [Decimal("7.00")]
    assert book(ledger, rules).booked == [PAID]
    assert len(documents(sandbox, rules, live=True)) == 1


def test_what_a_person_has_not_seen_is_not_approved(ledger, rules, waits):
    (before,) = waiting(ledger, waits)
    book(ledger, in_lot(rules, "009977"))  # now something else is asked
    (now,) = waiting(ledger, books_box(COMPANY, in_lot(rules, "009977").books))
    assert now.seen != before.seen
    for unseen in (before.seen, "", "x"):
        assert "look at it again" in approve(ledger, waits, by_ana(), unseen)
    assert ledger.execute("SELECT count(*) FROM ledger.approval WHERE decision = 'approved'").fetchone() == (0,)


def test_while_a_day_is_booked_nobody_approves_it(ledger, ledger_dsn, waits):
    (one,) = waiting(ledger, waits)
    with session.connect(ledger_dsn) as other, session.box_day(other, waits.id, PAID), pytest.raises(BoxDayBusy):
        approve(ledger, waits, by_ana(), one.seen)


def test_in_a_lot_of_their_own_the_books_wait_until_a_person_has_looked_at_the_old_one(
    closed, ledger, rules, sandbox, protheus_insert
):
    arrive(ledger, *((channel_of(rules, one), one.net) for one in closed.values()))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    protheus_insert(rules.books.lot, "001", "7.00", day=PAID, tenant=books_box(COMPANY, rules.books).erp.tenant)
    book(ledger, rules)
    moved = in_lot(rules, "009977")
    assert "In a lot that the cash box has left" in why(book(ledger, moved))
    assert documents(sandbox, moved, live=True) == []
    assert book(ledger, moved, by_ana()).booked == [PAID]
    assert [one.debit for one in documents(sandbox, rules, live=True)] == [Decimal("7.00")]
    (posted,) = documents(sandbox, moved, live=True)
    assert posted.debit == sum(one.gross for one in closed.values())


def test_a_match_that_is_taken_back_is_taken_back_in_the_erp(closed, ledger, rules, sandbox):
    arrive(ledger, *((channel_of(rules, one), one.net) for one in closed.values()))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    book(ledger, rules)
    for one in arrivals.matches(ledger, COMPANY, 99):
        assert arrivals.undo(ledger, COMPANY, one.match_id, by="ana", reason="era de otra caja")
    assert book(ledger, rules).booked == [PAID]
    box = books_box(COMPANY, rules.books)
    assert revisions.bookings(ledger, revisions.current(ledger, box.id, PAID)) == []
    assert len(documents(sandbox, rules, live=True)) == 2
    assert not [chain for chain in audit(ledger).chains if chain.broken]


@pytest.mark.parametrize(
    "names",
    [{"deposit": "deposit", "redcard": "tarjetas"}, {"deposit": "deposit"}, {"redcard": "redcard"}],
    ids=["renamed", "cards left out", "deposits left out"],
)
def test_what_is_booked_stays_where_its_channel_is_renamed_or_left_out(closed, ledger, rules, sandbox, names):
    arrive(ledger, *((channel_of(rules, one), one.net) for one in closed.values()))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    book(ledger, rules)
    calls = sandbox.calls("protheus")
    for _hour in range(2):
        done = book(ledger, with_channels(rules, names))
        assert (done.booked, done.as_before, done.troubles) == ([], 1, [])
    assert sandbox.calls("protheus") == calls


def test_another_account_is_for_what_is_matched_from_then_on(closed, ledger, rules, sandbox):
    """5868.79 of cash is booked to the bank's account 1.1.02.001; then the file says 1.1.02.002, and the channel of the
    cash has another name. 2316.16 of cards come on the same day: they go to the new account, the cash stays."""
    cash, *cards = sorted(closed.values(), key=lambda one: one.form != "1")
    arrive(ledger, ("deposit", cash.net))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    book(ledger, rules)
    arrive(ledger, *(("redcard", one.net) for one in cards))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    changed = with_bank(with_channels(rules, {"deposit": "cash", "redcard": "redcard"}), "1.1.02.002")
    done = book(ledger, changed)
    assert (done.booked, done.troubles) == ([PAID], [])
    box = books_box(COMPANY, rules.books)
    (entry,) = revisions.bookings(ledger, revisions.current(ledger, box.id, PAID))
    lines = booked(ledger, entry)
    assert lines["D", "1.1.02.001"] == lines["C", "1.1.01.001"] == cash.net == Decimal("5868.79")
    assert lines["D", "1.1.02.002"] == sum(one.net for one in cards) == Decimal("2316.16")
    assert sum(one.balance("1.1.02.001") for one in documents(sandbox, rules, live=True)) == cash.net
    assert (book(ledger, changed).booked, book(ledger, rules).booked) == ([], [])


def test_what_never_reached_the_erp_is_booked_as_the_file_says_now(ledger, rules, waits):
    """The day waits for a person; meanwhile its accounts are put right and a channel gets another name."""
    changed = with_bank(with_channels(rules, {"deposit": "deposit", "redcard": "tarjetas"}), "1.1.02.002")
    done = book(ledger, changed, by_ana())
    assert (done.booked, done.troubles) == ([PAID], [])
    (entry,) = revisions.bookings(ledger, revisions.current(ledger, waits.id, PAID))
    assert {account for side, account in booked(ledger, entry) if account.startswith("1.1.02")} == {"1.1.02.002"}


def test_a_day_that_cannot_be_booked_anew_is_left_as_it_is_booked_and_says_so(
    closed, ledger, rules, sandbox, monkeypatch
):
    """The books are in another currency now: the match of two that is left cannot be booked again without the other."""
    arrive(ledger, *((channel_of(rules, one), one.net) for one in closed.values()))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    book(ledger, rules)
    newest, *_ = arrivals.matches(ledger, COMPANY, 99)
    arrivals.undo(ledger, COMPANY, newest.match_id, by="ana", reason="era de otra caja")
    calls = sandbox.calls("protheus")
    with monkeypatch.context() as elsewhere:
        in_euros = books_box(COMPANY, rules.books).model_copy(update={"currency": "EUR"})
        elsewhere.setattr("cierre.closing.arrival_books.books_box", lambda *_: in_euros)
        assert "Until that is mended the day stays as it is booked" in why(book(ledger, rules))
    assert sandbox.calls("protheus") == calls
    assert book(ledger, rules).booked == [PAID]


def test_a_day_that_is_closed_with_another_amount_takes_its_arrival_back_and_books_it_anew(
    closed, close, ledger, rules, sandbox
):
    """50 were booked and came; the day is closed again with 51 more: what stood goes, and comes to 101 in the end."""
    one = closed["1"]
    arrive(ledger, ("deposit", one.net))
    assert keep_new_matches(ledger, COMPANY, [BOX], rules) == 1
    book(ledger, rules)
    more = Decimal("51.00")
    sandbox.pay_late("educacion_continua", CAJA, DAY, form=1, amount=more)
    assert keep_new_matches(ledger, COMPANY, [BOX], rules) == 0
    assert ledger_state(ledger) == (1, 0)  # Nothing was closed again yet.
    close(BOX, DAY).all()
    assert keep_new_matches(ledger, COMPANY, [BOX], rules) == 0
    assert ledger_state(ledger) == (0, 1)
    assert book(ledger, rules).booked == [PAID]
    box = books_box(COMPANY, rules.books)
    assert revisions.bookings(ledger, revisions.current(ledger, box.id, PAID)) == []

    later = PAID + timedelta(days=1)
    arrive(ledger, ("deposit", more), day=later)
    lines = [line.id for line in arrivals.lines(ledger, COMPANY, DAY)]
    assert match_by_person(ledger, COMPANY, [BOX], rules, [one.id], lines, by="ana", comment="en dos partes") is None
    assert book(ledger, rules).booked == [later]
    (entry,) = revisions.bookings(ledger, revisions.current(ledger, box.id, later))
    assert booked(ledger, entry) == {("D", "1.1.02.001"): one.net + more, ("C", "1.1.01.001"): one.gross + more}
    assert len(documents(sandbox, rules, live=True)) == 3  # What was booked, what takes it back, and the whole.
    close(BOX, DAY).all()
    assert keep_new_matches(ledger, COMPANY, [BOX], rules) == 0  # The same amount again takes nothing back.
    assert ledger_state(ledger) == (1, 1)
    assert not [chain for chain in audit(ledger).chains if chain.broken]


def ledger_state(ledger):
    """How many matches stand, and how many were taken back by nobody in person."""
    back = arrivals.taken_back(ledger, COMPANY, 99)
    return len(arrivals.matches(ledger, COMPANY, 99)), len([one for one in back if not one.undone_by])


def test_a_difference_that_a_person_accepts_has_an_account_of_its_own(closed, ledger, rules):
    one = next(iter(closed.values()))
    arrive(ledger, (channel_of(rules, one), one.net - Decimal("0.01")))
    (line,) = arrivals.lines(ledger, COMPANY, DAY)
    refused = match_by_person(
        ledger, COMPANY, [BOX], rules, [one.id], [line.id], by="ana", comment="un centavo", difference="-0.01"
    )
    assert refused is None
    book(ledger, rules)
    box = books_box(COMPANY, rules.books)
    (entry,) = revisions.bookings(ledger, revisions.current(ledger, box.id, PAID))
    lines = booked(ledger, entry)
    assert lines["D", "5.2.01.002"] == Decimal("0.01")
    assert entry.total == one.gross


def test_what_somebody_changes_of_an_arrivals_document_is_found_at_night(closed, ledger, rules, sandbox, monkeypatch):
    arrive(ledger, *((channel_of(rules, one), one.net) for one in closed.values()))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    book(ledger, rules)
    box = books_box(COMPANY, rules.books)
    sandbox.set_protheus(generic_query=True)
    capabilities.save(ledger, "protheus", box.erp.tenant, [Capability("read_back", True, "seen by a test")])
    (document,) = documents(sandbox, rules, live=True)
    sandbox.edit_document(document, 1, CT2_VALOR="0.01")
    looked = read_again(ledger, datetime(2026, 3, 20, tzinfo=UTC))
    assert looked.days == 2
    assert looked.differing.keys() == {box.id}
    assert len(looked.differing[box.id]) == 1
    assert arrivals.state_of_books(ledger, box.id, PAID) == "discrepancy"
    told = []
    monkeypatch.setattr(erp_changes, "tell", told.append)
    erp_changes.tell_what_changed(looked, "http://log")
    assert [(alert.company, box.name in alert.subject) for alert in told] == [(COMPANY, True)]


def test_an_answer_that_is_lost_leaves_one_document(closed, ledger, rules, sandbox):
    one = next(iter(closed.values()))
    arrive(ledger, (channel_of(rules, one), one.net))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    sandbox.faults.add("drop_after", vendor="protheus", operation="insert", times=1)
    book(ledger, rules)
    book(ledger, rules)
    assert len(documents(sandbox, rules, live=True)) == 1


def test_the_digest_says_what_is_on_its_way_until_it_arrived(closed, ledger, rules):
    (before,) = on_its_way(ledger, COMPANY, [BOX], DAY)
    assert before.total == sum(one.gross for one in closed.values())
    assert f"{before.total:,}" in transit([before])
    arrive(ledger, *((channel_of(rules, one), one.net) for one in closed.values()))
    keep_new_matches(ledger, COMPANY, [BOX], rules)
    assert on_its_way(ledger, COMPANY, [BOX], DAY) == []
    assert on_its_way(ledger, "itb", ["itb_caja_164"], DAY) == []
    assert transit([]) == ""


def test_the_demos_cards_arrive_once_and_its_cash_is_on_its_way(closed, ledger, sandbox):
    boxes = cash_boxes()
    arrived = arrive_in_demo(ledger, boxes, DAY, sandbox.url)
    assert arrived.refused == []
    came = {form for form, sign in arrived.signs[BOX].items() if sign.arrived}
    assert came == closed.keys() - {"1"} != set()
    assert arrived.signs.keys() == {BOX}
    assert [one.total for one in arrived.on_its_way] == [closed["1"].gross]
    assert len(arrived.told()) == 2
    again = arrive_in_demo(ledger, boxes, DAY, sandbox.url)
    assert again == arrived
    assert len(arrivals.statements(ledger, COMPANY)) == len(arrivals.matches(ledger, COMPANY, 99)) == 1
    assert arrive_in_demo(ledger, boxes, DAY + timedelta(days=1), "http://elsewhere").signs == {}
