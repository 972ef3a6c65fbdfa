from datetime import date

import pytest

from cierre.bookkeeping.address import Address
from cierre.ledger import attempts, revisions, session
from cierre.ports.errors import DataError, RetriableError, UncertainError
from cierre.posting.protocol import Poster, doubt_about
from cierre.posting.site import Site
from support.books import DAY, LOT, TENANT, freezer
from support.memory_erp import Answer, MemoryErp

FIRST, SECOND = "itb_caja_164|20240906|1|1", "itb_caja_164|20240906|2|1"


@pytest.fixture
def erp() -> MemoryErp:
    return MemoryErp()


@pytest.fixture
def freeze(ledger):
    return freezer(ledger)


@pytest.fixture
def poster(ledger, erp):
    return Poster(ledger, erp, worker="test")


def states(ledger, entry):
    return [(a.address.sublot, a.state) for a in attempts.of_entry(ledger, entry)]


def test_an_entry_is_posted_once_and_posting_again_sends_nothing(ledger, erp, poster, freeze):
    revision = freeze("35.30")
    poster.converge(revision)
    assert erp.calls == ["insert 001"]
    poster.converge(revision)
    assert erp.calls == ["insert 001"]
    assert erp.live() == [FIRST]


def test_every_part_of_a_split_day_has_an_address_of_its_own(erp, poster, freeze):
    poster.converge(freeze("1.00", "2.00", "3.00"))
    assert erp.calls == ["insert 001", "insert 002", "insert 003"]


@pytest.mark.parametrize("fault", ["lost_answer", "lost_request", "wrong_tenant"])
def test_an_uncertain_answer_ends_with_exactly_one_live_document(ledger, erp, poster, freeze, fault):
    erp.faults = [fault]
    revision = freeze("35.30")
    poster.converge(revision)
    assert erp.live() == [FIRST]
    assert states(ledger, revisions.bookings(ledger, revision)[0]) == [("001", "doomed"), ("002", "confirmed")]


def test_no_further_attempt_starts_while_the_address_of_the_last_is_uncertain(ledger, erp, poster, freeze):
    erp.faults, erp.unreachable_deletes = ["lost_answer"], 1
    revision = freeze("35.30")
    with pytest.raises(UncertainError):
        poster.converge(revision)
    assert [call for call in erp.calls if call.startswith("insert")] == ["insert 001"]
    (entry,) = revisions.bookings(ledger, revision)
    assert len(attempts.unreaped(ledger, entry)) == 1
    poster.converge(revision)
    assert erp.live() == [FIRST]
    assert attempts.unreaped(ledger, entry) == []


def test_a_refusal_is_told_in_the_erps_words_and_leaves_nothing_there(ledger, erp, poster, freeze):
    erp.faults = ["refused"]
    revision = freeze("35.30")
    with pytest.raises(DataError, match=r"1.1.01.001 is blocked"):
        poster.converge(revision)
    (attempt,) = attempts.of_entry(ledger, revisions.bookings(ledger, revision)[0])
    assert attempt.state == "rejected"
    assert "is blocked" in attempt.outcome
    poster.converge(revision)
    assert erp.live() == [FIRST]


def test_an_erp_that_cannot_be_reached_was_sent_nothing_and_is_tried_later(ledger, erp, poster, freeze):
    erp.faults = ["unreachable"]
    revision = freeze("35.30")
    with pytest.raises(RetriableError):
        poster.converge(revision)
    assert attempts.unreaped(ledger, revisions.bookings(ledger, revision)[0]) == []
    poster.converge(revision)
    assert erp.live() == [FIRST]


def test_it_gives_up_for_now_when_no_attempt_can_be_proved(erp, poster, freeze):
    erp.faults = ["lost_answer"] * 3
    with pytest.raises(RetriableError, match="could not be proved"):
        poster.converge(freeze("35.30"))
    assert erp.live() == []


def test_what_a_killed_worker_left_claimed_waits_for_its_lease_and_is_made_empty(ledger, erp, poster, freeze):
    revision = freeze("35.30")
    (entry,) = revisions.bookings(ledger, revision)
    dead = attempts.claim(ledger, entry, worker="killed", lease_seconds=30)
    erp.insert(dead.address, revisions.journal_entry(ledger, entry), entry.entry_key)
    waited = []

    def sleep(seconds):
        waited.append(seconds)
        ledger.execute("SELECT set_config('cierre.now', %s, false)", (str(dead.lease_until),))

    poster.sleep = sleep
    poster.converge(revision)
    assert 0 < sum(waited) <= 30
    assert erp.live() == [FIRST]
    assert states(ledger, entry) == [("001", "doomed"), ("002", "confirmed")]


def test_a_worker_that_comes_back_too_late_deletes_its_own_document_only(ledger, ledger_dsn, erp, poster, freeze):
    revision = freeze("35.30")
    (entry,) = revisions.bookings(ledger, revision)
    insert = erp.insert

    def taken_over_meanwhile(address, journal_entry, key):
        with session.connect(ledger_dsn) as other:
            (mine,) = attempts.of_entry(other, entry)
            attempts.doom(other, mine, "taken for dead")
            attempts.note_reaped(other, mine)
            theirs = attempts.claim(other, entry, worker="other", lease_seconds=60)
            insert(theirs.address, journal_entry, key)
            attempts.confirm(other, theirs, "000001")
        return insert(address, journal_entry, key)

    erp.insert = taken_over_meanwhile
    with pytest.raises(RetriableError, match="taken over"):
        poster.converge(revision)
    assert erp.live() == [FIRST]
    assert states(ledger, entry) == [("001", "doomed"), ("002", "confirmed")]
    assert [address.sublot for address, _ in erp.documents] == ["002"]


def test_changed_books_are_posted_anew_and_then_the_old_ones_are_reversed(erp, poster, freeze):
    poster.converge(freeze("35.30"))
    poster.converge(freeze("36.00"))
    assert erp.calls == ["insert 001", "insert 002", "reverse 001 into 003"]
    assert erp.live() == [FIRST, SECOND, f"reversal of {FIRST}"]


def test_a_reversal_whose_answer_is_lost_happens_once(erp, poster, freeze):
    poster.converge(freeze("35.30"))
    erp.faults = ["", "lost_answer"]
    poster.converge(freeze("36.00"))
    assert erp.live() == [FIRST, SECOND, f"reversal of {FIRST}"]


def test_a_site_that_puts_reversals_beside_their_originals_gets_the_opposite_entry_once_that_is_seen(
    erp, poster, freeze
):
    poster.converge(freeze("35.30"))
    erp.own_reversal_address = False
    poster.converge(freeze("36.00"))
    assert erp.calls[-3:] == ["reverse 001 into 003", "delete 001/000002", "insert 004"]
    assert erp.live() == [FIRST, SECOND, f"{FIRST}|R"]


def test_a_reversal_that_was_sent_is_uncertain_where_what_it_left_cannot_be_removed(ledger, erp, poster, freeze):
    poster.converge(freeze("35.30"))
    erp.faults = ["", "second_number"]
    delete = erp.delete

    def unreachable(address, document):
        erp.delete = delete
        raise RetriableError("connection refused", vendor="protheus")

    erp.delete = unreachable
    poster.converge(freeze("36.00"))
    assert erp.calls[-4:] == [*(f"delete 003/{n:06d}" for n in (1, 2, 3)), "reverse 001 into 004"]
    assert erp.live() == [FIRST, SECOND, f"reversal of {FIRST}"]


def test_a_correction_interrupted_before_its_reversal_goes_on_from_there(erp, poster, freeze):
    poster.converge(freeze("35.30"))
    erp.faults = ["", "unreachable"]
    corrected = freeze("36.00")
    with pytest.raises(RetriableError):
        poster.converge(corrected)
    assert erp.live() == [FIRST, SECOND]
    poster.converge(corrected)
    assert erp.live() == [FIRST, SECOND, f"reversal of {FIRST}"]


def test_where_the_policy_is_to_delete_the_new_document_takes_another_address_and_the_old_one_goes(
    ledger, erp, poster, freeze
):
    poster.site = Site(correction="delete")
    first = freeze("35.30")
    poster.converge(first)
    poster.converge(freeze("36.00"))
    assert erp.calls == ["insert 001", "insert 002", "delete 001/000001"]
    assert erp.live() == [SECOND]
    assert states(ledger, revisions.bookings(ledger, first)[0]) == [("001", "withdrawn")]


def test_a_delete_whose_answer_is_lost_is_sent_again(erp, poster, freeze):
    poster.site = Site(correction="delete")
    poster.converge(freeze("35.30"))
    erp.unreachable_deletes = 1
    corrected = freeze("36.00")
    with pytest.raises(UncertainError):
        poster.converge(corrected)
    poster.converge(corrected)
    assert erp.live() == [SECOND]
    assert erp.calls == ["insert 001", "insert 002", "delete 001/000001", "delete 001/000001"]


@pytest.mark.parametrize("policy", ["reversal", "delete"])
def test_in_a_closed_period_a_correction_is_booked_on_the_first_open_date_and_says_which_day_it_corrects(
    ledger, erp, poster, freeze, policy
):
    poster.site = Site(correction=policy, open_from=date(2024, 10, 1))
    poster.converge(freeze("35.30"))
    second = freeze("36.00", open_from=date(2024, 10, 1))
    poster.converge(second)
    assert erp.calls == ["insert 001", "insert 001", "insert 002"]
    dates = [address.entry_date for address, _ in erp.documents]
    assert dates == [DAY, date(2024, 10, 1), date(2024, 10, 1)]
    (replacement,) = revisions.bookings(ledger, second)
    histories = {line.history for line in revisions.journal_entry(ledger, replacement).lines}
    assert histories == {"Corr 06/09/24 Caja"}
    chain = ledger.execute("SELECT entry_key, standing, reverses FROM ledger.chain").fetchall()
    assert chain == [
        (FIRST, "reversed", None),
        (f"{FIRST}|R", "reversal", FIRST),
        (SECOND, "standing", None),
    ]


def test_a_day_corrected_in_a_later_period_is_not_corrected_again_when_that_one_closes_too(erp, poster, freeze):
    poster.converge(freeze("35.30"))
    poster.site = Site(open_from=date(2024, 10, 1))
    poster.converge(freeze("36.00", open_from=date(2024, 10, 1)))
    calls = list(erp.calls)
    poster.site = Site(open_from=date(2024, 11, 1))
    poster.converge(freeze("36.00", open_from=date(2024, 11, 1)))
    assert erp.calls == calls


def test_books_that_come_to_an_empty_day_of_a_closed_period_are_booked_on_the_first_open_date(erp, poster, freeze):
    poster.converge(freeze("35.30"))
    poster.converge(freeze())
    poster.site = Site(open_from=date(2024, 10, 1))
    poster.converge(freeze("36.00", open_from=date(2024, 10, 1)))
    assert [address.entry_date for address, _ in erp.documents] == [DAY, DAY, date(2024, 10, 1)]


def test_a_run_with_older_books_that_wakes_late_takes_nothing_newer_back(erp, poster, freeze):
    first = freeze("35.30")
    poster.converge(first)
    poster.converge(freeze("36.00"))
    calls = list(erp.calls)
    poster.converge(first)
    assert erp.calls == calls


def test_a_day_that_turns_out_empty_is_taken_back(erp, poster, freeze):
    poster.converge(freeze("35.30"))
    poster.converge(freeze())
    assert erp.live() == [FIRST, f"reversal of {FIRST}"]


def test_books_that_return_to_an_earlier_state_are_posted_again(erp, poster, freeze):
    for amount in ("35.30", "36.00", "35.30"):
        poster.converge(freeze(amount))
    assert erp.live()[-2:] == ["itb_caja_164|20240906|3|1", f"reversal of {SECOND}"]
    assert len(erp.live()) == 5


def test_an_attempt_of_superseded_books_with_an_unknown_outcome_is_cleared_before_anything_else(erp, poster, freeze):
    erp.faults, erp.unreachable_deletes = ["lost_answer"], 1
    with pytest.raises(UncertainError):
        poster.converge(freeze("35.30"))
    poster.converge(freeze("36.00"))
    assert erp.live() == [SECOND]


@pytest.mark.parametrize(
    ("document", "group", "branch", "doubt"),
    [
        ("000001", "T1", "D MG 01", ""),
        ("000001", "T1", "D MG 01 ", ""),
        ("000002", "T1", "D MG 01", "was not empty"),
        ("", "T1", "D MG 01", "no number"),
        ("000001", "T1", "D MG 02", "answered for T1,D MG 02"),
        ("000001", "T2", "D MG 01", "answered for T2"),
    ],
)
def test_only_the_first_number_of_the_same_tenant_leaves_no_doubt(document, group, branch, doubt):
    said = doubt_about(Answer(document, f"{group},{branch}"), Address(TENANT, DAY, LOT, "001"), MemoryErp.numbering)
    assert (doubt in said) if doubt else said == ""


def test_a_site_that_books_reversals_elsewhere_gets_the_opposite_entry_instead(erp, poster, freeze):
    poster.site = Site(own_reversal_address=False)
    poster.converge(freeze("35.30"))
    poster.converge(freeze("36.00"))
    assert erp.calls == ["insert 001", "insert 002", "insert 003"]
    assert erp.live() == [FIRST, SECOND, f"{FIRST}|R"]
