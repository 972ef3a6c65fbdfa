"""Zeta's hook against the sandbox: every method, field and filter of the document, switches, traps and page faults."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cierre.bookkeeping.documents import Kind, Reading, totals
from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.zeta.hook import Hook, certify, control_totals, read
from hooks.zeta.questions import BalancesFilter, SalesFilter, whole_day
from hooks.zeta.words import Reason
from sandbox.zeta.settings import Profile, Traps
from support.zeta_site import COMPANY, DAY, ZetaSite

FIELDS = json.loads((Path(__file__).parent / "zeta" / "fields.json").read_text(encoding="utf-8"))
KEYS = ("1-1", "1-2", "2-1")
MONTH = SalesFilter(since=date(2024, 9, 1), until=date(2024, 9, 30))
RATES = {"basic": "22", "minimum": "10", "exempt": "0"}


@pytest.fixture
def site(sandbox, ledger_dsn, admin_dsn, monkeypatch) -> ZetaSite:
    monkeypatch.setattr("hooks.zeta.hook.PAUSES", (0.01,))
    return ZetaSite(sandbox, ledger_dsn, admin_dsn, monkeypatch)


def close(site: ZetaSite, key: str, day: date = DAY) -> Reading:
    return read(site.hook().fetch(key, day).body, day=day, currency="UYU", key=key)


# Every method, with every field of its result -------------------------------------------------------------------


def test_query_ventas_answers_every_field_of_the_document(site):
    site.zeta.set(names="document")
    rows = site.hook().query_sales(whole_day(DAY))
    assert rows
    assert all(list(row) == FIELDS["QueryVentas"]["result"] for row in rows)


def test_query_saldos_pendientes_answers_every_field_of_the_document(site):
    rows = site.hook().pending_balances(BalancesFilter(since=DAY, until=DAY))
    assert rows
    assert all(list(row) == FIELDS["QuerySaldosPendientes"]["result"] for row in rows)
    notes = [row for row in rows if row["ComprobanteTipo"] == 2]
    assert notes
    assert all(Decimal(row["SaldoSigno"]) == -Decimal(row["Saldo"]) < 0 for row in notes)


def test_ventas_answers_every_field_of_the_document(site):
    site.zeta.set(names="document")
    rows = site.hook().sales(2024, 9)
    assert all(list(row) == FIELDS["Ventas"]["result"] for row in rows)
    assert {row["FacturaSigno"] for row in rows} == {1, -1}


def test_both_methods_of_detail_answer_every_field_of_the_document(site):
    site.zeta.set(names="document")
    expected = dict.fromkeys(FIELDS["Ventas"]["result"] + FIELDS["VentasDetalladas"]["lines"])
    hook = site.hook()
    rows = hook.sales_details(2024, 9)
    assert all(list(row) == list(expected) for row in rows)
    one = str(rows[0]["FacturaId"])
    assert hook.sale_details(one) == [row for row in rows if str(row["FacturaId"]) == one]


def test_details_in_one_currency_are_converted_by_each_sales_own_rate(site):
    hook = site.hook()
    (dollars, *_) = [row for row in hook.sales(2024, 9, currency=2) if row["FacturaTotal"]]
    (line, *_) = [row for row in hook.sales_details(2024, 9, currency=1) if row["FacturaId"] == dollars["FacturaId"]]
    assert line["MonedaCodigo"] == 1
    pesos = Decimal(str(dollars["FacturaTotal"])) * Decimal(dollars["Cotizacion"])
    assert abs(Decimal(str(line["FacturaTotal"])) - pesos) < Decimal("0.01")


def test_ventas_of_one_currency_are_of_that_currency(site):
    assert {row["MonedaCodigo"] for row in site.hook().sales(2024, 9, currency=2)} == {2}


def test_the_pdf_of_an_issued_voucher_has_an_address_and_no_other_has(site):
    hook = site.hook()
    sold = site.zeta.sell(COMPANY, "1-1", DAY)
    assert hook.pdf_url(str(sold)).endswith(f"{sold}.pdf")
    with pytest.raises(DataError, match="No se encontró el comprobante"):
        hook.pdf_url("1")
    site.zeta.set_profile(Profile(traps=Traps(unissued=True)))
    unissued = [row for row in hook.query_sales(whole_day(date(2024, 9, 5))) if row["Emitido"] == "N"]
    with pytest.raises(DataError, match="no fue firmado"):
        hook.pdf_url(str(unissued[0]["RegistroId"]))


def test_a_sale_that_is_not_there_is_told(site):
    with pytest.raises(DataError, match="No se encontró la factura 5"):
        site.hook().sale_details("5")


# Every filter ---------------------------------------------------------------------------------------------------


def test_every_filter_of_the_document_can_be_sent():
    sent = {field.alias for field in SalesFilter.model_fields.values()} | {"Mes", "Año", "Page"}
    assert sent == FIELDS["QueryVentas"]["filters"].keys()
    sent = {field.alias for field in BalancesFilter.model_fields.values()} | {"Id", "Page"}
    assert sent == FIELDS["QuerySaldosPendientes"]["filters"].keys()


@pytest.mark.parametrize(
    ("filters", "field", "expected"),
    [
        ({"voucher": 702}, "ComprobanteCodigo", {702}),
        ({"currency": 2}, "MonedaCodigo", {2}),
        ({"local": 2}, "LocalCodigo", {2}),
        ({"customer": "C100"}, "ClienteCodigo", {"C100"}),
        ({"series": "A"}, "Serie", {"A"}),
        ({"number_from": 1228003, "number_until": 1228004}, "Numero", {"1228003", "1228004"}),
        ({"since": DAY, "until": DAY}, "Fecha", {"2024-09-06"}),
    ],
)
def test_a_filter_of_query_ventas_filters(site, filters, field, expected):
    rows = site.hook().query_sales(SalesFilter(**{"since": MONTH.since, "until": MONTH.until, **filters}))
    assert {row[field] for row in rows} == expected


@pytest.mark.parametrize(
    ("filters", "field", "expected"),
    [
        ({"voucher": 702}, "ComprobanteCodigo", {702}),
        ({"currency": 2}, "MonedaCodigo", {2}),
        ({"local": 2}, "LocalCodigo", {2}),
        ({"customer": "C101"}, "ClienteCodigo", {"C101"}),
        ({"series": "A"}, "Serie", {"A"}),
        ({"issued": "S"}, "Emitido", {"S"}),
        ({"issued": "N"}, "Emitido", set()),
        ({"balance_from": 10_000_000}, "Saldo", set()),
    ],
)
def test_a_filter_of_query_saldos_pendientes_filters(site, filters, field, expected):
    rows = site.hook().pending_balances(BalancesFilter(since=date(2024, 9, 1), until=DAY, **filters))
    assert {row[field] for row in rows} == expected


def test_a_balance_from_zero_means_all_of_them(site):
    period = {"since": date(2024, 9, 1), "until": DAY}
    every = site.hook().pending_balances(BalancesFilter(**period))
    assert site.hook().pending_balances(BalancesFilter(**period, balance_until=1)) == every
    some = site.hook().pending_balances(BalancesFilter(**period, balance_from=100, balance_until=5000))
    assert some
    assert all(100 <= Decimal(row["Saldo"]) <= 5000 for row in some)


# A day, against Zeta's own books --------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [DAY, date(2024, 9, 4)])
def test_what_is_read_agrees_with_zetas_own_books(site, day):
    site.zeta.set_profile(Profile(sales=(4, 8)))
    fetched = site.hook().fetch("*", day)
    for key in KEYS:
        reading = read(fetched.body, day=day, currency="UYU", key=key)
        books = site.zeta.books(COMPANY, key, day)
        assert not reading.quarantined
        found = {}
        for document in reading.documents:
            name = f"{document.kind}/{document.attributes['sale_type']}/{document.currency}"
            count, *sums = found.get(name, (0, 0, 0, 0))
            found[name] = (
                count + 1,
                *(was + document.amounts[each] for was, each in zip(sums, ("net", "base", "vat"), strict=True)),
            )
        assert found == {
            name: (figure.count, figure.total, figure.base, figure.vat) for name, figure in books.vouchers.items()
        }
        for place, (base, vat) in books.by_rate.items():
            kind, currency, percent = place.split("/")
            (rate,) = [name for name, said in RATES.items() if said == percent]
            ours = [each for each in reading.documents if (each.kind, each.currency) == (kind, currency)]
            assert sum(each.amounts[f"base_{rate}"] for each in ours) == base
            assert sum(each.amounts.get(f"vat_{rate}", Decimal(0)) for each in ours) == vat
        pesos = sum(
            (each.net * Decimal(each.attributes["rate"])).quantize(Decimal("0.01"))
            * (1 if each.kind is Kind.SALE else -1)
            for each in reading.documents
        )
        assert abs(pesos - books.pesos) <= Decimal("0.01") * len(reading.documents)
        assert totals(reading.documents) == control_totals(fetched.body, currency="UYU", key=key)
        claims = certify(fetched.body, currency="UYU", key=key)
        assert len(claims) == 5
        assert all(claim.holds for claim in claims)


def test_sales_on_somebodys_behalf_are_told_apart(site):
    documents = close(site, "1-1").documents
    assert len([each for each in documents if each.attributes["on_behalf"] == "true"]) == 1


def test_sundays_hold_nothing_and_are_attested_to(site):
    body = site.hook().fetch("1-1", date(2024, 9, 1)).body
    assert read(body, day=date(2024, 9, 1), currency="UYU", key="1-1") == Reading()
    assert [str(claim) for claim in certify(body, currency="UYU", key="1-1")] == [
        "sales of the company's day: 0 rows attested, 0 landed"
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"charset": "iso-8859-1"},
        {"charset": "undeclared"},
        {"names": "document"},
        {"success": "Success"},
        {"page_size": 7},
        {"month": "padded", "year": "Año"},
    ],
)
def test_every_variant_of_the_site_reads_the_same(site, settings):
    expected = close(site, "1-2")
    site.zeta.set(**settings)
    assert expected.documents
    assert close(site, "1-2") == expected


def test_a_site_that_wants_bare_months_and_anio_is_served_by_its_connection(site):
    site.zeta.set(month="bare", year="Anio")
    with pytest.raises(DataError, match="Mes"):
        site.hook().fetch("1-1", DAY)
    assert site.hook(month_padded=False, year_field="Anio").fetch("1-1", DAY)


def test_whole_pesos_are_whole_pesos(site):
    site.zeta.set(decimals={1: 0, 2: 2})
    documents = close(site, "1-1").documents
    assert documents
    assert all(each.net == each.net.to_integral() for each in documents if each.currency == "UYU")


@pytest.mark.parametrize(
    ("trap", "reason"),
    [
        ("unissued", Reason.NOT_ISSUED),
        ("without_box", Reason.NO_BOX),
        ("unknown_currency", Reason.UNKNOWN_CURRENCY),
        ("without_rate", Reason.NO_RATE),
    ],
)
def test_a_trap_stops_the_day(site, trap, reason):
    site.zeta.set_profile(Profile(sales=(1, 1), traps=Traps(**{trap: True})))
    held = close(site, "1-2").quarantined
    assert held
    assert {row.reason for row in held} == {reason}
    assert all(row.blocking for row in held)


# Bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", ["repeated", "shifted"])
def test_pages_that_come_twice_or_shift_are_seen_at_once(site, pages):
    site.zeta.set(page_size=7, pages=pages)
    with pytest.raises(RetriableError, match="comes twice"):
        site.hook().fetch("1-1", DAY)
    assert site.asked("VentasDetalladas") == 0


def test_a_page_that_is_missing_is_seen_by_the_certificate(site):
    site.zeta.set(page_size=7, pages="missing")
    body = site.hook().fetch("1-1", DAY).body
    failing = [str(claim) for claim in certify(body, currency="UYU", key="1-1") if not claim.holds]
    assert failing[0].startswith("sales of the company's day: ")


@pytest.mark.parametrize("field", ["FacturaTotal", "LineaSubtotal", "CodigoCaja", "IVATasa"])
def test_a_field_that_is_renamed_stops_the_day(site, field):
    site.zeta.set(rename={field: "Renombrado"})
    reading = close(site, "1-1")
    assert reading.quarantined
    assert not reading.documents


@pytest.mark.parametrize("field", ["FacturaFecha", "Fecha"])
def test_a_date_that_is_renamed_never_leaves(site, field):
    site.zeta.set(rename={field: "Renombrado"})
    with pytest.raises(DataError, match=r"is of no day|are of no day"):
        site.hook().fetch("1-1", DAY)


def test_a_sale_that_the_query_does_not_know_fails_the_certificate(site):
    body = json.loads(site.hook().fetch("1-1", DAY).body)
    body["query"][0].pop()
    failing = [claim for claim in certify(json.dumps(body), currency="UYU", key="1-1") if not claim.holds]
    assert failing


def test_money_that_changed_without_its_lines_stops_the_day(site):
    sold = site.zeta.sell(COMPANY, "1-1", DAY)
    site.zeta.change(sold, total=9_999_999)
    (held,) = close(site, "1-1").quarantined
    assert str(sold) in held.message
    assert held.reason == Reason.DOES_NOT_ADD_UP


@pytest.mark.parametrize("operation", ["Ventas", "QueryVentas"])
@pytest.mark.parametrize("fault", ["html_200", "empty_200", "truncated_json", "cut_off", "drop_before", "drop_after"])
def test_half_an_answer_never_leaves(site, fault, operation):
    site.faults.add(fault, vendor="zeta", operation=operation, times=2)
    with pytest.raises(RetriableError, match=rf"{operation} of ITBUY"):
        site.hook(retries=1).fetch("1-1", DAY)
    assert site.hook().fetch("1-1", DAY)


@pytest.mark.parametrize("operation", ["Ventas", "QueryVentas", "QueryComprobantes", "VentaDetallada"])
def test_every_call_of_a_landing_is_made_again_by_itself(site, operation):
    hook = site.hook(receipts="all", retries=1)
    hook.fetch("1-1", DAY)
    late = site.zeta.sell(COMPANY, "1-1", DAY)  # its lines are asked for alone
    for status in (500, 502, 503, 504):
        site.faults.add("status", vendor="zeta", operation=operation, status=status)
        assert json.loads(hook.fetch("1-1", DAY).body)["singly"] == [str(late)]
    for fault in ("html_200", "truncated_json", "cut_off", "drop_before", "drop_after"):
        asked = site.asked(operation)
        site.faults.add(fault, vendor="zeta", operation=operation)
        assert json.loads(hook.fetch("1-1", DAY).body)["singly"] == [str(late)]
        assert site.asked(operation) == asked + {"QueryComprobantes": 2}.get(operation, 1) + 1
    assert site.asked("VentasDetalladas") == 1
    assert not site.zeta.locked(COMPANY)


def test_what_zeta_did_not_answer_in_time_is_not_asked_twice(site):
    site.faults.add("latency", vendor="zeta", operation="Ventas", seconds=2)
    with pytest.raises(RetriableError, match="no answer within"):
        site.hook(read_timeout=0.5).fetch("1-1", DAY)
    assert site.asked("Ventas") == 1


@pytest.mark.parametrize("status", [400, 404])
def test_another_root_or_method_is_fatal(site, status):
    site.faults.add("status", vendor="zeta", status=status)
    with pytest.raises(FatalError):
        site.hook().fetch("1-1", DAY)


@pytest.mark.parametrize(
    ("extra", "company", "said"),
    [
        ({"developer_password": "x"}, COMPANY, "Desarrollador no habilitado"),
        ({}, "NOBODY", "Empresa no habilitada"),
        ({"role": "9"}, COMPANY, "El rol no existe"),
    ],
)
def test_a_login_that_is_not_let_in_is_fatal(site, extra, company, said):
    with pytest.raises(FatalError, match=said):
        site.hook(company=company, **extra).fetch("1-1", DAY)


def test_a_day_is_read_by_three_calls(site):
    site.hook().fetch("1-1", DAY)
    assert {method: site.asked(method) for method in ("Ventas", "QueryVentas", "VentasDetalladas", "")} == {
        "Ventas": 1,
        "QueryVentas": 1,
        "VentasDetalladas": 1,
        "": 3,
    }


def test_the_landing_says_what_was_asked_and_when_it_came(site):
    before = datetime.now(UTC)
    fetched = site.hook().fetch("1-1", DAY)
    assert fetched.asked["Ventas"] == "2024-09"
    assert fetched.asked["QueryVentas"] == "2024-09-06 to 2024-09-06 (1 pages)"
    assert json.loads(fetched.body)["asked"] == fetched.asked
    assert before <= fetched.received_at <= datetime.now(UTC)


def test_the_source_port_finds_the_hook():
    assert Hook.conn_type == "zeta"
