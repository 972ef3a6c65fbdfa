"""Random sales of shops with Zeta: discounts at any rate, whole pesos, spellings, words and shapes of every kind.

Whatever comes, a sale is booked to the cent of what it says, or one row is quarantined with a sentence that names it.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given, settings, strategies as st

from cierre.accounting_files import cash_box
from cierre.accounting_files.account_mappings import account_mapping
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Kind, Reading
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.rates import RATE_OF_ONE, at_par
from cierre.ports.errors import VendorError
from hooks.zeta.currency_words import named
from hooks.zeta.hook import certify, control_totals, read
from hooks.zeta.lines import lacking
from hooks.zeta.on_behalf import is_on_behalf, says_on_behalf
from hooks.zeta.voucher_kinds import denying, words_of
from hooks.zeta.words import Reason, Voucher, box_key, code, invoice_id, yes_or_no
from support.zeta_site import DAY, landed, line, queried, sale

BOX = cash_box("itb_uruguay_1_2")
MAPPING = account_mapping("zeta_uruguay")
RATES = {"22.00": "basic", "10.00": "minimum", "0.00": "exempt"}
KINDS = {(3, 1): "cash", (4, -1): "cash", (1, 1): "credit", (2, -1): "credit"}
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Shop:
    """A voucher as a shop has it: what is right of it, and the rows that say so."""

    row: dict
    lines: list[dict]
    query: dict
    base: dict[str, Decimal]
    vat: dict[str, Decimal]
    total: Decimal

    def body(self, lines: object = None) -> str:
        said = json.loads(landed(self.row, lines=self.lines, query=[[self.query]]))
        if lines is not None:
            said["lines"] = lines
        return json.dumps(said)


cents = st.integers(1, 2_000_000).map(lambda number: Decimal(number).scaleb(-2))


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    """Vouchers with lines at several rates, some of them discounts; some with a total in whole pesos."""
    kind, sign = draw(st.sampled_from(list(KINDS)))
    rows, base, vat = [], defaultdict(Decimal), defaultdict(Decimal)
    for rate in draw(st.lists(st.sampled_from(list(RATES)), min_size=1, max_size=6)):
        net = draw(cents) * draw(st.sampled_from([1, 1, 1, -1]))
        tax = (net * Decimal(rate) / 100).quantize(CENT, ROUND_HALF_UP)
        rows.append((rate, net, tax))
        base[RATES[rate]] += net
        vat[RATES[rate]] += tax
    if sum(base.values()) + sum(vat.values()) < 0:
        rows = [(rate, -net, -tax) for rate, net, tax in rows]
        base, vat = ({name: -amount for name, amount in each.items()} for each in (base, vat))
    subtotal, tax, exact = sum(base.values()), sum(vat.values()), sum(base.values()) + sum(vat.values())
    total = exact.quantize(Decimal(1), ROUND_HALF_UP).quantize(CENT) if draw(st.booleans()) else exact
    own_sign = -1 if sign < 0 and draw(st.booleans()) else 1  # documented without a sign, and seen with one
    fields = {"ComprobanteTipo": kind, "FacturaSigno": sign}
    fields |= {"FacturaSubtotal": f"{own_sign * subtotal}", "FacturaIVA": f"{own_sign * tax}"}
    query = queried(total=f"{sign * total}", IVASigno=f"{sign * tax}")
    lines = [
        line(rate=rate, base=f"{own_sign * net}", vat=f"{own_sign * vat}", LineaTotal=f"{own_sign * (net + vat)}")
        for rate, net, vat in rows
    ]
    return Shop(sale(total=f"{own_sign * total}", **fields), lines, query, dict(base), dict(vat), total)


def reading_of(body: str) -> Reading:
    return read(body, day=DAY, currency="UYU", key="1-2")


@given(shops())
def test_a_voucher_is_booked_to_the_cent_of_its_parts_whatever_their_signs(shop):
    assume(shop.total)  # a voucher of nothing has no sign to go by
    body = shop.body()
    reading = reading_of(body)
    assert not reading.quarantined, reading.quarantined[0].message
    (document,) = reading.documents
    assert document.net == shop.total
    for rate in RATES.values():
        assert document.amounts[f"base_{rate}"] == shop.base.get(rate, 0)
        assert document.amounts.get(f"vat_{rate}", 0) == shop.vat.get(rate, 0)
    assert all(claim.holds for claim in certify(body, currency="UYU", key="1-2"))
    assert [(total.count, total.net) for total in control_totals(body, currency="UYU", key="1-2")] == [(1, shop.total)]

    derivation = derive(reading.documents, MAPPING, BOX, DAY)
    assert not derivation.problems
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for entry in derivation.entries:
        assert entry.debit == entry.credit
        for one in entry.lines:
            assert one.amount > 0
            balances[one.account] += one.amount if one.side is Side.DEBIT else -one.amount
    sign = 1 if document.kind is Kind.SALE else -1
    assert balances["1.1.01.001"] + balances["1.1.03.005"] == sign * shop.total
    assert balances["2.1.02.002"] == -sign * shop.vat.get("basic", 0)
    assert balances["2.1.02.003"] == -sign * shop.vat.get("minimum", 0)
    rounding = shop.total - sum(shop.base.values()) - sum(shop.vat.values())
    assert balances["5.2.01.001"] == -sign * rounding
    assert abs(rounding) <= Decimal("0.50")


UNITS = {"cents": CENT, "tenths": Decimal("0.1"), "pesos": Decimal(1)}


@st.composite
def lines_of_one_rate(draw: st.DrawFn) -> tuple[str, list[tuple[Decimal, Decimal]]]:
    """A rate and the base and VAT of lines at it, rounded as sites round: both, a price with VAT, or the VAT alone."""
    rate, unit = draw(st.sampled_from(["22.00", "10.00"])), draw(st.sampled_from(list(UNITS.values())))
    how = draw(
        st.sampled_from(["each", "price with VAT", "VAT alone", "VAT is the rest", "quantity and price with VAT"])
    )
    made = []
    for amount in draw(st.lists(st.integers(1, 500_000), min_size=1, max_size=30)):
        exact, share = Decimal(amount).scaleb(-2) * draw(st.sampled_from([1, 1, 1, -1])), Decimal(rate) / 100
        if how == "each":
            base = exact.quantize(unit, ROUND_HALF_UP)
            vat = (exact * share).quantize(unit, ROUND_HALF_UP)
        elif how == "VAT alone":
            base, vat = exact, (exact * share).quantize(unit, ROUND_HALF_UP) or (exact * share).quantize(CENT)
        elif how == "VAT is the rest":
            base = exact.quantize(unit, ROUND_HALF_UP)
            vat = (exact * (1 + share)).quantize(unit, ROUND_HALF_UP) - base
        else:
            quantity = draw(st.sampled_from([1, Decimal("0.333"), 7])) if how.startswith("quantity") else 1
            gross = (exact * quantity).quantize(unit, ROUND_HALF_UP)
            base = (gross / (1 + share)).quantize(unit, ROUND_HALF_UP)
            vat = gross - base
        made.append((base, vat))
    return rate, made


def of_lines(rows: list[tuple[str, Decimal, Decimal]], **fields: object) -> Reading:
    """A sale that is exactly its lines: rate, base and VAT of each."""
    base, vat = sum(base for _, base, _ in rows), sum(vat for _, _, vat in rows)
    lines = [line(rate=rate, base=f"{base}", vat=f"{vat}", LineaTotal=f"{base + vat}") for rate, base, vat in rows]
    said = {"FacturaSubtotal": f"{base}", "FacturaIVA": f"{vat}", "total": f"{base + vat}"}
    return reading_of(landed(sale(**(said | fields)), lines=lines))


@given(st.lists(lines_of_one_rate(), min_size=1, max_size=3))
def test_vat_that_rounding_takes_from_its_rate_is_booked(made):
    rows = [(rate, base, vat) for rate, lines in made for base, vat in lines]
    assume(sum(base + vat for _, base, vat in rows) >= 0)
    reading = of_lines(rows)
    assert not reading.quarantined, reading.quarantined[0].message


@given(
    cents=st.lists(st.integers(2_000, 2_000_000), min_size=1, max_size=8),
    rates=st.sampled_from([("22.00", "10.00"), ("10.00", "22.00"), ("10.00", "0.00"), ("22.00", "0.00")]),
    others=st.booleans(),
)
def test_vat_of_another_rate_is_told_with_both_figures(cents, rates, others):
    said, real = rates
    rows = []
    for number in cents:
        base = Decimal(number).scaleb(-2)
        rows.append((said, base, (base * Decimal(real) / 100).quantize(CENT, ROUND_HALF_UP)))
    if others:
        rows.append(("0.00", Decimal("50.00"), Decimal(0)))
    (held,) = of_lines(rows).quarantined
    vat = sum(vat for _, _, vat in rows)
    assert held.reason == Reason.BAD_RATE
    assert (
        f"sale 1: a base of {sum(base for _, base, _ in rows[: len(cents)])} at {said[:2]} percent comes to VAT of "
        in (held.message)
    )
    assert f"rounding does not explain {vat}" in held.message
    assert held.release.amounts["vat"] == vat  # as it is told, where a person lets it


@pytest.mark.parametrize("base", ["5.00", "10.00", "82.50", "1000.00", "12345.67"])
@pytest.mark.parametrize("sign", [1, -1])
def test_vat_of_the_basic_rate_at_the_minimum_one_is_never_booked(base, sign):
    vat = (Decimal(base) * Decimal("0.22")).quantize(CENT)
    rows = [("10.00", Decimal(base), vat)]
    if sign < 0:  # a discount among other lines
        rows = [("22.00", Decimal("50000.00"), Decimal("11000.00")), ("10.00", -Decimal(base), -vat)]
    assert [row.reason for row in of_lines(rows).quarantined] == [Reason.BAD_RATE]


def test_a_sale_in_dollars_at_par_with_vat_of_another_rate_is_released_by_nobody():
    (held,) = reading_of(
        landed(sale(MonedaCodigo=2, Cotizacion="1"), lines=[line(rate="10.00", MonedaCodigo=2)])
    ).quarantined
    assert (held.reason, held.release, held.at_par) == (Reason.BAD_RATE, None, None)


NO_MONEY = st.fixed_dictionaries(
    {
        "rate": st.sampled_from([None, "", "22.00", "14", "23.00", "n/a"]),
        "base": st.sampled_from([None, "", 0, "0.00"]),
        "vat": st.sampled_from([None, "", 0, "0.00"]),
        "LineaTotal": st.sampled_from([None, "", 0, "0.00"]),
        "LineaConcepto": st.just("Gracias por su compra"),
    }
)


@given(st.lists(NO_MONEY, min_size=1, max_size=3), st.booleans())
def test_a_line_that_carries_no_money_changes_nothing(texts, first):
    rows = [line(**text) for text in texts]
    lines = [*rows, line()] if first else [line(), *rows]
    assert reading_of(landed(sale(), lines=lines)) == reading_of(landed(sale()))
    assert not lacking([sale()], {"1": lines})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ({"base": None, "vat": None, "LineaTotal": "10.00"}, Reason.BAD_AMOUNT),
        ({"base": "x", "vat": None, "LineaTotal": None}, Reason.BAD_AMOUNT),
        ({"rate": "14", "base": "0.01", "vat": "0", "LineaTotal": "0.01"}, Reason.UNKNOWN_VAT),
    ],
)
def test_a_line_that_may_carry_money_is_read_as_one_that_does(text, reason):
    assert reading_of(landed(sale(), lines=[line(), line(**text)])).quarantined[0].reason == reason


DISCOUNTED = {"FacturaSubtotal": "90.00", "FacturaIVA": "19.80", "total": "109.80"}


@pytest.mark.parametrize("discount", ["10.00", "12.20"])
def test_a_discount_of_the_whole_sale_is_at_the_one_rate_of_its_lines(discount):
    (document,) = reading_of(landed(sale(**DISCOUNTED, FacturaDescuentos=discount))).documents
    assert (document.amounts["base_basic"], document.amounts["vat_basic"]) == (Decimal("90.00"), Decimal("19.80"))


@pytest.mark.parametrize(
    ("fields", "lines", "reason", "said"),
    [
        ({"FacturaDescuentos": "5.00"}, [line()], Reason.DOES_NOT_ADD_UP, "a discount of 5.00 (FacturaDescuentos)"),
        ({"FacturaDescuentos": None}, [line()], Reason.DOES_NOT_ADD_UP, "to ask for them again"),
        ({"FacturaDescuentos": "10.00"}, [line(rate="10.00")], Reason.BAD_RATE, "comes to VAT of 9.00"),
        ({"FacturaDescuentos": "10.00"}, [line(base="60", vat="13.20"), line(rate="10", base="40", vat="4")],
         Reason.DOES_NOT_ADD_UP, "so its rate of VAT is not known; give it in the lines in Zeta"),
        ({"FacturaDescuentos": "10.00"}, [line(LineaDescuentos="10.00")], Reason.DOES_NOT_ADD_UP,
         "to ask for them again"),
    ],
)  # fmt: skip
def test_a_discount_whose_rate_is_not_certain_is_told(fields, lines, reason, said):
    (held,) = reading_of(landed(sale(**DISCOUNTED, **fields), lines=lines)).quarantined
    assert (held.reason, said in held.message) == (reason, True)


OF_A_LINE = {"IVATasa", "LineaSubtotal", "LineaIVA", "LineaTotal"}


def header(row: dict) -> dict:
    return {name: value for name, value in row.items() if name not in OF_A_LINE}


def own(row: dict, *names: str) -> dict:
    return {name: value for name, value in row.items() if name in OF_A_LINE or name in names}


SHAPES = {
    "Lineas in the sale": lambda rows: [header(rows[0]) | {"Lineas": [own(row) for row in rows]}],
    "Lineas with a name of their own": lambda rows: [header(rows[0]) | {"Lineas": {"Linea": [own(r) for r in rows]}}],
    "sections in the sale": lambda rows: [{"Encabezado": header(rows[0]), "Lineas": [own(row) for row in rows]}],
    "two sections": lambda rows: {
        "Encabezado": [header(rows[0])],
        "Lineas": [own(row, "FacturaId") for row in rows],
    },
    "two sections of one sale": lambda rows: {"Encabezado": header(rows[0]), "Lineas": [own(row) for row in rows]},
    "two sections, other sales": lambda rows: {
        "Encabezado": [header(rows[0]), {"FacturaId": 77, "MonedaCodigo": 1}],
        "Lineas": [*(own(row, "FacturaId") for row in rows), {"FacturaId": 77, "LineaSubtotal": 5, "IVATasa": 0}],
    },
}


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=25)
@given(shop=shops())
def test_lines_in_any_shape_are_the_same_sale(shape, shop):
    assert reading_of(shop.body(SHAPES[shape](shop.lines))) == reading_of(shop.body())


def test_lines_in_the_rows_of_the_sales_are_read_too():
    row = sale() | {"Lineas": [own(line())]}
    assert reading_of(landed(row, lines=[])).documents[0].amounts == reading_of(landed(sale())).documents[0].amounts


@pytest.mark.parametrize("strange", [[{"FacturaId": 1, "Renglones": "2 x 50.00"}], [{"FacturaId": 1, "X": [{"y": 1}]}]])
def test_a_shape_that_is_not_known_is_told_as_such(strange):
    (held,) = reading_of(json.dumps(json.loads(landed(sale())) | {"lines": strange})).quarantined
    assert held.reason == Reason.UNKNOWN_SHAPE
    assert "the lines of sale 1 came in a shape that is not known" in held.message


SPELLINGS = [int, str, Decimal, "{}.0".format, " {} ".format, "00{}".format, "+{}".format, "{}.00".format,
             lambda number: Decimal(f"{number}.0"), lambda number: Decimal(number).normalize()]  # fmt: skip


@given(number=st.integers(1, 10**17), spelt=st.sampled_from(SPELLINGS))
def test_a_whole_number_is_one_code_in_any_spelling(number, spelt):
    assert code(spelt(number)) == str(number)
    assert invoice_id({"FacturaId": spelt(number)}) == str(number)
    assert box_key({"LocalCodigo": spelt(number), "CajaCodigo": 2}) == f"{number}-2"


@given(
    electronic=st.sampled_from(["S", "N", "sí", True, 0, None, "", "tal vez", {}]),
    issued=st.sampled_from(["S", "N", "no", False, 1, None, "", "tal vez", []]),
)
def test_only_what_is_certainly_issued_or_not_electronic_is_booked(electronic, issued):
    reading = reading_of(landed(sale(ComprobanteCFE=electronic, FacturaEmitida=issued)))
    are_read = [yes_or_no(value) is not None or value in (None, "") for value in (electronic, issued)]
    certain = yes_or_no(issued) is True or yes_or_no(electronic) is False
    assert len(reading.documents) == (all(are_read) and certain)
    assert len(reading.documents) + len(reading.quarantined) == 1


@pytest.mark.parametrize("field", ["Serie", "Numero", "ComprobanteCodigo"])
def test_a_receipt_whose_number_is_an_object_is_not_booked(field):
    (held,) = reading_of(of_receipts(receipt(5) | {field: {"ClienteNombre": PERSON}})).quarantined
    assert (held.reason, "receipt 5" in held.message, "Muñoz" in held.message) == (Reason.NO_TEXT, True, False)


@pytest.mark.parametrize(
    ("said", "reason"),
    [("s", None), (True, None), (1, None), ("SI", None), ("n", Reason.NOT_ISSUED), (0, Reason.NOT_ISSUED),
     (None, Reason.NOT_ISSUED), ("tal vez", Reason.NOT_YES_OR_NO), ({}, Reason.NOT_YES_OR_NO)],
)  # fmt: skip
def test_a_receipt_is_issued_in_any_spelling(said, reason):
    assert [row.reason for row in reading_of(of_receipts(receipt(5) | {"Emitido": said})).quarantined] == (
        [reason] if reason else []
    )


def of_receipts(*rows: dict) -> str:
    return landed(sale(), receipts={"read": True, "unissued": False, "sign": 0, "rates": {}, "pages": [list(rows)]})


WHAT_CODES_ARE_SENT_AS = (
    st.sampled_from([2, "2", " 2 ", "02", 2.0, "2.0", 3, 3.0, None, "", 0, "0", "Caja 2", 2.5, "2.5", -2, True, {}, []])
    | st.integers(-5, 5)
    | st.floats(-5, 5)
    | st.text(max_size=3)
)


@given(local=WHAT_CODES_ARE_SENT_AS, caja=WHAT_CODES_ARE_SENT_AS, other=WHAT_CODES_ARE_SENT_AS)
def test_no_sale_vanishes_whatever_its_box_is_sent_as(local, caja, other):
    body = landed(sale(LocalCodigo=local, CajaCodigo=caja, CodigoCaja=other))
    key = box_key(json.loads(body, parse_float=Decimal)["sales"][0])
    if key:
        assert all(part.isdecimal() and int(part) for part in key.split("-"))
    for each in {key or "1-2", "1-2"}:
        reading = read(body, day=DAY, currency="UYU", key=each)
        told = [row.reason for row in reading.quarantined]
        if not key:
            assert told == [Reason.NO_BOX]
        else:
            assert len(told) + len(reading.documents) == (each == key)


@given(st.data())
def test_cuenta_ajena_is_read_in_any_spelling(data):
    letters = data.draw(st.sampled_from(["#cuentaajena", "cuentaajena", "ventaporcuentaajena", "#cuentaajenaprov"]))
    accents = {"u": "uúÚ", "e": "eéÉè", "a": "aáÁà"}
    spelt = "".join(
        data.draw(st.sampled_from(accents.get(letter, letter) + letter.upper()))
        + data.draw(st.sampled_from(["", "", "", " ", "  ", "\t", "-", "."]))
        for letter in letters
    )
    assert says_on_behalf(data.draw(st.sampled_from(["", " ", "Factura 5, "])) + spelt)


@pytest.mark.parametrize(
    "notes",
    ["VENTA POR CUENTA AJENA", "CUENTAAJENA Prov", "#VENTA CUENTA AJENA", "#CTA. AJENA", "cta ajena",
     "por cuentas ajenas", "cuenta agena", "\u200b#CUENTA\u200bAJENA"],
)  # fmt: skip
def test_what_says_cuenta_ajena_is_on_somebodys_behalf(notes):
    assert says_on_behalf(notes)


@pytest.mark.parametrize(
    "notes", ["", None, "#CUENTA", "cuenta", "por cuenta de ana", "ajena", "cuenta corriente", "descuenta ajena", 5]
)
def test_other_notes_are_ones_own_sale(notes):
    assert not says_on_behalf(notes)
    assert is_on_behalf({}, {"Notas": notes}) is False


NOTES_THAT_SAY_NOTHING = [["#CUENTAAJENA"], {"Texto": "#CUENTAAJENA"}, [], {}, True]


@pytest.mark.parametrize("query", [{}, *({"Notas": notes} for notes in NOTES_THAT_SAY_NOTHING), {"FacturaNotas": "x"}])
def test_a_sale_whose_notes_are_missing_or_no_text_is_nobodys_until_a_person_looked(query):
    """A list that says #CUENTAAJENA was taken for one's own sale, and so was a row without Notas."""
    row = {name: value for name, value in queried().items() if name != "Notas"} | query
    (held,) = reading_of(landed(sale(), query=[[row]])).quarantined
    assert held.reason == Reason.UNKNOWN_OWNER
    assert "sale 1: QueryVentas has no Notas that is a text" in held.message


def test_notes_of_ventas_alone_tell_only_that_it_is_somebody_elses():
    row = {name: value for name, value in queried().items() if name != "Notas"}
    assert reading_of(landed(sale(Notas="gracias"), query=[[row]])).quarantined[0].reason == Reason.UNKNOWN_OWNER
    assert reading_of(landed(sale(Notas=["x"]))).quarantined[0].reason == Reason.UNKNOWN_OWNER


def test_a_sale_that_the_query_does_not_show_is_nobodys_either():
    assert reading_of(landed(sale(), query=[[]])).quarantined[0].reason == Reason.UNKNOWN_OWNER


SAYS_SO = [
    {"Notas": "Venta por cuenta ajena"},
    {"TipoCFENombre": "e-Ticket Venta por Cuenta Ajena"},
    {"ComprobanteNombre": "e-Factura Venta por Cuenta Ajena"},
    {"TipoDeCFECodigo": 131},
    {"TipoDeCFECodigo": "243"},
]


@pytest.mark.parametrize("says", SAYS_SO)
@pytest.mark.parametrize("where", ["sale", "query"])
@pytest.mark.parametrize("notes", ["", "n/a", None, [], "missing"])
@pytest.mark.parametrize("note", [False, True])
def test_any_field_that_says_so_makes_it_a_sale_on_somebodys_behalf(says, where, notes, note):
    sign = -1 if note else 1
    row = sale(ComprobanteTipo=4 if note else 3, FacturaSigno=sign)
    query = queried(total=f"{sign * 122}.00", IVASigno=f"{sign * 22}.00", Notas=notes)
    if notes == "missing":
        del query["Notas"]
    of_note = {"TipoCFENombre": "Nota de Crédito de e-Ticket Venta por Cuenta Ajena"}
    (row if where == "sale" else query).update(of_note if note and "TipoCFENombre" in says else says)
    if note and "ComprobanteNombre" in says:
        row["ComprobanteTipoNombre"] = "Devolución Contado"
    (document,) = reading_of(landed(row, query=[[query]])).documents
    assert document.attributes["on_behalf"] == "true"


@pytest.mark.parametrize(
    ("once", "twice"),
    [
        ('"Notas":"#CUENTAAJENA"', '"Notas":"#CUENTAAJENA","Notas":""'),
        ('"Notas":"#CUENTAAJENA"', '"Notas":"","Notas":"#CUENTAAJENA"'),
        ('"TotalSigno":"122.00"', '"TotalSigno":"122.00","TotalSigno":"122.00"'),
        ('"LineaIVA":"22.00"', '"LineaIVA":"22.00","LineaIVA":"22.00"'),
        ('"LineaTotal":"122.00"', '"LineaTotal":"122.00","LineaTotal":"1.00"'),
        ('"IVATasa":"22.00"', '"IVATasa":"22.00","IVATasa":"10.00"'),
    ],
)
def test_a_field_that_stands_twice_in_a_row_of_the_query_or_in_a_line_stops_the_day(once, twice):
    body = landed(sale(), query=[[queried(Notas="#CUENTAAJENA")]])
    assert once in body
    (held,) = reading_of(body.replace(once, twice)).quarantined
    assert held.reason == Reason.REPEATED_FIELD
    assert f"sale 1: the field {once.split(chr(34))[1]} stands twice in a row of it" in held.message


CASH = ["Venta Contado", "VENTA CONTADO", "Factura contado", "venta  contádo"]
CREDIT = ["Venta Crédito", "VENTA CREDITO", "Factura de Venta Crédito", "Venta cuenta corriente"]
RETURN = ["Devolución Contado", "DEVOLUCION DE VENTA CONTADO", "Nota de Crédito Contado"]
NOTE = ["Nota de Crédito", "NOTA DE CREDITO DE VENTA", "Nota de crédito crédito"]
WORDS = {
    Voucher.CASH_SALE: CASH,
    Voucher.CREDIT_SALE: CREDIT,
    Voucher.CASH_RETURN: RETURN,
    Voucher.CREDIT_NOTE: NOTE,
}
OTHER_CREDIT = [
    "Venta Cr&eacute;dito", "Venta Cr&#233;dito", "Venta CrÃ©dito", "Venta Cr?dito", "Vta. Cred.", "FACTURA CRED",
    "Venta a Plazo", "Cta. Corriente", "Venta en Cuotas", "Venta en 3 cuotas",
]  # fmt: skip
NEUTRAL = [
    {},
    {"ComprobanteNombre": "e-Ticket"},
    {"CondicionNombre": "Tarjeta de Crédito"},
    {"ComprobanteNombre": None},
]


@pytest.mark.parametrize("voucher", Voucher)
@pytest.mark.parametrize("said", Voucher)
@given(data=st.data())
def test_words_and_number_are_believed_only_together(voucher, said, data):
    row = {"ComprobanteTipoNombre": data.draw(st.sampled_from(WORDS[said]))} | data.draw(st.sampled_from(NEUTRAL))
    assert bool(denying(voucher, words_of(row, {}))) == (voucher != said)


@pytest.mark.parametrize(
    ("fields", "voucher", "denied"),
    [
        ({"CondicionPagoNombre": "Crédito 30 días"}, Voucher.CASH_SALE, True),
        ({"CondicionPagoNombre": "30 días"}, Voucher.CASH_SALE, True),
        ({"CondicionPagoNombre": "Contado"}, Voucher.CREDIT_SALE, True),
        ({"CondicionPagoNombre": "Contado"}, Voucher.CASH_SALE, False),
        ({"CondicionPagoNombre": "Contado"}, Voucher.CREDIT_NOTE, True),
        # Terms are of credit sales; a note has the site's default.
        ({"CondicionPagoNombre": "Contado", "ComprobanteTipoNombre": "Nota de Crédito"}, Voucher.CREDIT_NOTE, False),
        ({"CondicionPagoNombre": "Contado", "ComprobanteTipoNombre": "Nota de Crédito"}, Voucher.CASH_RETURN, True),
        ({"ComprobanteNombre": "e-Devolución Contado", "TipoCFENombre": "Nota de Crédito de e-Ticket"},
         Voucher.CASH_RETURN, False),
        ({"ComprobanteNombre": "e-Factura Crédito", "TipoCFENombre": "e-Factura"}, Voucher.CASH_SALE, True),
        ({"TipoCFENombre": "Nota de Crédito de e-Ticket"}, Voucher.CASH_SALE, True),
        ({"TipoCFENombre": "e-Ticket"}, Voucher.CASH_RETURN, True),
        ({"ComprobanteTipoNombre": "Recibo de Cobro"}, Voucher.CASH_SALE, True),
        ({"ComprobanteTipoNombre": "Venta"}, Voucher.CREDIT_SALE, False),
        *(({"ComprobanteNombre": said}, Voucher.CASH_SALE, True) for said in OTHER_CREDIT),
        *(({"ComprobanteNombre": said}, Voucher.CREDIT_SALE, False) for said in OTHER_CREDIT),
        *(({"ComprobanteNombre": said}, Voucher.CREDIT_SALE, True) for said in ("VTA CDO", "Vta. Ctdo.")),
        *(({"CondicionPagoNombre": said}, Voucher.CASH_SALE, True) for said in ("3 cuotas", "Plazo 60")),
        # A note is no credit, a card's credit and instalments are the bank's, and a school sells "cuotas".
        ({"ComprobanteNombre": "Nota de Cred. Contado"}, Voucher.CASH_RETURN, False),
        ({"ComprobanteNombre": "Nota Cr&eacute;dito"}, Voucher.CASH_RETURN, False),
        ({"CondicionPagoNombre": "Tarj. Cred. 3 cuotas"}, Voucher.CASH_SALE, False),
        ({"CondicionPagoNombre": "Tarjeta en 6 cuotas"}, Voucher.CASH_SALE, False),
        ({"CondicionPagoNombre": "Contado 3 cuotas"}, Voucher.CASH_SALE, False),
        ({"ComprobanteNombre": "Venta de cuotas"}, Voucher.CASH_SALE, False),
        ({}, Voucher.CREDIT_NOTE, False),
    ],
)  # fmt: skip
def test_what_a_row_says_denies_its_number_or_not(fields, voucher, denied):
    assert bool(denying(voucher, words_of(fields, {}))) == denied


def test_where_words_are_absent_the_connections_table_counts():
    types = {"1": "cash_sale", "2": "cash_return", "3": "credit_sale", "4": "credit_note"}
    body = landed(sale(ComprobanteTipo=3), vouchers={"types": types, "codes": {}})
    (document,) = reading_of(body).documents
    assert (document.attributes["sale_type"], document.form) == ("credit", "credit")
    (total,) = control_totals(body, currency="UYU", key="1-2")
    assert total.form == "credit"


def test_a_voucher_whose_name_misleads_is_what_the_connection_says():
    query = [[queried(ComprobanteTipoNombre="Venta Crédito")]]
    (held,) = reading_of(landed(sale(), query=query)).quarantined
    assert held.reason == Reason.NUMBER_AGAINST_WORDS
    vouchers = {"types": {"3": "cash_sale"}, "codes": {"703": "cash_sale"}}
    assert reading_of(landed(sale(), query=query, vouchers=vouchers)).documents[0].attributes["sale_type"] == "cash"


@given(total=st.integers(11_000, 13_500).map(lambda number: Decimal(number).scaleb(-2)))
def test_only_a_total_in_whole_units_is_rounded_and_all_others_are_told(total):
    reading = reading_of(landed(sale(total=f"{total}"), lines=[line()]))
    off = total - Decimal("122.00")
    rounded = (total % 1 == 0 and abs(off) < 1) or (total % Decimal("0.1") == 0 and abs(off) < Decimal("0.1"))
    if off == 0 or rounded:
        assert reading.documents[0].net == total
        assert reading.documents[0].amounts.get("rounding", 0) == off
    else:
        assert reading.quarantined[0].reason == Reason.DOES_NOT_ADD_UP
        assert f"are not {total} (FacturaTotal)" in reading.quarantined[0].message


@pytest.mark.parametrize("rate", ["1", "1.0000000", 1])
def test_a_rate_of_one_waits_for_the_mappings_word(rate):
    reading = reading_of(landed(sale(MonedaCodigo=2, Cotizacion=rate), lines=[line(MonedaCodigo=2)]))
    (held,) = reading.quarantined
    assert (held.reason, held.blocking, reading.documents) == (RATE_OF_ONE, True, [])
    assert "sale A-1: Cotizacion is 1" in held.message
    assert at_par(reading, ["EUR"]) == reading
    freed = at_par(reading, ["USD"])
    assert (len(freed.documents), freed.quarantined) == (1, [])


@pytest.mark.parametrize("rate", ["1.0000001", "0.9999999", "1.01", "0.95", "1.05"])
def test_a_rate_near_one_was_filled_in_as_well(rate):
    (held,) = reading_of(landed(sale(MonedaCodigo=2, Cotizacion=rate), lines=[line(MonedaCodigo=2)])).quarantined
    assert (held.reason, held.at_par.currency) == (RATE_OF_ONE, "USD")
    assert f"sale A-1: Cotizacion is {rate}, as if one USD were one UYU" in held.message


def of_rates(*rates: object, currency: int = 2, **parts: object) -> Reading:
    """A day of sales that name these rates, each with lines and a row of the query."""
    named = list(enumerate(rates, start=1))
    return reading_of(
        landed(
            *(sale(id, MonedaCodigo=currency, Cotizacion=rate) for id, rate in named),
            lines=[line(id, MonedaCodigo=currency) for id, _ in named],
            query=[[queried(id, MonedaCodigo=currency) for id, _ in named]],
            **parts,
        )
    )


@pytest.mark.parametrize("wrong", ["0.0249", "4.021", "4021", "402100", "402.1"])
def test_a_rate_far_from_the_days_others_is_told_with_both_figures(wrong):
    reading = of_rates("40.21", wrong, "40.19", "40.2")
    (held,) = reading.quarantined
    assert (held.reason, held.place, len(reading.documents)) == (Reason.RATE_FAR_OFF, "sales/1", 3)
    assert f"sale 2: the rate of USD is {wrong}, and that of others of the day 40." in held.message
    assert [row.reason for row in of_rates("40.21", wrong).quarantined] == [Reason.RATE_FAR_OFF] * 2  # which one is it?


@given(st.lists(st.integers(300_000, 590_000), min_size=1, max_size=6), st.integers(0, 2))
def test_rates_of_one_day_that_differ_as_rates_do_are_all_believed(rates, ones):
    said = [f"{Decimal(rate).scaleb(-4)}" for rate in rates] + ["1.0000000"] * ones
    reading = of_rates(*said)
    assert [row.reason for row in reading.quarantined] == [RATE_OF_ONE] * ones


def test_a_receipts_rate_is_held_against_the_days_too():
    body = json.loads(of_receipts(receipt(5, 2) | {"Cotizacion": "0.0249"}))
    usd = sale(2, MonedaCodigo=2, Cotizacion="40.21"), sale(3, MonedaCodigo=2, Cotizacion="40.3")
    held = reading_of(json.dumps(body | {"sales": [*body["sales"], *usd]})).quarantined
    assert [row.reason for row in held if row.kind is Kind.COLLECTION] == [Reason.RATE_FAR_OFF]


WORDS_OF_CURRENCIES = {
    "UYU": ["$U", "UYU", "Pesos Uruguayos", "peso uruguayo", "UY$"],
    "USD": ["U$S", "US$", "u$s", "U$S.", "USD", "Dólares", "DOLARES AMERICANOS", "dólar", "US Dollar"],
    "EUR": ["€", "EUR", "Euros"],
    "ARS": ["Pesos Argentinos"],
    "pesos": ["Pesos", "peso"],
    "": ["$", "", "¤", "Otra", "⟦3⟧", None, 5, ["U$S"]],
}


@pytest.mark.parametrize(
    ("currency", "text"), [(name, text) for name, all in WORDS_OF_CURRENCIES.items() for text in all]
)
@pytest.mark.parametrize(("number", "own"), [(1, "UYU"), (2, "USD")])
@pytest.mark.parametrize("field", ["MonedaSimbolo", "MonedaNombre"])
def test_a_currencys_words_and_number_are_believed_only_together(field, number, own, currency, text):
    assert named(text) == currency
    said = {"MonedaCodigo": number, "Cotizacion": "1.0000000" if number == 1 else "40.21"}
    fits = currency in ("", own) or (currency == "pesos" and own == "UYU")
    lines = [line(MonedaCodigo=number)]
    for in_sale, in_query in (({field: text}, {}), ({}, {field: text})):
        body = landed(sale(**said, **in_sale), lines=lines, query=[[queried(MonedaCodigo=number, **in_query)]])
        reasons = [row.reason for row in reading_of(body).quarantined]
        assert reasons == ([] if fits else [Reason.NUMBER_AGAINST_WORDS])


@pytest.mark.parametrize("rate", ["1.0000000", "0.0000000", None, "40.21"])
def test_a_rate_alone_denies_no_pesos(rate):
    assert len(reading_of(landed(sale(Cotizacion=rate))).documents) == 1


def test_a_receipts_words_deny_its_currency_too():
    (held,) = reading_of(of_receipts(receipt(5) | {"MonedaSimbolo": "U$S"})).quarantined
    assert "receipt 5: MonedaCodigo 1 is UYU at this connection, but MonedaSimbolo says USD" in held.message


@pytest.mark.parametrize("rate", ["0", "0.0000000", 0, "-1", None, "uno", "1e-30", "99999999"])
def test_a_rate_that_is_none_is_refused(rate):
    (held,) = reading_of(landed(sale(MonedaCodigo=2, Cotizacion=rate), lines=[line(MonedaCodigo=2)])).quarantined
    assert held.reason == Reason.NO_RATE


@pytest.mark.parametrize(
    ("said", "kept"),
    [("CC 01", "CC 01"), ("Área", "Área"), (7, "7"), (7.0, "7"), ("1.0", "1.0"), ("Ana Muñoz 4.567.890-1", "(text)")],
)
def test_a_cost_centre_is_kept_as_it_came_and_what_is_no_code_only_described(said, kept):
    (document,) = reading_of(landed(sale(CentroCostosCodigo=said))).documents
    assert document.attributes["cost_centre"] == kept


PERSON = "Ana Muñoz 4.567.890-1"
SCALARS = st.sampled_from(
    [None, "", PERSON, "NaN", "Infinity", "-0.00", "1e400", "9" * 5000, 10**15, -1, 0, True, 1.5, "12.345", [], {},
     [PERSON], {"ClienteNombre": PERSON}, [[[]]]]
)  # fmt: skip


@given(data=st.data())
def test_a_mutated_day_is_booked_quarantined_or_refused_with_a_sentence(data):
    said = json.loads(
        landed(
            sale(ClienteNombre=PERSON),
            sale(2, MonedaCodigo=2, Cotizacion="40.1"),
            lines=[line(), line(2, MonedaCodigo=2)],
            query=[[queried(ComprobanteTipoNombre="Venta Contado"), queried(2, MonedaCodigo=2)]],
            receipts={"read": True, "unissued": False, "sign": 0, "rates": {}, "pages": [[receipt(5), receipt(6, 2)]]},
        )
    )
    for _ in range(data.draw(st.integers(1, 3))):
        rows = [*said["sales"], *said["lines"], *said["query"][0], *said["receipts"]["pages"][0]]
        row = data.draw(st.sampled_from(rows))
        name = data.draw(st.sampled_from(sorted(row)))
        if data.draw(st.booleans()):
            row[name] = data.draw(SCALARS)
        elif len(row) > 1:
            del row[name]
    body = json.dumps(said)
    try:
        reading = reading_of(body)
        control_totals(body, currency="UYU", key="1-2")
        certify(body, currency="UYU", key="1-2")
    except VendorError as refused:
        told = [str(refused)]
    else:
        derivation = derive(reading.documents, MAPPING, BOX, DAY)
        told = [*(row.message for row in reading.quarantined), *map(str, derivation.problems)]
    assert all(told)
    assert not [sentence for sentence in told if "Muñoz" in sentence]


def receipt(id: int, currency: int = 1) -> dict:
    return {
        "RegistroId": id,
        "Fecha": "2024-09-06",
        "Serie": "R",
        "Numero": str(id),
        "MonedaCodigo": currency,
        "CajaCodigo": 2,
        "LocalCodigo": 1,
        "Total": "50.00",
        "TotalSigno": "50.00",
        "Emitido": "S",
    }
