"""The classification of sga.seed.md, on rows made for the purpose."""

from datetime import date
from random import Random

import pytest

from sandbox.sga import catalogue
from sandbox.sga.answers import elimina_tildes, facturacion_new_process, find_box
from sandbox.sga.model import (
    DetalleDescuento,
    DetalleRubrosBeca,
    FormaDePago,
    NotaCreditoInstitucion,
    PagoCheque,
    PagoTarjeta,
    PagoTransferenciaDeposito,
    ReciboCajaInstitucion,
)
from sandbox.sga.profile import Profile, Traps
from sandbox.sga.till import Till

DAY = date(2024, 9, 6)
FORMS = [form for form, _name, _code in catalogue.FORMS]


@pytest.fixture
def till(school) -> Till:
    till = Till(school, Random("till"), find_box(school, "itb", "164"), DAY, Profile(traps=Traps(accents=False)))
    till.open_session()
    return till


def pay(till: Till, form: int | None, amount: float = 10.0, student=None):
    student = student or till.student()
    return till.payment(till.charge(student), amount, form, till.invoice(student))


def answer(till: Till):
    till.session.flush()
    return facturacion_new_process(till.session, "itb", "164", DAY)


def forms(till: Till) -> list[int]:
    return [payment["formaPagoId"] for payment in answer(till)[0]["PAGOS"]]


@pytest.mark.parametrize("form", FORMS)
def test_a_payment_of_each_form_is_answered_under_it_alone(till, form):
    pay(till, form)
    assert forms(till) == [form]


def test_payments_come_form_by_form_and_within_a_form_as_they_were_paid(till):
    paid = [(6, 1.0), (1, 2.0), (18, 3.0), (1, 4.0), (6, 5.0)]
    for form, amount in paid:
        pay(till, form, amount)
    rows = answer(till)[0]["PAGOS"]
    assert [(row["formaPagoId"], row["pagoValor"]) for row in rows] == sorted(paid)


def test_every_form_is_answered_with_its_sri_code(till):
    for form in FORMS:
        pay(till, form)
    codes = {row["formaPagoId"]: row["formaPagoCodigo"] for row in answer(till)[0]["PAGOS"]}
    assert codes == {form: code for form, _name, code in catalogue.FORMS}


def test_a_cheque_is_post_dated_when_it_is_cashed_on_another_day_than_it_was_paid(till):
    for cashed in (DAY, date(2024, 10, 6), date(2024, 9, 1)):
        pay(till, None).cheques = [PagoCheque(numero="1", fechacobro=cashed)]
    assert forms(till) == [2, 18, 18]


@pytest.mark.parametrize("not_true", [False, None])
def test_what_is_not_marked_as_debit_or_deposit_is_credit_or_transfer(till, not_true):
    pay(till, None).tarjetas = [PagoTarjeta(tarjetadebito=not_true)]
    pay(till, None).transferencias = [PagoTransferenciaDeposito(deposito=not_true)]
    assert forms(till) == [4, 6]


def test_a_cheque_for_two_charges_is_a_row_of_each(till):
    first = pay(till, 2, 10.0)
    pay(till, None, 20.0).cheques = first.cheques
    assert [row["pagoValor"] for row in answer(till)[0]["PAGOS"]] == [10.0, 20.0]


def test_a_payment_under_two_forms_appears_twice(till):
    pay(till, 1).transferencias = [PagoTransferenciaDeposito(deposito=False)]
    assert forms(till) == [1, 6]


def test_a_payment_with_two_slips_of_one_form_appears_once(till):
    pay(till, None).transferencias = [
        PagoTransferenciaDeposito(deposito=True),
        PagoTransferenciaDeposito(deposito=True),
    ]
    assert forms(till) == [5]


def test_a_payment_of_no_form_is_missing(till):
    pay(till, None)
    assert forms(till) == []


def test_a_payment_without_an_invoice_loses_the_whole_answer(till):
    pay(till, 1)
    pay(till, 1).facturas = []
    assert answer(till) == {"ERROR": "Factura matching query does not exist."}


def test_a_form_outside_the_map_loses_the_whole_answer(till):
    pay(till, 1)
    till.session.add(FormaDePago(id=19, nombre="CRIPTOMONEDA", codigoformapago="20"))
    assert answer(till) == {"ERROR": "19"}


def test_discounts_are_summed_in_floats_and_are_zero_where_there_are_none(till):
    payment = pay(till, 1)
    payment.descuentos = [DetalleDescuento(valor=value) for value in (0.1, 0.2)]
    payment.becas = [DetalleRubrosBeca(descuento=5.5)]
    pay(till, 1)
    discounted, plain = answer(till)[0]["PAGOS"]
    assert (discounted["descPromo"], discounted["descBeca"]) == (0.30000000000000004, 5.5)
    assert (plain["descPromo"], plain["descBeca"]) == (0, 0)


@pytest.mark.parametrize(("motive", "is_fraud"), [(1, True), (2, False), (None, False)])
def test_a_credit_note_is_a_fraud_by_its_motive_and_so_is_the_payment_it_brought_back(till, motive, is_fraud):
    student = till.student()
    note = till.credit_note(student, motivonc_id=motive)
    till.session.flush()
    pay(till, 1, student=student).rubro.nc = note.pk
    session = answer(till)[0]
    assert [session["PAGOS"][0]["esFraude"], session["NC"][0]["esFraude"]] == [is_fraud, is_fraud]


def test_a_charge_of_a_vanished_credit_note_loses_the_whole_answer(till):
    pay(till, 1).rubro.nc = 4711
    assert answer(till) == {"ERROR": "NotaCreditoInstitucion matching query does not exist."}


def test_credit_notes_are_all_answered_the_voided_too(till):
    voided, kept = till.credit_note(till.student(), anulada=True), till.credit_note(till.student())
    assert [note["ncId"] for note in answer(till)[0]["NC"]] == [voided.id, kept.id]


def test_a_credit_note_used_as_a_payment_is_none_of_this_session(till):
    pay(till, 7)
    assert answer(till)[0]["NC"] == []


def test_receipts_leave_out_the_inactive_but_not_those_of_which_nobody_knows(till):
    for active in (True, False, None):
        till.receipt(till.student(), 1, activo=active)
    assert len(answer(till)[0]["RC"]) == 2


def test_a_receipt_without_a_form_gets_that_of_the_students_last_payment_and_keeps_it(till):
    student = till.student()
    for form in (1, 5):
        pay(till, form, student=student)
    pay(till, 9)
    receipt = till.receipt(student, None)
    row = answer(till)[0]["RC"][0]
    assert (row["formaPagoId"], row["formaPagoCodigo"]) == (5, "20")
    till.session.flush()
    till.session.expire_all()
    assert till.session.get(ReciboCajaInstitucion, receipt.pk).formapago_id == 5


@pytest.mark.parametrize("without_form", [True, False])
def test_a_receipt_for_which_no_form_can_be_found_has_a_blank_one(till, without_form):
    student = till.student()
    if without_form:
        pay(till, None, student=student)
    till.receipt(student, None)
    row = answer(till)[0]["RC"][0]
    assert (row["formaPagoId"], row["formaPagoCodigo"]) == ("", "")


def test_accents_are_stripped_from_addresses_programmes_charges_and_forms_but_not_from_names(till):
    payment = pay(till, 4, student=till.student("MUÑOZ PEÑAFIEL JOSÉ"))
    payment.facturas[0].direccion = "VÍCTOR MANUEL RENDÓN"
    payment.rubro.nombre = "INSCRIPCIÓN"
    payment.rubro.tipo_id = 3
    row = answer(till)[0]["PAGOS"][0]
    assert row["inscripcionNombre"] == "MUÑOZ PEÑAFIEL JOSÉ"
    assert row["tipoRubroDescripcion"] == "INSCRIPCIÓN"
    assert row["clienteDireccion"] == "VICTOR MANUEL RENDON"
    assert row["rubroNombre"] == "INSCRIPCION"
    assert row["formaPagoNombre"] == "TARJETA DE CREDITO"
    assert row["carreraNombre"].isascii()


def test_ñ_becomes_n():
    assert elimina_tildes("Ñandú, güiro") == "Nandu, guiro"


def test_sessions_come_in_the_order_in_which_they_were_opened(till):
    pay(till, 1, 10.0)
    till.session.flush()
    till.open_session()
    pay(till, 1, 20.0)
    assert [session["PAGOS"][0]["pagoValor"] for session in answer(till)] == [10.0, 20.0]


def test_a_credit_note_tells_its_kind_and_its_invoice(till):
    note = till.credit_note(till.student(), tipo_id=catalogue.CANCELLATION)
    row = answer(till)[0]["NC"][0]
    stored = till.session.get(NotaCreditoInstitucion, note.pk)
    assert (row["ncTipoId"], row["ncTipoDescripcion"]) == (1, "ANULACION")
    assert (row["facturaId"], row["facturaNumero"]) == (stored.factura.id, stored.factura.numero)
    assert row["facturaFecha"] == stored.factura.fecha.isoformat()
