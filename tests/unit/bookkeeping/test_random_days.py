"""Random days of every source, other currencies included: never an unbalanced entry, a negative line or a lost cent.

CIERRE_DOCUMENTS says how many: `CIERRE_DOCUMENTS=5000000 make unit`.
"""

import os
import random
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings, strategies as st

from cierre.accounting_files import cash_box
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Document
from cierre.bookkeeping.journal import JournalEntry, Side
from cierre.bookkeeping.money import quantum
from cierre.bookkeeping.rules import Posting
from support.random_documents import DAY, RandomDocuments

MOST = 1000
"""Documents of a day."""
DOCUMENTS = int(os.environ.get("CIERRE_DOCUMENTS", "8000"))

BOXES = {
    box.source: (box, account_mapping(box.mapping))
    for box in map(cash_box, ("itb_caja_164", "austral_oficina_1", "itb_uruguay_1_1", "universidad_contratos"))
}
sources = pytest.mark.parametrize("source", BOXES)
many = settings(max_examples=DOCUMENTS // len(BOXES) // (MOST // 2))
seeds = st.integers(0, 2**32)
counts = st.integers(1, MOST)


def derived(source: str, documents: Iterable[Document], max_lines: int = 999) -> list[JournalEntry]:
    box, mapping = BOXES[source]
    derivation = derive(documents, mapping, box, DAY, max_lines)
    assert derivation.problems == []
    return derivation.entries


@sources
@many
@given(seed=seeds, count=counts)
def test_every_cent_of_every_document_is_booked_once_a_side(source, seed, count):
    box, mapping = BOXES[source]
    documents = {one.key: one for one in RandomDocuments(box, mapping, seed)(count)}
    shares: dict[tuple[str, Side, str], Decimal] = defaultdict(Decimal)
    conversion: dict[str, Decimal] = defaultdict(Decimal)
    turned: dict[tuple[str, Side, str], bool] = {}
    for entry in derived(source, documents.values()):
        assert entry.debit == entry.credit
        for line in entry.lines:
            assert line.amount == sum(share.amount for share in line.sources) > 0
            assert line.amount == line.amount.quantize(quantum(box.currency))
            assert len(line.history) <= 40
            if line.foreign:
                assert line.foreign.amount == sum(share.foreign for share in line.sources)
                assert {documents[share.document_key].currency for share in line.sources} == {line.foreign.currency}
            for share in line.sources:
                own = share.amount if share.foreign is None else share.foreign
                if (
                    share.component == "rounding"
                    and share.foreign is None
                    and documents[share.document_key].currency != box.currency
                ):
                    conversion[share.document_key] += own
                    continue
                assert share.amount > 0
                shares[share.document_key, line.side, share.component] += own
                turned[share.document_key, line.side, share.component] = share.turned

    assert {key: value for key, value in shares.items() if key[2] != "rounding"} == {
        (one.key, side_of(posting, one), posting.amount): abs(one.amounts[posting.amount])
        for one in documents.values()
        for posting in mapping.postings[one.kind]
        if one.amounts[posting.amount]
    }
    assert {key for key, is_turned in turned.items() if is_turned} == {
        (one.key, side_of(posting, one), posting.amount)
        for one in documents.values()
        for posting in mapping.postings[one.kind]
        if one.amounts[posting.amount] < 0
    }
    assert {key: value for (key, _, component), value in shares.items() if component == "rounding"} == {
        one.key: abs(one.amounts["rounding"]) for one in documents.values() if "rounding" in one.amounts
    }
    for key, left in conversion.items():
        lines = sum(1 for share in shares if share[0] == key)
        assert left <= quantum(box.currency) * lines / 2


@sources
@settings(max_examples=3)
@given(seed=seeds, count=st.integers(1, MOST // 5))
def test_a_day_books_what_each_of_its_documents_books_by_itself(source, seed, count):
    documents = list(RandomDocuments(*BOXES[source], seed)(count))

    def shares(entries: Iterable[JournalEntry]) -> list[tuple]:
        return sorted(
            (share.document_key, share.component, line.side, line.account, line.cost_centre, line.item,
             line.value_class, line.entities, line.history, line.foreign is None,
             share.amount, str(share.foreign), share.turned)
            for entry in entries
            for line in entry.lines
            for share in line.sources
        )  # fmt: skip

    by_itself = [entry for document in documents for entry in derived(source, [document])]
    assert shares(derived(source, documents)) == shares(by_itself)


@sources
@many
@given(seed=seeds, count=counts)
def test_each_share_is_its_documents_amount_by_its_documents_rate(source, seed, count):
    box, mapping = BOXES[source]
    documents = {one.key: one for one in RandomDocuments(box, mapping, seed)(count)}
    for entry in derived(source, documents.values()):
        for line in entry.lines:
            for share in line.sources:
                document = documents[share.document_key]
                if share.component != "rounding":
                    rate = Decimal(document.attributes.get("rate", "1"))
                    wanted = abs(document.amounts[share.component]) * rate
                    assert share.amount == wanted.quantize(quantum(box.currency), rounding=ROUND_HALF_UP)
                    assert (share.foreign is None) == (document.currency == box.currency)


@sources
@settings(max_examples=5)
@given(seed=seeds, count=st.integers(1, 100), max_lines=st.integers(12, 40))
def test_neither_order_nor_splitting_changes_what_is_booked(source, seed, count, max_lines):
    documents = RandomDocuments(*BOXES[source], seed)(count)
    whole, parts = derived(source, documents), derived(source, documents, max_lines)
    random.Random(seed).shuffle(documents)

    assert derived(source, documents) == whole
    assert all(len(part.lines) <= max_lines for part in parts)
    assert totals(parts) == totals(whole)


def side_of(posting: Posting, document: Document) -> Side:
    """Where a document's amount belongs: where the posting says, or on the other side if it is below zero."""
    other = Side.CREDIT if posting.journal_side is Side.DEBIT else Side.DEBIT
    return other if document.amounts[posting.amount] < 0 else posting.journal_side


def totals(entries: Iterable[JournalEntry]) -> dict[tuple, Decimal]:
    """What is booked to each account and side, whichever entries and lines it stands in."""
    sums: dict[tuple, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for line in entry.lines:
            sums[line.side, line.account, line.cost_centre, line.foreign and line.foreign.currency] += line.amount
    return sums
