"""The journal as it stands: what the ERP holds, whatever became of a day."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

import psycopg
import pytest

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.journal import Side
from cierre.ledger import identity, journal, revisions
from cierre.ledger.month import Month
from cierre.ledger.month_facts import MonthFacts
from cierre.ports.errors import VendorError
from cierre.posting.protocol import Poster
from cierre.posting.site import Site
from support.books import BOX, DAY, LOT, freezer
from support.memory_erp import MemoryErp

SEPTEMBER = (date(2024, 9, 1), date(2024, 9, 30))
OCTOBER = (date(2024, 10, 1), date(2024, 10, 31))
EVER = (date(2024, 1, 1), date(2024, 12, 31))
FAULTS = ["", "", "", "refused", "unreachable", "lost_request", "lost_answer"]
CASH = "1.1"


@dataclass
class Day:
    """A day of a box, from its books to what the ERP holds of them."""

    ledger: psycopg.Connection
    erp: MemoryErp = field(default_factory=lambda: MemoryErp(site="http://sandbox"))
    site: Site = field(default_factory=Site)
    lot: str = LOT

    def __post_init__(self) -> None:
        self._freeze = freezer(self.ledger)
        self.posts_to(self.erp)

    def posts_to(self, erp: MemoryErp) -> None:
        self.erp = erp
        box = cash_boxes()[BOX]
        identity.note(self.ledger, Identity.of(box, source_site="http://sga", erp_site=str(erp.site)))

    def book(self, *amounts: str) -> None:
        self._freeze(*amounts, open_from=self.site.open_from, site=self.erp.site, lot=self.lot)

    def post(self, *faults: str) -> bool:
        """Whether the ERP took the day's newest books and gave back the older ones."""
        self.erp.faults = list(faults)
        books = revisions.placed(self.ledger, self._newest(), self.erp.site, self.site.open_from)
        try:
            Poster(self.ledger, self.erp, worker="test", site=self.site, sleep=lambda _seconds: None).converge(books)
        except VendorError:
            return False
        return True

    def journal(self, months: tuple[date, date] = EVER, *, confirmed: bool = False) -> Decimal:
        """The balance of the cash account by the journal's entries; ``confirmed``: by those that the ERP confirmed."""
        with self.ledger.transaction():
            entries = list(journal.standing(self.ledger, [BOX], *months))
        lines = [line for one in entries if one.erp_document or not confirmed for line in one.entry.lines]
        cash = [line for line in lines if line.account == CASH]
        return sum((line.amount if line.side is Side.DEBIT else -line.amount for line in cash), Decimal(0))

    def deposits(self, months: tuple[date, date]) -> Decimal:
        rows = MonthFacts(self.ledger, [BOX], *months).on_accounts([CASH])
        return sum((row.debit - row.credit for row in rows), Decimal(0))

    def corrections(self) -> list[tuple[str, str]]:
        with self.ledger.transaction():
            found = list(Month(self.ledger, [BOX], DAY, DAY).corrections())
        return [(str(one.booked_before), str(one.booked)) for one in found]

    def held(self, months: tuple[date, date] = EVER) -> Decimal:
        """The same balance by the documents of the ERP that the box posts to."""
        first, last = months
        keys = [key for (address, _), key in self.erp.documents.items() if first <= address.entry_date <= last]
        return sum(map(self._cash_of, keys), Decimal(0))

    def books(self) -> Decimal:
        return sum((entry.total for entry in revisions.bookings(self.ledger, self._newest())), Decimal(0))

    def is_certain(self) -> bool:
        unknown = "SELECT (SELECT count(*) FROM erp.uncertain) + (SELECT count(*) FROM erp.attempt WHERE state ="
        return self.ledger.execute(f"{unknown} 'confirmed' AND deleting_since IS NOT NULL)").fetchone()[0] == 0

    def _newest(self) -> revisions.Revision:
        newest = revisions.current(self.ledger, BOX, DAY)
        assert newest is not None
        return newest

    def _cash_of(self, key: str) -> Decimal:
        original = key.removeprefix("reversal of ")
        sign, total = self.ledger.execute(
            "SELECT CASE WHEN reverses IS NULL THEN 1 ELSE -1 END, total FROM ledger.entry WHERE entry_key = %s",
            [original],
        ).fetchone()
        return total * sign * (1 if original == key else -1)


@pytest.fixture
def day(ledger) -> Day:
    return Day(ledger)


def test_a_correction_that_waits_or_was_refused_does_not_double_the_day(day):
    day.book("100.00")
    assert day.post()
    day.book("112.00")
    assert day.journal() == day.held() == Decimal("100.00")
    assert day.corrections() == []
    assert day.post()
    assert day.journal() == day.held() == Decimal("112.00")
    assert day.corrections() == [("100.00", "112.00")]


def test_a_correction_that_was_undone_after_its_reversal_was_refused_leaves_the_day_as_it_was(day):
    day.book("35.30")
    assert day.post()
    day.book("36.00")
    assert not day.post("", "refused")
    assert day.journal() == day.held() == Decimal("35.30")
    assert day.corrections() == []
    day.book("40.00")
    assert day.post()
    assert day.corrections() == [("35.30", "40.00")]


def test_a_reversal_that_was_dated_anew_stands_once_in_the_month_of_its_new_date(day):
    day.book("35.30")
    assert day.post()
    day.book("36.00")
    assert not day.post("", "unreachable")
    day.site = Site(open_from=OCTOBER[0])
    assert day.post()
    assert day.journal(SEPTEMBER) == day.held(SEPTEMBER) == Decimal("71.30")
    assert day.journal(OCTOBER) == day.held(OCTOBER) == Decimal("-35.30")


def test_what_another_site_of_the_erp_holds_is_left_out(day):
    day.book("35.30")
    assert day.post()
    day.posts_to(MemoryErp(site="http://live"))
    assert day.journal() == day.deposits(EVER) == Decimal(0)
    assert day.post()
    assert day.journal() == day.deposits(EVER) == day.held() == Decimal("35.30")
    assert day.corrections() == []
    with day.ledger.transaction():
        assert len(list(Month(day.ledger, [BOX], *SEPTEMBER).sent())) == 1


def test_a_day_that_was_booked_to_nothing_is_a_correction_once_it_was_taken_back(day):
    day.book("35.30")
    assert day.post()
    day.book()
    assert not day.post("refused")
    assert (day.journal(), day.corrections()) == (Decimal("35.30"), [])
    assert day.post()
    assert (day.journal(), day.corrections()) == (Decimal("0.00"), [("35.30", "0")])


def test_the_documents_of_a_first_posting_that_stopped_halfway_stand_beside_what_waits(day):
    day.book("35.30", "4.00")
    assert not day.post("", "refused")
    assert day.journal() == Decimal("39.30")
    assert day.journal(confirmed=True) == day.held() == Decimal("35.30")


@pytest.mark.parametrize("seed", range(20))
def test_after_any_history_the_confirmed_journal_is_what_the_erp_holds(day, seed):
    random = Random(seed)
    opened, is_live = [None, OCTOBER[0], date(2024, 11, 1)], False
    day.site = Site(correction=random.choice(["reversal", "reversal", "delete"]))
    day.book("35.30")
    for _ in range(random.randint(3, 8)):
        if random.random() < 0.2:
            later = opened[min(opened.index(day.site.open_from) + 1, 2)]
            day.site = Site(correction=day.site.correction, open_from=later)
        if random.random() < 0.15:
            day.lot = "008965"
        if random.random() < 0.2 and not is_live:
            is_live = True
            day.posts_to(MemoryErp(site="http://live"))
        if random.random() < 0.7:
            day.book(*(f"{random.randint(1, 9999) / 100:.2f}" for _ in range(random.randint(0, 3))))
        if random.random() < 0.7:  # Otherwise they wait for a person, who may refuse them.
            day.erp.unreachable_deletes = random.choice([0, 0, 0, 1])
            day.post(*random.choices(FAULTS, k=random.randint(0, 4)))
        if day.is_certain():
            for months in (SEPTEMBER, OCTOBER, EVER):
                assert day.journal(months, confirmed=True) == day.deposits(months) == day.held(months)
            assert day.journal() in (day.held(), day.books())
    day.erp.unreachable_deletes = 0
    assert day.post()
    assert day.journal() == day.journal(confirmed=True) == day.held() == day.books()
