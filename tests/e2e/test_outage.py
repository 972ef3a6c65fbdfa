"""Vendors that are down for longer than a task's retries, on the real scheduler and triggerer."""

from collections.abc import Iterator
from datetime import date

import pytest
import requests

from e2e.conftest import System

DAY = date(2024, 10, 2)
BACK = "itb_online_caja_12"
"""Of the school that answers again in time."""
GONE = ("conduce_caja_3", "conduce_caja_4")
"""Of the school that stays down until the deadline."""


class Outage:
    """Every box's run of the day, and the faults that keep its school from answering."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.faults = {
            box: system.sandbox.faults.add("status", vendor="sga", match={"caja": caja}, status=503, times=None)
            for box, caja in zip((BACK, *GONE), ("12", "3", "4"), strict=True)
        }
        self.runs = {box: system.trigger(box, DAY) for box in (BACK, *GONE)}

    def over(self, *boxes: str) -> None:
        """Their school answers again."""
        for box in boxes:
            self.system.sandbox.faults.remove(self.faults.pop(box))

    def waiting(self) -> dict[str, str]:
        """By box, the method with which the step that waits goes on."""
        rows = self.system.metadata.execute(
            "SELECT dag_id, next_method FROM task_instance WHERE run_id = ANY(%s) AND state = 'deferred'",
            (list(self.runs.values()),),
        )
        return {dag.removeprefix("cash_close__"): method for dag, method in rows}

    def noted(self) -> list[str]:
        """The boxes that the ledger knows to wait."""
        asked = "SELECT box FROM ledger.waiting WHERE business_date = %s"
        return [box for (box,) in self.system.ledger.execute(asked, (DAY,))]

    def mails(self) -> list:
        return [mail for mail in self.system.mails if "sga_conduce_ecuador" in mail["Subject"]]


@pytest.fixture(scope="module")
def outage(system: System, boxes: list[str]) -> Iterator[Outage]:
    """Every box waits for its school."""
    outage = Outage(system)
    try:
        system.wait(lambda: set(outage.noted()) == set(outage.runs), "all boxes to wait for their school")
        yield outage
    finally:
        outage.over(*outage.faults)


def test_meanwhile_no_worker_is_held_and_the_board_says_for_whom_it_waits(system: System, outage: Outage):
    assert set(system.wait(outage.waiting, "a step that waits").values()) == {"ask_again"}
    person = requests.Session()
    person.trust_env = False
    login = {"username": system.stack.user, "password": system.stack.password}
    token = person.post(f"{system.stack.api_url}/auth/token", json=login, timeout=60).json()["access_token"]
    person.cookies.set("_token", token)

    def told() -> str | None:
        """The day's page, while it waits: between two waits it is running for an instant."""
        page = person.get(f"{system.stack.api_url}/cierre/boxes/{BACK}/{DAY}", timeout=60).text
        return page if "The step land waits for SGA (connection sga_itb_online)" in page else None

    assert "waits for a vendor" in system.wait(told, "the board")


def test_one_that_answers_again_needs_nobody_and_one_that_does_not_is_told_once_for_its_boxes(system, outage):
    companies = system.mappings / "companies.yaml"
    before = companies.read_text()
    companies.write_text(before.replace("  conduce_ecuador:\n", "  conduce_ecuador:\n    ask_again_for: 0.0001\n"))
    outage.over(BACK)
    try:
        assert {box: system.finished(box, run) for box, run in outage.runs.items()} == {
            BACK: "success",
            **dict.fromkeys(GONE, "failed"),
        }
    finally:
        companies.write_text(before)
    assert BACK not in outage.noted()
    (mail,) = system.wait(outage.mails, "the mail")
    assert "sin respuesta utilizable de SGA (sga_conduce_ecuador), 2 días SIN cerrar" in mail["Subject"]
    told = mail.get_body(("html",)).get_content()
    assert "Caja 3" in told
    assert "Caja 4" in told
    outage.over(*GONE)
    for box in GONE:
        system.api.clear(f"cash_close__{box}", outage.runs[box], "land")
    assert [system.finished(box, outage.runs[box]) for box in GONE] == ["success", "success"]
    assert outage.noted() == []
    assert len(outage.mails()) == 1
