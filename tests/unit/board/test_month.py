from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import monotonic
from types import SimpleNamespace

import pytest

from cierre.accounting_files.loader import cash_boxes, mappings_folder
from cierre.board.boxes import TRUSTED, Calendar, Due, all_boxes
from cierre.board.month import box_months, by_company, counts, totals
from cierre.board.states import standing

BOXES = cash_boxes()
FIRST = date(2026, 11, 1)
DAYS = [FIRST + timedelta(days=ago) for ago in range(5)]


@pytest.mark.parametrize(
    ("books", "run", "letter"),
    [
        ("c", None, "c"),
        ("c", "f", "c"),  # closed stays closed when a later look at it fails
        ("c", "r", "r"),
        ("h", "f", "h"),
        ("d", "f", "d"),
        ("u", "f", "u"),
        ("v", "f", "v"),  # closed, though the ERP is still looked at
        ("e", None, "e"),
        ("e", "r", "r"),
        ("u", "r", "r"),
        ("o", None, "f"),
        ("o", "f", "f"),
        ("o", "w", "w"),
        (None, "f", "f"),
        (None, "r", "r"),
        (None, "t", "t"),
        ("o", "t", "t"),
        ("u", "t", "u"),  # what is uncertain stays so while it waits for the ERP
        (None, None, "m"),
    ],
)
def test_a_live_run_comes_first_then_the_books_then_a_failed_run(books, run, letter):
    assert standing(books, run) == letter


def books_of(box: str, states: str, *amounts: str, currency: str = ""):
    """A row of the ledger's months, with the first days given; ``currency`` is one, or one for each of those days."""
    booked = [*amounts, *["0.00"] * (31 - len(amounts))]
    if "," in currency:
        currency = "{" + ",".join([*currency.split(","), *["NULL"] * (31 - len(amounts))]) + "}"
    states, booked = f"{states:.<31}", "{" + ",".join(booked) + "}"
    return SimpleNamespace(box=box, month=FIRST, states=states, booked=booked, currency=currency)


def month(box="itb_caja_164", books=(), runs=None, due=None):
    due = due or Due(date(2024, 1, 1), date(2026, 11, 4))
    (found,) = box_months([(BOXES[box], due)], DAYS, list(books), runs or {})
    return found


def test_days_that_the_books_do_not_know_are_missing_once_they_are_over():
    assert month().letters == "mmmm "


def test_days_before_the_boxs_first_are_nobodys():
    assert month(due=Due(date(2026, 11, 3), date(2026, 11, 4))).letters == "  mm "


def test_books_and_runs_fall_on_their_own_days_in_whatever_order_they_come():
    books = [books_of("another", "hhhhh"), books_of("itb_caja_164", "c.d", "3.50", "0.00", "7.00")]
    found = month(books=books, runs={("itb_caja_164", DAYS[1]): "r", ("another", DAYS[3]): "f"})
    assert found.letters == "crdm "
    assert list(found.booked.by_day) == [Decimal("3.50"), 0, Decimal("7.00"), 0, 0]
    assert found.booked.total == Decimal("10.50")


def test_a_day_that_runs_before_it_is_over_is_seen():
    assert month(runs={("itb_caja_164", DAYS[4]): "r"}).letters == "mmmmr"


def test_totals_add_up_by_day_and_by_company_and_never_across_currencies():
    due = Due(date(2024, 1, 1), DAYS[-1])
    boxes = [BOXES["itb_caja_164"], BOXES["itb_caja_165"], BOXES["conduce_caja_3"]]
    books = [books_of(box.id, "c", "1.10") for box in boxes]
    months = box_months([(box, due) for box in boxes], DAYS, books, {})
    itb, conduce = by_company(months)
    assert (itb.company, itb.by_day[0], itb.total) == ("itb", Decimal("2.20"), Decimal("2.20"))
    assert conduce.total == Decimal("1.10")
    assert totals(months)[:2] == [Decimal("3.30"), 0]
    assert counts(months) == {"c": 3, "m": 12}
    foreign = [BOXES["itb_caja_164"].model_copy(update={"currency": "EUR"}), BOXES["itb_caja_165"]]
    assert len(by_company(box_months([(box, due) for box in foreign], DAYS, [], {}))) == 2


def test_days_are_summed_in_the_currency_in_which_they_were_booked_whatever_the_file_says_now():
    due = Due(date(2024, 1, 1), DAYS[2])
    books = [
        books_of("itb_caja_164", "ccn", "1.10", "2.20", "0.00", currency="USD"),
        books_of("itb_caja_165", "ccc", "5.00", "7.00", "9.00", currency="USD,EUR,USD"),
    ]
    now = BOXES["itb_caja_164"].model_copy(update={"currency": "EUR"})
    months = box_months([(now, due), (BOXES["itb_caja_165"], due)], DAYS, books, {})
    assert [(month.box.id, month.currency, month.letters, month.booked.total) for month in months] == [
        ("itb_caja_164", "USD", "ccn  ", Decimal("3.30")),
        ("itb_caja_165", "USD", "c c  ", Decimal("14.00")),
        ("itb_caja_165", "EUR", " c   ", Decimal("7.00")),
    ]
    assert counts(months) == {"c": 5, "n": 1}
    assert {(company.currency, company.total) for company in by_company(months)} == {
        ("USD", Decimal("17.30")),
        ("EUR", Decimal("7.00")),
    }


def test_the_last_day_that_is_over_is_the_boxs_own():
    noon = datetime(2026, 11, 5, 12, tzinfo=UTC)
    guayaquil = BOXES["itb_caja_164"]
    assert Calendar(noon).due(guayaquil).last == date(2026, 11, 4)
    late = guayaquil.model_copy(update={"closing_hour": "09:00"})
    assert Calendar(noon).due(late).last == date(2026, 11, 3)


def test_a_box_whose_file_is_wrong_does_not_hide_the_others(tmp_path, monkeypatch):
    folder = tmp_path / "cash_boxes"
    folder.mkdir()
    sound = (mappings_folder() / "cash_boxes" / "itb_caja_164.yaml").read_text(encoding="utf-8")
    (folder / "itb_caja_164.yaml").write_text(sound, encoding="utf-8")
    (folder / "broken.yaml").write_text("name: only\n", encoding="utf-8")
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path))
    assert list(all_boxes()) == ["itb_caja_164"]


def test_a_file_that_changed_and_one_that_is_new_are_seen_a_moment_later(tmp_path, monkeypatch):
    folder = tmp_path / "cash_boxes"
    folder.mkdir()
    sound = (mappings_folder() / "cash_boxes" / "itb_caja_164.yaml").read_text(encoding="utf-8")
    (folder / "itb_caja_164.yaml").write_text(sound, encoding="utf-8")
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(tmp_path))
    assert list(all_boxes()) == ["itb_caja_164"]
    (folder / "itb_caja_164.yaml").write_text(sound.replace("name: ", "name: New "), encoding="utf-8")
    (folder / "itb_caja_165.yaml").write_text(sound, encoding="utf-8")
    later = monotonic() + TRUSTED
    monkeypatch.setattr("cierre.board.boxes.monotonic", lambda: later)
    assert all_boxes()["itb_caja_164"].name.startswith("New ")
    assert "itb_caja_165" in all_boxes()


def test_days_of_two_months_are_put_together():
    days = [date(2026, 10, 30), date(2026, 10, 31), *DAYS]
    october = SimpleNamespace(**vars(books_of("itb_caja_164", "n" * 31)) | {"month": date(2026, 10, 1)})
    due = Due(date(2024, 1, 1), DAYS[-1])
    (found,) = box_months([(BOXES["itb_caja_164"], due)], days, [october, books_of("itb_caja_164", "cc", "2.00")], {})
    assert found.letters == "nnccmmm"
    assert found.booked.by_day[2] == Decimal("2.00")
