"""What is wrong in served_invoices.yaml is said where it stands."""

import pytest

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.check import check_all
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.served_invoices import digest_of, served_companies

FILE = "served_invoices.yaml"


def test_the_projects_own_file_is_sound_and_has_a_company_of_each_source(folder):
    assert served_companies().keys() == {"itb_uruguay", "comercial_austral", "itb", "universidad"}
    assert check_all() == []


def test_without_the_file_nothing_is_served(folder):
    (folder / FILE).unlink()
    assert served_companies() == {}


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("{by: cost_centre", "{by: cost_center", r"no 'cost_center'.*did you mean"),
        ("total: [net]}", "total: [nett]}", r"no amount 'nett'"),
        ("total: [net]}", "total: []}", "total"),
        ("vat_parts: {\"22\"", "vat_parts: {\"22 %\"", "vat_parts"),
        ("    each: document", "    planned: {by: number}", "planned needs sgi_project"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_told(folder, spoil, was, is_now, said):
    spoil(FILE, was, is_now)
    with pytest.raises(MappingError, match=rf"(?s)served_invoices.yaml.*{said}"):
        served_companies()


def test_a_company_without_boxes_is_told(folder, spoil):
    spoil(FILE, "  universidad:", "  universidat:")
    (finding,) = check_all()
    assert "no cash box of company universidat; did you mean" in finding.message


def test_where_a_boxs_file_is_wrong_nothing_is_said_of_its_company(folder, spoil):
    spoil("cash_boxes/universidad_contratos.yaml", "currency: EUR", "currency: XXX")
    (folder / "cash_boxes" / "universidad_servicios.yaml").unlink()
    assert not any("no cash box of company" in finding.message for finding in check_all())


def test_boxes_with_two_currencies_are_told_since_what_is_served_says_none(folder, spoil):
    spoil("cash_boxes/itb_uruguay_1_2.yaml", "currency: UYU", "currency: USD")
    assert any("keep USD, UYU" in finding.message for finding in check_all())


def test_other_rules_have_another_digest(folder, spoil):
    mapping = account_mapping("sge_spain")
    before = digest_of(served_companies()["universidad"], [mapping])
    assert digest_of(served_companies()["universidad"], [mapping]) == before
    assert digest_of(served_companies()["universidad"], [account_mapping("bsale_chile")]) != before
    spoil(FILE, "vat_rate: {by: vat_rate}", 'vat_rate: {otherwise: "21"}')
    assert digest_of(served_companies()["universidad"], [mapping]) != before
