"""What posting takes for granted of every ERP's hook. An ERP's own tests inherit it, and give it an ERP to try.

Posting money twice is the one mistake that nobody forgives: an ERP that fails one of these is not ready for posting,
whatever else it can do (docs/reliability.md).
"""

from datetime import date
from decimal import Decimal

import pytest

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.cash_box import Erp as BoxSection
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.read_back import differences
from cierre.bookkeeping.sentence import Sentence
from cierre.ports.erp import ErpHook
from cierre.ports.errors import DataError, FatalError, PeriodClosedError, RetriableError, UncertainError
from cierre.posting.protocol import doubt_about

DAY = date(2024, 9, 6)
KEY = "box_1|20240906|1|1@a1b2c3d4e5f6"


class Site:
    """An ERP of a test's own, empty. Every ERP's tests say how theirs does these things."""

    hook: ErpHook
    section: BoxSection
    """What a box's file would say of it."""
    debit, credit = "1.1.01.001", "2.1.01.002"
    """Two accounts that it has."""

    def standing(self) -> int:
        """How many documents it holds."""
        raise NotImplementedError

    def lose_the_answer(self) -> None:
        """The next write is carried out, and nobody learns of it."""
        raise NotImplementedError

    def go_down(self) -> None:
        """The next call reaches nobody."""
        raise NotImplementedError

    def close_the_month(self) -> None:
        """The month of DAY takes nothing any more, nor gives anything back."""
        raise NotImplementedError

    def occupy(self, address: Address, entry: JournalEntry) -> None:
        """Somebody else books something at an address before we do."""
        raise NotImplementedError


class ErpConformance:
    """The suite. A subclass has a fixture ``site`` that gives a Site."""

    @pytest.fixture
    def address(self, site: Site) -> Address:
        """The first address of a lot on DAY."""
        return self.nth(site, 1)

    def nth(self, site: Site, number: int) -> Address:
        """The address of a lot's n-th attempt."""
        sublot = site.hook.numbering.sublot(number, more=False)
        return Address(site.section.tenant, DAY, site.section.lot, sublot)

    def entry(self, site: Site, amount: str = "35.30", credit: str = "") -> JournalEntry:
        """An entry that the ERP takes, unless ``credit`` is an account that it does not have."""
        money = Decimal(amount)
        debited = Line(Side.DEBIT, site.debit, money, "Caja")
        return JournalEntry("box_1", DAY, 1, "USD", (debited, Line(Side.CREDIT, credit or site.credit, money, "Caja")))

    def empty(self, site: Site, address: Address) -> int:
        """How many documents go when an address is emptied as posting does it."""
        return sum(site.hook.delete(address, number) for number in site.hook.numbering.documents)

    def test_an_answer_to_an_unused_address_leaves_no_doubt(self, site, address):
        answer = site.hook.insert(address, self.entry(site), KEY)
        assert doubt_about(answer, address, site.hook.numbering) == ""
        assert site.standing() == 1

    def test_each_attempt_has_an_address_of_its_own(self, site):
        assert len({self.nth(site, number) for number in range(1, 200)}) == 199

    def test_a_request_that_is_repeated_leaves_doubt_or_no_second_document(self, site, address):
        first = site.hook.insert(address, self.entry(site), KEY)
        again = site.hook.insert(address, self.entry(site), KEY)
        if not doubt_about(again, address, site.hook.numbering):
            assert (again.document, site.standing()) == (first.document, 1)
        self.empty(site, address)
        assert site.standing() == 0

    def test_an_address_that_somebody_else_used_is_never_taken_for_our_own(self, site, address):
        site.occupy(address, self.entry(site, "1.00"))
        try:
            answer = site.hook.insert(address, self.entry(site), KEY)
        except DataError:
            return
        assert doubt_about(answer, address, site.hook.numbering)

    def test_what_a_lost_answer_left_can_be_removed_without_knowing_its_number(self, site, address):
        site.lose_the_answer()
        with pytest.raises(UncertainError):
            site.hook.insert(address, self.entry(site), KEY)
        assert site.standing() == 1
        assert self.empty(site, address) == 1
        assert site.standing() == 0
        assert self.empty(site, address) == 0

    def test_what_reached_nobody_may_be_tried_again(self, site, address):
        site.go_down()
        with pytest.raises((RetriableError, FatalError)):
            site.hook.insert(address, self.entry(site), KEY)
        assert site.standing() == 0

    def test_a_refusal_says_in_the_erps_words_what_to_correct_and_leaves_nothing(self, site, address):
        with pytest.raises(DataError) as refusal:
            site.hook.insert(address, self.entry(site, credit="NO-EXISTE-PRUEBA"), KEY)
        told = str(refusal.value)
        assert told.startswith(f"{site.hook.vendor}: ")
        assert "NO-EXISTE-PRUEBA" in told
        assert "correct the data" in told
        assert isinstance(refusal.value.message, Sentence)
        self.empty(site, address)
        assert site.standing() == 0

    def test_a_document_is_deleted_once_and_then_is_clearly_not_there(self, site, address):
        document = site.hook.insert(address, self.entry(site), KEY).document
        assert site.hook.delete(address, document) is True
        assert site.hook.delete(address, document) is False
        assert site.standing() == 0

    def test_a_reversal_stands_at_its_own_address(self, site, address):
        into = self.nth(site, 2)
        document = site.hook.insert(address, self.entry(site), KEY).document
        answer = site.hook.reverse(of=address, document=document, into=into)
        assert doubt_about(answer, into, site.hook.numbering) == ""
        assert self.empty(site, into) == 1
        assert self.empty(site, address) == 1

    def test_a_closed_month_says_so_for_a_booking_and_for_a_delete(self, site, address):
        document = site.hook.insert(address, self.entry(site), KEY).document
        site.close_the_month()
        with pytest.raises(PeriodClosedError) as refused:
            site.hook.insert(self.nth(site, 2), self.entry(site), KEY)
        assert refused.value.entry_date == DAY
        with pytest.raises(PeriodClosedError):
            site.hook.delete(address, document)
        assert site.standing() == 1

    def test_what_stands_is_read_as_it_was_sent_or_the_site_says_that_it_cannot(self, site, address):
        entry = self.entry(site)
        document = site.hook.insert(address, entry, KEY).document
        lines = site.hook.read_back(address.tenant, DAY, address.lot)
        if lines is None:
            assert site.hook.in_lot(address.tenant, address.lot) is None
            return
        assert {(line.sublot, line.document, line.key) for line in lines} == {(address.sublot, document, KEY)}
        assert differences(entry, lines) == []
        (standing,) = site.hook.in_lot(address.tenant, address.lot)
        assert tuple(standing) == (address, document, KEY)
        assert site.hook.read_back(address.tenant, date(2024, 9, 7), address.lot) == []

    def test_an_entry_of_as_many_lines_as_it_says_is_taken(self, site, address):
        limits, cent = site.section.limits, Decimal("0.01")
        history = "x" * limits.history
        debits = [Line(Side.DEBIT, site.debit, cent, history)] * (limits.lines - 1)
        credit = Line(Side.CREDIT, site.credit, cent * (limits.lines - 1), history)
        answer = site.hook.insert(address, JournalEntry("box_1", DAY, 1, "USD", (*debits, credit)), KEY)
        assert doubt_about(answer, address, site.hook.numbering) == ""

    def test_a_boxs_file_may_not_say_what_it_does_not_know(self, site):
        with pytest.raises(ValueError, match="lot"):
            type(site.section).model_validate({**site.section.model_dump(), "lot": "not a lot!"})
