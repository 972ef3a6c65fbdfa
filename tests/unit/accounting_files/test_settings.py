from datetime import date

import pytest

from cierre.accounting_files.companies import Company, companies, company_as_read
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_boxes
from cierre.accounting_files.periods import open_from


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path))
    return tmp_path


def test_a_tenants_open_period_is_found_whatever_its_padding(folder):
    (folder / "periods.yaml").write_text('open_from:\n  "T1,D MG 01 ": 2024-10-01\n')
    assert open_from("T1,D MG 01") == date(2024, 10, 1)
    assert open_from("T1,D MG 02 ") is None


def test_settings_files_may_be_absent(folder):
    assert open_from("T1,D MG 01 ") is None
    assert companies() == {}


@pytest.mark.parametrize(
    ("name", "text", "ask", "said"),
    [
        ("periods.yaml", 'open_from:\n  "T1,D MG 01 ": october\n', lambda: open_from("x"), "periods.yaml:2"),
        ("companies.yaml", "companies:\n  itb:\n    name: ITB\n    alerts: [ana]\n", companies,
         r"companies.yaml:4: companies.itb.alerts\[1\]: 'ana' is not the address of one mailbox"),
        ("companies.yaml", "companies:\n  itb:\n    name: ITB\n    close_within: 0\n", companies,
         "'0' is less than 1, the least that it can be"),
        ("companies.yaml", "companies:\n  itb:\n    name: ITB\n    ask_again_for: 0\n", companies,
         "'0' must be more than 0"),
        ("companies.yaml", "companies:\n  itb:\n    name: ITB\n    four_eyes_on_mappings: nunca\n", companies,
         "'nunca' is neither true nor false"),
        ("companies.yaml", "companies:\n  itb:\n    name: >\n      ITB\n", companies, "must be one line of text"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_and_line(folder, name, text, ask, said):
    (folder / name).write_text(text)
    with pytest.raises(MappingError, match=said):
        ask()


def test_every_cash_boxs_company_has_somebody_to_tell():
    told = companies()
    assert [box.id for box in cash_boxes().values() if not told[box.company].alerts] == []


COMPANIES = """companies:
  itb:
    name: ITB
    alerts: [ana@example.com]
    close_within: 6
  wrong:
    nombre: Wrong
    alerts: luis@example.com; sin arroba
    close_within: soon
    language: en
"""


def test_a_typo_in_one_companys_entry_leaves_all_companies_their_addresses(folder):
    (folder / "companies.yaml").write_text(COMPANIES)
    with pytest.raises(MappingError):
        companies()
    assert company_as_read("itb") == Company(name="ITB", alerts=("ana@example.com",), close_within=6)
    assert company_as_read("wrong") == Company(name="wrong", alerts=("luis@example.com",), language="en")
    assert company_as_read("nobody") is None


@pytest.mark.parametrize("id", ['""', '"a\\nb"', '" "', "Caja 1", "1", "null"])
def test_an_id_that_is_none_leaves_the_other_companies_their_addresses(folder, id):
    entry = "    alerts: [ana@example.com]\n"
    (folder / "companies.yaml").write_text(f"companies:\n  {id}:\n{entry}  itb:\n{entry}")
    assert company_as_read("itb") == Company(name="itb", alerts=("ana@example.com",))


@pytest.mark.parametrize(
    "text", ["", "companies:\n", "companies:\n  itb:\n", "companies: [itb]\n", "companies: {itb: [\n"]
)
def test_a_file_of_companies_without_any_is_wrong_and_names_nobody(folder, text):
    (folder / "companies.yaml").write_text(text)
    with pytest.raises(MappingError, match=r"companies\.yaml"):
        companies()
    assert company_as_read("itb") is None
