"""Days of Bsale by what its mapping says of kinds of documents: read, then booked, to the peso."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.treatment import TREATMENTS
from hooks.bsale.hook import read
from support.bsale_kinds import BOX, INCOME_TABLES, MAPPING, RETURNS, balances, knowing, saying
from support.bsale_landings import DAY, collection, landed, node, payment, totals

KINDS = ["39", "41", "33", "34", "61", "60", "112", "52", "", "103"]


@st.composite
def days(draw) -> tuple[list[dict], dict[str, list[str]]]:
    """A day's payments of any sign, form and kind of document, and the lists by kind."""
    rows, types = [], defaultdict(list)
    for number in range(1, draw(st.integers(1, 12)) + 1):
        amount = draw(st.integers(-(10**6), 10**6))
        form = draw(st.sampled_from(["1", "2", "5", "6", "11"]))
        if draw(st.integers(0, 5)) == 0:
            rows.append(collection(number, amount, [abs(amount)], form=form))
        else:
            rows.append(payment(number, amount, form))
            types[draw(st.sampled_from(KINDS))].append(str(number))
    return rows, dict(types)


@given(days(), st.sampled_from(TREATMENTS))
def test_every_day_is_booked_to_the_peso_or_refused_with_a_sentence(day, said):
    """What the till gains is what came in less what went out, whatever the signs and kinds of documents."""
    rows, types = day
    body = landed(rows, document_types=types, groups=totals([{**row, "state": 0} for row in rows]))
    reading = read(body, day=DAY, currency="CLP", key="1")
    mapping = knowing(dict.fromkeys(["52", "103", "no_code", "112", "60"], said))
    booked = balances(reading.documents, mapping)
    held = {row.row["id"] for row in reading.quarantined}
    assert all("negative" in row.message for row in reading.quarantined)
    forms = {"1": "1.1.01.001", "2": "1.1.03.001", "5": "1.1.01.002", "6": "1.1.03.002", "11": "1.1.02.001"}
    gained: dict[str, Decimal] = defaultdict(Decimal)
    code_of = {number: code for code, numbers in types.items() for number in numbers}
    for row in rows:
        if row["id"] not in held:
            goes_out = code_of.get(str(row["id"])) in ("61", "60", "112", "103")
            gained[forms[row["payment_type"]["id"]]] += -abs(row["amount"]) if goes_out else row["amount"]
    assert {account: booked.get(account, Decimal(0)) for account in gained} == gained
    assert sum(booked.values()) == 0


@pytest.mark.parametrize("code", ["40", "43", "103"])
def test_money_for_a_liquidacion_leaves_the_till_once_a_mapping_knows_the_kind(code):
    """100,000 are paid in cash to whom the company sold for: the till has 100,000 less. Until then the day stops."""
    (one,) = read(landed([payment(7, 100_000)], code=code), day=DAY, currency="CLP", key="1").documents
    assert (one.kind, one.attributes["refund_of"]) == (Kind.REFUND, "purchase")
    (problem,) = derive([one], MAPPING, BOX, DAY).problems
    assert problem.attributes == (("document_type", code),)
    assert balances([one], knowing({code: "not_a_sale"}))["1.1.01.001"] == -100_000


@given(st.sampled_from(["61", "60", "112"]), st.sampled_from(["1", "2", "5", "6", "11"]), st.integers(1, 10**9))
def test_no_line_that_is_offered_for_a_gap_books_a_credit_note_as_income(code, form, net):
    """With every table empty of it, what is offered are values of tables and postings whose money goes out."""
    said = MAPPING.model_dump(mode="json")
    for table in INCOME_TABLES:
        said["tables"][table]["values"].pop(code, None)
    lacking = AccountMapping.model_validate(said)
    row = payment(7, net, form) | {"document": node("documents", "97")}
    (one,) = read(landed([row], code=code), day=DAY, currency="CLP", key="1").documents
    problems = derive([one], lacking, BOX, DAY).problems
    assert {problem.table for problem in problems} == {"returns_of_document_type"}
    assert all(problem.posting.startswith("refund: ") for problem in problems)
    mended = saying(
        tables=said["tables"] | {"returns_of_document_type": {"by": "document_type", "values": {code: RETURNS}}}
    )
    booked = balances([one], mended)
    assert sum(amount for account, amount in booked.items() if account.startswith("1.1.")) == -net
