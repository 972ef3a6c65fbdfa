"""The SGE's own books, held against its answers: two computations that share no code."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
import requests

from sandbox.sge.settings import Profile

MONDAY = date(2024, 3, 4)
PROJECTS = ["123456", "123457", "123458"]


@pytest.fixture
def sge(sandbox):
    sandbox.sge.set(today=MONDAY)
    return sandbox.sge


def shown(sandbox) -> dict[str, dict]:
    """Every row of the projects by id, its cells by name."""
    http = {"headers": {"X-API-Key": "sandbox"}, "timeout": 10}
    names = {
        row["id"]: row["nombre"] for row in requests.get(f"{sandbox.url}/sge/facturas-emitidas/columnas", **http).json()
    }
    query = {"q": f"proyectoId=in=({','.join(PROJECTS)})"}
    answer = requests.get(f"{sandbox.url}/sge/facturas-emitidas", params=query, **http).json(parse_float=Decimal)
    return {row["id"]: {names[id]: value for id, value in row["columnas"].items()} for row in answer}


def written(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def test_what_was_issued_is_what_the_rows_of_the_day_sum_to(sandbox, sge):
    for number in range(5):
        day = MONDAY - timedelta(days=number)
        books = sge.books(PROJECTS, day)
        rows = [row for row in shown(sandbox).values() if row["Fecha emisión"] == written(day)]
        assert (books.issued.count, books.issued_base.count) == (len(rows), len(rows))
        assert books.issued.amount == sum(row["Importe total"] for row in rows)
        assert books.issued_base.amount == sum(row["Importe base"] for row in rows)


def test_what_was_entered_on_a_day_is_how_the_rows_changed(sandbox, sge):
    sge.set_profile(Profile(returned=True))
    before, seen = shown(sandbox), Counter()
    for number in range(1, 12):
        day = MONDAY + timedelta(days=number)
        sge.set(today=day)
        after, books = shown(sandbox), sge.books(PROJECTS, day)
        changes = [
            row["Importe cobrado"] - (before[id]["Importe cobrado"] if id in before else 0) for id, row in after.items()
        ]
        came, went = [change for change in changes if change > 0], [-change for change in changes if change < 0]
        assert (books.entered.count, books.entered.amount) == (len(came), sum(came))
        assert (books.returned.count, books.returned.amount) == (len(went), sum(went))
        seen.update(came=len(came), went=len(went))
        before = after
    assert seen["came"]
    assert seen["went"]


def test_what_shows_a_date_is_what_the_rows_with_that_date_sum_to(sandbox, sge):
    sge.set(today=MONDAY + timedelta(days=20))
    rows = shown(sandbox).values()
    for number in range(5):
        day = MONDAY + timedelta(days=number)
        of_the_day = [row["Importe cobrado"] for row in rows if row["Fecha cobro"] == written(day)]
        books = sge.books(PROJECTS, day)
        assert (books.shown.count, books.shown.amount) == (len(of_the_day), sum(of_the_day))


def test_people_issue_collect_change_and_remove(sandbox, sge):
    id = sge.issue("123456", MONDAY, "100.00")
    assert shown(sandbox)[id]["Importe total"] == Decimal("121.00")
    sge.collect(id, MONDAY, "21.00")
    sge.collect(id, MONDAY, "-1.00")
    assert (shown(sandbox)[id]["Importe cobrado"], shown(sandbox)[id]["Estado"]) == (20, "Cobrada en parte")
    sge.change(id, "50.00")
    assert shown(sandbox)[id]["Importe total"] == Decimal("60.50")
    sge.change(id, None)
    assert id not in shown(sandbox)


def test_what_is_entered_later_shows_later(sandbox, sge):
    tuesday = MONDAY + timedelta(days=1)
    late = sge.issue("123456", MONDAY, "100.00", entered=tuesday)
    assert late not in shown(sandbox)
    sge.set(today=tuesday)
    assert late in shown(sandbox)
    sge.collect(late, MONDAY, "121.00", entered=tuesday + timedelta(days=1))
    assert shown(sandbox)[late]["Importe cobrado"] == 0


def test_a_plans_items_are_met_by_the_rows_that_name_them(sandbox, sge):
    issued: Counter = Counter()
    planned = requests.get(
        f"{sandbox.url}/sge/facturas-previstas-emitidas", headers={"X-API-Key": "sandbox"}, timeout=10
    ).json()
    everything = requests.get(
        f"{sandbox.url}/sge/facturas-emitidas", headers={"X-API-Key": "sandbox"}, timeout=10
    ).json(parse_float=Decimal)
    totals = {row["id"]: row["columnas"]["6"] for row in everything}
    for row in planned:
        issued[row["proyectoIdSGI"], row["numeroPrevision"]] += totals[row["id"]]
    assert {(item.project, item.number): item.issued for item in sge.plan() if item.issued} == issued
