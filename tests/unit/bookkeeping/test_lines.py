"""Packing: the entries are those that documents make one by one, however their shares are kept."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.columns import Documents
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.lines import Portion, add, pack

LINES = 4
DOCUMENT = st.sets(st.tuples(st.integers(0, 5), st.sampled_from(["net", "gross"])), max_size=LINES)
"""What a document has shares of: lines by number, and components."""


def packed_one_by_one(days_documents):
    """Entries as the shares (document, line, component) of each."""
    entries, entry, lines = [], set(), set()
    for number, document in enumerate(days_documents):
        own = {line for line, _ in document}
        if len(lines | own) > LINES:
            entries.append(entry)
            entry, lines = set(), set()
        entry |= {(number, *share) for share in document}
        lines |= own
    return [entry for entry in [*entries, entry] if entry]


@given(st.lists(DOCUMENT, max_size=20))
def test_documents_fill_an_entry_until_the_next_ones_lines_no_longer_fit(days_documents):
    portions = {}
    for number, document in enumerate(days_documents):
        for line, component in sorted(document):
            portion = portions.setdefault((line, component), Portion(line, Kind.PAYMENT, "1", component, turned=False))
            add(number, [(portion, Decimal(number), None)])
    entries = list(pack(portions.values(), Documents(), LINES))

    assert packed_one_by_one(days_documents) == [
        {(number, slot, shares.component) for slot, shares in entry for number in shares.numbers} for entry in entries
    ]
    assert all(shares.amounts == shares.numbers and not shares.foreign for entry in entries for _, shares in entry)


def test_a_document_of_more_lines_than_an_entry_has_is_named(payment):
    portions = [Portion(line, Kind.PAYMENT, "1", "net", turned=False) for line in range(3)]
    add(0, [(portions[0], Decimal(1), None)])
    add(1, [(portion, Decimal(1), None) for portion in portions])
    with pytest.raises(ValueError, match="sga:payment:b needs 3 lines; an entry may have 2"):
        list(pack(portions, Documents.of([payment("a"), payment("b")]), 2))
