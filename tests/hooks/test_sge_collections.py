"""Collections are booked on the day that the SGE names for them, whatever is read when."""

import json
import random
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.documents import Document, Kind, Reading, totals
from hooks.sge.hook import certify, control_totals, invoices_seen
from support.sge_landings import NAMES, detail, invoice, landed
from support.sge_reading import read

ISSUED = date(2024, 4, 1)
MONDAY = date(2024, 5, 20)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
BLANK_DAYS = [
    "0001-01-01",
    "01/01/0001",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "0001-01-01T00:00:00-05:00",
    "9999-12-31",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999-10:00",
]
"""What programs write where there is no day."""


def seen(day: date, collected: object = 0, on: object = None, **changes) -> str:
    """A reading of a day that shows one invoice."""
    return landed(day, invoice("1", changes.pop("issued_on", ISSUED), collected, on, **changes))


def read_last(*bodies: str) -> Reading:
    *before, body = bodies
    day = date.fromisoformat(body[9:19])
    reading = read(body, day=day, currency="EUR", key="P1", before=before)
    if not reading.quarantined:  # The control totals are computed on their own way, and agree.
        assert control_totals(body, currency="EUR", key="P1", before=before) == totals(reading.documents)
    return reading


def collections(*bodies: str) -> list[Document]:
    """Those of the last reading's day."""
    reading = read_last(*bodies)
    assert not reading.quarantined
    return [document for document in reading.documents if document.kind is Kind.COLLECTION]


def amounts(*bodies: str) -> list[Decimal]:
    """Those of the last reading's day, signed."""
    found = collections(*bodies)
    return [-document.net if document.attributes["returned"] == "true" else document.net for document in found]


def test_a_collection_is_the_change_between_two_readings():
    (document,) = collections(seen(MONDAY, "21.00", MONDAY), seen(TUESDAY, "121.00", TUESDAY))
    assert (document.kind, document.business_date, document.net) == (Kind.COLLECTION, TUESDAY, Decimal("100.00"))
    assert document.attributes == {"project": "P1", "year": "2024", "returned": "false"}
    assert (document.source_id, document.reference, document.form) == ("2024/1/2024-05-21", "J2024/1", "")
    assert document.amounts == {"net": Decimal("100.00")}


def test_the_former_reading_alone_may_be_given_as_it_is():
    before, body = seen(MONDAY, 21, MONDAY), seen(TUESDAY, 121, TUESDAY)
    assert read(body, day=TUESDAY, currency="EUR", key="P1", before=before) == read_last(before, body)


def test_what_the_ledger_keeps_of_readings_serves_as_well_as_their_bodies():
    bodies = [seen(MONDAY), seen(MONDAY), seen(WEDNESDAY, 21, MONDAY), seen(TUESDAY, 121, TUESDAY)]
    kept = [one for body in bodies[:-1] for one in invoices_seen(body, currency="EUR", key="P1")]
    told = {"day": TUESDAY, "currency": "EUR", "key": "P1"}
    assert read(bodies[-1], **told, before=kept) == read(bodies[-1], **told, before=bodies[:-1])


def test_nothing_is_collected_where_nothing_changed():
    assert amounts(seen(MONDAY, 121, MONDAY), seen(TUESDAY, 121, MONDAY)) == []
    assert amounts(seen(MONDAY), seen(TUESDAY)) == []


def test_a_collection_entered_late_is_money_of_its_own_day():
    late = date(2024, 4, 15)
    assert amounts(seen(TUESDAY), seen(WEDNESDAY, 121, late)) == []
    assert amounts(seen(TUESDAY), seen(WEDNESDAY, 121, late), seen(late, 121, late)) == [Decimal(121)]


def test_money_that_went_back_on_a_day_that_is_named_is_a_collection_returned():
    (document,) = collections(seen(MONDAY, 121, MONDAY), seen(TUESDAY, 0, TUESDAY))
    assert (document.net, document.form, document.attributes["returned"]) == (Decimal(121), "returned", "true")


def test_money_that_went_back_without_a_day_was_not_collected_on_its_own():
    assert amounts(seen(MONDAY, 121, MONDAY), seen(TUESDAY)) == []
    assert amounts(seen(MONDAY, 121, MONDAY), seen(TUESDAY), seen(MONDAY)) == []


def test_more_than_was_invoiced_is_an_advance():
    (document,) = collections(seen(MONDAY), seen(TUESDAY, 200, TUESDAY))
    assert document.amounts == {"net": Decimal(200), "advance": Decimal(79)}
    (back,) = collections(seen(MONDAY, 200, MONDAY), seen(TUESDAY, 121, TUESDAY))
    assert (back.form, back.amounts) == ("returned", {"net": Decimal(79), "advance": Decimal(79)})


@pytest.mark.parametrize("total", ["x", "1.210,00", None, "", True, [], {}, "NaN", "121.005"])
@pytest.mark.parametrize("collected", [50, 121, 200, -20])
def test_money_for_an_invoice_whose_total_cannot_be_read_is_told(total, collected):
    for before in (seen(MONDAY), seen(MONDAY, total=total), seen(MONDAY, 30, MONDAY)):
        body = seen(TUESDAY, collected, TUESDAY, total=total)
        (row,) = read_last(before, body).quarantined
        assert (row.kind, row.reason, row.blocking) == (Kind.COLLECTION, "bad_amount", True)
        assert "invoice J2024/1: the total is " in row.message
        (counted,) = control_totals(body, currency="EUR", key="P1", before=[before])
        assert (counted.form, counted.count, counted.net) == (row.form, 1, row.net)


def test_an_invoice_whose_total_cannot_be_read_stops_no_day_on_which_nothing_was_collected_for_it():
    assert amounts(seen(MONDAY, total="x"), seen(TUESDAY, total="x")) == []
    assert amounts(seen(MONDAY, 121, MONDAY), seen(TUESDAY, 121, MONDAY, total="x")) == []


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("numeroFactura", {"Entidad": "Ana Pérez"}, "unfit_text"),
        ("numeroFactura", ["Ana Pérez"], "unfit_text"),
        ("numeroFactura", True, "unfit_text"),
        ("anualidad", {"Entidad": "Ana Pérez"}, "unfit_text"),
        ("anualidad", None, "missing_field"),
        ("anualidad", "", "missing_field"),
    ],
)
def test_money_for_an_invoice_that_cannot_be_named_is_told_and_none_of_it_quoted(field, value, reason):
    row = invoice("1", ISSUED, 121, TUESDAY) | {field: value}
    listed = landed(TUESDAY, invoices=[[row]], of_the_day=[[]], details=[])
    for body in (listed, landed(TUESDAY, names=NAMES, followed=[detail(row)], details=[], since=MONDAY)):
        (one,) = read_last(seen(MONDAY), body).quarantined
        assert (one.kind, one.reason, one.blocking, one.net) == (Kind.COLLECTION, reason, True, 121)
        assert "Ana" not in one.message


def test_what_is_dated_after_the_business_date_is_left_to_its_own_day():
    monday, tuesday = seen(MONDAY, 121, TUESDAY), seen(TUESDAY, 121, TUESDAY)
    assert amounts(seen(MONDAY - timedelta(days=3)), monday) == []
    assert amounts(seen(MONDAY - timedelta(days=3)), monday, tuesday) == [Decimal(121)]


def test_a_collection_without_a_date_is_the_days_on_which_it_is_found():
    assert amounts(seen(MONDAY), seen(TUESDAY, 50, None)) == [Decimal(50)]
    assert amounts(seen(MONDAY), seen(TUESDAY, 50, None), seen(WEDNESDAY, 50, None)) == []


def test_what_came_in_before_the_first_reading_is_not_booked_unless_it_is_of_that_day():
    assert amounts(seen(MONDAY, 121, date(2024, 5, 3))) == []
    assert amounts(seen(MONDAY, 121, MONDAY)) == [Decimal(121)]
    assert amounts(seen(MONDAY, 121, None, issued_on=MONDAY)) == [Decimal(121)]


def test_an_invoice_older_than_all_that_was_looked_at_brings_no_old_money():
    short = landed(MONDAY, since=date(2024, 5, 1))
    assert amounts(short, seen(TUESDAY, 121, date(2024, 5, 3))) == []


def test_rows_that_a_server_answers_beyond_the_window_are_nobodys():
    beyond = landed(TUESDAY, invoice("1", ISSUED, "mucho"), since=date(2024, 5, 1))
    assert read_last(landed(MONDAY), beyond) == Reading()


def test_reading_an_old_day_again_keeps_its_collections_and_takes_no_later_ones():
    """The SGE shows what is collected by now, not what was collected then."""
    monday, tuesday, wednesday = seen(MONDAY), seen(TUESDAY, 21, TUESDAY), seen(WEDNESDAY, 121, WEDNESDAY)
    tuesday_again = seen(TUESDAY, 121, WEDNESDAY)
    assert amounts(monday, tuesday, wednesday, tuesday_again) == amounts(monday, tuesday) == [Decimal(21)]
    assert amounts(monday, tuesday, wednesday, tuesday_again, seen(THURSDAY, 121, WEDNESDAY)) == []


def test_reading_an_old_day_again_finds_what_was_entered_late_for_it():
    monday, tuesday = seen(MONDAY), seen(TUESDAY, 21, TUESDAY)
    assert amounts(monday, tuesday, seen(WEDNESDAY, 21, TUESDAY), seen(TUESDAY, 121, TUESDAY)) == [121]


def test_days_read_afterwards_in_any_order_book_a_collection_once_and_on_its_date_if_that_is_read():
    """A history that is closed at once: every reading shows the same."""
    bodies = {day: seen(day, 121, TUESDAY) for day in (MONDAY, TUESDAY, WEDNESDAY)}
    for order in ([MONDAY, TUESDAY, WEDNESDAY], [WEDNESDAY, TUESDAY, MONDAY], [WEDNESDAY, MONDAY, TUESDAY]):
        booked = {day: _booked(day, [bodies[one] for one in order]) for day in order}
        assert booked == {MONDAY: 0, TUESDAY: 121, WEDNESDAY: 0}, order


def _booked(day: date, bodies: list[str]) -> Decimal:
    """What is booked on a day once all those bodies were landed: as of its own latest landing."""
    last = max(number for number, body in enumerate(bodies) if body[9:19] == str(day))
    return sum(amounts(*bodies[: last + 1]), Decimal(0))


def test_another_projects_readings_say_nothing_of_this_one():
    other = landed(MONDAY, invoice("1", ISSUED, project="P2"), since=date(2024, 1, 1)).replace('"P1"', '"P9"')
    assert amounts(other, seen(TUESDAY, 121, MONDAY)) == []


def test_a_collection_that_cannot_be_read_stops_the_day():
    for shown in ("mucho", "1.000,00", True):
        (row,) = read_last(seen(MONDAY), seen(TUESDAY, shown)).quarantined
        assert (row.kind, row.reason, row.blocking) == (Kind.COLLECTION, "bad_amount", True)
    (row,) = read_last(seen(MONDAY), seen(TUESDAY, 121, "ayer")).quarantined
    assert row.reason == "bad_date"


def followed(day: date, *fields: dict, **changes) -> str:
    """A reading of a day that tells of one older invoice by its detail alone; ``fields`` stand in it as well."""
    old = detail(invoice("1", ISSUED, 121, TUESDAY))
    old["campos"] = [*old["campos"], *fields]
    return landed(day, names=NAMES, followed=[old | changes], details=[], since=MONDAY)


NEEDED = ["Fecha emisión", "Importe base", "Porcentaje IVA", "Importe total", "Importe cobrado", "Fecha cobro"]


class TestInvoicesWithoutAnAmountOrADay:
    @pytest.mark.parametrize("amount", [None, ""])
    @pytest.mark.parametrize("on", [MONDAY, TUESDAY, WEDNESDAY])
    def test_a_day_of_collection_without_an_amount_is_told(self, amount, on):
        body = seen(TUESDAY, amount, on, state="Pagada")
        (row,) = read_last(seen(MONDAY), body).quarantined
        assert (row.kind, row.reason, row.blocking) == (Kind.COLLECTION, "missing_field", True)
        assert row.message.startswith(f"invoice J2024/1: it has {on} as its day of collection, but no amount")
        (total,) = control_totals(body, currency="EUR", key="P1")
        assert (total.kind, total.count, total.net) == (Kind.COLLECTION, 1, 0)
        assert invoices_seen(body, currency="EUR", key="P1") == []

    def test_and_so_in_an_older_invoice(self):
        old = detail(invoice("1", ISSUED, None, TUESDAY))
        body = landed(TUESDAY, names=NAMES, followed=[old], details=[], since=MONDAY)
        assert [row.reason for row in read_last(seen(MONDAY), body).quarantined] == ["missing_field"]

    def test_one_that_leaves_the_cell_out_altogether_is_one_without_an_amount(self):
        row = invoice("1", ISSUED, None, TUESDAY)
        del row["columnas"]["9"]
        body = landed(TUESDAY, names=NAMES, invoices=[[row]], of_the_day=[[]], details=[])
        assert [row.reason for row in read_last(seen(MONDAY), body).quarantined] == ["missing_field"]

    @pytest.mark.parametrize("amount", [None, "", 0, 0.00, "0.00", -0.0])
    @pytest.mark.parametrize("on", [None, "", *BLANK_DAYS])
    def test_nothing_collected_may_have_no_day_in_whatever_words(self, amount, on):
        assert collections(seen(MONDAY), seen(TUESDAY, amount, on)) == []
        assert amounts(seen(MONDAY, 121, MONDAY), seen(MONDAY, amount, on)) == []

    @pytest.mark.parametrize("on", BLANK_DAYS)
    @pytest.mark.parametrize("amount", [121, -5, "x"])
    def test_money_on_a_blank_day_is_told(self, amount, on):
        (row,) = read_last(seen(MONDAY), seen(TUESDAY, amount, on)).quarantined
        assert (row.reason, row.blocking) == ("bad_date", True)
        said = r"invoice J2024/1: day of collection: (0001-01-01|9999-12-31) is no day: programs write it where .*"
        assert re.fullmatch(said, row.message)


MOMENTS = st.one_of(
    st.dates().map(str),
    st.dates().map("{0:%d/%m/}{0.year:04}".format),
    st.datetimes(timezones=st.timezones() | st.none()).map(datetime.isoformat),
    st.builds(
        "{}T{}{}{:02}:{:02}".format,
        st.sampled_from(["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31"]),
        st.sampled_from(["00:00:00", "23:59:59.999999"]),
        st.sampled_from("+-"),
        st.integers(0, 23),
        st.integers(0, 59),
    ),
    st.text(max_size=12),
    st.text("0123456789-/:TZ+ ", max_size=25),
)


@given(MOMENTS, MOMENTS, st.sampled_from([None, "", 0, 121]), st.sampled_from([MONDAY, date(2, 1, 1)]))
def test_whatever_stands_for_a_day_an_invoice_is_read_or_told_and_nothing_breaks(issued_on, on, amount, day):
    listed = landed(day, invoice("1", issued_on, amount, on), since=date(1, 1, 2))
    old = detail(invoice("2", issued_on, amount, on))
    for body in (listed, landed(day, names=NAMES, followed=[old], details=[])):
        asked = {"currency": "EUR", "key": "P1"}
        reading = read(body, day=day, **asked)
        rows = [*reading.documents, *reading.quarantined]
        assert sum(total.count for total in control_totals(body, **asked)) == len(rows)
        certify(body, **asked)
        kept = invoices_seen(body, **asked)
        assert {one.collected_on for one in kept}.isdisjoint({date.min, date.max})
        assert all(row.blocking for row in reading.quarantined)


class TestFieldsThatStandTwice:
    def one(self, *bodies: str):
        """The one thing that the last reading comes to: a document or a quarantined row."""
        reading = read_last(*bodies)
        (one,) = [*reading.documents, *reading.quarantined]
        (total,) = control_totals(bodies[-1], currency="EUR", key="P1", before=bodies[:-1])
        assert (total.kind, total.count, total.net) == (Kind.COLLECTION, 1, one.net or 0)
        return one

    @pytest.mark.parametrize("name", NEEDED)
    @pytest.mark.parametrize("said", [0, None, "", "x", 50, "2024-05-22", [], {}, True])
    def test_in_an_older_invoice_they_are_told_where_they_contradict_each_other(self, name, said):
        row = self.one(seen(MONDAY), followed(TUESDAY, {"nombre": name, "valor": said}))
        assert (row.reason, row.blocking) == ("repeated_field", True)
        assert row.message.startswith(f"invoice J2024/1: the field {name} stands twice in the row")

    def test_whichever_comes_first(self):
        turned = json.loads(followed(TUESDAY, {"nombre": "Importe cobrado", "valor": 0}))
        turned["projects"][0]["followed"][0]["campos"].reverse()
        assert self.one(seen(MONDAY), json.dumps(turned)).reason == "repeated_field"

    @pytest.mark.parametrize("spelling", ["Fecha  cobro", " Fecha cobro ", "Fecha cobro"])
    def test_however_their_names_are_spaced(self, spelling):
        twice = followed(TUESDAY, {"nombre": spelling, "valor": str(MONDAY)})
        assert self.one(seen(MONDAY), twice).reason == "repeated_field"

    @pytest.mark.parametrize(
        "field",
        [
            {"nombre": "Importe cobrado", "valor": 121.00},
            {"nombre": "Fecha cobro", "valor": "2024-05-21"},
            {"nombre": "Observaciones", "valor": "a"},
            {"nombre": "Entidad", "valor": "Otra"},
        ],
    )
    def test_what_says_the_same_again_or_is_not_needed_is_booked(self, field):
        assert self.one(seen(MONDAY), followed(TUESDAY, field, {"nombre": "Observaciones", "valor": "b"})).net == 121

    @pytest.mark.parametrize(
        ("told", "twice", "field"),
        [
            ('"Importe cobrado", "valor": 121', '"Importe cobrado", "valor": 121, "valor": 0', "Importe cobrado"),
            ('"Importe cobrado", "valor"', '"Importe cobrado", "nombre": "Estado", "valor"', "Importe cobrado"),
            ('"Estado", "valor"', '"Estado", "nombre": "Importe cobrado", "valor"', "Importe cobrado"),
            ('"campos": [', '"campos": [], "campos": [', "campos"),
            ('"anualidad": "2024"', '"anualidad": "2024", "anualidad": "2023"', "anualidad"),
            ('"numeroFactura": "J', '"numeroFactura": "X", "numeroFactura": "J', "numeroFactura"),
        ],
    )
    def test_nor_may_a_name_or_a_value_stand_twice_in_the_answers_objects(self, told, twice, field):
        whole = followed(TUESDAY)
        assert whole.count(told) == 1
        row = self.one(seen(MONDAY), whole.replace(told, twice))
        assert (row.reason, f"the field {field} stands twice" in row.message) == ("repeated_field", True)

    @pytest.mark.parametrize("id", ["8", "9"])
    def test_a_cell_of_the_list_is_told_by_the_name_that_people_know(self, id):
        body = landed(TUESDAY, invoice("1", ISSUED, 121, TUESDAY), names=NAMES, details=[])
        row = self.one(seen(MONDAY), body.replace(f'"{id}": ', f'"{id}": 1, "{id}": ', 1))
        assert row.message.startswith(f"invoice J2024/1: the field {list(NAMES.values())[int(id) - 1]} stands twice")


DAYS = st.integers(0, 6).map(lambda n: MONDAY + timedelta(days=n))
HISTORIES = st.lists(
    st.lists(st.tuples(DAYS, st.integers(-20, 60)), max_size=4), min_size=1, max_size=3
)  # of each invoice: on which day how much came in


@given(HISTORIES, st.randoms(use_true_random=False))
def test_in_every_order_of_readings_each_cent_is_booked_once(histories, shuffler: random.Random):
    """Readings of any days, as of any moments; every day is read again in the end, and none has another's money."""
    moments = sorted(shuffler.choices(range(8), k=shuffler.randint(1, 8)))
    days = [MONDAY + timedelta(days=number) for number in range(-1, 10)]
    of_days, of_others = [], []
    for moment in moments:
        rows = _shown(histories, moment)
        of_days.append(landed(MONDAY + timedelta(days=shuffler.randint(0, moment)), *rows))
        of_others.append(landed(shuffler.choice(days), *rows))
    shuffler.shuffle(days)
    last = {day: landed(day, *_shown(histories, 9)) for day in days}
    booked = {day: _booked(day, [*of_days, *last.values()]) for day in days}
    assert booked == {day: _booked(day, [*of_others, *last.values()]) for day in days}
    assert sum(booked.values(), Decimal(0)) == sum(amount for history in histories for _, amount in history)


def _shown(histories: list, moment: int) -> list[dict]:
    """Invoices as they show so many days after Monday."""
    rows = []
    for number, history in enumerate(histories):
        so_far = [(day, amount) for day, amount in history if day <= MONDAY + timedelta(days=moment)]
        collected = sum(amount for _, amount in so_far)
        rows.append(invoice(str(number), ISSUED, collected, max(so_far)[0] if collected else None))
    return rows
