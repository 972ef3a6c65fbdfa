"""What `check` says of a mapping: each test changes one thing in the project's own, which is sound."""

from copy import deepcopy

import pytest

from cierre.accounting_files import mappings_folder
from cierre.accounting_files.charts import read_chart
from cierre.bookkeeping.chart import Account, Chart, Dimension
from cierre.bookkeeping.checks import check
from cierre.bookkeeping.mapping import AccountMapping
from hooks.registry import limits_of_any

PAYMENT = ("postings", "payment")
DEBIT_NET = (*PAYMENT, 0)


@pytest.fixture(scope="module")
def chart() -> Chart:
    chart, findings = read_chart(mappings_folder())
    assert findings == []
    return chart


@pytest.fixture
def said(mapping) -> dict:
    """What the mapping says, to be changed."""
    return deepcopy(mapping.model_dump(mode="json"))


def findings(said: dict, chart: Chart) -> list[tuple]:
    return [tuple(finding) for finding in check(AccountMapping.model_validate(said), chart, limits_of_any())]


def test_the_projects_own_mapping_is_sound(mapping, chart):
    assert check(mapping, chart, limits_of_any()) == []


def test_a_payment_whose_scholarship_is_not_booked_would_not_balance(said, chart):
    del said["postings"]["payment"][2]

    assert findings(said, chart) == [
        (PAYMENT, "debits come to net + promotion but credits to net + promotion + scholarship: "
         "a payment would not balance")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unbooked", "debits", "credits"),
    [
        ([3], "net + promotion + scholarship", "nothing"),
        ([2, 3], "net + promotion", "net + scholarship"),
    ],
)
def test_a_payment_whose_sides_differ_otherwise_would_not_balance_either(said, chart, unbooked, debits, credits):
    postings = said["postings"]["payment"]
    credit = postings[3]
    for number in reversed(unbooked):
        del postings[number]
    if credits != "nothing":
        postings += [{**credit, "amount": "net"}, {**credit, "amount": "scholarship"}]

    assert (PAYMENT, f"debits come to {debits} but credits to {credits}: a payment would not balance") in findings(
        said, chart
    )


def test_income_net_of_a_discount_balances_too(said, chart):
    debit_net, _, _, credit = said["postings"]["payment"]
    said["postings"]["payment"] = [debit_net, {**credit, "amount": "net"}]

    assert findings(said, chart) == []


def test_an_amount_booked_twice_is_refused_although_it_balances(said, chart):
    said["postings"]["receipt"] *= 2

    assert findings(said, chart) == [
        (("postings", "receipt"), "each side books net + net: an amount is booked more than once")
    ]


def test_money_that_is_not_booked_at_all_is_refused(said, chart):
    promotion, credit = said["postings"]["payment"][1], said["postings"]["payment"][3]
    said["postings"]["payment"] = [promotion, {**credit, "amount": "promotion"}]

    assert findings(said, chart) == [
        (PAYMENT, "no posting has the amount net, so the money of a payment would not be booked")
    ]


def test_kinds_amounts_and_attributes_the_source_does_not_have_are_named(said, chart):
    said["postings"]["sale"] = said["postings"]["receipt"]
    said["postings"]["credit_note"][1]["amount"] = "gross"
    said["postings"]["receipt"][0]["rules"][0]["when"] = {"fraud": ["true"], "form": ["1"]}

    assert findings(said, chart) == [
        (("postings", "credit_note", 1, "amount"), "there is no amount 'gross'; known are net"),
        (
            ("postings", "receipt", 0, "rules", 0, "when", "fraud"),
            "there is no attribute 'fraud'; known are form, programme, box",
        ),
        (("postings", "sale"), "sga has no sale documents; known are payment, credit_note, receipt"),
    ]


def test_values_that_can_never_be_are_named(said, chart):
    said["postings"]["payment"][1]["rules"][1]["when"] = {"fraud": ["yes"]}
    said["postings"]["payment"][0]["rules"][1]["when"] = {"form": ["15", "51"]}
    said["tables"]["account_of_form"]["values"]["99"] = "1.1.01.001"

    assert findings(said, chart) == [
        (("tables", "account_of_form", "values", "99"), "form '99' is not among form_names; did you mean '9'?"),
        (
            (*DEBIT_NET, "rules", 1, "when", "form"),
            "form '51' is not among form_names, which name every form of payment",
        ),
        ((*PAYMENT, 1, "rules", 1, "when", "fraud"), "fraud is never 'yes'; it can be false or true"),
    ]


@pytest.mark.parametrize(
    ("account", "message"),
    [
        ("9.9.99", "account 9.9.99 is not in the chart of accounts"),
        (
            "1.1.02",
            "account 1.1.02 (Bancos) is a heading: book to one of the accounts under it, like 1.1.02.001, 1.1.02.002, "
            "1.1.02.003",
        ),
        ("1.1.02.099", "account 1.1.02.099 (Banco del Progreso (cuenta cerrada)) is blocked in the chart of accounts"),
    ],
)
def test_an_account_must_be_in_the_chart_postable_and_open(said, chart, account, message):
    said["postings"]["receipt"][1]["rules"][0]["account"] = account
    said["tables"]["account_of_form"]["values"]["1"] = account

    assert findings(said, chart) == [
        (("tables", "account_of_form", "values", "1"), message),
        (("postings", "receipt", 1, "rules", 0, "account"), message),
    ]


def test_a_cost_centre_must_be_in_the_list_and_open(said, chart):
    said["tables"]["cost_centre_of_programme"]["values"] |= {"1": "0199", "2": "7777"}

    place = ("tables", "cost_centre_of_programme", "values")
    assert findings(said, chart) == [
        ((*place, "1"), "cost centre 0199 (Turismo (carrera cerrada)) is blocked in the list of cost centres"),
        ((*place, "2"), "cost centre 7777 is not in the list of cost centres"),
    ]


def test_an_account_that_requires_a_cost_centre_gets_one(said, chart):
    said["postings"]["payment"][0]["rules"][1]["cost_centre"] = None

    assert findings(said, chart) == [
        ((*DEBIT_NET, "rules", 1), "account 5.1.01.001 requires a cost centre and the rule gives none")
    ]


def test_tables_must_exist_and_look_at_an_attribute_of_the_kind(said, chart):
    said["postings"]["payment"][0]["rules"][0]["account"] = {"table": "accounts"}
    said["postings"]["credit_note"][1]["rules"][0]["account"] = {"table": "account_of_form"}
    tables = "account_of_form, income_of_revenue_type, cost_centre_of_programme; did you mean 'account_of_form'?"

    assert findings(said, chart) == [
        ((*DEBIT_NET, "rules", 0, "account"), f"there is no table 'accounts'; known are {tables}"),
        (
            ("tables", "account_of_form", "by"),
            "there is no attribute 'form' where this table is used; known are programme, fraud, note_type, box",
        ),
    ]


def test_histories_are_checked_with_the_placeholders_of_their_kind(said, chart):
    said["postings"]["credit_note"][0]["history"] = "Caja {form_name}"
    said["postings"]["payment"][0]["rules"][1]["history"] = "x" * 41

    assert [place for place, _ in findings(said, chart)] == [
        (*DEBIT_NET, "rules", 1, "history"),
        ("postings", "credit_note", 0, "history"),
    ]


def test_the_rounding_account_is_checked_like_any_other(said, chart):
    said["rounding"] = {"account": "4.2.01", "history": "Redondeo {form}", "cost_centre": "7777"}

    (account, heading), (cost_centre, unlisted), (history, unknown) = findings(said, chart)
    assert (account, cost_centre, history) == (
        ("rounding", "account"), ("rounding", "cost_centre"), ("rounding", "history"),
    )  # fmt: skip
    assert heading.startswith("account 4.2.01 (")
    assert "7777" in unlisted
    assert "form" in unknown


def test_equally_specific_rules_for_one_key_are_found_before_any_day_meets_them(said, chart):
    rules = said["postings"]["credit_note"][0]["rules"]
    rules.append({"when": {"note_type": ["2", "3"]}, "account": "2.1.09.001"})
    rules.append({"when": {"note_type": ["2"]}, "account": "2.1.09.001", "valid_from": "2025-01-01"})

    assert findings(said, chart) == [
        (
            ("postings", "credit_note", 0, "rules", 3),
            "this rule and rule 2 of the same posting can fit the same document and are equally specific: "
            "give one a priority, another condition or another valid_from",
        )
    ]


@pytest.mark.parametrize(
    ("form", "programme", "told"),
    [
        ({"form": ["1"]}, {"programme": ["1"]}, True),
        ({"form": ["1"]}, {"form": ["2"]}, False),
        ({"form": ["1"], "fraud": ["true"]}, {"form": ["1", "2"], "programme": ["1"]}, True),
        ({"form": ["1"], "fraud": ["true"]}, {"form": ["2"], "programme": ["1"]}, False),
        ({"form": ["1"], "fraud": ["true"]}, {"programme": ["1"]}, False),
    ],
)
def test_rules_that_look_at_different_things_overlap_where_one_document_can_fit_both(
    said, chart, form, programme, told
):
    rules = said["postings"]["payment"][0]["rules"]
    rules[1:] = [{"when": form, "account": "1.1.01.001"}, {"when": programme, "account": "1.1.01.002"}]

    overlaps = [message for place, message in findings(said, chart) if place == (*DEBIT_NET, "rules", 2)]
    assert bool(overlaps) is told
    assert all("this rule and rule 2 of the same posting can fit the same document" in message for message in overlaps)


@pytest.mark.parametrize(
    ("winner", "told"),
    [
        ({"priority": 1}, True),
        ({"priority": 1, "when": {"form": ["15", "16"]}}, True),
        ({"priority": 1, "when": {"form": ["16"]}}, False),
        ({"priority": 1, "when": {"form": ["15"], "fraud": ["true"]}}, False),
        ({"priority": 1, "valid_from": "2025-01-01"}, False),
        ({"when": {"fraud": ["true"]}, "priority": -1}, False),
    ],
)
def test_a_rule_that_another_always_beats_can_never_win(said, chart, winner, told):
    said["postings"]["payment"][0]["rules"].append({"account": "1.1.01.001", **winner})

    found = [message for place, message in findings(said, chart) if place == (*DEBIT_NET, "rules", 1)]
    assert found == (["this rule can never win: rule 3 fits whenever it does, with a higher priority"] if told else [])


def test_fraud_cases_are_never_booked_like_others_by_oversight(said, chart):
    for posting in said["postings"]["credit_note"]:
        posting["rules"] = [rule for rule in posting["rules"] if "fraud" not in rule["when"]]

    ((place, message),) = findings(said, chart)
    assert place == ("postings", "credit_note")
    assert message.startswith("fraud cases among credit_note documents would be booked like any other")
    assert findings(said | {"fraud_policy": "hold"}, chart) == [
        ((*PAYMENT, posting, "rules", 1, "when", "fraud"),
         "this rule can never win: fraud cases are held (fraud_policy: hold)")
        for posting in (1, 2, 3)
    ]  # fmt: skip


def test_a_kind_that_is_not_booked_and_a_table_that_nobody_uses_are_told(said, chart):
    del said["postings"]["receipt"]
    said["tables"]["old"] = {"by": "form", "values": {"1": "1.1.01.001"}}

    assert findings(said, chart) == [
        (("postings",), "sga has receipt documents, and none of them would be booked"),
        (("tables", "old"), "no rule looks anything up in this table"),
    ]


def test_what_is_mistyped_is_told_with_the_nearest_that_would_do(said, chart):
    payment = said["postings"]["payment"]
    payment[0]["rules"][0]["account"] = {"table": "acount_of_form"}
    payment[0]["rules"][1]["when"] = {"frm": ["15"]}
    payment[1]["rules"][0]["account"] = "4.2.1.002"
    payment[1]["rules"][1]["when"] = {"fraud": ["True"]}
    payment[3]["amount"] = "grosss"
    told = [message for _, message in findings(said, chart)]

    for near in ("'account_of_form'", "'form'", "4.2.01.002 (Promociones y descuentos)", "'true'", "'gross'"):
        assert any(message.endswith(f"; did you mean {near}?") for message in told)


def test_a_heading_is_told_with_accounts_under_it(said, chart):
    said["postings"]["receipt"][1]["rules"][0]["account"] = "1.1.03"

    assert findings(said, chart) == [
        (
            ("postings", "receipt", 1, "rules", 0, "account"),
            "account 1.1.03 (Documentos y tarjetas por cobrar) is a heading: book to one of the accounts under it, "
            "like 1.1.03.001, 1.1.03.002, 1.1.03.003",
        )
    ]


def test_items_and_value_classes_are_checked_where_the_erp_gave_lists_of_them(said, chart):
    rule = said["postings"]["receipt"][1]["rules"][0]
    rule |= {"item": "P12345", "value_class": "CONTADOS"}
    place = ("postings", "receipt", 1, "rules", 0)

    assert findings(said, chart) == [
        ((*place, "item"), "item P12345 is not in the list of items; did you mean P123458 (Proyecto 123458)?"),
        (
            (*place, "value_class"),
            "value class CONTADOS is not in the list of value classes; did you mean CONTADO (Ventas al contado)?",
        ),
    ]
    assert findings(said, Chart(chart.accounts, chart.cost_centres)) == []


def test_what_a_mapping_says_of_single_boxes_is_held_against_the_boxes_it_books(said, chart):
    rule = said["postings"]["receipt"][1]["rules"][0]
    rule["cost_centre"] = {"table": "centre_of_box"}
    said["tables"]["centre_of_box"] = {"by": "box", "values": {"itb_caja_146": "0101"}}
    mapping = AccountMapping.model_validate(said)

    assert check(mapping, chart, limits_of_any()) == []
    assert [tuple(finding) for finding in check(mapping, chart, limits_of_any(), ["itb_caja_164"])] == [
        (
            ("tables", "centre_of_box", "values"),
            "box itb_caja_164 is booked by this mapping and not listed; itb_caja_146, which is, is none of its boxes",
        ),
    ]
    # A box that has no file yet is listed before it has one.
    said["tables"]["centre_of_box"]["values"] |= {"itb_caja_164": "0101"}
    assert check(AccountMapping.model_validate(said), chart, limits_of_any(), ["itb_caja_164"]) == []


def test_a_chart_objects_only_to_what_cannot_be_booked():
    chart = Chart(
        {"1": Account("1", "Caja", postable=True, requires_cost_centre=True, blocked=False)},
        {"A": Dimension("A", "Centro", blocked=False)},
    )

    assert chart.objection("account", "1") is None
    assert chart.objection("cost_centre", "A") is None
    assert chart.objection("item", "whatever") is None
    assert chart.requires_cost_centre("1")
    assert not chart.requires_cost_centre("2")


def test_a_dimension_that_no_known_erp_has_is_refused(said, chart):
    said["postings"]["payment"][0]["rules"][0]["entities"] = {"04": "x"}

    ((place, message),) = findings(said, chart)
    assert place == (*DEBIT_NET, "rules", 0, "entities", "04")
    assert message.startswith("there is no dimension 'entities.04'; known are cost_centre, entities.05")
