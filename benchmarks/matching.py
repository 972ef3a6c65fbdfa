"""P9: matching 1,000,000 lines of books and bank one to one."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import psycopg

from benchmarks.harness import Bench, Contender
from benchmarks.measure import Watch
from benchmarks.peers.movements import FIRST, movements
from cierre.bookkeeping.matching.banking_days import banking_days
from cierre.bookkeeping.matching.items import Item, Rules
from cierre.bookkeeping.matching.match import match

NUMBER, TITLE = "P9", "matching 1,000,000 lines one to one"
INTRO = """
Half of the lines are payments that were booked, half are the bank's movements that pay them, each known by its number;
about one in a thousand never came. Cierre says of every line what it is, and matches only where no other answer is
possible. The others join on number and amount within thirty days: they would join a number that is there twice with
both. The table of PostgreSQL is loaded and analyzed before.
"""
CHANNEL = "card@1"
YEAR = timedelta(days=365)


def run(bench: Bench) -> None:
    """Three contenders, and Cierre at a tenth of the size."""
    count = bench.size(1_000_000, 2_000)
    dsn = bench.database("benchmark_matching")
    bench.round(Contender("the lines", "benchmarks.matching:load"), {"count": count, "dsn": dsn})
    bench.settle(dsn)
    contenders = [
        Contender("Cierre", "benchmarks.matching:product"),
        Contender("pandas merge", "benchmarks.peers.pandas_matching:match", peer=True),
        Contender("SQL join", "benchmarks.matching:join"),
    ]
    case = bench.rounds(TITLE, contenders, lambda _: {"count": count, "dsn": dsn}, times=3)
    seconds = case.median("Cierre")
    bench.holds(
        f"{count:,} lines a minute",
        f"{seconds:.1f} s" if seconds else "failed",
        "≤ 60 s",
        bool(seconds) and seconds <= 60,
        "Matching by numbers is a dictionary; something beside it grew.",
    )
    tenth = bench.case("a tenth of the lines")
    tenth.add("Cierre", bench.round(contenders[0], {"count": count // 10}))
    before, after = (one.last("Cierre")["peak_bytes"] for one in (tenth, case))
    bench.holds(
        "memory grows no faster than the lines",
        f"{after / before:.1f} ×",
        "≤ 11 × for 10 × the lines",
        after <= 11 * before,
        "All lines are in memory at once.",
    )


def product(task: dict[str, Any]) -> dict[str, Any]:
    """cierre.bookkeeping.matching."""
    booked, arrived = (
        [Item(f"{side}{place}", day, cents, CHANNEL, number) for place, (day, cents, number) in enumerate(rows)]
        for side, rows in zip("ba", movements(task), strict=True)
    )
    first = date.fromordinal(FIRST)
    calendar = banking_days("EC", first, first + YEAR)
    cents = {one.id: one.units for one in arrived}
    with Watch() as watch:
        outcome = match(booked, arrived, {CHANNEL: Rules(0, 3, 20)}, calendar, (first + YEAR).toordinal())
    total = sum(cents[id] for one in outcome.matches for id in one.arrived)
    return watch.result(rows=task["count"], cents=total)


def load(task: dict[str, Any]) -> dict[str, Any]:
    """Two tables of the lines."""
    with psycopg.connect(task["dsn"], autocommit=True) as db:
        for name, rows in zip(("booked", "arrived"), movements(task), strict=True):
            db.execute(f"CREATE TABLE {name} (day int NOT NULL, cents bigint NOT NULL, number text NOT NULL)")
            with db.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(StringIO("".join(f"{day}\t{cents}\t{number}\n" for day, cents, number in rows)).getvalue())
    return {}


def join(task: dict[str, Any]) -> dict[str, Any]:
    """The pairs, kept in a table."""
    with psycopg.connect(task["dsn"]) as db, Watch() as watch:
        db.execute(
            "CREATE TEMP TABLE pair AS SELECT number, cents FROM booked JOIN arrived USING (number, cents)"
            " WHERE arrived.day - booked.day BETWEEN 0 AND 30"
        )
        total = db.execute("SELECT sum(cents)::bigint FROM pair").fetchone()[0]
    return watch.result(rows=task["count"], cents=total)
