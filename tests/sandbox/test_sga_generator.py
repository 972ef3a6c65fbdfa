from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from sandbox.sga import catalogue
from sandbox.sga.answers import facturacion_new_process, find_box
from sandbox.sga.api import open_box
from sandbox.sga.books import books
from sandbox.sga.generator import write_day
from sandbox.sga.model import NotaCreditoInstitucion, ReciboCajaInstitucion
from sandbox.sga.profile import Profile, Traps

FRIDAY = date(2024, 9, 6)
SUNDAY = date(2024, 9, 8)
QUIET = Profile(payments=(5, 8))
EVERYDAY_TRAPS = [name for name, trap in Traps.model_fields.items() if trap.default]


def day(school, when=FRIDAY, caja=164, profile=QUIET, seed="seed", tenant="itb"):
    write_day(school, find_box(school, tenant, str(caja)), when, profile, seed)
    school.flush()
    return facturacion_new_process(school, tenant, str(caja), when)


def rows(answer, kind="PAGOS"):
    return [row for session in answer for row in session[kind]]


def only(trap: str) -> Profile:
    return Profile(payments=(0, 0), traps=Traps.none().model_copy(update={trap: True}))


def content(row: dict) -> tuple:
    return tuple(row.items())


def test_a_day_is_the_same_in_whatever_order_days_are_asked_for(schools):
    asked = [(164, FRIDAY), (165, FRIDAY), (164, FRIDAY + timedelta(days=1))]
    answers = []
    for order in (asked, asked[::-1]):
        with schools.session() as session:
            answers.append({place: day(session, place[1], place[0]) for place in order})
            session.rollback()
    assert answers[0] == answers[1]


def test_another_seed_box_or_date_is_another_day(schools):
    amounts = set()
    for difference in ({}, {"seed": "another"}, {"caja": 165}, {"when": FRIDAY + timedelta(days=3)}):
        with schools.session() as session:
            amounts.add(tuple(row["pagoValor"] for row in rows(day(session, **difference))))
            session.rollback()
    assert len(amounts) == 4


def test_sessions_are_as_busy_as_the_profile_says(school):
    answer = day(school, profile=Profile(payments=(200, 200), traps=Traps.none()))
    assert [len(session["PAGOS"]) for session in answer] == [200]


def test_numbers_of_invoices_credit_notes_and_receipts_are_never_given_twice(school):
    answers = [day(school, FRIDAY + timedelta(days=n), caja) for n in (0, 3, 4) for caja in (164, 165)]
    for kind, number in (("NC", "ncId"), ("RC", "rcId"), ("NC", "facturaId")):
        numbers = [row[number] for answer in answers for row in rows(answer, kind)]
        assert len(numbers) == len(set(numbers))
    holders: dict[str, set] = {}
    for answer in answers:
        for row in rows(answer):
            holders.setdefault(row["facturaNumero"], set()).add(row["inscripcionNombre"])
    assert all(len(names) == 1 for names in holders.values())


def test_invoice_numbers_are_point_of_sale_and_nine_digits(school):
    numbers = [row["facturaNumero"] for row in rows(day(school, profile=Profile(traps=Traps.none())))]
    assert all(number.startswith("001-164-") and len(number) == 17 for number in numbers)


def test_a_plain_day_has_one_session_of_whole_and_different_rows(school):
    answer = day(school, profile=Profile(traps=Traps.none()))
    assert len(answer) == 1
    payments = rows(answer)
    assert max(Counter(map(content, payments)).values()) == 1
    assert all(round(row["pagoValor"], 2) == row["pagoValor"] > 0 for row in payments)
    assert {row["formaPagoId"] for row in payments} <= {1, 2, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16}


def test_everyday_forms_all_occur_in_a_busy_session(school):
    answer = day(school, profile=Profile(payments=(400, 400), traps=Traps.none()))
    assert {row["formaPagoId"] for row in rows(answer)} == {1, 2, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16}


def test_all_traps_but_the_unbookable_are_on_by_default():
    off = {"overlapping_forms", "payment_without_form", "payment_without_invoice", "form_outside_map"}
    assert set(Traps.model_fields) - set(EVERYDAY_TRAPS) == off


def test_a_default_day_has_every_form_of_payment_that_a_trap_brings(school):
    assert {7, 8, 17, 18, 2} <= {row["formaPagoId"] for row in rows(day(school, profile=Profile()))}


@pytest.mark.parametrize(
    ("trap", "is_there"),
    [
        ("several_sessions", lambda answer: len(answer) > 1),
        ("identical_rows", lambda answer: max(Counter(map(content, rows(answer))).values()) == 2),
        ("float_noise", lambda answer: any(row["pagoValor"] == 35.300000000000004 for row in rows(answer))),
        ("accents", lambda answer: any("Ñ" in row["inscripcionNombre"] for row in rows(answer))),
        ("apostrophes", lambda answer: any("'" in row["inscripcionNombre"] for row in rows(answer))),
        ("long_names", lambda answer: any(len(row["inscripcionNombre"]) > 100 for row in rows(answer, "RC"))),
        ("undashed_invoices", lambda answer: any(row["facturaNumero"].isdigit() for row in rows(answer))),
        ("fraud", lambda answer: any(row["esFraude"] for row in rows(answer))),
        ("fraud", lambda answer: any(row["esFraude"] for row in rows(answer, "NC"))),
        ("voided_credit_notes", lambda answer: len(rows(answer, "NC")) == 2),
        ("used_credit_notes", lambda answer: [row["formaPagoId"] for row in rows(answer)] == [7]),
        ("used_receipts", lambda answer: [row["formaPagoId"] for row in rows(answer)] == [8]),
        ("receipts_without_form", lambda answer: {"", 6, 8} <= {row["formaPagoId"] for row in rows(answer, "RC")}),
        ("withholdings", lambda answer: [row["formaPagoId"] for row in rows(answer)] == [17]),
        ("postdated_cheques", lambda answer: [row["formaPagoId"] for row in rows(answer)] == [18]),
        ("shared_cheques", lambda answer: [row["formaPagoId"] for row in rows(answer)] == [2, 2]),
        ("discounts", lambda answer: any(row["descPromo"] and row["descBeca"] for row in rows(answer))),
        ("discounts", lambda answer: any(row["pagoValor"] == 0 and row["descBeca"] for row in rows(answer))),
        ("overlapping_forms", lambda answer: sorted(row["formaPagoId"] for row in rows(answer)) == [1, 6]),
        ("payment_without_form", lambda answer: rows(answer) == []),
        ("payment_without_invoice", lambda answer: "ERROR" in answer),
        ("form_outside_map", lambda answer: answer == {"ERROR": "19"}),
    ],
)
def test_a_trap_is_there_when_it_alone_is_on_and_not_when_none_is(school, trap, is_there):
    assert is_there(day(school, profile=only(trap)))
    if trap != "payment_without_form":  # without it the day has no payments either: there is nothing to see
        plain = Profile(payments=(5, 5), traps=Traps.none())
        assert not is_there(day(school, caja=4, tenant="conduce_ecuador", profile=plain))


def test_a_payment_without_form_is_in_the_school_but_not_in_the_answer(school):
    assert rows(day(school, profile=only("payment_without_form"))) == []
    assert books(school, "itb", 164, FRIDAY).without_form.count == 1


def test_an_inactive_receipt_is_in_the_school_but_not_in_the_answer(school):
    shown = rows(day(school, profile=only("inactive_receipts")), "RC")
    stored = school.scalars(select(ReciboCajaInstitucion)).all()
    assert len(stored) == len(shown) + 1


def test_a_voided_credit_note_looks_like_any_other_in_the_answer(school):
    answer = day(school, profile=only("voided_credit_notes"))
    assert [note.anulada for note in school.scalars(select(NotaCreditoInstitucion))] == [True, False]
    assert list(rows(answer, "NC")[0]) == list(rows(answer, "NC")[1])


def test_discounts_and_net_make_an_amount_to_the_cent(school):
    for row in rows(day(school)):
        gross = sum(Decimal(repr(row[name])) for name in ("pagoValor", "descPromo", "descBeca"))
        assert abs(gross - round(gross, 2)) < Decimal("0.000001")


def test_a_form_outside_the_map_is_that_schools_trouble_alone(school):
    day(school, profile=only("form_outside_map"))
    assert rows(day(school, caja=3, tenant="conduce_ecuador"))


def test_boxes_rest_on_their_own_weekday_unless_the_trap_is_off(school):
    monday = SUNDAY + timedelta(days=1)
    assert [bool(day(school, when, 3, tenant="conduce_ecuador")) for when in (SUNDAY, monday)] == [True, False]
    assert [bool(day(school, when, 4, tenant="conduce_ecuador")) for when in (SUNDAY, monday)] == [False, True]
    assert day(school, SUNDAY, 5, Profile(traps=Traps(closed_days=False)), tenant="conduce_ecuador")


def test_boxes_of_any_number_can_be_opened(school):
    for caja in range(1000, 1030):
        open_box(school, "itb_online", caja, catalogue.SUNDAY)
    plain = Profile(payments=(1, 1), traps=Traps.none())
    answers = [day(school, caja=caja, profile=plain, tenant="itb_online") for caja in range(1000, 1030)]
    assert len({row["facturaNumero"] for answer in answers for row in rows(answer)}) == 30
