"""What a row of Zeta means to the books: documents, quarantined rows, control totals, and the certificate."""

from decimal import Decimal

import pytest

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Total
from cierre.bookkeeping.vocabulary import SOURCES
from cierre.ports.errors import DataError
from hooks.zeta.hook import certify, control_totals, landing_key, read
from hooks.zeta.words import Reason
from support.zeta_site import DAY, landed, line, queried, sale

BOX = "1-2"


def the_document(*sales: dict, currency: str = "UYU", key: str = BOX, **parts) -> Document:
    reading = read(landed(*(sales or [sale()]), **parts), day=DAY, currency=currency, key=key)
    assert not reading.quarantined, reading.quarantined[0].message
    (document,) = reading.documents
    return document


def held(*sales: dict, currency: str = "UYU", key: str = BOX, **parts) -> QuarantinedRow:
    reading = read(landed(*sales, **parts), day=DAY, currency=currency, key=key)
    assert not reading.documents
    return reading.quarantined[0]


def test_a_cash_sale_in_pesos():
    document = the_document()
    assert document == Document(
        source="zeta",
        kind=Kind.SALE,
        source_id="1",
        business_date=DAY,
        currency="UYU",
        form="cash",
        amounts={
            "net": Decimal("122.00"),
            "base": Decimal("100.00"),
            "vat": Decimal("22.00"),
            "base_basic": Decimal("100.00"),
            "base_minimum": Decimal("0.00"),
            "base_exempt": Decimal("0.00"),
            "vat_basic": Decimal("22.00"),
            "vat_minimum": Decimal("0.00"),
        },
        attributes={
            "sale_type": "cash",
            "voucher": "703",
            "payment_terms": "1",
            "cost_centre": "ADM",
            "on_behalf": "false",
            "currency": "UYU",
            "rate": "1",
        },
        place="sales/0",
        reference="A-1",
    )


def test_documents_carry_what_the_vocabulary_promises():
    shape, document = SOURCES["zeta"][Kind.SALE], the_document()
    assert document.amounts.keys() == shape.components.keys()
    assert document.attributes.keys() == shape.attributes.keys()
    for name in shape.components:
        assert document.amounts[name] == sum(document.amounts[part] for part in shape.parts(name))


@pytest.mark.parametrize(
    ("kind", "sign", "expected"),
    [
        (1, 1, (Kind.SALE, "credit")),
        (2, -1, (Kind.CREDIT_NOTE, "credit")),
        (3, 1, (Kind.SALE, "cash")),
        (4, -1, (Kind.CREDIT_NOTE, "cash")),
    ],
)
def test_the_type_says_how_it_is_paid_and_the_sign_whether_it_is_taken_back(kind, sign, expected):
    document = the_document(sale(ComprobanteTipo=kind, FacturaSigno=sign))
    assert (document.kind, document.attributes["sale_type"]) == expected
    assert document.net == Decimal("122.00")


def test_a_credit_note_whose_amounts_have_a_sign_is_the_same_credit_note():
    signed = {"FacturaTotal": "-122.00", "FacturaSubtotal": "-100.00", "FacturaIVA": "-22.00"}
    note = sale(ComprobanteTipo=2, FacturaSigno=-1)
    lines = [line(base="-100.00", vat="-22.00")]
    assert the_document(note | signed, lines=lines).amounts == the_document(note).amounts


def test_vat_is_told_apart_by_the_lines():
    lines = [
        line(),
        line(rate=10, base="50", vat="5"),
        line(rate="0.00", base="7.5", vat=0),
        line(base="10", vat="2.2"),
    ]
    document = the_document(sale(FacturaSubtotal=167.5, FacturaIVA=29.2, total=196.7), lines=lines)
    assert {name: str(amount) for name, amount in document.amounts.items()} == {
        "net": "196.70",
        "base": "167.50",
        "vat": "29.20",
        "base_basic": "110.00",
        "base_minimum": "50.00",
        "base_exempt": "7.50",
        "vat_basic": "24.20",
        "vat_minimum": "5.00",
    }


def test_cents_that_rounding_leaves_go_to_the_largest_rate():
    lines = [line(base="66.664", vat="14.66608"), line(rate=10, base="33.334", vat="3.3334")]
    document = the_document(sale(FacturaSubtotal="100.00", FacturaIVA="18.00", total="118.00"), lines=lines)
    assert (document.amounts["base_basic"], document.amounts["base_minimum"]) == (Decimal("66.67"), Decimal("33.33"))
    assert document.amounts["base"] == Decimal("100.00")


def test_dollars_keep_their_own_currency_and_say_their_rate():
    document = the_document(sale(MonedaCodigo="02", Cotizacion="42.1000000"), lines=[line(MonedaCodigo=2)])
    assert (document.currency, document.attributes["rate"], document.form) == ("USD", "42.1", "cash USD")
    assert document.net == Decimal("122.00")


def test_a_sale_on_somebodys_behalf_is_marked():
    assert the_document(query=[[queried(Notas="#CUENTAAJENA ")]]).attributes["on_behalf"] == "true"


@pytest.mark.parametrize(
    "fields",
    [
        {"LocalCodigo": "001", "CajaCodigo": "02"},
        {"CodigoCaja": 2},
        {"LocalCodigo": Decimal("1.0"), "CajaCodigo": Decimal("2.0")},
        {"LocalCodigo": "1.00", "CajaCodigo": " 2.0 "},
        {"ComprobanteTipo": Decimal("3.0"), "ComprobanteCodigo": "703.0", "MonedaCodigo": "1.0", "FacturaId": "1.0"},
        {"FacturaId": None, "RegistroId": 1},
        {"CodigoCaja": "", "CajaCodigo": 2},
        {"CodigoCaja": 0, "CajaCodigo": 2},
        {"CodigoCaja": "02", "CajaCodigo": Decimal("2.0")},
        {"FacturaEmitida": "N", "ComprobanteCFE": "N"},
        {"FacturaEmitida": None, "ComprobanteCFE": "N"},
        {"FacturaTotal": 122, "FacturaSubtotal": 100, "FacturaIVA": 22},
    ],
)
def test_other_spellings_are_the_same_sale(fields):
    row = sale() | fields
    if fields == {"CodigoCaja": 2}:
        row.pop("CajaCodigo")
    assert the_document(row) == the_document()


def test_registro_id_is_factura_id():
    row = sale(RegistroId="1")
    del row["FacturaId"]
    assert the_document(row, lines=[line() | {"RegistroId": 1}]) == the_document()


def test_other_boxes_read_their_own_rows():
    body = landed(sale(), sale(2, CajaCodigo=1), sale(3, LocalCodigo=2), lines=[line(), line(2), line(3)])
    ids = {
        key: [each.source_id for each in read(body, day=DAY, currency="UYU", key=key).documents] for key in (BOX, "2-2")
    }
    assert ids == {BOX: ["1"], "2-2": ["3"]}


@pytest.mark.parametrize(
    ("row", "reason", "said"),
    [
        (sale(CajaCodigo=None), Reason.NO_BOX, "sale 1 names no local and caja"),
        (sale(LocalCodigo=0), Reason.NO_BOX, "may be of any box"),
        (sale(CajaCodigo="Caja 2"), Reason.NO_BOX, "names no local and caja by number"),
        (sale(CajaCodigo=Decimal("2.5")), Reason.NO_BOX, "names no local and caja by number"),
        (sale(CajaCodigo={"Codigo": 2}), Reason.NO_BOX, "names no local and caja by number"),
        (sale(CodigoCaja=3, CajaCodigo=2), Reason.NO_BOX, "names no local and caja by number"),
        (sale(FacturaId=1, RegistroId=2), Reason.MISSING_FIELD, "no FacturaId"),
        (sale(FacturaId=0), Reason.MISSING_FIELD, "no FacturaId"),
        (sale(FacturaTotal=None), Reason.MISSING_FIELD, "sale 1 lacks FacturaTotal"),
        (sale(FacturaTotal="mucho"), Reason.BAD_AMOUNT, "FacturaTotal of sale 1 is "),
        (sale(FacturaTotal="-122.00"), Reason.NEGATIVE_AMOUNT, "is negative"),
        (sale(ComprobanteTipo=5), Reason.UNKNOWN_TYPE, "ComprobanteTipo 5"),
        (sale(FacturaSigno=-1), Reason.WRONG_SIGN, "FacturaSigno -1"),
        (sale(MonedaCodigo=9), Reason.UNKNOWN_CURRENCY, "MonedaCodigo 9"),
        (sale(MonedaCodigo=2, Cotizacion="0"), Reason.NO_RATE, "no Cotizacion that makes UYU of it"),
        (sale(MonedaCodigo=2, Cotizacion=None), Reason.NO_RATE, "no Cotizacion"),
        (sale(FacturaEmitida="N"), Reason.NOT_ISSUED, "is not issued"),
        (sale(FacturaEmitida=None), Reason.MISSING_FIELD, "sale 1 lacks FacturaEmitida"),
        (sale(FacturaEmitida="N", ComprobanteCFE=None), Reason.MISSING_FIELD, "sale 1 lacks ComprobanteCFE"),
        (sale(FacturaEmitida="Ana"), Reason.NOT_YES_OR_NO, "sale 1: FacturaEmitida is (str), which is neither S nor N"),
        (sale(ComprobanteCFE=[]), Reason.NOT_YES_OR_NO, "sale 1: ComprobanteCFE is (list), which is neither S nor N"),
        (sale(total="123.00"), Reason.DOES_NOT_ADD_UP, "100.00 and VAT of 22.00 are not 123.00"),
        (sale(2), Reason.NO_LINES, "no lines"),
    ],
)
def test_a_row_that_cannot_be_booked_stops_the_day_with_its_reason(row, reason, said):
    found = held(row)
    assert (found.reason, found.blocking, found.place) == (reason, True, "sales/0")
    assert said in found.message


@pytest.mark.parametrize(
    "field", ["FacturaSerieNumero", "ComprobanteCodigo", "CondicionPagoCodigo", "CentroCostosCodigo"]
)
@pytest.mark.parametrize("value", [{"ClienteNombre": "Ana Muñoz"}, ["Ana Muñoz"], True, {}, []])
def test_a_field_that_holds_neither_text_nor_number_stops_the_day_and_is_not_quoted(field, value):
    found = held(sale(**{field: value}))
    assert found.reason == Reason.NO_TEXT
    assert f"sale 1: {field} is neither text nor number" in found.message
    assert "Muñoz" not in found.message


@pytest.mark.parametrize(
    ("said", "kept"), [(12, "12"), (Decimal("1.5"), "1.5"), (" A-1 ", "A-1"), ("", "1"), (None, "1")]
)
def test_a_reference_is_a_text_or_a_number_and_else_the_id(said, kept):
    assert the_document(sale(FacturaSerieNumero=said)).reference == kept


YES = ["S", "s", "SI", "Sí", "si", True, "true", "TRUE", 1, "1", Decimal("1.0")]
NO = ["N", "n", "NO", "No", False, "false", 0, "0", Decimal("0.0")]


@pytest.mark.parametrize("yes", YES)
@pytest.mark.parametrize("no", NO)
def test_yes_and_no_are_read_in_any_spelling(yes, no):
    assert the_document(sale(ComprobanteCFE=yes, FacturaEmitida=yes))
    assert the_document(sale(ComprobanteCFE=no, FacturaEmitida=no))
    assert the_document(sale(ComprobanteCFE=None, FacturaEmitida=yes))
    assert held(sale(ComprobanteCFE=yes, FacturaEmitida=no)).reason == Reason.NOT_ISSUED


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([line(base="99.97")], Reason.DOES_NOT_ADD_UP),
        ([line(vat="22.02")], Reason.DOES_NOT_ADD_UP),
        ([line(rate="23.00")], Reason.UNKNOWN_VAT),
        ([line(rate=None)], Reason.UNKNOWN_VAT),
        ([line(rate="0.00")], Reason.UNKNOWN_VAT),
        ([line(base=None)], Reason.BAD_AMOUNT),
    ],
)
def test_lines_that_are_not_the_sales_stop_the_day(lines, reason):
    assert held(sale(), lines=lines).reason == reason


def test_a_sale_that_comes_twice_is_booked_not_once():
    reading = read(landed(sale(), sale()), day=DAY, currency="UYU", key=BOX)
    assert [row.reason for row in reading.quarantined] == [Reason.REPEATED_ID] * 2


def test_a_row_that_names_no_box_stops_all_of_them():
    body = landed(sale(), sale(2, CajaCodigo=None), lines=[line(), line(2)])
    for key in (BOX, "1-1", "9-9"):
        (row,) = read(body, day=DAY, currency="UYU", key=key).quarantined
        assert row.reason == Reason.NO_BOX


def test_a_box_that_keeps_dollars_books_dollars_and_no_pesos():
    dollars = sale(MonedaCodigo=2, Cotizacion="42.1")
    assert the_document(dollars, currency="USD", lines=[line(MonedaCodigo=2)]).attributes["rate"] == "1"
    assert held(sale(), currency="USD").reason == Reason.NO_RATE


def test_no_personal_data_is_in_a_document_or_a_message():
    row = sale(ClienteNombre="Ana Muñoz", ClienteRazonSocial="Muñoz S.A.", VendedorNombre="Lucía")
    assert "Muñoz" not in repr(the_document(row))
    assert "Muñoz" not in held(row | {"FacturaTotal": "x"}).message


def test_control_totals_count_every_row_of_the_box_by_kind_form_and_currency():
    rows = [
        sale(),
        sale(2, total="0.01", FacturaTotal="0.02"),
        sale(3, ComprobanteTipo=1),
        sale(4, ComprobanteTipo=2, FacturaSigno=-1, MonedaCodigo=2),
        sale(5, CajaCodigo=1),
        sale(6, FacturaTotal="x", CajaCodigo=None),
    ]
    totals = control_totals(landed(*rows), currency="UYU", key=BOX)
    assert totals == [
        Total(Kind.CREDIT_NOTE, "credit USD", 1, Decimal("122.00")),
        Total(Kind.SALE, "cash", 3, Decimal("122.02")),
        Total(Kind.SALE, "credit", 1, Decimal("122.00")),
    ]
    assert [total.currency for total in totals] == ["USD", "UYU", "UYU"]


def test_a_quarantined_sale_in_dollars_is_held_in_dollars():
    row = held(sale(MonedaCodigo=2, Cotizacion="0"))
    assert (row.form, row.net, row.currency) == ("cash USD", Decimal("122.00"), "USD")


def test_a_certificate_holds_the_query_against_the_sales_by_box_and_currency():
    note = sale(2, ComprobanteTipo=2, FacturaSigno=-1, MonedaCodigo=2)
    query = [[queried(), queried(2, total="-122.00", MonedaCodigo=2, IVASigno="-22.00")], [queried(3, CajaCodigo=1)]]
    claims = certify(landed(sale(), note, sale(3, CajaCodigo=1), query=query), currency="UYU", key=BOX)
    assert [str(claim) for claim in claims] == [
        "sales of the company's day: 3 rows attested, 3 landed",
        "box 1-2, UYU: totals: 1 rows attested, 1 landed; 122.00 attested, 122.00 landed",
        "box 1-2, UYU: VAT: 22.00 attested, 22.00 landed",
        "box 1-2, USD: totals: 1 rows attested, 1 landed; -122.00 attested, -122.00 landed",
        "box 1-2, USD: VAT: -22.00 attested, -22.00 landed",
    ]
    assert all(claim.holds for claim in claims)


@pytest.mark.parametrize(
    ("query", "failing"),
    [
        ([[]], "1-2, UYU: totals: 0 rows attested, 1 landed; 0.00 attested, 122.00 landed"),
        ([[queried(total="122.01")]], "1-2, UYU: totals: 1 rows attested, 1 landed; 122.01 attested, 122.00 landed"),
        ([[queried(IVASigno="21.99")]], "1-2, UYU: VAT: 21.99 attested, 22.00 landed"),
        ([[queried(MonedaCodigo=2)]], "1-2, USD: totals: 1 rows attested, 0 landed; 122.00 attested, 0.00 landed"),
        ([[queried(), queried(2, CajaCodigo=1)]], "sales of the company's day: 2 rows attested, 1 landed"),
        ([[queried(TotalSigno="muchos")]], "0.00 attested, 122.00 landed"),
    ],
)
def test_a_certificate_that_fails_names_both_figures(query, failing):
    claims = certify(landed(sale(), query=query), currency="UYU", key=BOX)
    assert [claim for claim in claims if not claim.holds and failing in str(claim)]


def test_an_empty_day_is_attested_to_be_empty():
    empty = landed(lines=[], query=[[]])
    assert [(claim.attested_rows, claim.holds) for claim in certify(empty, currency="UYU", key=BOX)] == [(0, True)]
    assert control_totals(empty, currency="UYU", key=BOX) == []


@pytest.mark.parametrize("text", ["[]", "{}", '{"day": "2024-09-06"}', "<html>", ""])
def test_a_text_that_is_no_landed_day_is_refused(text):
    with pytest.raises(DataError, match="no day of Zeta"):
        read(text, day=DAY, currency="UYU", key=BOX)


def test_all_boxes_of_a_company_are_landed_together():
    assert {landing_key("1-1"), landing_key("2-1")} == {"*"}
