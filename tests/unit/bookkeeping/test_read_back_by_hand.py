"""Whatever a person changes in a document of the ERP is found; what nobody touched never is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.read_back import BookedLine, Code, amounts_apart, differences, line_differences

KEY = "itb_caja_164|20240906|1|1"
CENTS = st.integers(1, 10**9).map(lambda cents: Decimal(cents) / 100)
ACCOUNTS = st.sampled_from(["1.1.01.001", "1.1.01.002", "4.1.01.001"])


@st.composite
def entries(draw) -> JournalEntry:
    """A balanced entry: some debits, against a credit or two, often with lines that are alike."""
    debits = draw(st.lists(st.tuples(ACCOUNTS, CENTS | st.just(Decimal("10.00"))), min_size=1, max_size=8))
    total = sum(amount for _, amount in debits)
    first = draw(st.integers(0, int(total * 100) - 1).map(lambda cents: Decimal(cents) / 100))
    credits = [amount for amount in (first, total - first) if amount]
    lines = [Line(Side.DEBIT, account, amount, "Caja") for account, amount in debits]
    lines += [Line(Side.CREDIT, draw(ACCOUNTS), amount, "Ingresos") for amount in credits]
    return JournalEntry("itb_caja_164", date(2024, 9, 6), 1, "USD", tuple(lines))


def as_booked(entry: JournalEntry, random: Random) -> list[BookedLine]:
    """The entry as the ERP holds it: in whatever order, with continued histories and lines in further currencies."""
    lines = [
        BookedLine("001", "000001", f"{number:03d}", line.side, line.account, line.amount, "USD", line.history, KEY)
        for number, line in enumerate(entry.lines, start=1)
    ]
    more = [replace(random.choice(lines), side=None, amount=Decimal("0.00"), line="900")]
    more += [replace(random.choice(lines), currency="02", amount=Decimal(random.randint(1, 999)))]
    random.shuffle(lines)
    return lines + more


def found(entry: JournalEntry, booked: list[BookedLine]) -> list:
    return line_differences(entry, booked, {KEY})


@given(entries(), st.randoms())
def test_a_document_that_nobody_touched_is_the_entry(entry, random):
    assert found(entry, as_booked(entry, random)) == []


CHANGES = {
    "amount": lambda line, cents: replace(line, amount=line.amount + Decimal(cents) / 100),
    "account": lambda line, _: replace(line, account=f"{line.account}9"),
    "side": lambda line, _: replace(line, side=Side.CREDIT if line.side is Side.DEBIT else Side.DEBIT),
    "currency": lambda line, _: replace(line, currency="05"),
    "type": lambda line, _: replace(line, outside="9"),
    "key": lambda line, _: replace(line, key="typed by hand"),
}


@given(entries(), st.randoms(use_true_random=False), st.sampled_from([*CHANGES]), st.integers(1, 10**6))
def test_any_change_of_a_line_is_found(entry, random, what, cents):
    booked = as_booked(entry, random)
    place = random.randrange(len(entry.lines))
    booked[place] = CHANGES[what](booked[place], cents)
    assert found(entry, booked)
    assert differences(entry, booked, {KEY})


@given(entries(), st.randoms(use_true_random=False), st.booleans())
def test_a_line_too_many_or_too_few_is_found(entry, random, too_many):
    booked = as_booked(entry, random)
    if too_many:
        added = replace(booked[random.randrange(len(entry.lines))], line="950", currency=random.choice(["USD", "05"]))
        assert [one.code for one in found(entry, [*booked, added])] == [Code.ADDED]
    else:
        del booked[random.randrange(len(entry.lines))]
        assert found(entry, booked)


@given(entries(), st.randoms(use_true_random=False), st.integers(1, 10**6))
def test_the_sizes_of_the_differences_come_to_what_the_balances_are_off(entry, random, cents):
    booked = as_booked(entry, random)
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(entry.lines))
        booked[place] = CHANGES[random.choice(["amount", "account", "type"])](booked[place], cents)
    counted = [line for line in booked if line.side and line.currency == "USD" and not line.outside]
    off = entry.debit + entry.credit - sum(line.amount for line in counted)
    assert sum(one.size for one in found(entry, booked)) == off


def cash(*amounts: str) -> JournalEntry:
    lines = [Line(Side.DEBIT, "1.1.01.001", Decimal(amount), "Caja") for amount in amounts]
    total = sum((line.amount for line in lines), Decimal(0))
    return JournalEntry("b", date(2024, 9, 6), 1, "USD", (*lines, Line(Side.CREDIT, "4.1", total, "Ingresos")))


def booked(entry: JournalEntry) -> list[BookedLine]:
    return [
        BookedLine("001", "000001", f"{number:03d}", line.side, line.account, line.amount, "USD", "", KEY)
        for number, line in enumerate(entry.lines, start=1)
    ]


def test_a_changed_cent_is_told_with_both_amounts_and_its_own_size():
    entry = cash("6491.55", "5.00")
    lines = booked(entry)
    lines[0] = replace(lines[0], amount=Decimal("6491.54"))
    (one,) = found(entry, lines)
    assert (one.code, one.line, one.size) == (Code.AMOUNT, 1, Decimal("0.01"))
    assert amounts_apart([one]) == ["6491.55 against 6491.54: 0.01"]


def test_of_lines_of_one_account_the_one_that_is_nearest_counts_as_changed():
    entry = cash("5.00", "6491.55")
    lines = booked(entry)
    lines = [replace(lines[1], amount=Decimal("6491.54")), lines[2]]
    assert [(one.code, one.line) for one in found(entry, lines)] == [(Code.MISSING, 1), (Code.AMOUNT, 2)]


def test_a_pre_entry_is_not_booked_and_says_so():
    entry = cash("10.00")
    lines = [replace(line, outside="9") for line in booked(entry)]
    assert differences(entry, lines) == [
        "the ERP keeps credit 4.1 10.00 with type 9, outside the balances: it is not booked",
        "the ERP keeps debit 1.1.01.001 10.00 with type 9, outside the balances: it is not booked",
    ]
    assert [one.size for one in found(entry, lines)] == [Decimal("10.00")] * 2


@pytest.mark.parametrize(("key", "keeps_keys", "wrong"), [
    (KEY, True, False), ("another", False, True), (KEY[:10], False, False), ("", False, False), (KEY[:10], True, True),
    ("", True, True),
])  # fmt: skip
def test_a_key_that_a_site_cuts_is_no_change_unless_it_is_known_to_keep_them(key, keeps_keys, wrong):
    entry = cash("10.00")
    lines = [replace(line, key=key) for line in booked(entry)]
    assert bool(line_differences(entry, lines, {KEY}, keeps_keys=keeps_keys)) is wrong


def test_hundreds_of_lines_of_one_account_are_compared_quickly():
    entry = cash(*(f"{n}.00" for n in range(1, 990)))
    lines = [replace(line, amount=line.amount + Decimal("0.01")) for line in booked(entry)]
    assert {one.code for one in found(entry, lines)} == {Code.AMOUNT}
