"""What Bsale's payments mean to the books of an office, and which of them are not booked."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow, Reading, Total, totals
from cierre.bookkeeping.text import quoted
from cierre.bookkeeping.vocabulary import SOURCES
from cierre.ports.errors import DataError, RetriableError
from hooks.bsale.answers import identity
from hooks.bsale.hook import certify, control_totals, read
from hooks.bsale.words import Reason, exact, flag, seconds
from support.bsale_kinds import MAPPING, balances
from support.bsale_landings import (
    CHEQUE,
    CLIENT_CREDIT,
    CREDIT_CARD,
    DAY,
    MIDNIGHT,
    NOON,
    collection,
    group,
    landed,
    node,
    payload,
    payment,
)

A_DAY = 24 * 3600


def reading(*payments: dict, key: str = "1", day: date = DAY, **parts: object) -> Reading:
    parts = {"groups": [group("1", form, "39", 0) for form in ("1", "2", "4", "5")]} | parts
    return read(landed(list(payments), **parts), day=day, currency="CLP", key=key)


def document(*payments: dict, **parts: object) -> Document:
    (found,) = reading(*payments, **parts).documents
    return found


def quarantined(*payments: dict, **parts: object) -> QuarantinedRow:
    found = reading(*payments, **parts)
    assert found.documents == []
    return found.quarantined[0]


class TestPayments:
    def test_a_cash_sale_is_a_payment_with_the_vat_that_its_amount_holds(self):
        found = document(payment(7, 1190))
        assert (found.key, found.kind, found.form, found.currency) == ("bsale:payment:7", Kind.PAYMENT, "1", "CLP")
        assert found.amounts == {"net": Decimal(1190), "base": Decimal(1000), "vat": Decimal(190)}
        assert found.attributes == {"form": "1", "document_type": "39", "postdated": "false"}
        assert (found.business_date, found.place, found.reference) == (DAY, "payments/0", "97")

    @pytest.mark.parametrize("code", ["41", "34", "110"])
    def test_an_exempt_document_has_no_vat(self, code):
        found = document(payment(7, 1190), code=code)
        assert found.amounts == {"net": Decimal(1190), "base": Decimal(1190), "vat": Decimal(0)}
        assert found.attributes["document_type"] == code

    @pytest.mark.parametrize(("amount", "vat"), [(1, 0), (3, 0), (4, 1), (100, 16), (99_999, 15_966)])
    def test_vat_is_rounded_to_whole_pesos_and_nothing_is_lost(self, amount, vat):
        found = document(payment(7, amount))
        assert found.amounts["vat"] == vat
        assert found.amounts["base"] + found.amounts["vat"] == amount

    def test_where_the_kind_of_document_is_not_known_no_vat_is_made_up(self):
        found = document(payment(7), code="999")
        assert (found.amounts, found.attributes["document_type"]) == ({"net": Decimal(1190)}, "999")
        found = document(payment(7), document_types={})
        assert found.amounts == {"net": Decimal(1190)}
        assert "document_type" not in found.attributes

    @pytest.mark.parametrize("amount", [63027, 63027.0, "63027.0", "63027", " 63027 "])
    def test_amounts_come_as_numbers_and_as_text(self, amount):
        assert document(payment(7, amount)).net == Decimal(63027)

    @pytest.mark.parametrize("identity", [7, "7"])
    def test_ids_come_as_numbers_and_as_text(self, identity):
        row = payment(7) | {"id": identity, "office": {"id": 1}, "payment_type": {"id": 1}, "document": {"id": 97}}
        assert (document(row).source_id, document(row).reference) == ("7", "97")

    def test_an_old_row_without_the_later_fields_is_read(self):
        """The contract's example of one payment: no isCreditPayment, no createdAt, texts for money."""
        row = payload("one")
        day = date(2014, 4, 3)
        types = {"39": ["950"]}
        found = document(row, key="2", day=day, document_types=types)
        assert (found.kind, found.net, found.amounts["vat"]) == (Kind.PAYMENT, Decimal(68643), Decimal(10960))

    def test_each_office_has_its_own_payments(self):
        rows = [payment(1, 100), payment(2, 200, office="2"), payment(3, 300)]
        assert [found.net for found in reading(*rows).documents] == [100, 300]
        assert [found.net for found in reading(*rows, key="2").documents] == [200]

    def test_a_cheque_of_a_later_day_is_postdated(self):
        due = {"today": MIDNIGHT, "next_month": MIDNIGHT + 30 * A_DAY, "as_text": str(MIDNIGHT + A_DAY)}
        cheques = [payment(at, form=CHEQUE, checkDate=when) for at, when in enumerate(due.values())]
        undated = [payment(at, form=CHEQUE) | {"checkDate": none} for at, none in enumerate([None, "", 0, "0"], 10)]
        found = reading(*cheques, *undated).documents
        assert [one.attributes["postdated"] for one in found] == ["false", "true", "true", *["false"] * 4]

    def test_expanded_nodes_serve_as_well(self):
        row = payment(7) | {
            "payment_type": {"id": 77, "name": "Vale", "isClientCredit": 0},
            "office": {"id": 1, "name": "Puerto Varas"},
        }
        assert document(row, groups=[]).form == "77"


class TestSalesOnCredit:
    def test_client_credit_opens_a_receivable_and_moves_no_money(self):
        found = document(payment(7, 1190, CLIENT_CREDIT))
        assert found.kind is Kind.SALE
        assert found.amounts == {"net": Decimal(1190), "base": Decimal(1000), "vat": Decimal(190)}
        assert found.attributes == {"form": "4", "document_type": "39"}

    def test_its_form_may_tell_that_it_is_client_credit_where_no_total_does(self):
        row = payment(7, form="44") | {"payment_type": {"id": 44, "isClientCredit": 1}}
        assert document(row, groups=[]).kind is Kind.SALE

    def test_the_contracts_collection_pays_three_documents(self):
        row = next(row for row in payload("list")["items"] if row["isCreditPayment"])
        found = document(row, day=date(2019, 1, 29))
        assert (found.kind, found.form) == (Kind.COLLECTION, "4")
        assert found.amounts == {"net": Decimal(29142), "applied": Decimal(29142), "unapplied": Decimal(0)}
        assert found.attributes == {"form": "4", "postdated": "false", "spread": "exact"}
        # Of several documents none is its own, so people find it by its own number.
        assert found.reference == "78"

    @pytest.mark.parametrize(
        ("shares", "spread", "applied", "unapplied"),
        [
            ([600, 400], "exact", 1000, 0),
            ([600, "100.0"], "short", 700, 300),
            ([600, 900], "over", 1000, 0),
            ([], "short", 0, 1000),
        ],
    )
    def test_what_a_collection_pays_off_need_not_add_up_to_it(self, shares, spread, applied, unapplied):
        found = document(collection(7, 1000, shares))
        assert found.amounts == {"net": 1000, "applied": applied, "unapplied": unapplied}
        assert found.attributes["spread"] == spread

    def test_a_collection_of_one_document_without_amounts_goes_to_it(self):
        found = document(payment(7, 1000, isCreditPayment=1))
        assert found.amounts == {"net": 1000, "applied": 1000, "unapplied": 0}
        assert found.reference == "97"

    def test_an_old_row_with_documents_is_a_collection(self):
        row = collection(7, 1000, [1000])
        del row["isCreditPayment"]
        assert document(row).kind is Kind.COLLECTION

    @pytest.mark.parametrize("share", ["ten", None, -5, {}])
    def test_a_share_that_is_no_money_stops_the_day(self, share):
        found = quarantined(collection(7, 1000, [share]))
        assert (found.reason, found.blocking) == (Reason.BAD_AMOUNT, True)
        assert "payment 7" in found.message

    @pytest.mark.parametrize(("amount", "shares"), [(4000, [5000, -1000]), (-4000, [5000, -1000]), (500, [-500])])
    def test_shares_of_both_signs_stop_the_day_with_their_figures(self, amount, shares):
        found = quarantined(collection(7, amount, shares))
        assert (found.reason, found.blocking) == (Reason.BAD_AMOUNT, True)
        assert f"payment 7 of {amount} pays documents of {', '.join(map(str, shares))}" in found.message

    @pytest.mark.parametrize("nothing", [[], None])
    def test_an_empty_list_of_documents_tells_nothing(self, nothing):
        """Neither of an old row, whether it is a collection, nor of a collection, what it pays."""
        paid = {"document": node("documents", "91"), "documents": nothing}
        old = payment(7, 1190, isCreditPayment=None) | paid
        assert (document(old).kind, document(old).amounts["vat"]) == (Kind.PAYMENT, 190)
        found = document(payment(7, 1190, isCreditPayment=1) | paid, code="33")
        assert found.amounts == {"net": 1190, "applied": 1190, "unapplied": 0}
        assert (found.reference, found.attributes["spread"]) == ("91", "exact")
        nowhere = payment(7, 1190, isCreditPayment=1, document=None) | {"documents": nothing}
        assert document(nowhere).amounts == {"net": 1190, "applied": 0, "unapplied": 1190}

    @pytest.mark.parametrize("documents", [{"id": "5", "amount": 600}, "5", 5, True, ["5"], [None], [[], {"id": "5"}]])
    @pytest.mark.parametrize("flag", [0, 1])
    def test_documents_that_are_no_list_of_documents_stop_the_day(self, documents, flag):
        found = quarantined(payment(7, 1000, isCreditPayment=flag) | {"documents": documents})
        assert (found.reason, found.blocking) == (Reason.BAD_DOCUMENT, True)
        assert "payment 7" in found.message

    @pytest.mark.parametrize("said", ["91", 91, [7], True])
    def test_a_document_that_is_none_stops_the_day(self, said):
        assert quarantined(payment(7) | {"document": said}).reason is Reason.BAD_DOCUMENT

    @pytest.mark.parametrize(
        ("code", "catalogue"),
        [
            *((code, []) for code in ("60", "61", "112", "45", "46")),
            ("12", [{"id": 12, "name": "Devolución interna", "codeSii": "", "isCreditNote": 1}]),
        ],
    )
    def test_a_debt_of_the_companys_own_is_no_money_that_comes_in(self, code, catalogue):
        """It owes for a credit note or a purchase: that Bsale calls it a collection leaves the direction unknown."""
        shown = {"document_type": {"id": "12"}} if catalogue else {"codeSii": code}
        rows = [
            collection(7, 1190, [1190]) | {"documents": [node("documents", "91") | {"amount": 1190} | shown]},
            payment(7, 1190, isCreditPayment=1) | {"document": node("documents", "91") | shown},
        ]
        for row in rows:
            found = quarantined(row, catalogue=catalogue, document_types={})
            assert (found.reason, found.blocking) == (Reason.UNKNOWN_DIRECTION, True)
            assert "payment 7" in found.message

    @pytest.mark.parametrize(
        ("code", "kind"), [("33", Kind.COLLECTION), ("61", None), ("46", None), ("", Kind.COLLECTION)]
    )
    def test_where_its_documents_do_not_tell_their_kind_the_totals_may(self, code, kind):
        rows = [collection(7, 1190, [1190]), payment(8, 500)]
        groups = [group("1", "1", code, 1190), group("1", "1", "39", 500)]
        found = reading(*rows, groups=groups, document_types={"39": ["8"]})
        assert [one.kind for one in found.documents] == ([kind] if kind else []) + [Kind.PAYMENT]
        assert [(row.reason, row.blocking) for row in found.quarantined] == [(Reason.UNKNOWN_DIRECTION, True)] * (
            not kind
        )

    @pytest.mark.parametrize("state", [0, 1])
    def test_a_collection_is_booked_where_another_payment_is_what_the_totals_have_for_credit_notes(self, state):
        rows = [collection(7, 1190, [1190]), payment(8, 500, state=state)]
        groups = [group("1", "1", "33", 1190), group("1", "1", "61", 500), group("2", "1", "61", 9)]
        found = reading(*rows, groups=groups, document_types={"61": ["8"]})
        assert Kind.COLLECTION in [one.kind for one in found.documents]

    @pytest.mark.parametrize("flag", [0, 1])
    @pytest.mark.parametrize("amount", [4000, 6000, -4000])
    def test_documents_of_both_directions_in_one_payment_stop_the_day(self, flag, amount):
        shown = [node("documents", f"9{code}") | {"amount": 1000, "codeSii": code} for code in ("33", "61")]
        found = quarantined(payment(7, amount, isCreditPayment=flag, document=None) | {"documents": shown})
        assert (found.reason, found.blocking) == (Reason.UNKNOWN_DIRECTION, True)
        assert "pays documents of type 61, for which money goes out, together with those of type 33" in found.message


class TestRefunds:
    def test_a_credit_note_that_is_paid_out_is_money_that_goes_out(self):
        found = document(payment(7, 1190), code="61")
        assert (found.key, found.kind, found.net) == ("bsale:refund:7", Kind.REFUND, Decimal(1190))
        assert found.amounts == {"net": 1190, "base": 1000, "vat": 190, "reopened": 0}
        assert found.attributes == {"form": "1", "document_type": "61", "refund_of": "credit_note"}

    @pytest.mark.parametrize("code", ["60", "112"])
    def test_so_are_the_other_credit_notes(self, code):
        assert document(payment(7), code=code).attributes["refund_of"] == "credit_note"

    def test_a_companys_own_kind_is_a_credit_note_where_bsale_says_so(self):
        own = {"id": 12, "name": "Devolución interna", "codeSii": "", "isCreditNote": 1}
        row = payment(7) | {"document": node("documents", "97") | {"document_type": {"id": "12"}}}
        found = document(row, catalogue=[own])
        assert (found.kind, found.attributes["document_type"]) == (Kind.REFUND, "Devolución interna")
        assert found.amounts == {"net": 1190, "reopened": 0}

    @pytest.mark.parametrize("amount", [-5990, "-5990.0"])
    def test_a_payment_below_zero_takes_one_back(self, amount):
        found = document(payment(7, amount))
        assert (found.kind, found.net, found.attributes["refund_of"]) == (Kind.REFUND, Decimal(5990), "payment")
        assert found.amounts["base"] + found.amounts["vat"] == 5990

    def test_a_sale_on_credit_below_zero_lets_the_customer_owe_less(self):
        found = document(payment(7, -1190, CLIENT_CREDIT))
        assert (found.kind, found.form, found.net) == (Kind.REFUND, "4", Decimal(1190))

    @pytest.mark.parametrize("sign", [1, -1])
    def test_a_collection_below_zero_opens_its_debt_again(self, sign):
        found = document(collection(7, -1000, [sign * 600, sign * 400]))
        assert found.amounts == {"net": 1000, "base": 0, "vat": 0, "reopened": 1000}
        assert found.attributes["refund_of"] == "collection"

    @pytest.mark.parametrize(("shares", "unapplied"), [([600], 400), ([-600], 400), ([], 1000), (["-100.0", 0], 900)])
    def test_what_no_document_had_taken_up_is_no_debt_again(self, shares, unapplied):
        found = document(collection(7, -1000, shares))
        assert found.amounts == {"net": 1000, "base": 0, "vat": 0, "reopened": 1000, "unapplied": unapplied}

    @given(
        st.lists(st.integers(0, 2000) | st.integers(0, 2000).map(lambda share: f"{share}.0"), max_size=4),
        st.integers(1, 3000),
        st.sampled_from(["1", "2", "11"]),
        st.booleans(),
    )
    def test_a_collection_and_its_return_leave_every_account_as_it_was(self, shares, amount, form, signed):
        back = [-Decimal(share) if signed else share for share in shares]
        given_back = collection(8, -amount, [str(one) for one in back], form=form)
        groups = [group("1", form, "33", 0) for form in ("1", "2", "11")]
        taken = document(collection(7, amount, shares, form=form), groups=groups)
        booked = balances([taken, document(given_back, groups=groups)], MAPPING)
        assert set(booked.values()) == {0}

    @pytest.mark.parametrize("code", ["40", "43", "45", "46", "103"])
    def test_what_is_paid_for_a_purchase_goes_out_too(self, code):
        assert document(payment(7), code=code).attributes["refund_of"] == "purchase"

    def test_a_negative_payment_of_a_credit_note_stops_the_day(self):
        found = quarantined(payment(7, -5990), code="61")
        assert (found.reason, found.blocking, found.net) == (Reason.NEGATIVE_AMOUNT, True, Decimal(5990))
        assert "payment 7 is negative (-5990) and pays a document of type 61" in found.message

    def test_the_control_totals_count_what_goes_out_apart(self):
        body = landed([payment(1, 1190), payment(2, -500)])
        assert control_totals(body, currency="CLP", key="1") == [
            Total(Kind.PAYMENT, "1", 1, Decimal(1190)),
            Total(Kind.REFUND, "1", 1, Decimal(500)),
        ]


OWN = {"id": 7, "name": "Nota de venta", "codeSii": ""}
BOLETA = {"id": 1, "name": "Boleta", "codeSii": "39", "isCreditNote": 0}


class TestKindsOfDocuments:
    @staticmethod
    def paying(document_type: object, **fields: object) -> dict:
        return payment(7) | {"document": node("documents", "97") | {"document_type": document_type} | fields}

    @pytest.mark.parametrize("shown", [{"id": "1"}, {"id": 1}, {"id": "1", "codeSii": "33"}])
    def test_a_payment_shows_the_kind_of_its_document_by_the_companys_list(self, shown):
        found = document(self.paying(shown), catalogue=[BOLETA], document_types={})
        assert (found.attributes["document_type"], found.amounts["vat"]) == ("39", Decimal(190))

    def test_a_code_that_the_document_shows_by_itself_serves_as_well(self):
        assert document(self.paying({"id": "1"}, codeSii="41"), document_types={}).amounts["vat"] == 0

    def test_a_kind_without_a_code_is_known_by_its_name(self):
        found = document(self.paying({"id": "7"}, codeSii=""), catalogue=[OWN], document_types={})
        assert (found.attributes["document_type"], found.amounts) == ("Nota de venta", {"net": Decimal(1190)})

    @pytest.mark.parametrize(
        ("name", "known_by"),
        [
            ("39", "no_code_7"),
            ("", "no_code_7"),
            (None, "no_code_7"),
            (" Nota\n de\tventa\x00 ", "Nota de venta"),
            ("Nota de venta \ud83d", "Nota de venta"),
        ],
    )
    def test_a_name_that_is_none_or_could_be_a_code_is_not_used(self, name, known_by):
        found = document(self.paying({"id": "7"}), catalogue=[OWN | {"name": name}], document_types={})
        assert found.attributes["document_type"] == known_by

    def test_two_kinds_of_one_name_are_told_apart(self):
        catalogue = [OWN, OWN | {"id": 8}]
        found = document(self.paying({"id": "8"}), catalogue=catalogue, document_types={})
        assert found.attributes["document_type"] == "Nota de venta (8)"

    def test_where_only_lists_by_code_told_that_there_is_none_it_is_known_as_that(self):
        assert document(payment(7), code="").attributes["document_type"] == "no_code"


class TestDays:
    @pytest.mark.parametrize("hour", [0, 3, 4, 20, 23])
    def test_the_day_is_the_recorddates_in_utc(self, hour):
        """Santiago's midnight is 03:00 or 04:00 UTC; a payment may also carry its time."""
        assert document(payment(7, recordDate=MIDNIGHT + hour * 3600)).business_date == DAY
        assert document(payment(7, recordDate=str(MIDNIGHT + hour * 3600))).business_date == DAY

    @pytest.mark.parametrize("seconds", [-1, A_DAY])
    def test_a_payment_of_another_day_in_this_days_list_stops_the_day(self, seconds):
        found = quarantined(payment(7, recordDate=MIDNIGHT + seconds))
        assert (found.reason, found.blocking) == (Reason.WRONG_DAY, True)

    def test_without_a_recorddate_the_local_day_counts_on_which_it_was_made(self):
        # 23:30 of the 6th in Santiago, and of the 7th in UTC.
        late = MIDNIGHT + A_DAY + 3 * 3600 + 1800
        found = document(undated=[payment(7, recordDate="", createdAt=late)])
        assert (found.business_date, found.place) == (DAY, "undated/0")
        assert document(undated=[payment(7, recordDate=None)]).business_date == DAY

    def test_a_payment_that_bsale_gives_on_two_days_is_booked_on_one(self):
        late = payment(7, recordDate="", createdAt=MIDNIGHT + A_DAY + 3 * 3600)
        assert document(late).business_date == DAY
        found = quarantined(late, day=DAY + timedelta(days=1))
        assert (found.reason, found.blocking) == (Reason.ANOTHER_DAY, False)

    @pytest.mark.parametrize("made", [DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)])
    def test_no_day_but_the_neighbours_is_believed_to_book_it(self, made):
        """The day's list goes by UTC: only payments of the local day before or after can be in it by their time."""
        noon = NOON + (made - DAY).days * A_DAY
        found = reading(payment(7, recordDate="", createdAt=noon))
        assert [row.reason for row in found.quarantined] == ([] if made == DAY else [Reason.ANOTHER_DAY])
        for days in (9000, 400, 2):
            held = quarantined(payment(7, recordDate="", createdAt=NOON - days * A_DAY))
            assert (held.reason, held.blocking) == (Reason.BAD_DATE, True)
        assert "payment 7 has no recordDate, came with 2024-09-06" in held.message

    @pytest.mark.parametrize("made", ["noon", 0, NOON * 1000, [], "de Ana Vera, 12.345.678-5"])
    def test_what_createdat_is_is_told_as_it_came_but_for_what_may_be_a_persons(self, made):
        told = quarantined(payment(7, recordDate="", createdAt=made)).message
        assert f"its createdAt is {quoted(made)}, which is no date" in told
        assert "Ana" not in told

    @pytest.mark.parametrize(
        "fields",
        [
            {"recordDate": "yesterday"},
            {"recordDate": -5},
            {"recordDate": MIDNIGHT * 1000},
            {"recordDate": [1]},
            {"recordDate": "", "createdAt": None},
            {"recordDate": "", "createdAt": "noon"},
            {"recordDate": "", "createdAt": 0},
            {"recordDate": "", "createdAt": 2099},
            {"recordDate": 0},
            {"recordDate": " "},
            {"form": CHEQUE, "checkDate": "soon"},
        ],
    )
    def test_a_date_that_is_none_stops_the_day(self, fields):
        found = quarantined(payment(7, **fields))
        assert (found.reason, found.blocking) == (Reason.BAD_DATE, True)


class TestQuarantine:
    @pytest.mark.parametrize("state", [1, "1", True])
    def test_a_void_is_kept_and_rightly_not_booked(self, state):
        found = quarantined(payment(7, 1190, CREDIT_CARD, state=state))
        assert (found.reason, found.blocking, found.net) == (Reason.VOIDED, False, Decimal(1190))
        assert (found.kind, found.form, found.row["id"]) == (Kind.PAYMENT, "2", 7)

    @pytest.mark.parametrize("amount", ["12.990", 990.5, "0.4", -0.5, 333.5, "1e-3"])
    def test_a_fraction_of_a_peso_stops_the_day_with_a_sentence(self, amount):
        found = quarantined(payment(7, amount))
        assert (found.reason, found.blocking, found.net) == (Reason.BAD_AMOUNT, True, None)
        said = repr(amount) if isinstance(amount, str) else amount
        assert f"the amount of payment 7 is {said}, and CLP has 0 decimals" in found.message

    @pytest.mark.parametrize("amount", [990.0000000001, "989.9999999999"])
    def test_the_noise_of_floating_point_is_no_fraction(self, amount):
        assert document(payment(7, amount)).net == Decimal(990)

    @pytest.mark.parametrize("amount", ["ten", "", [], {}, True, "NaN", "1e999999"])
    def test_an_amount_that_is_none_stops_the_day(self, amount):
        found = quarantined(payment(7, amount))
        assert (found.reason, found.blocking, found.net) == (Reason.BAD_AMOUNT, True, None)

    def test_a_missing_amount_stops_the_day(self):
        assert quarantined(payment(7, amount=None)).reason is Reason.BAD_AMOUNT

    @pytest.mark.parametrize("field", ["id", "state", "payment_type"])
    def test_a_field_that_booking_needs_stops_the_day_where_it_lacks(self, field):
        found = quarantined(payment(7, **{field: None}))
        assert (found.reason, found.blocking) == (Reason.MISSING_FIELD, True)
        assert field in found.message

    @pytest.mark.parametrize("flag", [2, "yes", -1, []])
    @pytest.mark.parametrize("field", ["state", "isCreditPayment"])
    def test_a_flag_that_is_neither_0_nor_1_stops_the_day(self, field, flag):
        found = quarantined(payment(7, **{field: flag}))
        assert (found.reason, found.blocking) == (Reason.BAD_FLAG, True)

    def test_a_form_of_which_bsale_tells_nothing_stops_the_day(self):
        found = quarantined(payment(7, form="99"))
        assert (found.reason, found.blocking) == (Reason.UNKNOWN_FORM, True)
        assert "whether money moved is unknown" in found.message

    @pytest.mark.parametrize("groups", [(0, 1), (1, 0), (0, 0, 1)])
    def test_totals_that_contradict_each_other_about_a_form_stop_its_payments(self, groups):
        said = [group("1", "1", "39", at) | {"isClientCredit": flag} for at, flag in enumerate(groups)]
        found = quarantined(payment(7), groups=said)
        assert (found.reason, found.blocking) == (Reason.UNKNOWN_FORM, True)
        assert "both that it is client credit and that it is not" in found.message
        assert document(payment(8, form="2"), groups=[*said, group("1", "2", "39", 0)]).kind is Kind.PAYMENT

    @pytest.mark.parametrize("flag", [0, 1])
    def test_so_does_a_payment_that_contradicts_the_totals(self, flag):
        row = payment(7) | {"payment_type": {"id": "1", "isClientCredit": flag}}
        said = [group("1", "1", "39", 0) | {"isClientCredit": 1 - flag}]
        assert quarantined(row, groups=said).reason is Reason.UNKNOWN_FORM
        assert document(row, groups=[said[0] | {"isClientCredit": flag}]).kind is (Kind.SALE if flag else Kind.PAYMENT)

    @pytest.mark.parametrize("id", ["9\x001", "6\ud83d", "9\x7f1", "9" * 121, True, 9.5, [9], {"Ana Vera": 1}])
    def test_a_documents_id_that_cannot_be_booked_stops_the_day(self, id):
        several = [node("documents", "5") | {"amount": 600}, {"id": id, "amount": 590}]
        for row in (
            payment(7) | {"document": {"id": id}},
            payment(7, isCreditPayment=1, document=None) | {"documents": several},
        ):
            found = quarantined(row)
            assert (found.reason, found.blocking) == (Reason.BAD_DOCUMENT, True)
            assert "payment 7 pays a document whose id cannot be booked" in found.message
            assert "Ana" not in found.message

    @pytest.mark.parametrize(
        ("id", "reference"), [("9\n1", "9 1"), (" 91\r\n", "91"), ("", "7"), (None, "7"), (91, "91")]
    )
    def test_a_line_break_in_a_documents_id_becomes_a_blank(self, id, reference):
        assert document(payment(7) | {"document": {"id": id}}).reference == reference

    def test_a_payment_without_an_office_stops_every_office(self):
        for office in (None, {}, {"id": ""}, "1"):
            row = payment(7) | {"office": office}
            for key in ("1", "2"):
                found = quarantined(row, key=key)
                assert (found.reason, found.blocking) == (Reason.NO_OFFICE, True)

    def test_a_payment_that_stands_twice_stops_the_day(self):
        found = reading(payment(7), payment(7), payment(8))
        assert [one.source_id for one in found.documents] == ["8"]
        assert [row.reason for row in found.quarantined] == [Reason.REPEATED_ID] * 2
        assert quarantined(payment(7), undated=[payment(7, recordDate="")]).reason is Reason.REPEATED_ID

    PERSON = "cheque de Ana Vera 12.345.678-5"

    @pytest.mark.parametrize(
        "fields",
        [
            {"checkDate": PERSON},
            {"recordDate": PERSON},
            {"state": PERSON},
            {"isCreditPayment": PERSON},
            {"amount": PERSON},
            {"amount": {"Ana Vera": 1}},
            {"id": PERSON, "office": None},
            {"payment_type": {"id": PERSON}},
            {"office": {"id": "1"}, "documents": PERSON},
            {"document": PERSON},
        ],
        ids=str,
    )
    def test_no_message_tells_of_a_person(self, fields):
        body = landed([payment(7) | fields], groups=[group("1", "1", "39", 1190)])
        (found,) = read(body, day=DAY, currency="CLP", key="1").quarantined
        told = f"{found.message} {[str(claim) for claim in certify(body, currency='CLP', key='1')]}"
        assert "Ana" not in told
        assert "12.345" not in told


class TestControlTotals:
    def test_they_count_an_offices_rows_by_kind_and_form_booked_or_not(self):
        rows = [
            payment(1, 100),
            payment(2, "200.0"),
            payment(3, "ten"),
            payment(4, 400, state=1),
            payment(5, 500, CLIENT_CREDIT),
            collection(6, 600, [100]),
            payment(7, 700, office="2"),
        ]
        body = landed(rows, undated=[payment(8, 800, recordDate="")], groups=[group("1", CLIENT_CREDIT, "33", 500)])
        assert control_totals(body, currency="CLP", key="1") == [
            Total(Kind.COLLECTION, "1", 1, Decimal(600)),
            Total(Kind.PAYMENT, "1", 5, Decimal(1500)),
            Total(Kind.SALE, "4", 1, Decimal(500)),
        ]

    def test_a_day_without_payments_sums_to_nothing(self):
        assert control_totals(landed([]), currency="CLP", key="1") == []
        assert reading() == Reading()


@pytest.mark.parametrize("body", ["", "{", '{"payments": [', "[" * 100_000])
def test_half_a_body_is_refused(body):
    for ask in (
        lambda: read(body, day=DAY, currency="CLP", key="1"),
        lambda: control_totals(body, currency="CLP", key="1"),
    ):
        with pytest.raises(RetriableError):
            ask()


@pytest.mark.parametrize("name", ["active", "voided", "before", "listed", "after"])
def test_a_body_that_lacks_a_count_is_refused(name):
    body = json.loads(landed([payment(1)]))
    del body["count"][name]
    for ask in (read, control_totals, certify):
        with pytest.raises(DataError, match="no day of Bsale"):
            ask(json.dumps(body), currency="CLP", key="1", **({"day": DAY} if ask is read else {}))


@pytest.mark.parametrize(
    "broken", ["payments", "undated", "group_payment_types", "document_types", "count", "timezone"]
)
@pytest.mark.parametrize("value", [None, 7, "Mars/Olympus", [7]])
def test_a_body_that_lacks_a_part_is_refused(broken, value):
    body = json.loads(landed([payment(1)])) | {broken: value}
    with pytest.raises(DataError, match="no day of Bsale"):
        read(json.dumps(body), day=DAY, currency="CLP", key="1")


AMOUNTS = st.one_of(
    st.integers(-5, 99_999),
    st.integers(0, 99_999).map(float),
    st.integers(0, 99_999).map(lambda amount: f"{amount}.0"),
    st.sampled_from(["", "ten", None, True, [], 35.5, "1e999999"]),
)
ROWS = st.lists(
    st.builds(
        lambda number, amount, form, office, **fields: (
            payment(number, form=form, office=office) | {"amount": amount} | fields
        ),
        st.integers(1, 30),
        AMOUNTS,
        st.sampled_from(["1", "2", "4", "5", "99", ""]),
        st.sampled_from(["1", "1", "2", ""]),
        state=st.sampled_from([0, 0, 0, 1, "1", 7, None]),
        isCreditPayment=st.sampled_from([0, 0, 1, "1", 7, None]),
        documents=st.one_of(
            st.none(),
            st.lists(st.builds(lambda amount: node("documents", "1") | {"amount": amount}, AMOUNTS), max_size=3),
        ),
        recordDate=st.sampled_from([MIDNIGHT, MIDNIGHT, str(MIDNIGHT + 3 * 3600), "", None, MIDNIGHT + A_DAY, "x"]),
        createdAt=st.sampled_from([NOON, NOON + A_DAY, None, "x"]),
        checkDate=st.sampled_from([None, MIDNIGHT + A_DAY, "x"]),
    ),
    max_size=12,
)
BODIES = st.builds(
    lambda rows, undated: landed(
        rows, undated=undated, groups=[group("1", form, "39", 0) for form in ("1", "2", "4", "5")]
    ),
    ROWS,
    ROWS,
)


@given(BODIES)
def test_no_row_of_an_office_is_ever_lost_nor_read_twice(body):
    found = read(body, day=DAY, currency="CLP", key="1")
    places = [row.place for row in (*found.documents, *found.quarantined)]
    of_the_office = [
        f"{name}/{number}"
        for name in ("payments", "undated")
        for number, row in enumerate(json.loads(body)[name])
        if row["office"]["id"] in ("1", "")
    ]
    assert sorted(places) == sorted(of_the_office)


@given(BODIES)
def test_what_is_read_agrees_with_the_control_totals_by_kind_and_form(body):
    found = read(body, day=DAY, currency="CLP", key="1")
    seen: dict[tuple[Kind, str], tuple[int, Decimal]] = {}
    booked = [(total.kind, total.form, total.count, total.net) for total in totals(found.documents)]
    held = [(row.kind, row.form, 1, row.net or Decimal(0)) for row in found.quarantined]
    for kind, form, rows, net in booked + held:
        count, total = seen.get((kind, form), (0, Decimal(0)))
        seen[kind, form] = (count + rows, total + net)
    summed = control_totals(body, currency="CLP", key="1")
    assert seen == {(total.kind, total.form): (total.count, total.net) for total in summed}


@given(BODIES)
def test_documents_are_of_the_vocabularys_shapes_and_their_parts_add_up(body):
    found = read(body, day=DAY, currency="CLP", key="1").documents
    assert len({one.key for one in found}) == len(found)
    for one in found:
        shape = SOURCES["bsale"][one.kind]
        assert set(one.amounts) <= set(shape.components)
        assert all(amount >= 0 and amount == amount.quantize(Decimal(1)) for amount in one.amounts.values())
        assert sum(one.amounts[part] for part in shape.parts("net")) == one.net
        for name, value in one.attributes.items():
            assert not shape.attributes[name] or value in shape.attributes[name]


@given(st.integers() | st.integers(-1, 1) | st.sampled_from([10**11 - 1, 10**11, 10**15 - 1, 10**15, -(10**15)]))
def test_a_number_is_read_as_the_text_of_it_is(number):
    for reads in (identity, flag, seconds, exact):
        assert reads(number) == reads(str(number))
