"""Kinds of documents: what the mapping says, else the country; never booked by guessing, never the wrong way round."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from cierre.accounting_files import mappings_folder
from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.charts import read_chart
from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.checks import check
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.money import quantum
from cierre.bookkeeping.problems import ProblemKind
from cierre.bookkeeping.treatment import TREATMENTS, country_of, taxes
from hooks.registry import limits_of_any
from support.bsale_kinds import BOX, INCOME, MAPPING, NEW, VAT, balances, document, knowing, saying
from support.bsale_landings import DAY


@pytest.fixture(scope="module")
def chart() -> Chart:
    """The project's own."""
    return read_chart(mappings_folder())[0]


@given(st.sampled_from(NEW), st.integers(1, 10**9), st.sampled_from([Kind.PAYMENT, Kind.SALE, Kind.REFUND]))
def test_a_kind_that_nobody_knows_is_told_with_payment_document_and_all_its_money(document_type, net, kind):
    (problem,) = derive([document(document_type, net, kind)], MAPPING, BOX, DAY).problems
    assert (problem.kind, problem.amount, problem.attributes) == (
        ProblemKind.UNTREATED,
        Decimal(net),
        (("document_type", document_type),),
    )
    assert f"1 {kind} of {net} CLP (payment 7 of document 97) with document type {document_type}" in problem.message
    assert f'add "{document_type}": <taxed, exempt, advance or not_a_sale>' in problem.fix


@given(
    st.sampled_from(NEW),
    st.integers(1, 10**9),
    st.sampled_from(TREATMENTS),
    st.sampled_from([Kind.PAYMENT, Kind.REFUND]),
)
def test_once_the_mapping_knows_it_its_money_is_booked_whole_and_the_right_way_round(document_type, net, said, kind):
    booked = balances([document(document_type, net, kind)], knowing({document_type: said}))
    sign = -1 if kind is Kind.REFUND else 1
    assert booked["1.1.01.001"] == sign * net
    vat = net - (Decimal(net) / Decimal("1.19")).quantize(quantum("CLP")) if said == "taxed" else Decimal(0)
    assert abs(booked.get(VAT, Decimal(0)) + sign * vat) <= 1  # halves of a peso are rounded up
    assert sum(booked.values()) == 0
    assert all(sign * amount <= 0 for account, amount in booked.items() if account != "1.1.01.001")


@given(
    st.lists(st.tuples(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.sampled_from(TREATMENTS)), min_size=1,
             max_size=5, unique_by=lambda one: one[0]),
    st.dates(date(2010, 1, 1), date(2030, 1, 1)),
)  # fmt: skip
def test_the_newest_that_holds_on_the_day_is_what_a_kind_is(dated, day):
    mapping = knowing({"52": [{"treatment": said, "valid_from": str(since)} for since, said in dated]})
    holding = [said for since, said in sorted(dated) if since <= day]
    found = mapping.taxes("52", day, "CLP")
    assert (found.treatment if found else None) == (holding[-1] if holding else None)


def test_a_kind_of_which_none_holds_yet_says_so_and_not_that_it_is_missing():
    mapping = knowing({"52": [{"treatment": "taxed", "valid_from": "2025-01-01"}]})
    (problem,) = derive([document("52", 1190)], mapping, BOX, DAY).problems
    assert "for which no treatment or rate of VAT holds on 2024-09-06" in problem.message
    assert "an earlier valid_from" in problem.fix


@pytest.mark.parametrize("field", ["vat", "document_types"])
def test_two_of_the_same_day_are_refused(field):
    same = {
        "vat": [{"rate": "19"}, {"rate": "18"}],
        "document_types": {"52": [{"treatment": "taxed"}, {"treatment": "exempt"}]},
    }
    with pytest.raises(ValidationError, match="two have no valid_from"):
        saying(**{field: same[field]})


@pytest.mark.parametrize("wrong", ["sale", "", [], [{"treatment": "gift"}], [{"valid_from": "2024-01-01"}]])
def test_a_word_that_is_none_of_the_four_is_refused(wrong):
    with pytest.raises(ValidationError):
        saying(document_types={"52": wrong})


def test_a_source_that_tells_its_vat_itself_has_no_use_for_them(chart):
    mapping = account_mapping("sga_ecuador")
    found = check(saying(mapping, document_types={"52": "taxed"}), chart, limits_of_any())
    assert [one.message for one in found] == ["sga tells VAT by itself, so nothing is looked up here"]


def test_a_refund_whose_till_is_debited_is_refused(chart):
    said = MAPPING.model_dump(mode="json")
    for posting in said["postings"]["refund"]:
        posting["side"] = {"debit": "credit", "credit": "debit"}[posting["side"]]
    found = check(AccountMapping.model_validate(said), chart, limits_of_any())
    assert [one.message for one in found] == [
        "a refund is money that goes out: its net is credited, and what it is for is debited"
    ]


def test_a_mapping_may_leave_refunds_out(chart):
    said = MAPPING.model_dump(mode="json")
    del said["postings"]["refund"], said["tables"]["returns_of_document_type"]
    assert check(AccountMapping.model_validate(said), chart, limits_of_any()) == []


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        ("0.19", "0.19 would be 0.19 %: rates are in per cent; write 19"),
        ("0.105", "0.105 would be 0.105 %: rates are in per cent; write 10.5"),
        ("19%", "'19%' is not a number: write a percentage like 19 or 2.5, without its sign"),
        ("19,0", "'19,0' is not a number"),
    ],
)
def test_a_rate_of_vat_that_is_no_percentage_is_refused(rate, told):
    with pytest.raises(ValidationError) as refused:
        saying(vat=[{"rate": rate}])
    assert told in str(refused.value)


def test_no_vat_at_all_is_a_rate():
    assert saying(vat=[{"rate": "0"}]).vat[0].rate == 0


def test_fields_that_a_mapping_leaves_out_change_no_digest():
    without = saying(vat=[], document_types={})
    assert (
        without.digest
        == AccountMapping.model_validate(
            {
                name: value
                for name, value in without.model_dump(mode="json").items()
                if name not in ("vat", "document_types")
            }
        ).digest
    )
    assert without.digest != MAPPING.digest


def test_the_country_knows_the_kinds_that_are_the_same_to_all():
    chile = country_of("CLP")
    assert country_of("USD") is None
    assert {one for one in ("40", "43", "47", "50", "52", "103", "") if one in chile.document_types} == set()
    assert chile.purchases <= chile.money_out
    taxed_as_the_mapping_says = {"40", "43", "103"}
    assert chile.money_out - chile.document_types.keys() == taxed_as_the_mapping_says
    assert taxes("33", date(2003, 9, 30), "CLP") is None
    assert taxes("33", date(2003, 10, 1), "CLP").rate == 19
    assert taxes("34", date(2024, 9, 6), "CLP").rate is None


def test_what_the_mapping_says_goes_before_what_the_country_does():
    amounts = {k: Decimal(v) for k, v in {"net": 1190, "base": 1000, "vat": 190}.items()}
    read_as_taxed = document("39", 1190)._replace(amounts=amounts)
    assert balances([read_as_taxed], MAPPING) == {"1.1.01.001": 1190, INCOME: -1000, VAT: -190}
    assert balances([read_as_taxed], knowing({"39": "exempt"})) == {"1.1.01.001": 1190, INCOME: -1190}
    assert balances([read_as_taxed], saying(vat=[{"rate": "25"}])) == {"1.1.01.001": 1190, INCOME: -952, VAT: -238}
