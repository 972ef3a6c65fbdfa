"""The certificate of an office's day: Bsale's totals and counts, which the landed payments must come to."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.certificate import Claim
from hooks.bsale.hook import certify, read
from hooks.bsale.words import Reason
from support.bsale_landings import CLIENT_CREDIT, CREDIT_CARD, DAY, collection, group, landed, payment, totals

PAYMENTS = [
    payment(1, 1000),
    payment(2, "2000.0"),
    payment(3, 3000, CREDIT_CARD),
    payment(4, 4000, CLIENT_CREDIT),
    payment(5, 5000, office="2"),
    payment(6, 6000, state=1),
]


def certificate(*payments: dict, key: str = "1", **parts: object) -> list[Claim]:
    return certify(landed(list(payments), **parts), currency="CLP", key=key)


def failing(*payments: dict, **parts: object) -> list[str]:
    return [str(claim) for claim in certificate(*payments, **parts) if not claim.holds]


def unproved(*payments: dict, **parts: object) -> list[str]:
    """What Bsale attests, where a payment that cannot be read stops the day by itself."""
    claims = certificate(*payments, **parts)
    assert all(claim.holds for claim in claims)
    return [claim.what for claim in claims if "cannot be read" in claim.what]


def test_a_whole_day_is_attested_by_office_form_and_kind_of_document_and_by_its_counts():
    claims = certificate(*PAYMENTS)
    assert all(claim.holds for claim in claims)
    assert [(claim.what, claim.attested_rows, claim.attested) for claim in claims] == [
        ("active payments of the day, all offices", 5, None),
        ("voided payments of the day, all offices", 1, None),
        ("payments of all days, in count.json and in the list", 99, None),
        ("office 1, form 1, document type 39", None, Decimal(3000)),
        ("office 1, form 2, document type 39", None, Decimal(3000)),
        ("office 1, form 4, document type 39", None, Decimal(4000)),
    ]


def test_each_office_has_its_own_totals():
    assert [claim.attested for claim in certificate(*PAYMENTS, key="2") if claim.attested is not None] == [5000]


@pytest.mark.parametrize("missing", range(4))
def test_a_payment_that_is_missing_is_told_with_both_figures(missing):
    """The totals are of all payments; the list has lost one, and counts as if it had never been there."""
    rest = PAYMENTS[:missing] + PAYMENTS[missing + 1 :]
    (told,) = failing(*rest, groups=totals(PAYMENTS))
    lost = PAYMENTS[missing]
    form = lost["payment_type"]["id"]
    attested = sum(int(float(row["amount"])) for row in PAYMENTS[:4] if row["payment_type"]["id"] == form)
    landed_ = attested - int(float(lost["amount"]))
    assert told == f"office 1, form {form}, document type 39: {attested} attested, {landed_} landed"


def test_a_payment_that_came_twice_is_told():
    assert failing(*PAYMENTS, PAYMENTS[0], groups=totals(PAYMENTS)) == [
        "office 1, form 1, document type 39: 3000 attested, 4000 landed"
    ]


def test_a_payment_that_no_total_has_is_told():
    assert failing(*PAYMENTS, groups=totals(PAYMENTS[1:])) == [
        "office 1, form 1, document type 39: 2000 attested, 3000 landed"
    ]


def test_totals_without_any_payment_are_told():
    assert failing(groups=totals(PAYMENTS), count={"active": 5}) == [
        "active payments of the day, all offices: 5 rows attested, 0 landed",
        "office 1, form 1, document type 39: 3000 attested, 0 landed",
        "office 1, form 2, document type 39: 3000 attested, 0 landed",
        "office 1, form 4, document type 39: 4000 attested, 0 landed",
    ]


def test_a_payment_under_another_form_is_told_under_both():
    moved = [payment(1, 1000, CREDIT_CARD), *PAYMENTS[1:]]
    assert len(failing(*moved, groups=totals(PAYMENTS))) == 2


@pytest.mark.parametrize("count", [{"active": 6}, {"voided": 0}, {"active": 4, "voided": 2}])
def test_counts_of_the_day_that_differ_are_told(count):
    assert all("of the day, all offices" in told for told in failing(*PAYMENTS, count=count))
    assert failing(*PAYMENTS, count=count)


def test_a_list_that_hides_payments_is_told():
    assert failing(*PAYMENTS, count={"before": 100, "listed": 99, "after": 101}) == [
        "payments of all days, in count.json and in the list: 101 rows attested, 99 landed"
    ]


def test_payments_that_come_in_between_two_counts_are_no_difference():
    assert failing(*PAYMENTS, count={"before": 99, "listed": 100, "after": 102}) == []


def test_totals_may_have_voids_in_them_if_all_of_them_do():
    """Nowhere is it written whether they do."""
    with_voids = totals([row | {"state": 0} for row in PAYMENTS])
    assert failing(*PAYMENTS, groups=with_voids) == []
    other = payment(7, 7000, state=1)
    assert failing(*PAYMENTS, other, groups=with_voids) == [
        "office 1, form 1, document type 39: 9000 attested, 3000 landed"
    ]


def test_where_the_kind_of_document_is_not_known_the_form_is_attested_in_all():
    several = collection(8, 9000, [4000, 5000])
    groups = [group("1", "1", "33", 8000.0), group("1", "1", "39", 2000.0)]
    claims = certificate(payment(1, 1000), several, groups=groups, document_types={"39": ["1", "8"], "33": ["8"]})
    assert [(str(claim), claim.holds) for claim in claims][3:] == [
        ("office 1, form 1: 10000 attested, 10000 landed", True)
    ]


def test_totals_are_compared_without_rounding_what_makes_them_up():
    """Two payments of 333.5 come to the source's 667, though each alone would be 334. Such rows are quarantined."""
    halves = [payment(1, 333.5), payment(2, "333.5")]
    (claim,) = [one for one in certificate(*halves, groups=[group("1", "1", "39", 667)]) if one.attested is not None]
    assert (claim.holds, claim.attested, claim.landed) == (True, Decimal(667), Decimal(667))
    (told,) = unproved(*halves, groups=[group("1", "1", "39", 668)])
    assert "office 1, form 1, document type 39: 668 attested, 667 landed. 2 payments cannot be read" in told


def test_the_noise_of_floating_point_sums_is_no_difference():
    rows = [payment(1, 100.00000000001), payment(2, 200)]
    assert failing(*rows, groups=[group("1", "1", "39", 299.9999999999)]) == []


@pytest.mark.parametrize("amount", ["12.990", 990.5, "1e400", 1e300, -0.0])
def test_a_figure_that_is_no_money_breaks_no_certificate(amount):
    certificate(payment(1, amount), groups=[group("1", "1", "39", amount)])


def test_payments_without_an_office_are_claimed_by_every_office():
    nowhere = payment(9, 900) | {"office": None}
    for key in ("1", "2"):
        (told,) = failing(*PAYMENTS, nowhere, groups=totals(PAYMENTS), key=key)
        assert told == "office unknown, form 1, document type 39: 0 attested, 900 landed"


def test_payments_that_no_total_has_because_they_have_no_date_are_said_to_be_unattested():
    claim = certificate(*PAYMENTS, undated=[payment(10, 777, recordDate="")])[-1]
    assert claim.what == "unattested: payments without a date, which no total has"
    assert (claim.holds, claim.landed_rows, claim.attested, claim.landed) == (True, 1, None, Decimal(777))


@pytest.mark.parametrize("amount", ["ten", None, "NaN", True, "1.500"])
def test_a_total_that_is_off_by_an_amount_that_cannot_be_read_names_its_payment_and_contradicts_nothing(amount):
    """Such a payment stops the day when it is read, and is told there with what is wrong with it."""
    rows = [payment(1, 1000), payment(2, 500) | {"amount": amount}]
    (told,) = unproved(*rows, groups=[group("1", "1", "39", 1500.0)])
    assert told.startswith("unattested: office 1, form 1, document type 39: 1500 attested, 100")
    assert told.endswith("1 payment cannot be read, such as payment 2 (its field amount)")
    assert failing(*rows, payment(3, 5, office="2"), groups=[group("2", "1", "39", 6)], key="2") == [
        "office 2, form 1, document type 39: 6 attested, 5 landed"
    ]


@pytest.mark.parametrize("field", ["amount", "state", "payment_type", "office", "document", "id", "recordDate"])
def test_a_field_that_stands_twice_is_told_by_its_payment_and_not_by_totals(field):
    row = json.dumps(payment(2, 500))
    twice = row[:-1] + f', "{field}": 7}}'
    body = landed([payment(1, 1000), payment(2, 500)]).replace(row, twice)
    assert body.count(twice) == 1
    assert all(claim.holds for claim in certify(body, currency="CLP", key="1"))
    reading = read(body, day=DAY, currency="CLP", key="1")
    assert [one.source_id for one in reading.documents] == ["1"]
    (held,) = reading.quarantined
    assert (held.reason, held.blocking) == (Reason.REPEATED_FIELD, True)
    assert held.message.startswith(f"the field {field} stands twice in the row")


@given(st.data())
def test_no_total_is_left_unproved_but_of_a_day_that_does_not_close(data):
    """Whatever stands in a row: where a total that is off contradicts nothing, a payment stops the day."""
    odd = data.draw(st.sampled_from(["amount", "state", "office", "payment_type", "recordDate", "isCreditPayment"]))
    value = data.draw(st.sampled_from([None, "", "ten", "1.234", 1, 0, 5.5, {}, [], "2", -3, 10**20]))
    row = json.dumps(payment(2, 500) | {odd: value})
    if data.draw(st.booleans()):
        row = row[:-1] + f', "{data.draw(st.sampled_from(sorted(payment(1))))}": 1}}'
    body = landed([payment(1, 1000), {"here": 1}], groups=[group("1", "1", "39", 1500)]).replace('{"here": 1}', row)
    for key in ("1", "2"):
        if any("cannot be read" in claim.what for claim in certify(body, currency="CLP", key=key)):
            assert any(held.blocking for held in read(body, day=DAY, currency="CLP", key=key).quarantined)


ROWS = st.lists(
    st.builds(
        payment,
        st.integers(1, 10_000),
        st.integers(1, 99_999),
        st.sampled_from(["1", "2", "4"]),
        st.sampled_from(["1", "2"]),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row["id"],
)


@given(ROWS, st.data())
def test_no_set_of_lost_payments_passes_in_its_own_office(rows, data):
    lost = data.draw(st.sets(st.sampled_from(range(len(rows))), min_size=1))
    kept = [row for at, row in enumerate(rows) if at not in lost]
    offices = {rows[at]["office"]["id"] for at in lost}
    for key in ("1", "2"):
        assert bool(failing(*kept, groups=totals(rows), key=key)) == (key in offices)
