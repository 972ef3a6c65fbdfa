"""The lines that mend a mapping: pasted and filled in, the day can be booked."""

from decimal import Decimal

import pytest
import yaml

from cierre.accounting_files.snippet import snippet
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.problems import Problem, ProblemKind


@pytest.fixture
def without(mapping):
    """The mapping as it was before somebody added values to its tables."""

    def lacking(*values: tuple[str, str]) -> AccountMapping:
        said = mapping.model_dump(mode="json")
        for table, value in values:
            del said["tables"][table]["values"][value]
        return AccountMapping.model_validate(said)

    return lacking


def pasted(mapping: AccountMapping, text: str, **codes: str) -> AccountMapping:
    """The mapping after an accountant put the snippet under its headings and a code for each <…>."""
    for name, code in codes.items():
        text = text.replace(f"<{name}>", f'"{code}"')
    added = yaml.load(text, yaml.BaseLoader)
    said = mapping.model_dump(mode="json")
    said["form_names"].update(added.get("form_names", {}))
    for table, values in added.get("tables", {}).items():
        said["tables"][table]["values"].update(values["values"])
    for kind, postings in added.get("postings", {}).items():
        for new in postings:
            (there,) = [
                old for old in said["postings"][kind] if (old["side"], old["amount"]) == (new["side"], new["amount"])
            ]
            there["rules"].extend(new["rules"])
    return AccountMapping.model_validate(said)


def test_pasted_and_filled_in_it_lets_the_day_be_booked(without, payment, box, day):
    lacking = without(("account_of_form", "6"), ("cost_centre_of_programme", "2"))
    documents = [payment(1, form="6"), payment(2, form="19"), payment(3, programme="2", scholarship="4.00")]
    problems = derive(documents, lacking, box, day).problems
    mended = pasted(lacking, snippet(lacking, problems), account="1.1.02.001", cost_centre="0102", name="Cupón")
    assert problems
    assert derive(documents, mended, box, day).problems == []


def test_a_rule_that_is_missing_is_proposed_with_its_conditions(mapping, payment, box, day):
    rules = [{"when": {"fraud": "true"}, "account": "2.1.09.001"}]
    postings = [
        {"side": "debit", "amount": "net", "history": "Caja", "rules": [{"account": "1.1.01.001"}]},
        {"side": "credit", "amount": "net", "history": "Caja", "rules": rules},
    ]
    said = mapping.model_dump(mode="json")
    lacking = AccountMapping.model_validate(said | {"postings": said["postings"] | {Kind.PAYMENT: postings}})
    text = snippet(lacking, derive([payment(1)], lacking, box, day).problems)
    assert 'when: {fraud: "false"}' in text
    mended = pasted(lacking, text, account="4.1.01.001")
    assert derive([payment(1)], mended, box, day).problems == []


def test_a_kind_without_postings_gets_both_sides(mapping, payment, box, day):
    said = mapping.model_dump(mode="json")
    del said["postings"]["payment"]
    lacking = AccountMapping.model_validate(said)
    added = yaml.safe_load(snippet(lacking, derive([payment(1)], lacking, box, day).problems))
    assert [posting["side"] for posting in added["postings"]["payment"]] == ["debit", "credit"]


def test_the_same_gap_on_several_days_is_one_line_with_all_its_documents_and_money(mapping):
    def problem(posting: str, count: int, amount: str) -> Problem:
        return Problem(
            ProblemKind.UNMAPPED, posting, (("programme", "77"),), count, Decimal(amount), "USD", (), "", "f",
            "cost_centre_of_programme",
        )  # fmt: skip

    gross = [problem("payment: credit gross", 2, "1000.00"), problem("payment: credit gross", 1, "1.00")]
    said = snippet(mapping, [*gross, problem("payment: debit promotion", 2, "5.00")])
    assert said.count('"77"') == 1
    assert '"77": <cost_centre>  # 3 documents, 1,001.00 USD' in said


def test_what_no_line_can_mend_makes_no_snippet(mapping, payment, box, day):
    assert snippet(mapping, derive([payment(1, net="-1.00")], mapping, box, day).problems) == ""
