"""A month's tie-out: every planted difference is named with its account and amount, and nothing is invented."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.days import EARLIEST, last_of_month
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.read_back import BookedLine
from cierre.bookkeeping.tie_out import (
    AccountTotal,
    Code,
    ErpDocument,
    HeldLine,
    PostedBalance,
    State,
    months,
    refused_months,
    tie_out,
)

OURS, THEIRS = ("008964", "008965"), ("000001", "000777")
CASH, BANK, SALES, VAT = "1.1.01.001", "1.1.02.001", "4.1.01.001", "2.1.02.001"
ACCOUNTS, MONEY = (CASH, BANK, SALES, VAT), {CASH, BANK}
SEPTEMBER = date(2024, 9, 1)

Lines = list[tuple[str, Decimal]]
"""Account and amount, a credit below zero."""


def held(document: ErpDocument, lines: Lines, outside: str = "", currency: str = "USD") -> list[HeldLine]:
    return [
        HeldLine(
            document,
            BookedLine(
                document.sublot, document.document, f"{number:03d}", Side.DEBIT if amount > 0 else Side.CREDIT, account,
                abs(amount), currency, "", "", outside,
            ),
        )
        for number, (account, amount) in enumerate(lines, start=1)
    ]  # fmt: skip


def posted(document: ErpDocument, lines: Lines) -> list[PostedBalance]:
    sums = {account: sum((amount for one, amount in lines if one == account), Decimal(0)) for account, _ in lines}
    return [PostedBalance(document, account, "USD", balance) for account, balance in sums.items()]


def document(day: int, lot: str = OURS[0], sublot: str = "001", number: str = "000001") -> ErpDocument:
    return ErpDocument(date(2024, 9, day), lot, sublot, number)


def compare(ours: list[PostedBalance], in_erp: list[HeldLine]):
    return tie_out(
        ours,
        [one for one in in_erp if one.document.lot in OURS],
        [one for one in in_erp if one.line.account in MONEY],
        lots=OURS,
        money_accounts=MONEY,
        currencies={"USD"},
    )


def d(text: str) -> Decimal:
    return Decimal(text)


# --- the worked example of docs/accountants/guia.md


def test_the_worked_example_of_the_accountants_guide():
    """September of one box: two days and a correction; then a cent, a deletion, an entry by hand, and the treasury."""
    sixth, seventh, reversal, anew = document(6), document(7), document(7, sublot="002"), document(7, sublot="003")
    day_6 = [(CASH, d("112.00")), (SALES, d("-100.00")), (VAT, d("-12.00"))]
    day_7 = [(CASH, d("56.00")), (SALES, d("-50.00")), (VAT, d("-6.00"))]
    corrected = [(BANK, d("56.00")), (SALES, d("-50.00")), (VAT, d("-6.00"))]
    back = [(account, -amount) for account, amount in day_7]
    ours = [line for doc, lines in ((sixth, day_6), (seventh, day_7), (reversal, back), (anew, corrected))
            for line in posted(doc, lines)]  # fmt: skip
    deposit = document(9, lot="000777")
    edited = [(CASH, d("111.99")), (SALES, d("-100.00")), (VAT, d("-12.00"))]
    by_hand = document(8, sublot="777")
    in_erp = [
        *held(sixth, edited),
        *held(seventh, day_7),
        *held(reversal, back),
        *held(by_hand, [(BANK, d("7.00")), (SALES, d("-7.00"))]),
        *held(deposit, [(BANK, d("100.00")), (CASH, d("-100.00"))]),
    ]
    result = compare(ours, in_erp)
    assert result.state is State.DIFFERS
    assert list(result.accounts) == [
        AccountTotal(CASH, "USD", d("112.00"), d("111.99"), d("-100.00")),
        AccountTotal(BANK, "USD", d("56.00"), d("7.00"), d("100.00")),
        AccountTotal(VAT, "USD", d("-18.00"), d("-12.00"), None),
        AccountTotal(SALES, "USD", d("-150.00"), d("-107.00"), None),
    ]
    assert [one.difference for one in result.accounts] == [d("-0.01"), d("-49.00"), d("6.00"), d("43.00")]
    assert [(one.code, one.document, one.account, one.difference) for one in result.findings] == [
        (Code.CHANGED, sixth, CASH, d("-0.01")),
        (Code.GONE, anew, BANK, d("-56.00")),
        (Code.GONE, anew, VAT, d("6.00")),
        (Code.GONE, anew, SALES, d("50.00")),
        (Code.ADDED, by_hand, BANK, d("7.00")),
        (Code.ADDED, by_hand, SALES, d("-7.00")),
        (Code.FOREIGN, deposit, CASH, d("-100.00")),
        (Code.FOREIGN, deposit, BANK, d("100.00")),
    ]


def test_differences_that_cancel_out_on_an_account_are_found_all_the_same():
    one, other = document(6), document(7)
    ours = posted(one, [(CASH, d("5.00"))]) + posted(other, [(CASH, d("5.00"))])
    result = compare(ours, held(one, [(CASH, d("5.01"))]) + held(other, [(CASH, d("4.99"))]))
    assert [finding.difference for finding in result.findings] == [d("0.01"), d("-0.01")]
    assert result.accounts[0].difference == 0
    assert result.state is State.DIFFERS


def test_a_line_that_the_erp_also_says_in_another_currency_counts_once():
    lines = [(CASH, d("40.00")), (SALES, d("-40.00"))]
    doc = document(6)
    converted = held(doc, [(account, amount * 40) for account, amount in lines], currency="UYU")
    result = compare(posted(doc, lines), held(doc, lines) + converted)
    assert (result.findings, result.state) == ((), State.TIED_OUT)


def test_a_line_whose_currency_was_changed_is_missing_in_one_and_too_much_in_the_other():
    doc = document(6)
    result = compare(posted(doc, [(CASH, d("40.00"))]), held(doc, [(CASH, d("40.00"))], currency="UYU"))
    assert {(one.currency, one.difference) for one in result.findings} == {("USD", d("-40.00")), ("UYU", d("40.00"))}


def test_a_pre_entry_of_ours_is_not_booked_and_one_of_others_is_nothing():
    doc = document(6)
    pre = held(doc, [(CASH, d("9.00"))], outside="9") + held(document(6, "000777"), [(CASH, d("3.00"))], outside="9")
    result = compare(posted(doc, [(CASH, d("9.00"))]), pre)
    assert [(one.code, one.difference) for one in result.findings] == [(Code.OUTSIDE, d("-9.00"))]


@pytest.mark.parametrize(("first", "last", "number"), [((2024, 1), (2024, 12), 12), ((2024, 12), (2025, 1), 2)])
def test_months_are_from_the_first_to_the_last(first, last, number):
    found = months(date(*first, 17), date(*last, 3))
    assert len(found) == number
    assert all(after == last_of_month(before) + timedelta(days=1) for before, after in pairwise(found))


@given(st.dates(), st.dates())
def test_months_are_none_where_the_last_is_before_the_first_and_end_with_it(first, last):
    found = months(first, last)
    assert found == sorted(found)
    if first.replace(day=1) > last:
        assert found == []
    else:
        assert (found[0], last_of_month(found[-1]) >= last >= found[-1]) == (first.replace(day=1), True)


@given(st.dates(), st.dates(), st.dates())
def test_months_that_are_taken_are_few_and_none_is_to_come(first, last, today):
    if refused_months(first, last, today) is None:
        assert 1 <= len(months(first, last)) <= 25
        assert first >= EARLIEST
        assert months(first, last)[-1] <= today
    else:
        assert (
            len(months(first, last)) == 0
            or first.replace(day=1) < EARLIEST
            or months(first, last)[-1] > today
            or len(months(first, last)) > 23
        )


# --- random months

AMOUNTS = st.integers(1, 10**7).map(lambda cents: Decimal(cents) / 100)
PAIRS = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), AMOUNTS)
JOURNALS = st.lists(PAIRS, min_size=1, max_size=4).map(
    lambda pairs: [line for debit, credit, amount in pairs for line in ((debit, amount), (credit, -amount))]
)
DAYS = st.integers(0, 29).map(lambda days: SEPTEMBER + timedelta(days=days))


@st.composite
def documents(draw, lots: tuple[str, ...]) -> dict[ErpDocument, Lines]:
    """Documents at addresses of their own; reversals are documents like any other."""
    places = st.tuples(DAYS, st.sampled_from(lots), st.integers(1, 40))
    books: dict[ErpDocument, Lines] = {}
    for day, lot, number in draw(st.lists(places, max_size=8, unique=True)):
        doc = ErpDocument(day, lot, f"{number:03d}", "000001")
        books[doc] = draw(JOURNALS)
        if draw(st.booleans()):
            into = doc._replace(sublot=f"{number + 500:03d}")
            books[into] = [(account, -amount) for account, amount in books[doc]]
    return books


def balances(lines: Lines) -> dict[str, Decimal]:
    sums = dict.fromkeys((account for account, _ in lines), Decimal(0))
    for account, amount in lines:
        sums[account] += amount
    return sums


@given(st.data())
def test_every_planted_difference_is_named_to_the_cent_and_nothing_is_invented(data):
    books, foreign = data.draw(documents(OURS)), data.draw(documents(THEIRS))
    in_erp, planted = dict(books), {}
    for doc in books:
        match data.draw(st.sampled_from(["stays", "stays", "deleted", "edited"])):
            case "deleted":
                del in_erp[doc]
                planted |= {(Code.GONE, doc, account): -was for account, was in balances(books[doc]).items()}
            case "edited":
                number = data.draw(st.integers(0, len(books[doc]) - 1))
                account, amount = books[doc][number]
                by = data.draw(AMOUNTS) * (1 if amount > 0 else -1)
                in_erp[doc] = [*books[doc][:number], (account, amount + by), *books[doc][number + 1 :]]
                planted[Code.CHANGED, doc, account] = by
    for number, lines in enumerate(data.draw(st.lists(JOURNALS, max_size=3))):
        added = ErpDocument(SEPTEMBER, OURS[0], f"9{number:02d}", "000001")
        in_erp[added] = lines
        planted |= {(Code.ADDED, added, account): amount for account, amount in balances(lines).items()}
    for doc, lines in foreign.items():
        on_money = {account: amount for account, amount in balances(lines).items() if account in MONEY}
        planted |= {(Code.FOREIGN, doc, account): amount for account, amount in on_money.items()}
    all_lines = [line for doc, lines in {**in_erp, **foreign}.items() for line in held(doc, lines)]
    ours = [line for doc, lines in books.items() for line in posted(doc, lines)]
    result = compare(ours, data.draw(st.permutations(all_lines)))

    named = {(one.code, one.document, one.account): one.difference for one in result.findings}
    assert named == {place: amount for place, amount in planted.items() if amount}
    own = {place: amount for place, amount in named.items() if place[0] is not Code.FOREIGN}
    assert result.state is (State.DIFFERS if own else State.TIED_OUT)
    for total in result.accounts:
        apart = sum((amount for (_, _, account), amount in own.items() if account == total.account), Decimal(0))
        assert total.difference == apart
        assert (total.other_lots is not None) == (total.account in MONEY)
