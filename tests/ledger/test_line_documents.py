"""The documents behind lines, as rows: however a line keeps its shares, the same rows."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from cierre.accounting_files import cash_box
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.derive import derive
from cierre.ledger import line_documents
from support.random_documents import DAY, RandomDocuments


@pytest.mark.parametrize("box_id", ["itb_caja_164", "austral_oficina_1", "itb_uruguay_1_1", "universidad_contratos"])
@settings(max_examples=5)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 2500))
def test_shares_kept_together_and_one_by_one_make_the_same_rows(box_id, seed, count):
    box = cash_box(box_id)
    mapping = account_mapping(box.mapping)
    derivation = derive(RandomDocuments(box, mapping, seed)(count), mapping, box, DAY)
    assert derivation.problems == []
    for entry in derivation.entries:
        one_by_one = [replace(line, sources=tuple(line.sources)) for line in entry.lines]
        assert list(one_by_one) == list(entry.lines)
        rows = list(line_documents.rows(1, entry.lines, derivation.documents))
        assert rows == list(line_documents.rows(1, one_by_one, derivation.documents))
