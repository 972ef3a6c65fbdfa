"""What may be deleted from the ERP, and what a refusal leaves there."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.read_back import BookedLine, StandingDocument
from cierre.ledger import attempts, reconciliation, revisions, session, takeovers
from cierre.ports.errors import DataError, PeriodClosedError, UncertainError
from cierre.posting.look import look
from cierre.posting.proof import KeptByClosedPeriodError, NotOursError, TakenUpError
from cierre.posting.protocol import AHEAD, Poster
from cierre.posting.site import Site
from cierre.posting.sweep import sweep
from support.books import BOX, DAY, LOT, TENANT, freezer
from support.readable_erp import OPPOSITE, ReadableMemoryErp

ME, THEM = "0a1b2c3d4e5f", "f5e4d3c2b1a0"
FIRST, SECOND = f"itb_caja_164|20240906|1|1@{ME}", f"itb_caja_164|20240906|2|1@{ME}"
OCTOBER = date(2024, 10, 1)


@dataclass
class Erp(ReadableMemoryErp):
    """With periods, and with the lot's documents of all dates."""

    open_from: date = date.min
    refuses: list[str] = field(default_factory=list)
    """The coming calls of these kinds (reverse, delete, insert) are refused, each once."""

    def insert(self, address: Address, entry: JournalEntry, key: str):
        self._check("insert", address)
        try:
            return super().insert(address, entry, key)
        finally:  # also of copies, and of what has no answer
            for place in self.documents.keys() - self.lines.keys():
                self.lines[place] = list(entry.lines)

    def reverse(self, of: Address, document: str, into: Address):
        self._check("reverse", of)
        try:
            return super().reverse(of, document, into)
        finally:
            for place in self.documents.keys() - self.lines.keys():
                lines = self.lines[of, document]
                self.lines[place] = [replace(line, side=OPPOSITE[line.side]) for line in lines]

    def delete(self, address: Address, document: str) -> bool:
        if (address, document) in self.documents:
            self._check("delete", address)
        return super().delete(address, document)

    def in_lot(self, tenant: str, lot: str) -> list[StandingDocument] | None:
        return [StandingDocument(address, number, key) for (address, number), key in self.documents.items()]

    def read_back(self, tenant: str, entry_date: date, lot: str) -> list[BookedLine] | None:
        return super().read_back(tenant, entry_date, lot) if self.offered else None

    def _check(self, kind: str, address: Address) -> None:
        if kind in self.refuses:
            self.refuses.remove(kind)
            raise DataError(f"{kind} is refused: account blocked", vendor="ERP")
        if address.entry_date < self.open_from:
            raise PeriodClosedError("the calendar is closed", vendor="ERP", entry_date=address.entry_date)


@pytest.fixture
def erp() -> Erp:
    return Erp(offered=False)


@pytest.fixture
def freeze(ledger):
    return freezer(ledger)


@pytest.fixture
def poster(ledger, erp) -> Poster:
    return Poster(ledger, erp, worker="test", site=Site(ledger_id=ME, reversals_probed=True))


@pytest.fixture
def reading(erp, poster) -> Poster:
    """Posting at a site that can be read."""
    erp.offered = True
    poster.site = Site(ledger_id=ME, reversals_probed=True, readable=True)
    return poster


def at(sublot: str, entry_date: date = DAY) -> Address:
    return Address(TENANT, entry_date, LOT, sublot)


def theirs(erp: Erp, sublot: str, amount: str = "35.30", key: str = f"itb_caja_164|20240906|1|1@{THEM}",
           day: date = DAY) -> None:  # fmt: skip
    """Somebody else books at an address, often the very lines that we have."""
    lines = [Line(side, account, Decimal(amount), "Caja")
             for side, account in ((Side.DEBIT, "1.1"), (Side.CREDIT, "4.1"))]  # fmt: skip
    erp.insert(at(sublot, day), JournalEntry("theirs", DAY, 1, "USD", tuple(lines)), key)


def places(erp: Erp) -> list[tuple[str, str]]:
    return [(address.sublot, number) for address, number in erp.documents]


# --- an address that was not empty


def test_its_own_document_goes_at_once_and_the_other_one_stays_until_a_person_decides(ledger, erp, poster, freeze):
    theirs(erp, "001")
    revision = freeze("35.30")
    with pytest.raises(NotOursError, match="document 000001 there may be somebody else's"):
        poster.converge(revision)
    assert places(erp) == [("001", "000001")]
    calls = list(erp.calls)
    for _ in range(2):
        with pytest.raises(NotOursError):
            poster.converge(revision)
    sweep(ledger, lambda box: erp)
    # Nor is its own document deleted again: the ERP may have given that number to somebody else meanwhile.
    assert erp.calls == calls
    assert places(erp) == [("001", "000001")]
    ((document, address, _),) = takeovers.open_doubts(ledger, revision)
    assert (document, address) == ("000001", at("001"))


def test_a_lot_that_was_taken_over_is_emptied_of_what_this_ledger_no_longer_knows(ledger, erp, poster, freeze):
    for sublot in ("001", "002", "005"):
        theirs(erp, sublot, key=FIRST)
    with pytest.raises(NotOursError):
        poster.converge(freeze("35.30"))
    takeovers.take_over(ledger, None, TENANT, LOT, by="Ana", why="restored from a backup")
    revision = freeze("35.30")
    poster.converge(revision)
    (place,) = places(erp)
    assert int(place[0]) > AHEAD
    assert takeovers.open_doubts(ledger, revision) == []
    calls = list(erp.calls)
    poster.converge(revision)
    assert erp.calls == calls


def standing(erp: Erp) -> list[tuple[str, str, str]]:
    """What stands: lot, sublot and number."""
    return sorted((address.lot, address.sublot, number) for address, number in erp.documents)


def balance(erp: Erp, account: str) -> Decimal:
    """Debits less credits of an account, over all that stands."""
    lines = [line for place in erp.documents for line in erp.lines[place] if line.account == account]
    return sum((line.amount if line.side is Side.DEBIT else -line.amount for line in lines), Decimal(0))


def looked_at(ledger, revision) -> list[Address]:
    """A person has looked at what stands in a lot that the box has left; gives where."""
    doubts = takeovers.open_doubts(ledger, revision)
    takeovers.leave_to_others(ledger, doubts)
    assert takeovers.open_doubts(ledger, revision) == []
    return [one.address for one in doubts]


def test_what_stood_in_doubt_is_left_to_others_once_the_box_has_a_lot_of_its_own_and_a_person_looked(
    ledger, erp, poster, freeze, monkeypatch
):
    theirs(erp, "001")
    with pytest.raises(NotOursError, match="give the cash box a lot of its own"):
        poster.converge(freeze("35.30"))
    monkeypatch.setattr("support.books.LOT", "008999")
    revision = freeze("35.30")
    with pytest.raises(NotOursError, match="The cash box has left lot 008964"):
        poster.converge(revision)
    assert standing(erp) == [("008964", "001", "000001")]
    assert looked_at(ledger, revision) == [at("001")]
    poster.converge(revision)
    assert standing(erp) == [("008964", "001", "000001"), ("008999", "001", "000001")]
    assert ledger.execute("SELECT count(*) FROM erp.uncertain").fetchone()[0] == 0
    calls = list(erp.calls)
    for hours in (1, 25, 49):
        ledger.execute("SELECT set_config('cierre.now', (now() + %s * interval '1 hour')::text, false)", (hours,))
        sweep(ledger, lambda box: erp)
        assert erp.calls == calls, "what was left to others is swept"


@pytest.mark.parametrize("correction", ["reversal", "delete"])
def test_books_of_a_lot_that_the_box_has_left_are_taken_back_without_another_request_to_it(
    erp, poster, freeze, monkeypatch, correction
):
    """Whoever the lot is shared with may have posted to any of its addresses meanwhile."""
    poster.site = replace(poster.site, correction=correction)
    poster.converge(freeze("35.30"))
    for sublot in ("002", "003", "004"):
        theirs(erp, sublot, "7.00")
    monkeypatch.setattr("support.books.LOT", "008999")
    poster.converge(freeze("36.00"))
    others = [("008964", sublot, "000001") for sublot in ("002", "003", "004")]
    if correction == "delete":
        assert standing(erp) == [*others, ("008999", "001", "000001")]
        return
    assert standing(erp) == [("008964", "001", "000001"), *others,
                             ("008999", "001", "000001"), ("008999", "002", "000001")]  # fmt: skip
    assert [key.partition("@")[0] for key in erp.live() if key.endswith(ME)] == [
        "itb_caja_164|20240906|1|1", "itb_caja_164|20240906|2|1", "itb_caja_164|20240906|1|1|R"
    ]  # fmt: skip


def test_a_reversal_in_doubt_in_a_lot_that_the_box_has_left_waits_for_a_look_and_is_then_made_in_the_new_one(
    ledger, erp, poster, freeze, monkeypatch
):
    poster.converge(freeze("35.30"))
    theirs(erp, "003", "7.00")
    with pytest.raises(NotOursError):
        poster.converge(freeze("36.00"))
    before = standing(erp)
    monkeypatch.setattr("support.books.LOT", "008999")
    revision = freeze("36.00")
    with pytest.raises(NotOursError, match="The cash box has left lot 008964"):
        poster.converge(revision)
    assert [place for place in standing(erp) if place[0] == LOT] == before
    assert looked_at(ledger, revision) == [at("003")]
    poster.converge(revision)
    assert [place for place in standing(erp) if place[0] == LOT] == before
    assert balance(erp, "1.1") == Decimal("43.00")  # 36.00 of ours, 7.00 of theirs
    assert ledger.execute("SELECT count(*) FROM erp.uncertain").fetchone()[0] == 0


def test_what_was_never_sent_is_never_swept(ledger, erp, poster, freeze):
    theirs(erp, "001")
    erp.faults = ["unreachable"]
    with pytest.raises(Exception, match="connection refused"):
        poster.converge(freeze("35.30"))
    ledger.execute("SELECT set_config('cierre.now', (now() + interval '2 days')::text, false)")
    sweep(ledger, lambda box: erp)
    assert places(erp) == [("001", "000001")]


@pytest.mark.parametrize("ours_before", [False, True])
def test_after_a_refusal_nothing_is_deleted_where_the_lot_may_be_somebody_elses(
    ledger, erp, poster, freeze, ours_before
):
    if ours_before:
        poster.converge(freeze("1.00"))
        erp.calls.clear()
    theirs(erp, "777")
    erp.faults = ["refused"]
    with pytest.raises(DataError, match="blocked"):
        poster.converge(freeze("35.30"))
    deletes = [call for call in erp.calls if call.startswith("delete")]
    assert bool(deletes) == ours_before
    assert ledger.execute("SELECT count(*) FROM erp.uncertain").fetchone()[0] == 0


# --- where the ERP can be read


def test_copies_of_a_request_are_removed_by_their_key(erp, reading, freeze):
    erp.faults = ["second_number"]
    reading.converge(freeze("35.30"))
    assert erp.live() == [FIRST]


def test_a_strangers_document_with_the_very_same_lines_stays(erp, reading, freeze):
    reading.converge(freeze("1.00"))
    theirs(erp, "003")
    erp.faults = ["", "lost_answer"]
    reading.converge(freeze("35.30"))
    assert f"itb_caja_164|20240906|1|1@{THEM}" in erp.live()
    assert erp.live().count(SECOND) == 1


def test_nothing_is_sent_into_a_lot_that_others_use(ledger, erp, reading, freeze):
    theirs(erp, "500")
    erp.calls.clear()
    revision = freeze("35.30")
    with pytest.raises(NotOursError, match="nothing was ever posted from here to lot 008964"):
        reading.converge(revision)
    assert [call for call in erp.calls if call.startswith("insert")] == []
    takeovers.take_over(ledger, None, TENANT, LOT, by="Ana", why="the accountants' own entry, made by agreement")
    reading.converge(revision)
    assert len(erp.documents) == 2


def test_documents_that_a_restored_ledger_does_not_know_are_taken_for_posted_or_deleted(ledger, erp, reading, freeze):
    theirs(erp, "001", "35.30", FIRST)
    theirs(erp, "002", "36.00", SECOND)
    revision = freeze("36.00")
    reading.converge(revision)
    assert places(erp) == [("002", "000001")]
    (entry,) = revisions.bookings(ledger, revision)
    made = {attempt.address.sublot: attempt for attempt in attempts.of_entry(ledger, entry)}
    assert {sublot: (one.document, one.state) for sublot, one in made.items()} == {
        "001": (None, "doomed"), "002": ("000001", "confirmed"),
    }  # fmt: skip
    assert made["001"].is_of_no_books


def test_what_a_restored_ledger_began_to_delete_is_not_taken_for_posted_when_the_books_are_so_again(
    ledger, erp, reading, freeze
):
    """99.00 was posted, then the ledger restored; the books are 36.00, and the delete of 99.00 has no answer. Now they
    are 99.00 again: were the old document believed, a delete that is carried out late would take the day's books."""
    theirs(erp, "001", "99.00", SECOND)
    erp.unreachable_deletes = 1
    with pytest.raises(UncertainError):
        reading.converge(freeze("36.00"))
    assert places(erp) == [("001", "000001")]
    revision = freeze("99.00")
    reading.converge(revision)
    (posted,) = places(erp)
    assert posted[0] != "001"
    erp.delete(at("001"), "000001")  # late
    (entry,) = revisions.bookings(ledger, revision)
    assert [one.address.sublot for one in attempts.of_entry(ledger, entry) if one.state == "confirmed"] == [posted[0]]
    assert places(erp) == [posted]


def test_where_a_delete_of_what_was_forgotten_may_be_late_nothing_is_posted_again(ledger, erp, reading, freeze):
    """A site that gives numbers again would give that of the document whose delete is still on its way."""
    theirs(erp, "001", "99.00", SECOND)
    erp.unreachable_deletes = 1
    revision = freeze("36.00")
    with pytest.raises(UncertainError):
        reading.converge(revision)
    erp.delete(at("001"), "000001")  # carried out, and a copy of the request may come yet
    erp.numbers.clear()
    reading.converge(revision)
    assert [sublot for sublot, _ in places(erp)] == ["002"]


def in_october(poster: Poster, erp: Erp) -> None:
    """September is closed from now on, in the ERP and in periods.yaml."""
    erp.open_from = OCTOBER
    poster.site = replace(poster.site, open_from=OCTOBER)


def test_replaced_books_that_a_restored_ledger_finds_in_a_closed_period_are_reversed_in_the_open_one(
    erp, reading, freeze
):
    freeze("35.30")
    theirs(erp, "001", "35.30", FIRST)
    in_october(reading, erp)
    reading.converge(freeze("36.00", open_from=OCTOBER))
    booked = [(address.entry_date, key.partition("@")[0]) for (address, _), key in erp.documents.items()]
    assert booked == [
        (DAY, "itb_caja_164|20240906|1|1"),
        (OCTOBER, "itb_caja_164|20240906|2|1"),
        (OCTOBER, "itb_caja_164|20240906|1|1|R"),
    ]


def test_what_a_restored_ledger_has_no_books_for_and_a_closed_period_keeps_stops_the_day_until_it_is_opened(
    erp, reading, freeze
):
    theirs(erp, "001", "99.00", SECOND)
    in_october(reading, erp)
    revision = freeze("36.00", open_from=OCTOBER)
    with pytest.raises(KeptByClosedPeriodError, match=r"is of this ledger and of no books that it has.*periods\.yaml"):
        reading.converge(revision)
    assert places(erp) == [("001", "000001")]
    erp.open_from, reading.site = date.min, replace(reading.site, open_from=None)
    reading.converge(revision)
    assert [key for key in erp.documents.values()] == [FIRST]


def test_where_a_closed_period_keeps_what_a_restored_ledger_forgot_nothing_has_gone_before(erp, reading, freeze):
    """Books of September and their reversal in October: were the reversal gone, the books would stand again."""
    theirs(erp, "003", "99.00", SECOND)
    theirs(erp, "004", "99.00", f"{SECOND.partition('@')[0]}|R@{ME}", OCTOBER)
    in_october(reading, erp)
    with pytest.raises(KeptByClosedPeriodError, match=r"sublot 003"):
        reading.converge(freeze("36.00", open_from=OCTOBER))
    assert places(erp) == [("003", "000001"), ("004", "000001")]


def test_what_is_gone_from_a_closed_period_waits_until_that_is_opened_and_is_then_noted_as_gone(
    erp, reading, freeze, ledger
):
    """A restored ledger forgot that it had the day deleted, and the month was closed since: nothing of it is there."""
    reading.site = replace(reading.site, correction="delete")
    revision = freeze("35.30")
    reading.converge(revision)
    (entry,) = revisions.bookings(ledger, revision)
    erp.documents.clear()
    in_october(reading, erp)
    newer = freeze("36.00", open_from=OCTOBER)
    with pytest.raises(KeptByClosedPeriodError, match=r"document 000001 at .* is not in the ERP any more.*is closed"):
        reading.converge(newer)
    assert places(erp) == []
    erp.open_from, reading.site = date.min, replace(reading.site, open_from=None)
    reading.converge(newer)
    assert [key for key in erp.documents.values()] == [SECOND]
    assert [attempt.state for attempt in attempts.of_entry(ledger, entry)] == ["withdrawn"]


@pytest.mark.parametrize("sign", ["what it forgot stands", "the lot was taken over"])
def test_what_a_restored_ledger_forgot_to_have_deleted_is_not_reversed(ledger, erp, reading, freeze, sign):
    """35.30 was posted, then the backup made; 36.00 took its place, and September was closed. Now it is 37.00."""
    reading.converge(freeze("35.30"))
    freeze("36.00")
    erp.documents.clear()
    erp.lines.clear()
    if sign == "what it forgot stands":
        theirs(erp, "002", "36.00", SECOND)
    else:
        takeovers.take_over(ledger, None, TENANT, LOT, by="Ana", why="restored from a backup")
    in_october(reading, erp)
    reading.converge(freeze("37.00", open_from=OCTOBER))
    debits = [line.amount if line.side is Side.DEBIT else -line.amount
              for lines in erp.lines.values() for line in lines if line.account == "1.1"]  # fmt: skip
    assert sum(debits) == Decimal("37.00")
    assert not any("|1|1|R" in key for key in erp.documents.values())


def test_the_erps_own_reversal_that_a_restored_ledger_forgot_is_found_in_the_month_that_was_closed_since(
    erp, reading, freeze
):
    """35.30 was posted, the backup made, and the ERP reversed it on its own date; then September was closed."""
    reading.converge(freeze("35.30"))
    erp.reverse(at("001"), "000001", at("002"))
    erp.documents[at("002"), "000001"] = FIRST  # the ERP copies the key
    in_october(reading, erp)
    reading.converge(freeze("36.00", open_from=OCTOBER))
    booked = [(address.entry_date, address.sublot) for address, _ in erp.documents]
    assert booked == [(DAY, "001"), (DAY, "002"), (OCTOBER, "001")]
    debits = [line.amount if line.side is Side.DEBIT else -line.amount
              for lines in erp.lines.values() for line in lines if line.account == "1.1"]  # fmt: skip
    assert sum(debits) == Decimal("36.00")


def test_what_stands_under_a_number_that_the_erp_gave_again_is_not_ours_to_delete(ledger, erp, reading, freeze):
    """Ours at 001 was deleted, and another ledger booked there since, the very same lines under the same number."""
    reading.site = replace(reading.site, correction="delete")
    revision = freeze("35.30")
    reading.converge(revision)
    erp.documents[at("001"), "000001"] = f"itb_caja_164|20240906|1|1@{THEM}"
    reading.converge(freeze("36.00"))
    assert places(erp) == [("001", "000001"), ("002", "000001")]
    (entry,) = revisions.bookings(ledger, revision)
    assert [attempt.state for attempt in attempts.of_entry(ledger, entry)] == ["withdrawn"]


@pytest.mark.parametrize("policy", ["reversal", "delete"])
def test_our_own_document_is_ours_where_the_site_cuts_the_key_within_the_ledgers_id(erp, reading, freeze, policy):
    reading.site = replace(reading.site, correction=policy)
    reading.converge(freeze("35.30"))
    erp.documents[at("001"), "000001"] = FIRST[:-8]
    reading.converge(freeze("36.00"))
    assert balance(erp, "1.1") == Decimal("36.00")


def test_what_a_restored_ledger_finds_under_a_cut_key_is_believed_where_it_says_the_same_and_never_deleted(
    ledger, erp, reading, freeze
):
    """What is left of the id is no proof: a person says first that the lot is this ledger's."""
    theirs(erp, "001", "99.00", FIRST[:-8])
    theirs(erp, "002", "36.00", SECOND[:-8])
    with pytest.raises(NotOursError):
        reading.converge(freeze("36.00"))
    takeovers.take_over(ledger, None, TENANT, LOT, by="Ana", why="restored from a backup")
    calls = len(erp.calls)
    reading.converge(freeze("36.00"))
    assert [call for call in erp.calls[calls:] if call.startswith(("insert", "delete"))] == []


def test_copies_of_a_document_that_a_restored_ledger_believes_go(erp, reading, freeze):
    for _ in range(3):
        theirs(erp, "002", "35.30", FIRST)
    reading.converge(freeze("35.30"))
    assert places(erp) == [("002", "000001")]


def test_who_loses_what_a_restored_ledger_believes_to_another_run_stops(erp, reading, freeze, monkeypatch):
    theirs(erp, "002", "35.30", FIRST)
    revision = freeze("35.30")
    monkeypatch.setattr(attempts, "confirm", lambda *_, **__: False)
    with pytest.raises(TakenUpError, match=r"000001 at .* sublot 002 .* was taken up by another run"):
        reading.converge(revision)
    assert places(erp) == [("002", "000001")]


def test_what_somebody_deleted_in_the_erp_is_not_taken_for_forgotten(ledger, erp, reading, freeze):
    revision = freeze("35.30")
    reading.converge(revision)
    erp.documents.clear()
    erp.lines.clear()
    look(ledger, erp, reading.site, None, freeze("36.00"), "test")
    (entry,) = revisions.bookings(ledger, revision)
    assert [attempt.state for attempt in attempts.of_entry(ledger, entry)] == ["confirmed"]


def test_a_lot_that_was_taken_over_is_not_posted_to_past_a_closed_period_that_cannot_be_looked_into(
    ledger, erp, poster, freeze
):
    freeze("35.30")
    theirs(erp, "002", "36.00", SECOND)
    takeovers.take_over(ledger, None, TENANT, LOT, by="Ana", why="restored from a backup")
    in_october(poster, erp)
    revision = freeze("36.00", open_from=OCTOBER)
    with pytest.raises(KeptByClosedPeriodError, match=r"06/09/2024, in a closed period, documents may stand"):
        poster.converge(revision)
    assert places(erp) == [("002", "000001")]
    erp.open_from, poster.site = date.min, replace(poster.site, open_from=None)
    poster.converge(revision)
    assert [key for key in erp.documents.values()] == [SECOND]


def test_books_that_were_deleted_after_the_backup_are_posted_anew_once_the_lot_was_taken_over(
    ledger, erp, poster, freeze
):
    poster.site = replace(poster.site, correction="delete")
    revision = freeze("35.30")
    poster.converge(revision)
    erp.documents.clear()  # what the ledger forgot: newer books replaced these, and were replaced by the same again
    theirs(erp, "002", "35.30", f"itb_caja_164|20240906|3|1@{ME}")
    takeovers.take_over(ledger, None, TENANT, LOT, by="Ana", why="restored from a backup")
    for _ in range(2):
        poster.converge(revision)
        ((address, _number),) = erp.documents
        assert int(address.sublot) > AHEAD
    assert len([call for call in erp.calls if call.startswith("insert")]) == 3  # theirs among them


def test_a_lot_that_was_taken_over_is_emptied_too_where_the_right_to_read_was_lost(ledger, erp, reading, freeze):
    reading.site = replace(reading.site, correction="delete")
    revision = freeze("35.30")
    reading.converge(revision)
    erp.documents.clear()  # what the ledger forgot: 40.00 replaced these
    theirs(erp, "002", "40.00", f"itb_caja_164|20240906|2|1@{ME}")
    takeovers.take_over(ledger, None, TENANT, LOT, by="Ana", why="restored from a backup")
    erp.offered = False
    reading.converge(revision)
    assert erp.live() == [FIRST]


def test_books_that_may_have_been_deleted_after_the_backup_are_not_reversed_where_nobody_can_look_in_a_closed_period(
    ledger, erp, poster, freeze
):
    """The reversal would stand alone: what it takes back is gone."""
    poster.site = replace(poster.site, correction="delete")
    poster.converge(freeze("35.30"))
    erp.documents.clear()  # what the ledger forgot: newer books replaced these
    takeovers.take_over(ledger, None, TENANT, LOT, by="Ana", why="restored from a backup")
    erp.refuses = ["insert"]
    with pytest.raises(DataError, match="refused"):
        poster.converge(freeze("36.00"))  # after the next addresses were emptied
    in_october(poster, erp)
    calls = list(erp.calls)
    revision = freeze("36.00", open_from=OCTOBER)
    with pytest.raises(KeptByClosedPeriodError, match=r"nobody can look whether .* still stands at .* is closed"):
        poster.converge(revision)
    assert [call for call in erp.calls[len(calls) :] if not call.startswith("delete")] == []
    erp.open_from, poster.site = date.min, replace(poster.site, open_from=None)
    poster.converge(revision)
    assert balance(erp, "1.1") == Decimal("36.00")
    assert len(erp.documents) == 1


@pytest.mark.parametrize("readable", [True, False], ids=["an ERP that can be read", "one that cannot"])
def test_a_reversal_that_a_restored_ledger_forgot_goes_from_the_month_after_one_that_is_open_again(
    ledger, erp, poster, freeze, readable
):
    erp.offered = readable
    poster.site = replace(poster.site, correction="delete", readable=readable)
    poster.converge(freeze("35.30"))
    reversal = f"{FIRST.partition('@')[0]}|R@{ME}"
    theirs(erp, "001", "35.30", reversal, OCTOBER)  # September was closed then
    if not readable:
        takeovers.take_over(ledger, None, TENANT, LOT, by="Ana", why="restored from a backup")
    poster.converge(freeze("36.00"))
    assert list(erp.documents.values()) == [SECOND]


def test_books_that_a_restored_ledger_forgot_in_the_lot_that_the_box_had_before_are_found_and_reversed(
    erp, reading, freeze, monkeypatch
):
    freeze("35.30")  # which was posted, as the ledger does not know
    theirs(erp, "001", "35.30", FIRST)
    monkeypatch.setattr("support.books.LOT", "008999")
    reading.converge(freeze("36.00"))
    standing = [(address.lot, key.partition("@")[0]) for (address, _), key in erp.documents.items()]
    assert standing == [
        (LOT, "itb_caja_164|20240906|1|1"),
        ("008999", "itb_caja_164|20240906|2|1"),
        ("008999", "itb_caja_164|20240906|1|1|R"),
    ]


def test_books_that_a_restored_ledger_forgot_are_found_on_a_date_within_a_month_that_was_the_first_open_one(
    ledger, erp, reading, freeze
):
    """In October the ERP took entries from the 5th on, as the ledger knows by the day before; now it is November."""
    fifth, november = date(2024, 10, 5), date(2024, 11, 1)
    theirs(erp, "001", "35.30", FIRST, day=fifth)
    revision = freeze("35.30", open_from=november)
    ledger.execute(
        """INSERT INTO ledger.revision (box, business_date, revision, snapshot_id, mapping, mapping_digest, digest,
                                        open_from)
           SELECT box, business_date - 1, 1, snapshot_id, mapping, mapping_digest, digest, %s FROM ledger.revision""",
        (fifth,),
    )
    reading.site, erp.open_from = replace(reading.site, open_from=november), november
    reading.converge(revision)
    assert [address.entry_date for address, _ in erp.documents] == [fifth]


def test_books_that_a_restored_ledger_forgot_go_where_the_day_has_none_any_more(erp, reading, freeze):
    reading.site = replace(reading.site, correction="delete")
    freeze("35.30")  # which was posted, as the ledger does not know
    theirs(erp, "001", "35.30", FIRST)
    reading.converge(freeze())
    assert places(erp) == []


def test_a_reversal_that_a_restored_ledger_forgot_is_believed_where_it_has_an_earlier_try_under_way(
    ledger, erp, reading, freeze
):
    """A backup made while the first try was under way: its address is empty, and the reversal stands at another."""
    first = freeze("35.30")
    reading.converge(first)
    (old,) = revisions.bookings(ledger, first)
    second = freeze("36.00")
    reversal = revisions.reversal(ledger, old, second)
    attempts.claim(ledger, reversal, worker="before the backup", lease_seconds=0, sublot="003")
    erp.reverse(at("001"), "000001", at("004"))
    erp.documents[at("004"), "000001"] = FIRST
    reading.converge(second)
    assert balance(erp, "1.1") == Decimal("36.00")


def test_a_second_reversal_of_the_same_is_of_a_restored_ledger_and_goes(erp, reading, freeze):
    reading.converge(freeze("35.30"))
    for sublot in ("002", "003"):  # one of them was carried out late
        erp.reverse(at("001"), "000001", at(sublot))
        erp.documents[at(sublot), "000001"] = FIRST
    reading.converge(freeze("36.00"))
    assert sorted(erp.documents.values()) == [FIRST, FIRST, SECOND]


def test_a_run_that_dies_while_it_puts_such_reversals_on_record_leaves_the_sign_for_the_next(
    erp, reading, freeze, monkeypatch
):
    """Only one of the two would be left unknown, as one that people made by hand: a day that is reversed twice."""
    reading.converge(freeze("35.30"))
    for sublot in ("002", "003"):
        erp.reverse(at("001"), "000001", at(sublot))
        erp.documents[at(sublot), "000001"] = FIRST
    revision = freeze("36.00")
    with monkeypatch.context() as patch:

        def dies(*_, **__):
            raise psycopg.OperationalError("server closed the connection unexpectedly")

        patch.setattr(attempts, "give_up_found", dies)
        with pytest.raises(psycopg.OperationalError):
            reading.converge(revision)
    reading.converge(revision)
    assert sorted(erp.documents.values()) == [FIRST, FIRST, SECOND]


@pytest.fixture
def given_up_upon_its_answer(ledger, ledger_dsn, erp, freeze):
    """``given_up_upon_its_answer(meanwhile)``: a day's books, whose worker is answered, sleeps, and is given up; what
    another run does ``meanwhile`` takes its ledger, the attempt and the answered number."""

    def frozen(meanwhile) -> revisions.Revision:
        revision, insert = freeze("35.30"), erp.insert

        def slept(address, journal_entry, key):
            answer, erp.insert = insert(address, journal_entry, key), insert
            with session.connect(ledger_dsn) as other:
                (entry,) = revisions.bookings(ledger, revision)
                (mine,) = attempts.of_entry(other, entry)
                attempts.doom(other, mine, "taken for dead")
                meanwhile(other, mine, answer.document)
            return answer

        erp.insert = slept
        return revision

    return frozen


def test_a_worker_that_comes_back_too_late_leaves_what_another_ledger_has_got_its_number_for(
    erp, reading, given_up_upon_its_answer
):
    """A site that gives numbers again: while the worker slept, its document was deleted, and another ledger booked
    there."""

    def another_books_there(other, mine, document):
        erp.delete(mine.address, document)
        attempts.note_reaped(other, mine)
        erp.numbers.clear()
        theirs(erp, mine.address.sublot)

    revision = given_up_upon_its_answer(another_books_there)
    with pytest.raises(TakenUpError):
        reading.converge(revision)
    assert [key.partition("@")[2] for key in erp.documents.values()] == [THEM]


def test_a_worker_that_comes_back_too_late_leaves_its_document_where_another_run_has_taken_it_for_posted(
    erp, reading, given_up_upon_its_answer
):
    """The period was closed upon it meanwhile, so that it could not be deleted; newer books may have reversed it."""
    revision = given_up_upon_its_answer(attempts.adopt)
    with pytest.raises(TakenUpError, match="another run has taken its document for posted"):
        reading.converge(revision)
    assert erp.live() == [FIRST]


def test_of_books_that_are_only_claimed_no_reversal_is_believed(ledger, erp, reading, freeze):
    """The backup was made between a request and its confirmation, and the ERP reversed those books afterwards."""
    (entry,) = revisions.bookings(ledger, freeze("35.30"))
    attempts.claim(ledger, entry, worker="dead", lease_seconds=0)
    theirs(erp, "001", "35.30", FIRST)
    erp.reverse(at("001"), "000001", at("002"))
    erp.documents[at("002"), "000001"] = f"{FIRST.partition('@')[0]}|R@{ME}"
    reading.converge(freeze("36.00"))
    assert list(erp.documents.values()) == [SECOND]


def test_what_people_reversed_by_hand_is_left_to_reconciliation(erp, reading, freeze):
    reading.converge(freeze("35.30", "4.00"))
    erp.reverse(at("001"), "000001", at("900"))
    erp.documents[at("900"), "000001"] = FIRST
    reading.converge(freeze("35.30", "4.00", "5.00"))
    assert ("900", "000001") in places(erp)


def test_a_request_carried_out_before_its_period_was_closed_is_believed_and_taken_back(ledger, erp, reading, freeze):
    erp.faults, erp.unreachable_deletes = ["lost_answer"], 1
    with pytest.raises(UncertainError):
        reading.converge(freeze("35.30"))
    erp.open_from = OCTOBER
    reading.site = Site(ledger_id=ME, readable=True, open_from=OCTOBER)
    reading.converge(freeze("36.00", open_from=OCTOBER))
    booked = [(address.entry_date, key.partition("@")[0]) for (address, _), key in erp.documents.items()]
    assert booked == [
        (DAY, "itb_caja_164|20240906|1|1"),
        (OCTOBER, "itb_caja_164|20240906|2|1"),
        (OCTOBER, "itb_caja_164|20240906|1|1|R"),
    ]


def test_what_a_refused_request_left_after_its_address_was_empty_is_taken_back_from_a_period_closed_since(
    erp, reading, freeze
):
    erp.refuses = ["insert"]
    with pytest.raises(DataError, match="insert is refused"):
        reading.converge(freeze("35.30"))
    theirs(erp, "001", "35.30", FIRST)  # a proxy's copy of it, carried out late
    in_october(reading, erp)
    reading.converge(freeze("36.00", open_from=OCTOBER))
    booked = [(address.entry_date, key.partition("@")[0]) for (address, _), key in erp.documents.items()]
    assert booked == [
        (DAY, "itb_caja_164|20240906|1|1"),
        (OCTOBER, "itb_caja_164|20240906|2|1"),
        (OCTOBER, "itb_caja_164|20240906|1|1|R"),
    ]


# --- a document that was found and taken for posted; a copy of its request that comes later


@pytest.fixture
def found_in_september(erp, reading, freeze) -> Poster:
    """A request of September without an answer was carried out, and that month closed: its document was believed and
    taken back in October, after which September is open once more."""
    erp.faults, erp.unreachable_deletes = ["lost_answer"], 1
    with pytest.raises(UncertainError):
        reading.converge(freeze("35.30"))
    in_october(reading, erp)
    reading.converge(freeze("36.00", open_from=OCTOBER))
    erp.open_from = date.min
    return reading


@pytest.fixture
def clock(ledger):
    """Moves the ledger's clock forward by so much from the moment of the test's start."""
    start = datetime.now(UTC)
    return lambda later: ledger.execute("SELECT set_config('cierre.now', %s, false)", (str(start + later),))


def copied(erp: Erp, sublot: str = "001") -> None:
    """A proxy's copy of the request of an address is carried out: once more beside what is there."""
    theirs(erp, sublot, "35.30", FIRST)


def swept(ledger, erp, site: Site):
    return sweep(ledger, lambda box: erp, site_of_box=lambda box: site)


def test_copies_of_a_document_that_was_found_are_removed_whenever_they_come_within_the_day(
    ledger, erp, found_in_september, clock
):
    as_it_was = places(erp)
    for later in (timedelta(seconds=1), timedelta(minutes=6), timedelta(hours=2), timedelta(hours=25)):
        copied(erp)
        clock(later)
        done = swept(ledger, erp, found_in_september.site)
        assert (len(done.removed[BOX]), done.left) == (1, {})
        assert places(erp) == as_it_was
    calls = list(erp.calls)
    clock(timedelta(days=9))
    swept(ledger, erp, found_in_september.site)
    assert erp.calls == calls


def test_a_copy_of_a_document_that_a_restored_ledger_found_is_removed(ledger, erp, reading, freeze, clock):
    theirs(erp, "001", "35.30", FIRST)
    reading.converge(freeze("35.30"))
    copied(erp)
    clock(timedelta(minutes=6))
    swept(ledger, erp, reading.site)
    assert places(erp) == [("001", "000001")]


def test_a_copy_of_a_document_that_was_found_is_removed_too_where_newer_books_deleted_that_one(
    ledger, erp, found_in_september, clock
):
    """The document itself is gone from the reopened month: whatever comes to its address then is to go, too."""
    ledger.execute("UPDATE erp.attempt SET state = 'withdrawn' WHERE sublot = '001' AND entry_date = %s", (DAY,))
    del erp.documents[at("001"), "000001"]
    left = places(erp)
    copied(erp)
    clock(timedelta(minutes=6))
    swept(ledger, erp, found_in_september.site)
    assert places(erp) == left


def test_what_a_person_booked_beside_a_document_that_was_found_is_left_to_reconciliation(
    ledger, erp, found_in_september, clock
):
    copied(erp)
    erp.reverse(at("001"), "000001", at("001"))
    erp.documents[at("001"), "000003"] = FIRST  # as the ERP's own routine does it
    as_it_was = places(erp)
    clock(timedelta(minutes=6))
    assert swept(ledger, erp, found_in_september.site).removed == {}
    assert places(erp) == as_it_was


def test_nobody_looks_for_copies_where_the_erp_can_no_longer_be_read_and_the_sweep_says_so(
    ledger, erp, found_in_september, clock
):
    copied(erp)
    clock(timedelta(minutes=6))
    (left,) = swept(ledger, erp, replace(found_in_september.site, readable=False)).left[BOX]
    assert "document 000001 at 06/09/2024 lot 008964 sublot 001" in str(left)
    assert "cannot be read any more" in str(left)
    assert ("001", "000002") in places(erp)
    clock(timedelta(days=3))
    assert swept(ledger, erp, replace(found_in_september.site, readable=False)).left == {}


def test_a_day_whose_document_was_found_is_watched_until_no_copy_can_come(ledger, erp, found_in_september, clock):
    watched = "SELECT max(erp.watched_until(attempt)) - max(decided_at) FROM erp.attempt WHERE adopted_at IS NOT NULL"
    assert ledger.execute(watched).fetchone()[0] == timedelta(days=1)
    clock(timedelta(hours=25))
    swept(ledger, erp, found_in_september.site)
    assert ledger.execute(watched).fetchone()[0] is None


# --- a document that was found and taken for posted, and is gone within the day: a delete without an answer came late


def keys(erp: Erp) -> list[tuple[date, str]]:
    return [(address.entry_date, key.partition("@")[0]) for (address, _), key in erp.documents.items()]


def carried_out_late(erp: Erp, sublot: str = "001") -> None:
    """A delete of ours that had no answer is carried out."""
    del erp.documents[at(sublot), "000001"]


def test_the_reversal_of_what_a_late_delete_took_away_is_deleted_too(ledger, erp, found_in_september, freeze, clock):
    """35.30 of September was reversed in October, and 36.00 booked there. With the original gone, the reversal alone
    would leave the day at 0.70."""
    carried_out_late(erp)
    clock(timedelta(minutes=6))
    done = swept(ledger, erp, found_in_september.site)
    (gone,) = done.gone[BOX]
    assert "document 000001 at 06/09/2024 lot 008964 sublot 001" in str(gone)
    assert (done.left, len(erp.documents)) == ({}, 2)
    found_in_september.site = replace(found_in_september.site, open_from=None)
    again = freeze("36.00", open_from=OCTOBER)
    found_in_september.converge(again)
    assert keys(erp) == [(OCTOBER, "itb_caja_164|20240906|2|1")]
    calls = list(erp.calls)
    found_in_september.converge(again)
    assert erp.calls == calls
    clock(timedelta(hours=40))
    assert swept(ledger, erp, found_in_september.site).gone == {}


def test_books_of_the_day_that_a_late_delete_took_away_are_posted_again(ledger, erp, reading, freeze, clock):
    theirs(erp, "001", "35.30", FIRST)
    revision = freeze("35.30")
    reading.converge(revision)
    carried_out_late(erp)
    clock(timedelta(minutes=6))
    assert len(swept(ledger, erp, reading.site).gone[BOX]) == 1
    assert reconciliation.compare_day(ledger, revision)[-1].agrees is False
    reading.converge(revision)
    assert places(erp) == [("002", "000001")]


def test_a_delete_in_doubt_that_a_closed_period_seems_to_have_stopped_is_still_waited_for(
    ledger, erp, reading, freeze, clock
):
    """The policy deletes old books. Of the delete of 35.30 nobody knows the outcome, and September is closed: 35.30 is
    seen to stand, so it is reversed in October. The month opens again, and the delete is carried out all the same."""
    reading.site = replace(reading.site, correction="delete")
    reading.converge(freeze("35.30"))
    erp.unreachable_deletes = 1
    corrected = freeze("36.00")
    with pytest.raises(UncertainError):
        reading.converge(corrected)
    in_october(reading, erp)
    reading.converge(corrected)
    assert (OCTOBER, "itb_caja_164|20240906|1|1|R") in keys(erp)
    erp.open_from = date.min
    carried_out_late(erp)
    clock(timedelta(hours=2))
    assert len(swept(ledger, erp, reading.site).gone[BOX]) == 1
    reading.converge(corrected)
    assert keys(erp) == [(DAY, "itb_caja_164|20240906|2|1")]


def test_an_acknowledged_document_that_is_gone_is_left_to_people(ledger, erp, reading, freeze, clock):
    reading.converge(freeze("35.30"))
    carried_out_late(erp)
    clock(timedelta(minutes=6))
    assert swept(ledger, erp, reading.site).gone == {}


# --- a correction that is refused


def test_a_refused_replacement_leaves_the_old_books(erp, poster, freeze):
    poster.converge(freeze("35.30"))
    erp.refuses = ["insert"]
    with pytest.raises(DataError, match="insert is refused"):
        poster.converge(freeze("36.00"))
    assert erp.live() == [FIRST]


@pytest.mark.parametrize(("policy", "kind"), [("reversal", "reverse"), ("delete", "delete")])
def test_a_take_back_that_is_refused_undoes_the_correction_and_the_next_run_does_it_whole(
    ledger, erp, poster, freeze, policy, kind
):
    poster.site = Site(ledger_id=ME, correction=policy)
    poster.converge(freeze("35.30"))
    erp.refuses = [kind]
    corrected = freeze("36.00")
    with pytest.raises(DataError, match=f"{kind} is refused"):
        poster.converge(corrected)
    assert erp.live() == [FIRST]
    poster.converge(corrected)
    booked = [key for key in erp.live() if key.startswith("itb")]
    assert booked == ([FIRST, SECOND] if policy == "reversal" else [SECOND])


def test_a_second_part_that_is_refused_takes_the_first_back_too(erp, poster, freeze):
    poster.converge(freeze("35.30"))
    erp.faults = ["", "refused"]
    with pytest.raises(DataError):
        poster.converge(freeze("36.00", "1.00"))
    assert erp.live() == [FIRST]


def refuses_to_take_back(erp, monkeypatch, kind: str, sublot: str) -> None:
    """The ERP refuses to reverse or to delete what stands at a sublot."""
    take_back = getattr(erp, kind)

    def refusing(*args, **named):
        if named.get("of", args[0] if args else None).sublot == sublot:
            raise DataError("the document is in use", vendor="ERP")
        return take_back(*args, **named)

    monkeypatch.setattr(erp, kind, refusing)


def test_a_second_correction_that_is_refused_takes_back_the_reversal_that_was_made_for_the_first(
    erp, poster, freeze, monkeypatch
):
    """10.00 + 20.00 stand. Of each correction the second reversal is refused. The first is made for revision 2, and
    sent again for revision 3: were it left, only 20.00 would stand."""
    poster.converge(freeze("10.00", "20.00"))
    refuses_to_take_back(erp, monkeypatch, "reverse", "002")
    for amounts in (("11.00", "21.00"), ("12.00", "22.00")):
        with pytest.raises(DataError, match="in use"):
            poster.converge(freeze(*amounts))
        assert places(erp) == [("001", "000001"), ("002", "000001")]


def test_further_corrections_that_are_refused_leave_no_further_copies_where_corrections_delete(
    erp, poster, freeze, monkeypatch
):
    """Of 10.00 + 20.00 the second cannot be deleted, once the first has gone: 11.00 + 21.00 stand beside it, since
    nothing brings 10.00 back. What the next corrections post goes again."""
    poster.site = replace(poster.site, correction="delete")
    poster.converge(freeze("10.00", "20.00"))
    refuses_to_take_back(erp, monkeypatch, "delete", "002")
    for amounts in (("11.00", "21.00"), ("12.00", "22.00"), ("13.00", "23.00")):
        with pytest.raises(DataError, match="in use"):
            poster.converge(freeze(*amounts))
        assert places(erp) == [("002", "000001"), ("003", "000001"), ("004", "000001")]


def test_a_refused_delete_says_which_old_books_stand_beside_the_new_ones(erp, poster, freeze, monkeypatch):
    """Of 10.00 + 20.00 the second cannot be deleted, once the first has gone: until it can be, 20.00 counts twice."""
    poster.site = replace(poster.site, correction="delete")
    poster.converge(freeze("10.00", "20.00"))
    corrected = freeze("11.00", "21.00")
    with monkeypatch.context() as patched:
        refuses_to_take_back(erp, patched, "delete", "002")
        with pytest.raises(DataError, match="in use") as refused:
            poster.converge(corrected)
    said = str(refused.value)
    new, old = said.split("new books")[1].split("beside them")
    assert [sublot in new for sublot in ("sublot 003", "sublot 004", "sublot 002")] == [True, True, False]
    assert "sublot 002" in old
    assert "clear the step post" in said
    assert "Nothing was changed" not in said
    poster.converge(corrected)
    assert places(erp) == [("003", "000001"), ("004", "000001")]


def test_what_an_earlier_run_reversed_for_a_correction_is_undone_with_it(erp, poster, freeze, monkeypatch):
    """The run that posted 11.00 + 21.00 and reversed 10.00 ended there; the next is refused the reversal of 20.00."""
    poster.converge(freeze("10.00", "20.00"))
    corrected = freeze("11.00", "21.00")
    erp.faults = ["", "", "", "lost_answer"]
    erp.unreachable_deletes = 9
    with pytest.raises(UncertainError):
        poster.converge(corrected)
    erp.unreachable_deletes = 0
    refuses_to_take_back(erp, monkeypatch, "reverse", "002")
    with pytest.raises(DataError, match="in use"):
        poster.converge(corrected)
    assert places(erp) == [("001", "000001"), ("002", "000001")]


def test_a_reversal_that_was_being_deleted_when_the_answer_was_lost_is_made_anew(erp, poster, freeze, monkeypatch):
    poster.converge(freeze("35.30", "4.00"))
    erp.faults = ["", "", "", "refused"]  # the second reversal; the first, at 005, is to be deleted then
    delete = erp.delete

    def unanswered(address: Address, document: str) -> bool:
        if address.sublot == "005":
            raise UncertainError("no answer", vendor="ERP")
        return delete(address, document)

    corrected = freeze("36.00", "5.00")
    with monkeypatch.context() as patched:
        patched.setattr(erp, "delete", unanswered)
        with pytest.raises(DataError):
            poster.converge(corrected)
    poster.converge(corrected)
    assert (at("005"), "000001") not in erp.documents
    assert len([key for key in erp.live() if key.startswith("reversal of")]) == 2


def test_a_refusal_is_the_error_whatever_becomes_of_the_clean_up(ledger, erp, poster, freeze):
    poster.converge(freeze("35.30"))
    erp.faults, erp.unreachable_deletes = ["refused"], 1
    with pytest.raises(DataError, match=r"is blocked.* is not known yet"):
        poster.converge(freeze("36.00"))
    assert ledger.execute("SELECT count(*) FROM erp.uncertain").fetchone()[0] == 1


def test_a_refusal_for_a_closed_period_is_not_uncertain_though_its_clean_up_is_refused_too(ledger, erp, poster, freeze):
    poster.converge(freeze("1.00"))
    erp.open_from = OCTOBER

    def calendar_first(address, document):
        raise PeriodClosedError("the calendar is closed", vendor="ERP")

    erp.delete = calendar_first
    for _ in range(3):
        with pytest.raises(PeriodClosedError, match="the calendar is closed"):
            poster.converge(freeze("35.30"))
    assert ledger.execute("SELECT count(*) FROM erp.uncertain").fetchone()[0] == 0
    ledger.execute("SELECT set_config('cierre.now', (now() + interval '10 minutes')::text, false)")
    swept = sweep(ledger, lambda box: erp)
    assert (dict(swept.left), list(swept.waiting)) == ({}, [BOX])


# --- a delete that was on its way


def test_a_delete_without_an_answer_upon_which_the_period_was_closed_is_told_by_reading(ledger, erp, reading, freeze):
    reading.site = Site(ledger_id=ME, readable=True, correction="delete")
    first = freeze("35.30")
    reading.converge(first)
    erp.unreachable_deletes = 1
    with pytest.raises(UncertainError):
        reading.converge(freeze("36.00"))
    assert len(erp.documents) == 2
    erp.open_from = OCTOBER
    reading.site = Site(ledger_id=ME, readable=True, correction="delete", open_from=OCTOBER)
    reading.converge(revisions.current(ledger, BOX, DAY))
    assert [(address.entry_date, key.partition("@")[0]) for (address, _), key in erp.documents.items()] == [
        (DAY, "itb_caja_164|20240906|1|1"),
        (DAY, "itb_caja_164|20240906|2|1"),
        (OCTOBER, "itb_caja_164|20240906|1|1|R"),
    ]
