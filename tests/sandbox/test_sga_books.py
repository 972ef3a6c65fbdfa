"""The sandbox's own books, held against its answers: two computations that share no code."""

from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
import requests

from sandbox.sga.profile import Profile, Traps

FRIDAY = date(2024, 9, 6)
DEMO_BOXES = [
    ("itb", 164),
    ("itb", 165),
    ("itb_online", 12),
    ("conduce_ecuador", 3),
    ("conduce_ecuador", 4),
    ("educacion_continua", 7),
]


def answered(sandbox, tenant, caja, kind, day=FRIDAY):
    parameters = {"a": "facturacionNewProcess", "fecha": f"{day:%d-%m-%Y}", "caja": str(caja)}
    answer = requests.get(f"{sandbox.url}/sga/{tenant}/api", params=parameters, timeout=10)
    return [row for session in answer.json(parse_float=Decimal) for row in session[kind]]


def cents(amount) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def by_form(rows, amount) -> dict[str, Decimal]:
    sums: Counter = Counter()
    for row in rows:
        sums[str(row["formaPagoId"])] += cents(row[amount])
    return dict(sums)


def amounts(figures) -> dict[str, Decimal]:
    return {form: figure.amount for form, figure in figures.items()}


@pytest.mark.parametrize(("tenant", "caja"), DEMO_BOXES)
def test_the_books_of_a_demo_day_agree_with_its_answer_to_the_cent(sandbox, tenant, caja):
    books = sandbox.books(tenant, caja, FRIDAY)
    payments, notes, receipts = (answered(sandbox, tenant, caja, kind) for kind in ("PAGOS", "NC", "RC"))
    assert amounts(books.payments) == by_form(payments, "pagoValor")
    assert books.net == sum(cents(row["pagoValor"]) for row in payments)
    assert books.promotions.amount == sum(cents(row["descPromo"]) for row in payments)
    assert books.scholarships.amount == sum(cents(row["descBeca"]) for row in payments)
    assert books.gross.amount == books.net + books.promotions.amount + books.scholarships.amount
    assert books.gross.count == len(payments) > 60
    assert amounts(books.receipts | books.receipts_without_cash) == by_form(receipts, "rcValorInicial")
    assert books.credit_notes.amount == sum(cents(row["ncValor"]) for row in notes)
    assert books.credit_notes.count == len(notes)


def test_the_books_are_the_same_before_and_after_the_read_fills_in_forms(sandbox):
    before = sandbox.books("itb", 164, FRIDAY)
    answered(sandbox, "itb", 164, "RC")
    assert sandbox.books("itb", 164, FRIDAY) == before


def test_receipts_without_a_form_or_under_seven_or_eight_have_no_cash_behind_them(sandbox):
    books = sandbox.books("itb", 164, FRIDAY)
    assert set(books.receipts_without_cash) == {"", "8"}
    assert not {"", "7", "8", "15"} & set(books.receipts)


def test_cash_is_payments_that_brought_money_and_receipts_that_did(sandbox):
    books = sandbox.books("itb", 164, FRIDAY)
    assert {"7", "8", "17"} <= set(books.payments)
    assert not {"7", "8", "15", "17"} & set(books.cash)
    assert books.cash["1"] == books.payments["1"].amount + books.receipts["1"].amount


def test_a_voided_credit_note_is_among_the_credit_notes_and_apart(sandbox):
    books = sandbox.books("itb", 164, FRIDAY)
    assert books.voided_credit_notes.count == 1
    assert books.credit_notes.count > 1


def test_a_payment_under_two_forms_is_counted_under_both_and_named(sandbox):
    sandbox.set_profile(Profile(payments=(0, 0), traps=Traps.none().model_copy(update={"overlapping_forms": True})))
    books = sandbox.books("itb", 164, FRIDAY)
    assert books.payments["1"] == books.payments["6"] == books.overlapping
    assert books.overlapping.count == 1


def test_a_payment_of_no_form_is_in_no_other_figure(sandbox):
    sandbox.set_profile(Profile(payments=(0, 0), traps=Traps.none().model_copy(update={"payment_without_form": True})))
    books = sandbox.books("itb", 164, FRIDAY)
    assert books.without_form.amount > 0
    assert (books.payments, books.gross.count) == ({}, 0)


def test_a_day_of_rest_has_empty_books(sandbox):
    books = sandbox.books("itb", 164, date(2024, 9, 8))
    assert (books.net, books.cash, books.credit_notes.count) == (0, {}, 0)
