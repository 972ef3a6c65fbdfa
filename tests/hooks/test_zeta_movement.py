"""What Agregar may be sent: every field of the document, every rule, everything that is wrong at once."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from cierre.ports.errors import DataError
from hooks.zeta.voucher import Movement
from hooks.zeta.voucher_parts import MovementLine, PaymentForm, Terms, totals
from hooks.zeta.words import VoucherType
from hooks.zeta.writes import check

FIELDS = json.loads((Path(__file__).parent / "zeta" / "fields.json").read_text(encoding="utf-8"))["Agregar"]
TERMS = Terms({"0": Decimal(0), "1": Decimal(10), "2": Decimal(22)}, {"1": 2, "2": 2}, Decimal(30_000))

LINE = {"article": "PAP-100", "quantity": "2", "unit_price": "61", "vat": 2}
CASH = {"means": "cash", "form": 1, "currency": 1, "paid": "122.00", "amount": "122.00", "box": 1}
SALE = {
    "kind": VoucherType.CASH_SALE,
    "voucher": 703,
    "day": "20240906",
    "currency": 1,
    "reference": 77,
    "local": 1,
    "box": 1,
    "lines": [LINE],
    "payments": [CASH],
}
SOMEBODY = {
    "customer_name": "Editorial Ñandú",
    "document_type": "R",
    "country": "UY",
    "document": "211234560018",
    "address": "18 de Julio 1234",
    "department": "Montevideo",
    "city": "Montevideo",
}


def wrong(**fields) -> list[str]:
    """What is wrong with a sale that has these fields, each as ``field: reason``."""
    with pytest.raises(DataError) as raised:
        check(SALE | fields, TERMS)
    return [line.removeprefix("- ") for line in raised.value.message.splitlines()[1:]]


def with_line(**fields) -> dict:
    return {"lines": [LINE | fields]}


def types(model) -> dict[str, str]:
    return {field.alias: name for name, field in model.model_fields.items() if field.alias and not field.exclude}


def test_every_field_of_the_document_can_be_sent():
    assert types(Movement).keys() == {*FIELDS["header"], *FIELDS["occasional"], "Lineas", "FormasPago"}
    assert types(MovementLine).keys() == FIELDS["lines"].keys()
    assert types(PaymentForm).keys() == {*FIELDS["payments"], *FIELDS["payment_document"]}


def test_a_voucher_goes_by_zetas_names_without_what_has_no_value():
    payload = check(SALE, TERMS).payload()
    assert payload == {
        "CodigoComprobante": 703,
        "Fecha": "20240906",
        "CodigoMoneda": 1,
        "CodigoReferencia": 77,
        "CodigoLocal": 1,
        "CodigoCaja": 1,
        "Lineas": (
            {
                "CodigoArticulo": "PAP-100",
                "Cantidad": Decimal(2),
                "PrecioUnitario": Decimal(61),
                "Descuento1": 0,
                "Descuento2": 0,
                "Descuento3": 0,
                "CodigoIVA": 2,
            },
        ),
        "FormasPago": (
            {
                "CodigoFormaPago": 1,
                "CodigoMonedaPago": 1,
                "MontoMonedaPago": Decimal("122.00"),
                "MontoMonedaMovimiento": Decimal("122.00"),
                "CodigoCaja": 1,
            },
        ),
    }


def test_fields_may_be_named_as_zeta_names_them():
    by_zeta = {"CodigoComprobante": 703, "Fecha": "2024-09-06", "CodigoMoneda": "1", "CodigoReferencia": "77"}
    ours = {name: SALE[name] for name in ("kind", "local", "box", "lines", "payments")}
    assert check(by_zeta | ours, TERMS) == check(SALE, TERMS)


def examples():
    """For each field with a documented type: a value that just fits, and one that just does not."""
    optional = {"FechaEntrega": "AAAAMMDD"}
    for group, place in (("header", ()), ("occasional", ()), ("lines", ("lines", 0)), ("payments", ("payments", 0))):
        for name, kind in (FIELDS[group] | (optional if group == "header" else {})).items():
            if kind.startswith("T(") and kind[2:-1].isdecimal():
                yield place, name, "x" * (int(kind[2:-1]) + 1)
            elif kind.startswith("N("):
                whole, _, places = kind[2:-1].partition(".")
                if name != "CodigoCliente":  # a number in the document's list, a text everywhere else
                    yield place, name, "1" + "0" * int(whole)
                    yield place, name, "-1"
                if places:
                    yield place, name, "0." + "0" * int(places) + "1"
            elif "AAAAMMDD" in kind:
                yield place, name, "20241301"


@pytest.mark.parametrize(("place", "name", "value"), list(examples()))
def test_a_value_that_does_not_fit_its_documented_type_is_refused_by_name(place, name, value):
    ours = {alias: own for model in (Movement, MovementLine, PaymentForm) for alias, own in types(model).items()}
    if place:
        fields = {place[0]: [{**SALE[place[0]][0], name: value}]}
        fields[place[0]][0].pop(ours[name], None)
        model = MovementLine if place[0] == "lines" else PaymentForm
        fields[place[0]][0].pop(types(model)[name], None)
    else:
        fields = {name: value}
    sent = {key: kept for key, kept in SALE.items() if place or key != types(Movement)[name]} | fields
    with pytest.raises(DataError) as raised:
        check(sent, TERMS)
    where = ".".join(map(str, (*place, name)))
    assert f"- {where}: " in raised.value.message


@pytest.mark.parametrize("name", ["voucher", "day", "currency", "kind"])
def test_what_is_obligatory_is(name):
    with pytest.raises(DataError, match="Field required"):
        check({key: value for key, value in SALE.items() if key != name}, TERMS)


@pytest.mark.parametrize("name", ["quantity", "unit_price", "vat"])
def test_what_is_obligatory_of_a_line_is(name):
    line = {key: value for key, value in LINE.items() if key != name}
    assert any("Field required" in problem for problem in wrong(lines=[line]))


def test_all_that_is_wrong_is_said_at_once():
    found = wrong(
        voucher=1000,
        Serie="SERIES7",
        payment_terms=2,
        notes="#CUENTAAJENA",
        receipt_total="5",
        invented=1,
        lines=[{"quantity": 0, "unit_price": 1.5, "vat": 7, "discount_1": 101}],
        payments=[CASH | {"paid": "1", "box": None}],
    )
    assert [problem.partition(":")[0] for problem in found] == [
        "voucher",
        "Serie",
        "payment_terms",
        "receipt_total",
        *("customer_name", "document_type", "country", "address", "department", "city"),
        *("lines.0.concept", "lines.0.quantity", "lines.0.unit_price", "lines.0.discount_1", "lines.0.vat"),
        "document",
        "payments.0.box",
        "invented",
    ]


def test_a_sale_on_somebodys_behalf_names_that_somebody():
    assert wrong(notes="#CUENTAAJENA") == [
        f"{name}: is obligatory for a sale on somebody's behalf (#CUENTAAJENA)"
        for name in ("customer_name", "document_type", "country", "address", "department", "city", "document")
    ]
    assert check(SALE | SOMEBODY | {"notes": "#CUENTAAJENA"}, TERMS).payload()["Notas"] == "#CUENTAAJENA"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"payment_terms": 2}, "payment_terms: applies to credit sales alone"),
        ({"receipt_total": "1"}, "receipt_total: applies to receipts alone"),
        ({"rate": 0}, "rate: must be above zero"),
        ({"document": "1.234-5"}, "document: must have no points, dashes or blanks"),
        ({"country": "uy"}, "country: must be a country's code of two or three capitals"),
        ({"email": "nobody"}, "email: must be an e-mail address"),
        ({"lines": [], "payments": [CASH]}, "lines: is obligatory (one at least) for all but receipts"),
        ({"payments": []}, "payments: is obligatory (one at least) where the voucher is paid at once"),
        (
            {"payments": [CASH | {"amount": "121.99", "paid": "121.99"}]},
            "payments: MontoMonedaMovimiento must come to 122.00, the voucher's total, and comes to 121.99",
        ),
        (
            {"payments": [CASH | {"paid": "100"}]},
            "payments: 100 is paid in the voucher's own currency, but counts as 122.00",
        ),
        ({"payments": [CASH | {"means": "cheque"}]}, "payments.0.bank: is obligatory for a payment by cheque"),
        ({"payments": [CASH | {"means": "bank"}]}, "payments.0.bank_account: is obligatory for a payment by bank"),
        ({"payments": [CASH | {"card_number": "4111"}]}, "payments.0.card_number: applies to cards alone"),
        ({"payments": [CASH | {"concept": "x"}]}, "payments.0.concept: applies to cards alone"),
        (with_line(quantity="0"), "lines.0.quantity: must be above zero"),
        (with_line(discount_2="100.01"), "lines.0.discount_2: must be a percentage, 100 at most"),
        (with_line(article=None), "lines.0.concept: is obligatory for a line without an article"),
        (with_line(vat=5), "lines.0.vat: code 5 has no rate among the connection's vat_rates"),
        (
            with_line(unit_price=61.0),
            "lines.0.unit_price: must be a whole number, a Decimal or its text: a float is no amount",
        ),
    ],
)
def test_a_conditional_rule_is_kept(fields, reason):
    assert reason in wrong(**fields)


def test_a_voucher_without_a_reference_could_not_be_found_again():
    sale = {name: value for name, value in SALE.items() if name != "reference"}
    with pytest.raises(DataError, match="a lost answer is found again by it"):
        check(sale, TERMS)


def test_a_dear_voucher_names_its_customers_document():
    dear = {"lines": [LINE | {"unit_price": "20000"}], "payments": [CASH | {"paid": "40000", "amount": "40000"}]}
    assert wrong(**dear) == [
        "document: is obligatory for a voucher of 32786.89 pesos without VAT: above 30000",
    ]
    assert check(SALE | dear | {"document": "12345678"}, TERMS)
    unknown = Terms(TERMS.vat_rates, TERMS.decimals)
    assert check(SALE | dear, unknown)


def test_the_document_of_a_sale_in_dollars_is_needed_by_its_worth_in_pesos():
    dollars = {"currency": 2, "rate": "42.5", "lines": [LINE | {"unit_price": "500"}]}
    paid = {"payments": [CASH | {"currency": 2, "paid": "1000", "amount": "1000"}]}
    assert wrong(**dollars, **paid) == [
        "document: is obligatory for a voucher of 34835.98 pesos without VAT: above 30000"
    ]


def test_a_receipt_has_no_lines_and_pays_its_total():
    receipt = {"kind": VoucherType.RECEIPT, "voucher": 705, "lines": [], "receipt_total": "122"}
    assert check(SALE | receipt, TERMS).payload()["TotalRecibo"] == 122
    assert any("must come to 120" in problem for problem in wrong(**receipt | {"receipt_total": "120"}))
    assert "receipt_total: is obligatory for a receipt" in wrong(**receipt | {"receipt_total": None})


def test_a_credit_sale_is_paid_later_and_has_terms():
    credit = {"kind": VoucherType.CREDIT_SALE, "voucher": 701, "payment_terms": 2, "payments": []}
    assert check(SALE | credit, TERMS).payload()["CodigoCondicionPago"] == 2


@pytest.mark.parametrize(
    ("decimals", "included", "expected"),
    [
        (2, True, ("27.32", "33.33")),  # 3 × 11.11, and 33.33 / 1.22
        (0, True, ("27", "33")),
        (2, False, ("33.33", "40.66")),
        (0, False, ("33", "41")),
    ],
)
def test_each_line_is_rounded_as_its_currency_says_and_then_added_up(decimals, included, expected):
    terms = Terms(TERMS.vat_rates, {"1": decimals})
    line = MovementLine.model_validate(LINE | {"quantity": "3", "unit_price": "11.11"}, context=terms)
    assert totals((line,), 1, terms, vat_included=included) == tuple(map(Decimal, expected))
    two = totals((line, line), 1, terms, vat_included=included)
    assert two == tuple(2 * Decimal(amount) for amount in expected)


def test_discounts_come_one_after_the_other():
    line = MovementLine.model_validate(
        LINE | {"quantity": 1, "unit_price": 100, "discount_1": "10", "discount_2": "10", "discount_3": "5", "vat": 0},
        context=TERMS,
    )
    assert totals((line,), 1, TERMS, vat_included=True)[1] == Decimal("76.95")


def test_neither_a_card_nor_a_person_is_shown():
    card = CASH | {"means": "card", "card_number": "4111111111111111", "holder": "ANA"}
    shown = repr(check(SALE | SOMEBODY | {"payments": [card]}, TERMS))
    assert not [secret for secret in ("4111", "ANA", "Ñandú", "211234560018", "18 de Julio") if secret in shown]
    with pytest.raises(DataError) as raised:
        check(SALE | {"payments": [card | {"card_number": 4111111111111111}]}, TERMS)
    assert "4111" not in raised.value.message
