"""Booked payments of a year and the bank's movements that pay them, one to one by a number; some never come. Standard
library alone, for contenders of both environments."""

from random import Random
from typing import Any

FIRST = 739_252
"""1 January 2025, as ``date.toordinal()`` has it."""

Row = tuple[int, int, str]
"""Day (an ordinal), amount in cents, number."""


def movements(task: dict[str, Any]) -> tuple[list[Row], list[Row]]:
    """What was booked and what arrived: ``count`` of them together, about one in a thousand missing."""
    random = Random(5)
    booked = [(FIRST + random.randrange(355), random.randrange(100, 500_000), f"{n:09d}")
              for n in range(1, task["count"] // 2 + 1)]  # fmt: skip
    arrived = [(day + random.randrange(3), cents, number) for day, cents, number in booked if random.random() > 0.001]
    random.shuffle(arrived)
    return booked, arrived
