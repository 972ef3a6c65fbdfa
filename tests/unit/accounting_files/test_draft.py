"""A draft of a mapping: read from anywhere, held against the chart in use."""

import shutil

import pytest

from cierre.accounting_files import MappingError
from cierre.accounting_files.account_mappings import account_mapping, draft_mapping


@pytest.fixture
def draft(folder, tmp_path):
    return shutil.copy(folder / "accounts" / "sga_ecuador.yaml", tmp_path / "sga_ecuador.yaml")


def test_a_draft_says_what_its_file_says(draft):
    assert draft_mapping(draft) == account_mapping("sga_ecuador")


def test_a_mistake_in_a_draft_is_named_with_its_line(draft):
    draft.write_text(draft.read_text().replace("1.1.01.001", "9.9.99.999"))
    with pytest.raises(MappingError, match=r"sga_ecuador.yaml:\d+.*9\.9\.99\.999"):
        draft_mapping(draft)


def test_a_draft_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MappingError, match=r"other\.yaml: there is no such file"):
        draft_mapping(tmp_path / "other.yaml")
