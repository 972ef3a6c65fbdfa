"""What an issued invoice means to the books."""

import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading
from cierre.ports.errors import DataError
from hooks.sge import hook
from hooks.sge.hook import certify, control_totals, invoices_seen
from hooks.sge.reviewed import VatRules
from support.sge_landings import invoice, landed
from support.sge_reading import read

DAY = date(2024, 5, 20)


def reading(*rows: dict, key: str = "P1", day: date = DAY) -> Reading:
    return read(landed(day, *rows), day=day, currency="EUR", key=key)


def sale(**changes) -> Document:
    found = reading(invoice("1", changes.pop("issued_on", DAY), **changes))
    assert not found.quarantined
    (document,) = found.documents
    return document


def held(**changes) -> QuarantinedRow:
    found = reading(invoice("1", changes.pop("issued_on", DAY), **changes))
    assert not found.documents
    (row,) = found.quarantined
    return row


def test_an_invoice_of_the_day_is_a_sale_with_base_vat_and_total():
    document = sale(base=1000.10, total=1210.12)
    assert (document.kind, document.business_date, document.currency) == (Kind.SALE, DAY, "EUR")
    assert document.amounts == {"net": Decimal("1000.10"), "vat": Decimal("210.02"), "gross": Decimal("1210.12")}
    assert document.attributes == {"project": "P1", "year": "2024", "vat_rate": "21"}
    assert (document.source_id, document.reference, document.place) == ("2024/1", "J2024/1", "P1/0/0")


def test_an_invoice_of_another_day_is_not():
    assert reading(invoice("1", date(2024, 5, 19)), invoice("2", date(2024, 5, 21))) == Reading()


@pytest.mark.parametrize(
    "written", ["20/05/2024", "2024-05-20", "2024-05-19T22:00:00Z", "2024-05-20T21:59:59Z", " 20/5/2024 "]
)
def test_a_day_may_be_written_in_several_ways_and_is_madrids(written):
    assert sale(issued_on=written).business_date == DAY


@pytest.mark.parametrize(
    "written",
    [
        "1243",
        "2024-13-01",
        "31/02/2024",
        "mañana",
        1.5,
        "٢٠/٠٥/٢٠٢٤",
        "0001-01-01T00:00:00Z",
        "01/01/0001",
        "9999-12-31T23:59:59Z",
    ],
)
def test_an_invoice_whose_day_cannot_be_read_stops_the_day(written):
    row = held(issued_on=written)
    assert (row.reason, row.blocking, row.net) == ("bad_date", True, Decimal("100.00"))


def test_an_invoice_without_a_day_stops_the_day():
    assert held(issued_on=None).reason == "missing_field"


def test_an_invoice_below_zero_is_a_credit_note():
    document = sale(base=-100.00, total=-121.00)
    assert document.kind is Kind.CREDIT_NOTE
    assert document.amounts == {"net": Decimal(100), "vat": Decimal(21), "gross": Decimal(121)}


@pytest.mark.parametrize("amount", ["1.000,00", "mil", None, "", True, [], "NaN"])
def test_an_amount_that_cannot_be_read_stops_the_day(amount):
    row = held(base=amount)
    assert (row.reason, row.blocking, row.net) == ("bad_amount", True, None)
    assert held(total=amount).net == Decimal("100.00")


def test_amounts_may_come_as_text():
    assert sale(base="100.00", total="121.00").net == Decimal("100.00")


@pytest.mark.parametrize(
    ("rate", "total", "read_as"),
    [
        ("21", 121, "21"),
        ("21.00", 121, "21"),
        ("10,5", 110.50, "10.5"),
        ("4 %", 104, "4"),
        (10, 110, "10"),
        (None, 100, "0"),
        ("", 100, "0"),
    ],
)
def test_the_vat_rate_is_read_however_it_is_written(rate, total, read_as):
    assert sale(vat_rate=rate, total=total).attributes["vat_rate"] == read_as


@pytest.mark.parametrize("rate", ["exento", "-21", "121", "NaN"])
def test_a_vat_rate_that_is_none_stops_the_day(rate):
    assert held(vat_rate=rate).reason == "bad_rate"


@pytest.mark.parametrize(("base", "total"), [(121, 100), (100, 110), (100, 121.06), (100, -121)])
def test_a_total_that_its_rate_does_not_come_to_stops_the_day(base, total):
    assert held(base=base, total=total).reason == "totals_disagree"


def test_the_cents_of_lines_that_were_rounded_one_by_one_do_not():
    assert sale(base=100, total=121.05).amounts["vat"] == Decimal("21.05")


@pytest.mark.parametrize("lacking", ["anualidad", "numeroFactura"])
def test_an_invoice_that_cannot_be_named_stops_the_day(lacking):
    row = held(**{lacking: ""})
    assert (row.reason, lacking in row.message) == ("missing_field", True)


PERSONS = [
    "Ana Pérez García 12345678Z",
    "12345678Z",
    {"Entidad": "Ana Pérez", "NIF": "12345678Z"},
    ["Ana"],
]
"""What may stand in any cell, and nobody may read in a message."""


@pytest.mark.parametrize("column", ["issued_on", "base", "total", "vat_rate", "collected", "collected_on"])
@pytest.mark.parametrize("said", PERSONS)
def test_no_message_repeats_what_may_be_a_persons(column, said):
    changes = {"issued_on": DAY, "collected": 50, "collected_on": DAY} | {column: said}
    found = reading(invoice("1", **changes))
    assert found.quarantined
    told = repr([[str(row.message) for row in found.quarantined], found.documents])
    assert not [word for word in ("Ana", "Pérez", "12345678") if word in told]


@pytest.mark.parametrize(
    ("said", "told"), [("1.000,00", "'1.000,00'"), ("mil", "'mil'"), (True, "true"), (None, "null")]
)
def test_what_looks_like_an_amount_or_a_code_is_repeated(said, told):
    assert f"base is {told}, which is no amount" in held(base=said).message


@pytest.mark.parametrize("rate", [{"Entidad": "Ana"}, ["21"], [], {}, True, False])
def test_a_vat_rate_that_is_no_text_and_no_number_is_told_and_not_released(rate):
    row = held(vat_rate=rate, total=100)
    assert (row.reason, row.release) == ("bad_rate", None)


@pytest.mark.parametrize("field", ["anualidad", "numeroFactura"])
@pytest.mark.parametrize(
    ("value", "told"), [({"Entidad": "Ana Pérez"}, "an object"), (["Ana Pérez"], "a list"), (True, "true")]
)
def test_an_invoice_whose_year_or_number_is_no_text_and_no_number_stops_the_day(field, value, told):
    row = invoice("1", DAY) | {field: value}
    body = landed(DAY, invoices=[[row]], of_the_day=[[row]])
    (one,) = read(body, day=DAY, currency="EUR", key="P1").quarantined
    assert (one.reason, one.blocking, one.net) == ("unfit_text", True, 100)
    assert one.message == f"{field} cannot be booked: it is {told}"


@pytest.mark.parametrize(("number", "booked"), [("J 2024/1", "J 2024/1"), (17, "17"), (1.5, "1.5")])
def test_its_number_may_be_one(number, booked):
    assert sale(numeroFactura=number).reference == booked


def test_an_invoice_that_is_repeated_counts_once_and_does_not_stop_the_day():
    found = reading(invoice("1", DAY), invoice("1", DAY), invoice("2", DAY))
    assert [document.source_id for document in found.documents] == ["2024/1", "2024/2"]
    assert [(row.reason, row.blocking) for row in found.quarantined] == [("repeated", False)]


def test_a_group_is_its_own_projects_only():
    rows = [invoice("1", DAY), invoice("2", DAY, project="P2"), invoice("3", DAY, project="P3")]
    assert {document.attributes["project"] for document in reading(*rows, key="P1, P3").documents} == {"P1", "P3"}


def test_what_was_landed_for_another_day_or_group_is_refused():
    body = landed(DAY, invoice("1", DAY))
    with pytest.raises(DataError, match="land again"):
        read(body, day=date(2024, 5, 21), currency="EUR", key="P1")
    with pytest.raises(DataError, match="land again"):
        read(body, day=DAY, currency="EUR", key="P1,P9")


@pytest.mark.parametrize("key", ["", " ", ","])
def test_a_key_without_projects_is_refused(key):
    with pytest.raises(DataError, match="names no project"):
        reading(key=key)


@pytest.mark.parametrize(
    ("told", "rate"),
    [("Exento", "0"), ("EXENTO", "0"), ("  no  sujeto ", "0"), ("General", "21"), ("reducido", "10")],
)
def test_a_word_that_is_listed_stands_for_its_rate(told, rate):
    document = sale(vat_rate=told, total=100 + int(rate))
    assert (document.attributes["vat_rate"], document.attributes["vat_word"]) == (rate, told.strip())
    assert document.amounts["vat"] == int(rate)


@pytest.mark.parametrize("reviewed", [unicodedata.normalize(form, "Exención") for form in ("NFC", "NFD")])
@pytest.mark.parametrize("told", [unicodedata.normalize(form, "EXENCIÓN") for form in ("NFC", "NFD")])
def test_a_word_may_come_with_its_accents_apart(reviewed, told):
    rules = VatRules(vat_words={reviewed: Decimal(0)})
    body = landed(DAY, invoice("1", DAY, vat_rate=told, total=100))
    (document,) = hook.read(body, day=DAY, currency="EUR", key="P1", reviewed=rules).documents
    assert (document.attributes["vat_rate"], document.attributes["vat_word"]) == ("0", "EXENCIÓN")


def test_a_word_that_contradicts_the_total_is_told_and_may_be_released():
    row = held(vat_rate="Exento", total=121)
    assert (row.reason, row.release.amounts["gross"]) == ("bad_rate", Decimal(121))
    assert "21.00 more" in row.message


def test_a_word_that_nobody_explained_is_what_tables_look_at_once_it_is_released():
    assert held(vat_rate="REBU").release.attributes["vat_rate"] == "REBU"


@pytest.mark.parametrize("told", ["21/10", "21 / 10", "21 % y 10 %", "21%+10%", "21 | 10", "21 and 10"])
def test_two_rates_part_base_and_vat_between_them(told):
    document = sale(vat_rate=told, base=1000, total=1166)
    assert document.amounts == {"net": 1000, "vat": 126, "gross": 1126, "vat_second": 40}
    assert (document.attributes["vat_rate"], document.attributes["second_rate"]) == ("21", "10")


@pytest.mark.parametrize("total", [1099, 1211])
def test_two_rates_that_the_total_does_not_lie_between_are_left_to_a_person(total):
    assert held(vat_rate="21/10", base=1000, total=total).reason == "totals_disagree"


class TestTheListOfTheDay:
    def reading(self, *written: str, listed: bool = True) -> tuple[Reading, list[str]]:
        """Of invoices with these days of issue, which the SGE lists for the day: what is read, and broken claims."""
        rows = [invoice(str(number), one) for number, one in enumerate(written)]
        body = landed(DAY, *(rows if listed else []), of_the_day=[rows], announced=None)
        found = read(body, day=DAY, currency="EUR", key="P1")
        counted = control_totals(body, currency="EUR", key="P1")
        assert sum(one.count for one in counted) == len([*found.documents, *found.quarantined])
        claims = certify(body, currency="EUR", key="P1")
        return found, [str(one) for one in claims if not one.holds]

    @pytest.mark.parametrize("written", ["05/02/2024", "2024-05-21", "2024-05-18", "2023-05-20", "20/05/0024"])
    def test_an_invoice_in_it_that_is_dated_otherwise_stops_the_day(self, written):
        found, broken = self.reading(written, "2024-05-20")
        (row,) = found.quarantined
        assert (row.reason, row.blocking, row.place, row.net) == ("wrong_day", True, "P1/0/0", 100)
        assert "the SGE lists it for 2024-05-20, but its day of issue is read as" in row.message
        assert (len(found.documents), broken) == (1, [])

    def test_servers_that_cut_the_date_off_a_bound_list_the_day_before_too(self):
        assert self.reading("2024-05-19", "20/05/2024")[0].quarantined == []
        assert self.reading("2024-05-19") == (Reading(), [])

    @pytest.mark.parametrize("written", ["2024-05-20", "05/02/2024", "ayer", None])
    def test_an_invoice_that_stands_in_it_alone_breaks_the_certificate(self, written):
        found, (broken,) = self.reading(written, listed=False)
        assert found == Reading()
        assert "invoices of 2024-05-20 asked alone: 1 rows attested, 0 landed" in broken

    @given(st.lists(st.dates(DAY - timedelta(40), DAY + timedelta(40)).map(str) | st.sampled_from(["x", None])))
    def test_no_row_of_it_vanishes(self, written):
        before = written.count(str(DAY - timedelta(1)))
        found, broken = self.reading(*written)
        assert len([*found.documents, *found.quarantined]) == len(written) - before
        assert not broken
        assert bool(self.reading(*written, listed=False)[1]) is (len(written) > before)


@pytest.mark.parametrize(
    ("told", "twice", "field"),
    [
        ('"columnas": {', '"columnas": {}, "columnas": {', "columnas"),
        ('"columnas": {', '"columnas": null, "columnas": {', "columnas"),
        ('"1": "2024-05-20"', '"1": "2024-05-19", "1": "2024-05-20"', "1"),
        ('"4": 100.0', '"4": 100.0, "4": 900.0', "4"),
        ('"5": "21"', '"5": "21", "5": "10"', "5"),
        ('"numeroFactura": "J', '"numeroFactura": "X", "numeroFactura": "J', "numeroFactura"),
        ('"anualidad": "2024"', '"anualidad": "2024", "anualidad": "2023"', "anualidad"),
    ],
)
def test_a_field_that_stands_twice_in_a_row_stops_the_day(told, twice, field):
    body = landed(DAY, invoice("1", DAY), of_the_day=[[]], details=[])
    assert body.count(told) == 1
    body = body.replace(told, twice)
    row = read(body, day=DAY, currency="EUR", key="P1").quarantined[0]
    assert (row.kind, row.reason, row.blocking) == (Kind.SALE, "repeated_field", True)
    assert f"the field {field} stands twice" in row.message
    invoices_seen(body, currency="EUR", key="P1")
    certify(body, currency="EUR", key="P1")


@pytest.mark.parametrize("cells", [None, [], "", 7])
def test_a_row_without_cells_stops_the_day(cells):
    row = invoice("1", DAY) | {"columnas": cells}
    body = landed(DAY, invoices=[[row]], of_the_day=[[row]])
    assert [row.reason for row in read(body, day=DAY, currency="EUR", key="P1").quarantined] == ["missing_field"]


CENTS = st.integers(1, 10_000_000).map(lambda cents: Decimal(cents).scaleb(-2))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(CENTS, CENTS, st.sampled_from([("21", "10"), ("10", "4"), ("4", "21")]))
def test_the_parts_of_two_rates_come_to_the_invoice_and_are_right_to_a_few_cents(one, other, rates):
    parts = [_cents(base * Decimal(rate) / 100) for base, rate in zip((one, other), rates, strict=True)]
    base = one + other
    document = sale(vat_rate="/".join(rates), base=str(base), total=str(base + sum(parts)))
    amounts = document.amounts
    assert amounts["gross"] + amounts.get("vat_second", 0) == base + sum(parts)
    assert abs(amounts["vat"] - parts[0]) <= Decimal("0.03")


@given(CENTS, st.sampled_from([7, 15, 19]), st.sampled_from(["21", "10", "0"]), st.sampled_from([1, -1]))
def test_a_listed_withholding_is_told_apart_from_what_is_owed(base, percent, rate, sign):
    vat, kept = _cents(base * Decimal(rate) / 100), _cents(base * percent / 100)
    total = base + vat - kept
    amounts = sale(vat_rate=rate, base=str(sign * base), total=str(sign * total)).amounts
    assert amounts["gross"] - amounts.get("withheld", 0) == total


@given(
    st.sampled_from(["21", "Exento", "Otro", "21/10", "", None, "21 %", "x" * 60]),
    st.integers(-10_000, 10_000),
    st.integers(-20_000, 20_000),
)
def test_an_invoice_is_booked_released_or_told_whatever_its_rate_and_total(rate, base, total):
    found = reading(invoice("1", DAY, vat_rate=rate, base=base, total=total))
    (one,) = [*found.documents, *found.quarantined]
    document = one if isinstance(one, Document) else one.release
    if document is None:
        assert base * total < 0 or (base == 0 and total < 0)
    else:
        amounts = document.amounts
        owed = amounts["gross"] + amounts.get("vat_second", 0) - amounts.get("withheld", 0)
        assert owed == abs(total)
        assert all(amount >= 0 for amount in amounts.values())
        assert amounts["gross"] == amounts["net"] + amounts["vat"]
