"""A gap is a question about one place of a mapping, and its answer mends it."""

from datetime import date

import pytest
from pydantic import ValidationError

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.changes import DocumentType, FormName, NewRule, TableValue
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.edited_text import comments
from cierre.accounting_files.gap_answers import GivenAnswer, Question, bookable, changes, known_around
from cierre.accounting_files.loader import account_mapping_names, mappings_folder
from cierre.accounting_files.saved_file import accounting_file
from cierre.bookkeeping.account_proposals import proposals
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.problems import ProblemKind
from cierre.language.regional import speaking

MAPPINGS = {name: account_mapping(name) for name in account_mapping_names()}
COMMENTS = {name: comments(accounting_file(name).text) for name in MAPPINGS}
CHART = read_chart(mappings_folder())[0]
SGA = MAPPINGS["sga_ecuador"]
FORM = Question("sga_ecuador", ProblemKind.UNMAPPED, "payment: debit net", (("form", "19"),), "account_of_form")


def test_a_form_of_payment_that_is_new_gets_a_name_and_an_account():
    assert FORM.asks_for(SGA) == "account"
    assert changes(FORM, SGA, GivenAnswer("1.1.03.003", name="De Una")) == [
        FormName(form="19", name="De Una"), TableValue(table="account_of_form", value="19", to="1.1.03.003"),
    ]  # fmt: skip


def test_a_programme_gets_a_cost_centre():
    asked = Question("sga_ecuador", ProblemKind.UNMAPPED, "payment: credit gross", (("programme", "34"),),
                     "cost_centre_of_programme")  # fmt: skip
    assert asked.asks_for(SGA) == "cost_centre"
    assert changes(asked, SGA, GivenAnswer("0401")) == [
        TableValue(table="cost_centre_of_programme", value="34", to="0401")
    ]
    assert "0199" not in bookable(CHART, "cost_centre")


def test_where_no_rule_fits_the_answer_is_a_rule():
    asked = Question("sga_ecuador", ProblemKind.UNMAPPED, "receipt: debit net", (("form", "7"),), "")
    assert changes(asked, SGA, GivenAnswer("2.1.01.001", valid_from=date(2026, 1, 1))) == [
        NewRule(kind=Kind.RECEIPT, side="debit", amount="net", when={"form": "7"}, account="2.1.01.001",
                valid_from=date(2026, 1, 1)),
    ]  # fmt: skip


def test_another_account_from_a_day_on_is_a_rule_of_each_posting_that_looks_it_up():
    asked = Question("sga_ecuador", ProblemKind.UNMAPPED, "", (("form", "6"),), "account_of_form")
    day = date(2026, 1, 1)
    made = changes(asked, SGA, GivenAnswer("1.1.02.002", valid_from=day))
    assert [(one.kind, one.side, one.when, one.account, one.valid_from) for one in made] == [
        (Kind.PAYMENT, "debit", {"form": "6"}, "1.1.02.002", day),
        (Kind.RECEIPT, "debit", {"form": "6"}, "1.1.02.002", day),
    ]
    assert "desde" in changes_in_spanish(made)


def changes_in_spanish(made) -> str:
    return " ".join(speaking("es")(one.sentence) for one in made)


def test_a_date_that_a_rule_with_more_conditions_would_have_to_repeat_is_refused():
    programme = Question("sga_ecuador", ProblemKind.UNMAPPED, "", (("programme", "1"),), "cost_centre_of_programme")
    with pytest.raises(ValueError, match="more than the form"):
        changes(programme, SGA, GivenAnswer("0102", valid_from=date(2026, 1, 1)))


def test_a_kind_of_document_gets_one_of_four_words_and_no_other():
    chile = MAPPINGS["bsale_chile"]
    asked = Question("bsale_chile", ProblemKind.UNTREATED, "payment", (("document_type", "52"),), "")
    assert asked.asks_for(chile) == "treatment"
    assert changes(asked, chile, GivenAnswer("advance")) == [DocumentType(value="52", treatment="advance")]
    with pytest.raises(ValidationError):
        changes(asked, chile, GivenAnswer("a gift"))


def test_what_no_rule_can_be_added_to_is_refused():
    with pytest.raises(ValueError, match="no rule can be added"):
        changes(Question("sga_ecuador", ProblemKind.UNMAPPED, "payment", (), ""), SGA, GivenAnswer("1"))


def test_of_held_back_decisions_of_the_shipped_mappings_the_first_proposal_is_right_in_nine_of_ten():
    """Each value of a table that has a name (of its form, or behind it) is asked for as if it were not there."""
    right, asked, wrong = 0, 0, []
    for mapping in MAPPINGS.values():
        for table, values in mapping.tables.items():
            for value, code in values.values.items():
                comment = COMMENTS[mapping.name].get((table, value), "").partition(":")[0]
                name = mapping.form_names.get(value, "") if values.by == "form" else comment
                question = Question(mapping.name, ProblemKind.UNMAPPED, "", ((values.by, value),), table)
                others = [other for other in MAPPINGS.values() if other is not mapping]
                known = known_around(question, mapping, others, CHART, COMMENTS)
                if not name or code not in known.chart:
                    continue
                made = proposals(name, known)
                asked += 1
                right += bool(made) and made[0].code == code
                if not made or made[0].code != code:
                    wrong.append((mapping.name, table, name, code, [one.code for one in made[:2]]))
    assert asked >= 50
    assert right / asked >= 0.9, wrong
