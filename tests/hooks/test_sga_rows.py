"""What a row of SGA becomes: a document, or a quarantined row with its reason."""

import json
from datetime import date
from decimal import Decimal

import pytest

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow
from hooks.sga.hook import read
from hooks.sga.rows import invoice_number
from hooks.sga.words import FORMS, Reason
from support.sga_answers import credit_note, payment, receipt, session

DAY = date(2024, 9, 6)


def reading(*sessions: dict):
    return read(json.dumps(sessions), day=DAY, currency="USD", key="164")


def document(**lists) -> Document:
    """The one document of a session's rows."""
    (only,) = reading(session(**lists)).documents
    return only


def held(**lists) -> QuarantinedRow:
    """The one quarantined row of a session's rows."""
    seen = reading(session(**lists))
    assert seen.documents == []
    (only,) = seen.quarantined
    return only


def test_a_payment_becomes_a_document():
    row = payment(4, 35.300000000000004, descPromo=1.1, descBeca=4, esFraude=True)
    seen = document(payments=[row])
    assert (seen.source, seen.kind, seen.business_date, seen.currency) == ("sga", Kind.PAYMENT, DAY, "USD")
    assert seen.amounts == {
        "net": Decimal("35.30"),
        "promotion": Decimal("1.10"),
        "scholarship": Decimal("4.00"),
        "gross": Decimal("40.40"),
    }
    assert seen.attributes == {"form": "4", "revenue_type": "3", "programme": "21", "fraud": "true"}
    assert (seen.form, seen.place, seen.reference) == ("4", "0/PAGOS/0", "001-002-000000123")


def test_a_credit_note_becomes_a_document_of_its_own_id():
    seen = document(notes=[credit_note(20.5, 77)])
    assert seen.key == "sga:credit_note:77"
    assert seen.amounts == {"net": Decimal("20.50")}
    assert seen.attributes == {"note_type": "2", "programme": "21", "fraud": "false"}
    assert (seen.form, seen.place, seen.reference) == ("", "0/NC/0", "77")


def test_a_receipt_becomes_a_document_of_its_own_id():
    seen = document(receipts=[receipt(15, 6, 88)])
    assert seen.key == "sga:receipt:88"
    assert seen.amounts == {"net": Decimal("15.00")}
    assert seen.attributes == {"form": "6", "programme": "21"}
    assert (seen.form, seen.place, seen.reference) == ("6", "0/RC/0", "88")


def test_no_document_holds_personal_data():
    seen = reading(session([payment()], [credit_note()], [receipt()]))
    told = repr(seen.documents)
    assert len(seen.documents) == 3
    for personal in ("Ana", "0912345678", "0999", "Av. Quito"):
        assert personal not in told


def test_a_documents_day_is_the_day_asked_whatever_its_row_says():
    seen = reading(session(notes=[credit_note(ncFecha="2024-09-01")], receipts=[receipt(rcFecha="2024-08-31")]))
    assert {document.business_date for document in seen.documents} == {DAY}


@pytest.mark.parametrize("form", FORMS)
def test_a_payment_of_every_known_form_is_booked(form):
    assert document(payments=[payment(int(form))]).form == form


def test_a_payment_wholly_paid_by_scholarship_is_booked_at_zero():
    seen = document(payments=[payment(1, 0, descBeca=100)])
    assert (seen.net, seen.amounts["gross"]) == (Decimal(0), Decimal("100.00"))


def test_equal_payments_of_a_session_are_all_booked_under_keys_of_their_own():
    seen = reading(session([payment(), payment(), payment()]))
    first, second, third = (document.source_id for document in seen.documents)
    content = first.removesuffix("-1")
    assert (second, third) == (f"{content}-2", f"{content}-3")


def test_equal_payments_of_two_sessions_are_left_to_a_person():
    seen = reading(session([payment()]), session([payment()]))
    assert seen.documents == []
    assert [(row.place, row.reason, row.blocking) for row in seen.quarantined] == [
        ("0/PAGOS/0", "two_sessions", True),
        ("1/PAGOS/0", "two_sessions", True),
    ]


def test_a_person_may_say_that_each_payment_alike_in_two_sessions_is_one_of_its_own():
    seen = reading(session([payment(1, 99), payment(2)]), session([payment(2), payment(2)])).released()
    assert seen.quarantined == []
    assert [(one.place, one.attributes.get("released")) for one in seen.documents] == [
        ("0/PAGOS/0", None),
        ("0/PAGOS/1", "two_sessions"),
        ("1/PAGOS/0", "two_sessions"),
        ("1/PAGOS/1", "two_sessions"),
    ]
    assert len({one.key for one in seen.documents}) == 4


def test_one_that_could_not_be_booked_by_itself_is_not_released():
    wrong = payment(esFraude="no")
    assert len(reading(session([wrong]), session([wrong])).released().quarantined) == 2


def test_the_same_answer_gives_the_same_keys_again():
    lists = session([payment(), payment(2)], [credit_note()], [receipt()])
    assert reading(lists) == reading(lists)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("001-002-000000123", "001-002-000000123"),
        ("001002000000123", "001-002-000000123"),
        (" 001002000000123 ", "001-002-000000123"),
        ("123", "123"),
        (None, ""),
    ],
)
def test_an_invoices_number_is_told_with_its_dashes(said, number):
    assert invoice_number(said) == number


@pytest.mark.parametrize(
    "field", ["pagoValor", "descPromo", "descBeca", "formaPagoId", "tipoRubroId", "carreraId", "esFraude"]
)
@pytest.mark.parametrize("how", ["absent", None, ""])
def test_a_payment_that_lacks_a_field_the_books_need_stops_the_day(field, how):
    row = payment(**{field: how})
    if how == "absent":
        del row[field]
    seen = held(payments=[row])
    assert (seen.reason, seen.blocking) == (Reason.MISSING_FIELD, True)
    assert seen.message == f"the row lacks {field}"
    assert seen.net == (None if field == "pagoValor" else Decimal("10.00"))


def test_all_the_fields_that_a_row_lacks_are_named_at_once():
    assert held(notes=[{"ncId": 1}]).message == "the row lacks ncValor, ncTipoId, carreraId, esFraude"


def test_a_field_that_the_books_do_not_need_may_be_missing():
    row = payment()
    for field in ("clienteTelefono", "clienteDireccion", "clienteRuc", "rubroNombre", "facturaNumero"):
        del row[field]
    assert document(payments=[row]).reference == ""


@pytest.mark.parametrize("field", ["pagoValor", "descPromo", "descBeca"])
@pytest.mark.parametrize("value", ["ten", "35,30", True, [], {}, float("nan"), float("-inf"), "NaN", "1e999999"])
def test_an_amount_that_is_none_stops_the_day_and_is_quoted(field, value):
    seen = held(payments=[payment(**{field: value})])
    assert (seen.reason, seen.blocking) == (Reason.BAD_AMOUNT, True)
    assert field in seen.message


@pytest.mark.parametrize(
    "lists",
    [
        {"payments": [payment(1, -10)]},
        {"payments": [payment(1, 10, descPromo=-1)]},
        {"payments": [payment(1, 10, descBeca=-0.01)]},
        {"notes": [credit_note(-5)]},
        {"receipts": [receipt(-5)]},
    ],
)
def test_a_negative_amount_stops_the_day(lists):
    seen = held(**lists)
    assert (seen.reason, seen.blocking) == (Reason.NEGATIVE_AMOUNT, True)


@pytest.mark.parametrize("value", ["False", 0, "no"])
def test_a_fraud_flag_that_is_neither_true_nor_false_stops_the_day(value):
    seen = held(payments=[payment(esFraude=value)])
    assert (seen.reason, seen.blocking) == (Reason.BAD_FLAG, True)


@pytest.mark.parametrize("form", [3, 19, "efectivo", 1.5, True])
def test_a_form_that_is_not_known_stops_the_day(form):
    for lists in ({"payments": [payment(form)]}, {"receipts": [receipt(10, form)]}):
        seen = held(**lists)
        assert (seen.reason, seen.blocking, seen.form) == (Reason.UNKNOWN_FORM, True, str(form))


@pytest.mark.parametrize("form", ["", 7, 8, 15])
def test_a_receipt_without_cash_behind_it_is_set_aside_and_the_day_goes_on(form):
    seen = held(receipts=[receipt(10, form)])
    assert (seen.reason, seen.blocking, seen.form, seen.net) == (Reason.NO_CASH, False, str(form), Decimal("10.00"))
    assert "no cash behind it" in seen.message


def test_a_receipt_without_cash_whose_amount_cannot_be_read_stops_the_day():
    assert held(receipts=[receipt("ten", 7)]).blocking


def test_a_receipt_whose_form_is_null_or_absent_stops_the_day():
    absent = receipt(10)
    del absent["formaPagoId"]
    for row in (absent, receipt(10, None)):
        assert held(receipts=[row]).reason == Reason.MISSING_FIELD


def test_a_payment_by_referral_is_booked():
    assert document(payments=[payment(15)]).form == "15"


@pytest.mark.parametrize("row", ["text", 7, None, [1]])
def test_a_row_that_is_no_object_stops_the_day_and_is_kept(row):
    seen = held(payments=[row])
    assert (seen.reason, seen.blocking, seen.row, seen.net) == (Reason.NOT_AN_OBJECT, True, row, None)


def test_payments_that_differ_in_their_form_alone_stop_the_day_with_an_explanation():
    seen = reading(session([payment(1), payment(4), payment(1, 99)]))
    assert [document.net for document in seen.documents] == [Decimal("99.00")]
    assert {(row.reason, row.blocking, row.place) for row in seen.quarantined} == {
        (Reason.TWO_FORMS, True, "0/PAGOS/0"),
        (Reason.TWO_FORMS, True, "0/PAGOS/1"),
    }
    message = seen.quarantined[0].message
    assert "1 (efectivo) and 4 (tarjeta de crédito)" in message
    assert "once under each form that matches" in message


def test_payments_of_two_sessions_that_differ_in_their_form_alone_are_both_booked():
    assert len(reading(session([payment(1)]), session([payment(4)])).documents) == 2


def test_an_id_that_stands_twice_stops_the_day_wherever_it_stands():
    for first, again in (
        (session(notes=[credit_note(5, 77)]), session(notes=[credit_note(5, 77)])),
        (session(notes=[credit_note(5, 77)]), session(notes=[credit_note(6, 77)])),
        (session(receipts=[receipt(5, 1, 77), receipt(5, 1, 77)]), session()),
    ):
        seen = reading(first, again)
        assert seen.documents == []
        assert {(row.reason, row.blocking) for row in seen.quarantined} == {(Reason.REPEATED_ID, True)}
        assert "77 stands in 2 rows" in seen.quarantined[0].message


def test_a_credit_note_and_a_receipt_may_share_an_id():
    assert len(reading(session(notes=[credit_note(5, 77)], receipts=[receipt(5, 1, 77)])).documents) == 2


def test_a_quarantined_row_is_kept_whole():
    row = payment("efectivo", 12)
    assert held(payments=[row]).row == row


def test_a_quarantined_row_can_be_stored_as_json_even_if_it_came_as_none():
    row = held(payments=[payment(1, float("nan"))]).row
    assert json.dumps(row, allow_nan=False, default=str)
    assert row["pagoValor"] == "NaN"
