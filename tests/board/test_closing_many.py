"""Many days closed from their page, in a real browser: it stops, and says what Airflow refused. Airflow is the test."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from cierre.accounting_files.loader import cash_boxes

BOX = cash_boxes()["itb_caja_164"]
LAST = (datetime.now(UTC) - timedelta(days=4)).date()
DAYS = [LAST - timedelta(days=ago) for ago in reversed(range(10))]
AT_ONCE = 6
LOOK = 2_000
"""Milliseconds from one look at the states to the next; the test owns the browser's clock."""


class Airflow:
    """What Airflow and the board would answer. ``asked`` are the days that runs were asked for; ``refusals`` by day;
    ``letters`` how the days stand, by day, running where nothing is said."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refusals: dict[str, tuple[int, str]] = {}
        self.letters: dict[str, str] = {}
        self.states_fail = False

    def run(self, route: Route) -> None:
        """A run is asked for."""
        day = json.loads(route.request.post_data)["partition_key"]
        self.asked.append(day)
        if day in self.refusals:
            status, detail = self.refusals[day]
            route.fulfill(status=status, json={"detail": detail})
        else:
            route.fulfill(json={})

    def states(self, route: Route) -> None:
        """The board is asked how the days stand."""
        if self.states_fail:
            route.fulfill(status=503, body="<p>later</p>")
            return
        letters = "".join(self.letters.get(str(day), "r" if str(day) in self.asked else "m") for day in DAYS)
        route.fulfill(json={"first": str(DAYS[0]), "letters": {BOX.id: letters}})


@pytest.fixture
def airflow_answers() -> Airflow:
    return Airflow()


@pytest.fixture
def page(look: Callable[..., Page], airflow_answers) -> Page:
    """The page of ten open days, all chosen, before the question is answered."""
    page = look()
    page.clock.install()
    page.route("**/api/v2/**", airflow_answers.run)
    page.route("**/closing/states?*", airflow_answers.states)
    page.goto(f"/cierre/closing?box={BOX.id}&first={DAYS[0]}&last={LAST}")
    page.get_by_role("button", name="Cerrar los días elegidos (10)").click()
    return page


def begin(page: Page, airflow: Airflow, asked: int = AT_ONCE) -> None:
    """The question is answered; so many runs have been asked for."""
    page.get_by_role("button", name="Cerrarlos").click()
    wait(page, lambda: len(airflow.asked) == asked)


def wait(page: Page, until: Callable[[], bool]) -> None:
    """Handles the browser's requests until something is so; the test fails after expect's patience."""
    while not until():
        page.wait_for_event("response")


def look(page: Page) -> None:
    """The page looks at the states once."""
    with page.expect_response("**/closing/states?*"):
        page.clock.run_for(LOOK)


def sign(page: Page, day) -> str:
    return page.locator(f'label:has(input[value="{BOX.id}/{day}"])').get_attribute("class").split()[-1]


def test_nothing_is_asked_for_before_the_question_is_answered_and_no_takes_it_back(page, airflow_answers):
    expect(page.get_by_role("dialog")).to_contain_text("Días por cerrar: 10; cajas: 1")
    page.get_by_role("button", name="Volver").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert airflow_answers.asked == []


def test_stopped_it_asks_for_no_more_and_goes_on_showing_what_it_asked_for(page, airflow_answers):
    begin(page, airflow_answers)
    page.get_by_role("button", name="Detener").click()
    airflow_answers.letters = {str(day): "c" for day in DAYS[:2]}
    look(page)
    expect(page.locator("#so-far")).to_have_text("2 de 10 terminados, 2 cerrados")
    expect(page.get_by_role("button", name="Detener")).to_be_visible()
    airflow_answers.letters = {str(day): "c" for day in DAYS[:5]} | {str(DAYS[5]): "f"}
    look(page)
    expect(page.locator("#so-far")).to_have_text("Detenido. Lo que ya se pidió sigue; 4 días no se pidieron.")
    expect(page.get_by_role("button", name="Detener")).to_be_hidden()
    assert airflow_answers.asked == [str(day) for day in DAYS[:AT_ONCE]]
    assert page.locator("#progress").evaluate("bar => [bar.value, bar.max]") == [6, 10]
    assert [sign(page, day) for day in DAYS] == ["c"] * 5 + ["f"] + ["m"] * 4


def test_six_are_asked_for_at_once_and_the_others_as_those_are_done(page, airflow_answers):
    begin(page, airflow_answers)
    airflow_answers.letters = {str(day): "c" for day in DAYS}
    look(page)
    wait(page, lambda: len(airflow_answers.asked) == len(DAYS))
    look(page)
    expect(page.locator("#so-far")).to_have_text("10 de 10 terminados, 10 cerrados")
    assert airflow_answers.asked == [str(day) for day in DAYS]
    expect(page.locator("#refused li")).to_have_count(0)


def test_a_refused_day_is_named_with_airflows_answer_and_the_others_go_on(page, airflow_answers):
    refused = str(DAYS[1])
    airflow_answers.refusals = {refused: (409, "<b>There is a run already</b>")}
    begin(page, airflow_answers, asked=AT_ONCE + 1)  # the next one takes its turn at once
    line = page.locator("#refused li")
    expect(line).to_have_count(1)
    expect(line).to_contain_text(BOX.name)
    expect(line).to_contain_text("<b>There is a run already</b> (Airflow: 409)")
    assert line.locator("b").count() == 0
    assert sign(page, refused) == "m"
    airflow_answers.letters = {str(day): "c" for day in DAYS if str(day) != refused}
    look(page)
    wait(page, lambda: len(airflow_answers.asked) == len(DAYS))
    look(page)
    expect(page.locator("#so-far")).to_have_text("10 de 10 terminados, 9 cerrados")
    assert airflow_answers.asked.count(refused) == 1


def test_where_all_are_refused_it_comes_to_its_end(page, airflow_answers):
    airflow_answers.refusals = {str(day): (403, "Forbidden") for day in DAYS}
    begin(page, airflow_answers, asked=len(DAYS))
    expect(page.locator("#refused li")).to_have_count(len(DAYS))
    look(page)
    expect(page.locator("#so-far")).to_have_text("10 de 10 terminados, 0 cerrados")
    expect(page.get_by_role("button", name="Detener")).to_be_hidden()


def test_a_board_that_does_not_answer_just_now_is_asked_again_and_nothing_is_asked_for_twice(page, airflow_answers):
    begin(page, airflow_answers)
    airflow_answers.states_fail = True
    look(page)
    airflow_answers.states_fail = False
    airflow_answers.letters = {str(day): "c" for day in DAYS}
    look(page)
    wait(page, lambda: len(airflow_answers.asked) == len(DAYS))
    assert sorted(airflow_answers.asked) == [str(day) for day in DAYS]
