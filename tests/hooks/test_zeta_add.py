"""Agregar against the sandbox: sent once, found again where its answer was lost, never sent blindly."""

from datetime import UTC, datetime, timedelta

import pytest

from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError
from hooks.zeta.questions import whole_day
from hooks.zeta.writes import Added
from support.zeta_site import COMPANY, DAY, NIGHT, ZetaSite

NOON = datetime(2024, 9, 6, 15, tzinfo=UTC)
REFERENCE = 4711
SALE = {
    "kind": 3,
    "voucher": 703,
    "day": DAY,
    "currency": 1,
    "reference": REFERENCE,
    "local": 1,
    "box": 1,
    "lines": [{"article": "PAP-100", "quantity": "2", "unit_price": "61", "vat": 2, "discount_1": "10"}],
    "payments": [{"means": "cash", "form": 1, "currency": 1, "paid": "109.80", "amount": "109.80", "box": 1}],
}
SOMEBODY = {
    "notes": "#CUENTAAJENA",
    "customer_name": "Editorial Ñandú",
    "document_type": "R",
    "country": "UY",
    "document": "211234560018",
    "address": "18 de Julio 1234",
    "department": "Montevideo",
    "city": "Montevideo",
}
EVERYTHING = {
    "kind": 1,
    "voucher": 701,
    "series": "A",
    "number": 1,
    "day": DAY,
    "currency": 2,
    "rate": "42.1234567",
    "customer": "C100",
    "seller": "V1",
    "price_list": 1,
    "payment_terms": 2,
    "from_deposit": 1,
    "to_deposit": 2,
    "delivery_on": DAY,
    "cost_centre": "ENS",
    "reference": REFERENCE,
    "local": 1,
    "user": 4,
    "box": 2,
    **SOMEBODY,
    "postcode": 11200,
    "telephone": "29001234",
    "branch": 1,
    "email": "ventas@example.uy",
    "delivery_address": "Otra 1",
    "lines": [
        {
            "article": "FAR-001",
            "concept": "Botiquín",
            "lot": "L1",
            "expiry": DAY + timedelta(days=365),
            "quantity": "1.5",
            "unit_price": "35.12345",
            "discount_1": "10",
            "discount_2": "5",
            "discount_3": "2.5",
            "vat": 1,
            "notes": "frágil",
        }
    ],
}


@pytest.fixture
def site(sandbox, ledger_dsn, admin_dsn, monkeypatch) -> ZetaSite:
    site = ZetaSite(sandbox, ledger_dsn, admin_dsn, monkeypatch)
    site.at(NOON)
    return site


def test_a_voucher_is_entered_and_stands_there_as_it_was_sent(site):
    assert site.hook().add(SALE) == Added(REFERENCE)
    (sent,) = site.zeta.added(COMPANY, REFERENCE)
    assert sent["CodigoReferencia"] == REFERENCE
    site.at(NIGHT)
    (row,) = [row for row in site.hook().query_sales(whole_day(DAY)) if row["Referencia"] == REFERENCE]
    assert (row["Total"], row["Emitido"], row["Numero"]) == ("109.80", "N", "0")
    assert site.record()[0] == ("Agregar", str(REFERENCE), "answered")


def test_every_field_reaches_zeta(site):
    site.hook().add(EVERYTHING)
    (sent,) = site.zeta.added(COMPANY, REFERENCE)
    assert len(sent) == 19 + 12 + 1  # all but TotalRecibo, the occasional customer, the lines
    assert len(sent["Lineas"][0]) == 11
    assert sent["Cotizacion"] == 42.1234567
    assert sent["Lineas"][0]["Vencimiento"] == "20250906"


@pytest.mark.parametrize(
    ("payment", "count"),
    [
        ({"means": "cheque", "form": 2, "bank": 1, "series": "A", "number": 5, "issued_on": DAY, "due_on": DAY}, 9),
        ({"means": "card", "form": 3, "concept": "Visa", "card_number": "4111", "holder": "ANA", "card_plan": "3"}, 8),
        ({"means": "bank", "form": 4, "bank_account": 7}, 5),
        ({"means": "document", "form": 5, "voucher": 1}, 5),
    ],
)
def test_every_form_of_payment_is_taken(site, payment, count):
    amounts = {"currency": 1, "paid": "109.80", "amount": "109.80"}
    site.hook().add(SALE | {"payments": [payment | amounts]})
    (sent,) = site.zeta.added(COMPANY, REFERENCE)
    assert len(sent["FormasPago"][0]) == count


def test_a_receipt_and_a_pedido_are_taken(site):
    site.hook().add(SALE | {"kind": 5, "voucher": 705, "receipt_total": "109.80", "lines": []})
    site.hook().add(SALE | {"kind": 32, "voucher": 706, "payments": [], "reference": 4712})
    assert site.zeta.added(COMPANY, REFERENCE)
    assert site.zeta.added(COMPANY, 4712)


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_totals_are_rounded_as_zeta_rounds_them(site, decimals):
    site.zeta.set(decimals={1: decimals, 2: 2})
    total = {0: "110", 1: "109.8", 2: "109.80"}[decimals]
    payment = SALE["payments"][0] | {"paid": total, "amount": total}
    hook = site.hook(currency_decimals={"1": decimals})
    assert hook.add(SALE | {"payments": [payment]})


def test_what_is_wrong_is_not_sent(site):
    with pytest.raises(DataError, match="2 things are wrong"):
        site.hook().add(SALE | {"voucher": 1000, "local": 1000})
    assert site.asked() == 0
    assert site.record() == []


def test_what_only_zeta_can_know_is_refused_in_its_words_and_may_be_sent_again_corrected(site):
    lines = [SALE["lines"][0] | {"article": "FAR-001", "vat": 2}]
    with pytest.raises(DataError, match="CodigoLote, Vencimiento: son obligatorios"):
        site.hook().add(SALE | {"lines": lines})
    corrected = [lines[0] | {"lot": "L1", "expiry": "20250101"}]
    assert site.hook().add(SALE | {"lines": corrected}) == Added(REFERENCE)


@pytest.mark.parametrize("fault", ["drop_after", "truncated_json", "html_200", "empty_200", "cut_off", "status"])
def test_a_lost_answer_is_found_again_by_its_reference(site, fault):
    site.faults.add(fault, vendor="zeta", operation="Agregar", executes=True)
    added = site.hook().add(SALE)
    assert added.message == "found again by its reference"
    assert int(added.invoice_id) >= 500_000_000
    assert len(site.zeta.added(COMPANY, REFERENCE)) == 1
    assert ("Agregar", str(REFERENCE), "lost") in site.record()


def test_a_call_that_zeta_never_carried_out_stays_uncertain_and_is_not_sent_again(site):
    site.faults.add("drop_before", vendor="zeta", operation="Agregar")
    with pytest.raises(UncertainError):
        site.hook().add(SALE)
    with pytest.raises(UncertainError, match="was sent before, and Zeta shows none"):
        site.hook().add(SALE)
    assert site.asked("Agregar") == 1
    assert site.zeta.added(COMPANY, REFERENCE) == []


def test_a_call_that_executes_late_is_found_by_the_next_try(site):
    site.faults.add("late", vendor="zeta", operation="Agregar")
    with pytest.raises(UncertainError):
        site.hook().add(SALE)
    site.faults.release()
    assert site.hook().add(SALE).invoice_id
    assert site.asked("Agregar") == 1
    assert len(site.zeta.added(COMPANY, REFERENCE)) == 1


def test_the_same_voucher_again_is_not_entered_twice(site):
    first, second = site.hook().add(SALE), site.hook("zeta_copy").add(SALE)
    assert (first.invoice_id, bool(second.invoice_id)) == ("", True)
    assert site.asked("Agregar") == 1


def test_a_reference_that_stands_there_twice_is_for_a_person(site):
    site.hook().add(SALE)
    site.run("DROP TRIGGER kept ON vendor.call; DELETE FROM vendor.call")  # as if another system had sent it
    site.hook().add(SALE)
    with pytest.raises(UncertainError) as raised:
        site.hook().add(SALE)
    assert "it is there 2 times" in str(raised.value.__cause__)


def test_what_never_left_may_be_sent(site):
    url, site.sandbox.url = site.sandbox.url, "http://127.0.0.1:9"
    with pytest.raises(RetriableError):
        site.hook().add(SALE)
    site.sandbox.url = url
    assert site.record() == [("Agregar", str(REFERENCE), "not sent")]


def test_a_lost_receipt_cannot_be_found_and_says_so(site):
    site.faults.add("drop_after", vendor="zeta", operation="Agregar")
    with pytest.raises(UncertainError):
        site.hook().add(SALE | {"kind": 5, "voucher": 705, "receipt_total": "109.80", "lines": []})
    assert site.asked("QueryVentas") == 0


def test_a_wrong_login_is_fatal_and_nothing_is_claimed_for_good(site):
    with pytest.raises(FatalError, match="Desarrollador no habilitado"):
        site.hook(developer_password="wrong").add(SALE)
    assert site.hook().add(SALE) == Added(REFERENCE)


def test_an_answer_of_another_shape_is_uncertain(site):
    for body in ({"AgregarOut": {}}, {"AgregarOut": {"Response": {}}}, [], {"SaveOut": {"Succeed": True}}):
        site.faults.add("body", vendor="zeta", operation="Agregar", body=body)
        with pytest.raises(UncertainError):
            site.hook().add(SALE | {"reference": 5000 + len(site.record())})


@pytest.mark.parametrize(
    "body",
    [
        {"Succeed": True, "Error": {"Code": 3, "Message": "Error interno"}, "Response": {"Succeed": True}},
        {"Succeed": True, "Response": {"Succeed": True, "Mensaje": "Error al guardar", "Resultado": "OK"}},
        {"Succeed": True, "Response": {"Mensaje": "Comprobante 5"}},
        {"Succeed": True, "Response": "Error al guardar"},
    ],
)
def test_an_answer_that_says_both_is_uncertain(site, body):
    site.faults.add("body", vendor="zeta", operation="Agregar", body={"AgregarOut": body})
    with pytest.raises(UncertainError):
        site.hook().add(SALE)


def test_a_message_beside_a_success_is_kept(site):
    body = {"AgregarOut": {"Succeed": True, "Response": {"Resultado": "OK", "Mensaje": "Comprobante ingresado"}}}
    site.faults.add("body", vendor="zeta", operation="Agregar", body=body)
    assert site.hook().add(SALE).message == "Comprobante ingresado"


def test_a_resultado_of_error_is_a_refusal(site):
    body = {"AgregarOut": {"Succeed": True, "Response": {"Resultado": "Error", "Mensaje": "Caja cerrada"}}}
    site.faults.add("body", vendor="zeta", operation="Agregar", body=body)
    with pytest.raises(DataError, match="Caja cerrada"):
        site.hook().add(SALE)
