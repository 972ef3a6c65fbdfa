"""Matching by pandas merge."""

from typing import Any

import pandas

from benchmarks.measure import Watch
from benchmarks.peers.movements import movements


def match(task: dict[str, Any]) -> dict[str, Any]:
    """Joins on number and amount, within thirty days."""
    columns = ["day", "cents", "number"]
    booked, arrived = (pandas.DataFrame(rows, columns=columns) for rows in movements(task))
    with Watch() as watch:
        pairs = booked.merge(arrived, on=["number", "cents"], suffixes=("", "_arrived"))
        pairs = pairs[(pairs["day_arrived"] - pairs["day"]).between(0, 30)]
        total = int(pairs["cents"].sum())
    return watch.result(rows=task["count"], cents=total)
