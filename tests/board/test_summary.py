"""What a person sees first: whether yesterday is closed everywhere, and what waits."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from airflow.models.dag import DagModel
from hypothesis import given, strategies as st

from cierre.accounting_files.loader import cash_boxes
from cierre.board.boxes import Due, dag_of
from cierre.board.month import Amounts, BoxMonth
from cierre.board.states import DONE, NOT_DUE, STATES
from cierre.board.summary import since_yesterday
from support import closed_day

BOX = cash_boxes()["itb_caja_164"]
DAYS = [date(2024, 9, 5), date(2024, 9, 6), date(2024, 9, 7)]


def month(letters: str, *amounts: int, currency: str = "USD") -> BoxMonth:
    return BoxMonth(BOX, letters, Amounts(tuple(map(Decimal, amounts))), currency)


def test_yesterday_is_the_last_day_that_is_over_for_every_box_and_later_ones_count_those_that_are_due():
    months = [month("ccf", 1, 2, 0), month("cm ", 1, 0, 0, currency="CLP")]
    due = {"a": Due(DAYS[0], DAYS[2]), "b": Due(DAYS[0], DAYS[1])}
    yesterday, today = since_yesterday(months, DAYS, due)
    assert (yesterday.day, yesterday.due, yesterday.closed, yesterday.booked) == (DAYS[1], 2, 1, {"USD": 2})
    assert (yesterday.is_closed, yesterday.standing) == (False, {"c": 1, "m": 1})
    assert (today.day, today.due, today.closed, today.standing) == (DAYS[2], 1, 0, {"f": 1})


def test_without_boxes_there_is_nothing_to_say():
    assert since_yesterday([], DAYS, {}) == []


@given(st.lists(st.text([*STATES, NOT_DUE], min_size=3, max_size=3), min_size=1))
def test_a_day_is_closed_only_where_every_box_that_is_due_has_closed_it(letters):
    due = {str(n): Due(DAYS[0], DAYS[0]) for n in range(len(letters))}
    for place, day in enumerate(since_yesterday([month(one, 0, 0, 0) for one in letters], DAYS, due)):
        column = [one[place] for one in letters]
        assert day.is_closed == all(letter in DONE | {NOT_DUE} for letter in column)
        assert day.due == sum(day.standing.values()) == len(column) - column.count(NOT_DUE)


def front(login, **params: str) -> str:
    return login().get("/", params=params).text


def test_the_front_page_says_how_many_of_yesterdays_boxes_are_closed_and_what_was_booked(login, ledger):
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date()
    closed_day.close(ledger, BOX, yesterday, ("20.00", "1"), ("30.00", "1"))
    page = front(login)
    boxes = len(cash_boxes())
    assert f"0 de {boxes} cajas están cerradas." in page or f"1 de {boxes} cajas están cerradas." in page
    assert "Días sin cerrar, de las últimas cinco semanas" in page
    assert 'class="yesterday"' in page


def test_what_waits_is_counted_on_the_tab_and_led_to(login, ledger):
    closed_day.stage(ledger, BOX, DAYS[0], ("20.00", "1"))
    page = front(login)
    waiting = login().get("/work").text
    (counted,) = [line for line in page.splitlines() if "/work" in line and 'class="count"' in line]
    assert counted in waiting.replace(' aria-current="page"', "")
    assert "/work#unclosed" in page


def test_a_paused_box_is_shown_as_such_and_its_name_does_not_repeat_its_company(login, airflow):
    page = front(login)
    assert "en pausa" not in page
    airflow.get(DagModel, dag_of(BOX.id)).is_paused = True
    airflow.flush()
    page = front(login)
    assert "Cajas en pausa: 1." in page
    assert f'title="en pausa · {BOX.name}">en pausa · Caja 164<' in page


@pytest.mark.parametrize("company", ["itb", "comercial_austral"])
def test_the_summary_speaks_of_the_company_that_is_chosen(login, company):
    boxes = [box for box in cash_boxes().values() if box.company == company]
    assert f"0 de {len(boxes)}" in front(login, company=company)
