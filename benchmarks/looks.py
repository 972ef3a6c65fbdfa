"""P14: a second look at closed days of each source, beside their close: calls and time."""

import json
from datetime import date, timedelta
from typing import Any

from benchmarks.harness import Bench, Contender
from benchmarks.measure import Watch
from benchmarks.peers.cron_script import booked
from cierre.accounting_files.loader import cash_boxes
from cierre.closing import second_look
from cierre.ledger import session
from local.environment import ledger_connection
from local.postgres import USER as POSTGRES_USER
from sandbox.client import SandboxClient
from sandbox.connections import as_variables, connections
from sandbox.server import SandboxServer
from sandbox.vendor import Options

NUMBER, TITLE = "P14", "a second look at closed days"
INTRO = """
The boxes of the demo, source by source: five days are closed, and then each is looked at once, by the product's own
steps, in a process each, against the vendors' stand-ins. Calls are those to the source. A day is looked at four times
(one, three, seven and thirty days after its close), so the calls that are added are four times those of one look. Rows
are days of boxes.
"""
NAMES = {"sga": "SGA", "bsale": "Bsale", "zeta": "Zeta", "sge": "Hércules SGE"}
FIRST, DAYS, LOOKS = date(2024, 9, 2), 5, 4
MOST_ADDED = 3
"""Calls that the looks may add to a hundred of the closes'."""

WHY = {
    "sga": "It has nothing smaller than the day itself, one call, which is all that its close asks.",
    "bsale": "A day of all offices takes two calls, and one for each payment without a date, which no total has.",
    "zeta": "The month's sales are asked for once for all of its days; never by a call that may be made once a day.",
}


def run(bench: Bench) -> None:
    """Source by source, each with a ledger of its own."""
    days = [str(FIRST + timedelta(days=number)) for number in range(bench.size(DAYS, 1))]
    with SandboxServer(options=Options(business_hours=False)) as sandbox:
        for source, name in NAMES.items():
            boxes = [box.id for box in cash_boxes().values() if box.source == source]
            _of_a_source(bench, sandbox, source, name, {"boxes": boxes, "days": days})


def _of_a_source(bench: Bench, sandbox: SandboxClient, source: str, name: str, task: dict[str, Any]) -> None:
    dsn = bench.database(f"benchmark_looks_{source}")
    case = bench.case(f"{name}, {len(task['days'])} days of {len(task['boxes'])} boxes")
    own = ledger_connection(bench.cluster.port, POSTGRES_USER, bench.cluster.password())
    environ = as_variables(connections(sandbox.url)) | {
        "AIRFLOW_CONN_LEDGER_DB": json.dumps(own | {"schema": f"benchmark_looks_{source}"})
    }
    calls: dict[str, int] = {}
    for title, place in (("the close", "benchmarks.peers.cron_script:close"), ("one look", "benchmarks.looks:look")):
        before = sandbox.calls(vendor=source)
        result = bench.round(Contender(title, place), task | {"dsn": dsn}, environ)
        calls[title] = sandbox.calls(vendor=source) - before
        case.add(title, result | {"calls": calls[title]})
    bench.check_cents(case)
    days, boxes = len(task["days"]), len(task["boxes"])
    least = {"sga": days * boxes, "bsale": days, "zeta": 1, "sge": 0}[source]
    added, at_least = (100 * LOOKS * number / calls["the close"] for number in (calls["one look"], least))
    bench.holds(
        f"{name}: calls that {LOOKS} looks add",
        f"{added:.0f} in 100",
        f"≤ {MOST_ADDED} in 100",
        added <= MOST_ADDED,
        WHY.get(source, ""),
        beyond=f"The fewest calls that a look can make ({least}) would add {at_least:.0f}."
        if at_least > MOST_ADDED
        else "",
    )


def look(task: dict[str, Any]) -> dict[str, Any]:
    """A look at all of them."""
    days = [(box, date.fromisoformat(day)) for day in task["days"] for box in task["boxes"]]
    with session.connect(task["dsn"]) as ledger, Watch() as watch:
        seen = second_look.look(ledger, days)
    if seen.left:
        raise ValueError(f"not looked at: {dict(seen.left)}")
    return watch.result(rows=seen.days, cents=booked(task))
