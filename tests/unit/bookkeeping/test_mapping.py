import pytest
from pydantic import ValidationError

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.mapping import AccountMapping, Booking
from cierre.bookkeeping.problems import ProblemKind

CASH = {"form": "1", "programme": "1", "fraud": "false"}


def account_of(changed, day, rules: list[dict], **attributes: str) -> object:
    """The account that the winning rule of a posting gives; its problems where there is none."""
    mapping = changed(Kind.PAYMENT, [{"side": "debit", "amount": "net", "history": "Caja", "rules": rules}])
    resolved = mapping.resolve(mapping.postings[Kind.PAYMENT][0], {**CASH, **attributes}, day)
    return resolved.account if isinstance(resolved, Booking) else resolved


def test_a_rule_without_conditions_is_the_default(changed, day):
    rules = [{"account": "A"}, {"when": {"form": "2"}, "account": "B"}]

    assert account_of(changed, day, rules) == "A"
    assert account_of(changed, day, rules, form="2") == "B"


def test_a_condition_can_list_several_values(changed, day):
    rules = [{"account": "A"}, {"when": {"form": ["2", "18"]}, "account": "B"}]

    assert account_of(changed, day, rules, form="18") == "B"


def test_of_two_rules_that_fit_the_one_with_more_conditions_wins(changed, day):
    rules = [
        {"when": {"form": "1"}, "account": "A"},
        {"when": {"form": "1", "programme": "1"}, "account": "B"},
    ]

    assert account_of(changed, day, rules) == "B"
    assert account_of(changed, day, rules, programme="2") == "A"


def test_priority_beats_any_number_of_conditions(changed, day):
    rules = [
        {"when": {"form": "1", "programme": "1"}, "account": "A"},
        {"when": {"fraud": "true"}, "priority": 10, "account": "B"},
    ]

    assert account_of(changed, day, rules, fraud="true") == "B"
    assert account_of(changed, day, rules) == "A"


@pytest.mark.parametrize(
    ("valid_from", "account"), [("2024-09-07", "A"), ("2024-09-06", "B"), ("2024-01-01", "B"), (None, "A or B")]
)
def test_of_equal_rules_the_latest_in_force_wins(changed, day, valid_from, account):
    rules = [{"account": "A"}, {"account": "B", "valid_from": valid_from}]
    result = account_of(changed, day, rules)

    if valid_from:
        assert result == account
    else:
        assert [one.kind for one in result] == [ProblemKind.AMBIGUOUS]


def test_rules_that_look_at_different_things_and_meet_are_reported(changed, day):
    rules = [
        {"label": "counter", "when": {"form": "1"}, "account": "A"},
        {"when": {"programme": ["1", "2"]}, "account": "B"},
    ]

    (problem,) = account_of(changed, day, rules)

    assert problem.kind is ProblemKind.AMBIGUOUS
    assert problem.attributes == (("form", "1"), ("programme", "1"))
    assert "'counter' (form: 1) and programme: 1 or 2" in problem.reason


def test_no_rule_is_a_problem_that_says_which_rule_is_needed(changed, day):
    (problem,) = account_of(changed, day, [{"when": {"form": "1"}, "account": "A"}], form="21")

    assert problem.kind is ProblemKind.UNMAPPED
    assert problem.attributes == (("form", "21"),)
    assert problem.reason == "with form 21, for which debit net has no rule in force on 2024-09-06"
    assert problem.fix == 'add to debit net: - {when: {form: "21"}, account: <account>}'


def test_every_table_that_lacks_a_value_is_reported(mapping, day):
    gross = next(posting for posting in mapping.postings[Kind.PAYMENT] if posting.amount == "gross")
    problems = mapping.resolve(gross, {**CASH, "revenue_type": "77", "programme": "99"}, day)

    assert [problem.attributes for problem in problems] == [(("revenue_type", "77"),), (("programme", "99"),)]
    assert problems[1].fix == 'add "99": <code> to the values of table cost_centre_of_programme'


def test_an_attribute_that_a_document_lacks_fits_no_condition_and_no_table(changed, mapping, day):
    note = mapping.postings[Kind.CREDIT_NOTE][0]
    (problem,) = mapping.resolve(note, {"note_type": "2"}, day)

    assert problem.reason == "with programme (none), which table cost_centre_of_programme does not list"


def test_all_dimensions_of_a_rule_reach_the_booking(changed, day):
    rule = {
        "account": {"table": "account_of_form"},
        "cost_centre": "0101",
        "item": "I1",
        "value_class": {"table": "cost_centre_of_programme"},
        "entities": {"09": "E9", "05": {"table": "cost_centre_of_programme"}},
        "history": "Otra {reference}",
    }
    mapping = changed(Kind.PAYMENT, [{"side": "debit", "amount": "net", "history": "Caja", "rules": [rule]}])

    assert mapping.resolve(mapping.postings[Kind.PAYMENT][0], {**CASH, "programme": "3"}, day) == Booking(
        account="1.1.01.001",
        cost_centre="0101",
        item="I1",
        value_class="0103",
        entities=(("05", "0103"), ("09", "E9")),
        history="Otra {reference}",
        lines="summary",
    )


def test_the_digest_is_of_what_the_mapping_says(mapping, changed):
    said = mapping.model_dump(mode="json")
    reordered = AccountMapping.model_validate(dict(reversed(said.items())))
    renamed_form = changed(Kind.RECEIPT, said["postings"]["receipt"], form_names={**mapping.form_names, "1": "Cash"})

    assert mapping.digest == reordered.digest == AccountMapping.model_validate({**said, "name": "copy"}).digest
    assert renamed_form.digest != mapping.digest
    assert len(mapping.digest) == 64


def test_a_form_is_named_or_shown_by_its_id(mapping):
    assert [mapping.form_name(form) for form in ("6", "99", "")] == ["Transferencia", "99", ""]


@pytest.mark.parametrize(
    "change",
    [
        {"source": "sap"},
        {"postings": {"gift": []}},
        {"postings": {"payment": []}},
        {"colour": "red"},
        {"tables": {"t": {"by": "form", "values": {}}}},
        {"postings": {"payment": [{"side": "left", "amount": "net", "history": "x", "rules": [{"account": "A"}]}]}},
        {"postings": {"payment": [{"side": "debit", "amount": "net", "history": "x", "rules": []}]}},
        {
            "postings": {
                "payment": [
                    {
                        "side": "debit",
                        "amount": "net",
                        "history": "x",
                        "rules": [{"account": "A", "entities": {"4": "x"}}],
                    }
                ]
            }
        },
    ],
)
def test_a_mapping_of_the_wrong_shape_is_refused(mapping, change):
    with pytest.raises(ValidationError):
        AccountMapping.model_validate({**mapping.model_dump(mode="json"), **change})
