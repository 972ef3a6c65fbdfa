"""What people do to the ERP's books past its API."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

AT = {"CT2_DATA": "06/09/2024", "CT2_LOTE": "008964", "CT2_SBLOTE": "001"}


@pytest.fixture
def document(sandbox, accountant):
    accountant.insert(**AT)
    (document,) = sandbox.protheus_ledger()
    return document


def test_a_line_that_a_person_changed_stands_changed(sandbox, document):
    sandbox.edit_document(document, 2, CT2_VALOR="9.99", CT2_CREDIT="4.2")
    (changed,) = sandbox.protheus_ledger()
    assert [line["CT2_VALOR"] for line in changed.lines] == ["10.00", "9.99"]
    assert changed.lines[1]["CT2_CREDIT"] == "4.2"


@pytest.mark.parametrize(("line", "fields"), [(0, {"CT2_HIST": "x"}), (3, {"CT2_HIST": "x"}), (1, {"CT2_NADA": "x"})])
def test_a_line_or_field_that_is_not_there_is_an_error(sandbox, document, line, fields):
    with pytest.raises(requests.HTTPError, match="404"):
        sandbox.edit_document(document, line, **fields)


def test_a_document_that_a_person_deleted_is_gone_and_cannot_be_deleted_again(sandbox, document):
    sandbox.remove_document(document)
    assert sandbox.protheus_ledger(live=True) == []
    with pytest.raises(requests.HTTPError, match="no document 000001 stands"):
        sandbox.remove_document(document)


def test_a_backup_loses_what_came_after_it_and_frees_its_numbers(sandbox, accountant, document):
    accountant.insert(**AT)
    accountant.insert(**AT | {"CT2_SBLOTE": "002"})
    assert sandbox.restore_protheus(document.inserted_at) == 2
    assert [left.document for left in sandbox.protheus_ledger()] == ["000001"]
    assert accountant.insert(**AT)["CT2_DOC"] == "000002"


def test_a_backup_brings_back_what_was_deleted_since(sandbox, document):
    sandbox.remove_document(document)
    sandbox.restore_protheus(document.inserted_at)
    assert [found.live for found in sandbox.protheus_ledger()] == [True]


def test_a_backup_of_now_changes_nothing(sandbox, accountant, document):
    assert sandbox.restore_protheus(datetime.now(UTC) + timedelta(seconds=1)) == 0
    assert [left.document for left in sandbox.protheus_ledger()] == ["000001"]


def test_a_backup_needs_an_instant_with_a_zone(sandbox):
    with pytest.raises(requests.HTTPError, match="422"):
        sandbox.restore_protheus(datetime(2024, 9, 6))
