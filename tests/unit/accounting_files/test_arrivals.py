"""What is wrong in arrivals.yaml is said where it stands, in the words of the other files' checks."""

import re

import pytest

from cierre.accounting_files.arrival_checks import check_arrivals
from cierre.accounting_files.check import check_all, sound
from cierre.accounting_files.findings import MappingError

FILE = "arrivals.yaml"


def told() -> list[str]:
    boxes, mappings = sound()
    try:
        check_arrivals(boxes, {name: one for name, (one, _) in mappings.items()})
    except MappingError as refused:
        return [str(finding) for finding in refused.findings]
    return []


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("{account: 5.1.01.002}", "{account: 5.1.1.002}", "account 5.1.1.002 is not in the chart of accounts; did you"),
        ("{account: 5.1.01.002}", "{account: 5.1.01}", r"account 5.1.01 \(Comisiones\) is a heading"),
        ('"4": {account: 1.1.03.001}', '"4": {account: 1.1.03.002}', "form '4' is booked on 1.1.03.001, and not on"),
        ('{"4": {account: 1.1.03.001}, ', "{", "form 4 of channel redcard has no account here"),
        ('clearing: {"1": {account: 1.1.01.001}}', 'clearing: {"1": {account: 1.1.01.001}, "2": {account: 1.1.01.001}}',
         "form '2' does not come by channel deposit; by it come 1"),
        ('forms: ["4", "9"]', 'forms: ["4", "9", "99"]', "form '99' is not among form_names"),
        ('lot: "008957"', 'lot: "008907"', "box educacion_continua_caja_7 has the same tenant and lot"),
        ('lot: "008957"', 'lot: "8957"', r"lot: .*six"),
        ("beside: educacion_continua_caja_7", "beside: educacion_continua_caja_8", "no cash box .*did you mean"),
        ("beside: educacion_continua_caja_7", "beside: itb_caja_164", "no cash box itb_caja_164 of this company"),
        ("box: educacion_continua_banco", "box: itb_caja_164", "itb_caja_164 is a cash box with a file of its own"),
        ("terminals: {educacion_continua_caja_7", "terminals: {educacion_continua_caja_6", "terminals.*no cash box"),
        ('deposit: {account: "2200011"', 'deposit: {account: "2200012"', "no statement of this company is of account"),
        ("  educacion_continua:", "  educacion_continuada:", "no cash box of company educacion_continuada"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_other_files_is_told_with_its_line(folder, spoil, was, is_now, said):
    line = spoil(FILE, was, is_now)
    found = told()
    assert any(re.search(rf"^{FILE}:{line}: .*{said}", one) for one in found), found


@pytest.mark.parametrize(
    ("format", "where", "said"),
    [
        ("banco_sandbox", 'deposit: {account: "2200011"',
         "account 2200011 is in UYU, and the boxes of this company are in USD"),
        ("redcard_sandbox", "reports: [redcard_sandbox]",
         "reports of redcard_sandbox are in UYU, and account 2200011 is in USD"),
    ],
)  # fmt: skip
def test_money_that_comes_in_another_currency_than_it_was_booked_in_is_told(folder, spoil, format, where, said):
    line = spoil(FILE, where, where)
    spoil(f"statements/{format}.yaml", "currency: USD", "currency: UYU")
    assert any(one.startswith(f"{FILE}:{line}: ") and one.endswith(said) for one in told()), told()


def test_a_channel_without_accounts_is_told(folder, spoil):
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(text.rpartition("        redcard:\n          clearing")[0], encoding="utf-8")
    (one,) = told()
    assert "channel redcard has no accounts here" in one


def test_it_is_one_of_all_checks_and_waits_for_the_boxes_to_be_right(folder, spoil):
    spoil(FILE, "{account: 5.1.01.002}", "{account: 5.1.1.002}")
    assert [finding.file for finding in check_all()] == [FILE]
    spoil("cash_boxes/itb_caja_164.yaml", "currency: USD", "currency: XXX")
    assert FILE not in [finding.file for finding in check_all()]
