"""What documents come to as invoices, by a company's rules."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.accounting_files.loader import cash_box
from cierre.accounting_files.served_invoices import served_companies
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.served_invoices import ServedCompany, invoice_id, parts_of, rate_between
from support.sge_documents import collection, sale

DAY = date(2024, 2, 5)


@pytest.fixture(scope="module")
def university():
    return cash_box("universidad_contratos"), served_companies()["universidad"]


@pytest.fixture(scope="module")
def uruguay():
    return cash_box("itb_uruguay_1_1"), served_companies()["itb_uruguay"]


def zeta(kind: Kind = Kind.SALE, sale_type: str = "cash", **changes) -> Document:
    """A voucher of 122.00 with VAT, part of it exempt."""
    amounts = {"base_basic": "100", "vat_basic": "22", "base_exempt": "10", "base_minimum": "0", "vat_minimum": "0"}
    amounts |= {"base": "110", "vat": "22", "net": "132"}
    made = Document(
        source="zeta", kind=kind, source_id="17", business_date=DAY, currency="UYU", form=sale_type,
        amounts={name: Decimal(amount) for name, amount in amounts.items()},
        attributes={"sale_type": sale_type, "cost_centre": "30"}, place="0", reference="A-5",
    )  # fmt: skip
    return made._replace(**changes)


def test_an_invoice_and_its_money_are_parts_of_one(university):
    invoice = sale("J2024/01", DAY, "100.00")
    one, money = parts_of(university[0], [invoice, collection(invoice, date(2024, 3, 1), "50.00")], university[1])
    assert (one.invoice, money.invoice) == ("J2024_2F01", "J2024_2F01")
    assert (one.issued_on, one.base, one.total, one.collected, one.vat_rate) == (DAY, 100, 121, 0, "21")
    assert (money.issued_on, money.total, money.collected, money.collected_on) == (None, 0, 50, date(2024, 3, 1))


def test_money_that_went_back_is_below_zero(university):
    (back,) = parts_of(university[0], [collection(sale("J1", DAY, "1.00"), DAY, "-50.00")], university[1])
    assert back.collected == -50


def test_what_a_customer_withholds_is_no_part_of_the_total(university):
    held = sale("J1", DAY, "100.00")
    held = held._replace(amounts={**held.amounts, "withheld": Decimal("15.00")})
    assert [part.total for part in parts_of(university[0], [held], university[1])] == [Decimal("106.00")]


def test_a_cash_sale_is_collected_as_it_is_issued_and_a_credit_sale_is_not(uruguay):
    cash, credit = parts_of(uruguay[0], [zeta(), zeta(sale_type="credit")], uruguay[1])
    assert (cash.total, cash.collected, cash.collected_on) == (132, 132, DAY)
    assert (credit.total, credit.collected, credit.collected_on) == (132, 0, None)
    assert (cash.vat_rate, cash.project, cash.invoice, cash.number) == ("22/0", "30", "17", "A-5")


def test_a_credit_note_is_an_invoice_below_zero(uruguay):
    (note,) = parts_of(uruguay[0], [zeta(Kind.CREDIT_NOTE)], uruguay[1])
    assert (note.base, note.total, note.collected) == (-110, -132, -132)


def test_an_amount_in_another_currency_is_converted_by_the_documents_own_rate(uruguay):
    dollars = zeta(currency="USD", attributes={"sale_type": "cash", "cost_centre": "30", "rate": "40.125"})
    (part,) = parts_of(uruguay[0], [dollars], uruguay[1])
    assert (part.base, part.total) == (Decimal("4413.75"), Decimal("5296.50"))


def test_a_document_of_no_project_and_one_that_no_rule_takes_are_not_served(uruguay):
    rules = ServedCompany.model_validate(
        {"project": {"by": "cost_centre", "values": {"40": "P40"}},
         "issued": [{"kinds": ["sale"], "base": ["base"], "total": ["net"]}]}
    )  # fmt: skip
    others = [zeta(), zeta(Kind.COLLECTION), zeta(attributes={"cost_centre": "40", "sale_type": "cash"})]
    assert [part.project for part in parts_of(uruguay[0], others, rules)] == ["P40"]


@given(st.text(min_size=1), st.text(min_size=1))
def test_ids_hold_letters_digits_and_few_signs_and_no_two_numbers_have_one(one, other):
    texts = [text.encode("utf-8", "replace").decode() for text in (one, other)]
    ids = [invoice_id(text) for text in texts]
    assert all(set(id) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._") for id in ids)
    assert (ids[0] == ids[1]) is (texts[0] == texts[1])


@pytest.mark.parametrize(
    ("base", "total", "rate"),
    [("100.00", "121.00", "21"), ("0.10", "0.12", "20"), ("33.33", "36.83", "10.5"), ("100", "100", "0"),
     ("-100", "-121", "21"), ("1000", "1138.44", ""), ("0", "0", ""), ("100", "90", "")],
)  # fmt: skip
def test_a_rate_is_what_base_and_total_come_to_or_nothing(base, total, rate):
    assert rate_between(Decimal(base), Decimal(total)) == rate
