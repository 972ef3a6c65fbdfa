"""Airflow's state is not the books: whatever people or Airflow do to a run, its day ends closed, with one document.

What is seen on the way is the table of docs/operators/operations.md: `make operations` writes it, `make test-more`
compares it, and `make test` a row.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from e2e.operation_disasters import BY_MAKE_KILLS, ONE_BY_ONE
from e2e.operation_scenarios import AT_ONCE, boxes_of_ours
from e2e.operations import DATABASES, KILLED, Page, Row

AT_A_TIME = 6
ALWAYS = "marked success"
"""What `make test` does to a run; `make test-more` does the others."""

WRITE = "CIERRE_OPERATIONS"
"""Set to ``write``, it has the page's table written anew instead of compared."""

ROOM = """
INSERT INTO slot_pool (pool, slots, include_deferred) SELECT unnest(%s::text[]), 40, false
    ON CONFLICT (pool) DO UPDATE SET slots = EXCLUDED.slots
"""
"""For tasks that are held, each in the pool of its connection."""

SEEN: dict[str, list[Row]] = {}
"""The rows of each scenario, in the order in which they were seen."""


@pytest.fixture(scope="module", autouse=True)
def written() -> Iterator[None]:
    """Where that is asked for, the page's table is written when all was seen."""
    yield
    if os.environ.get(WRITE) == "write":
        Page().write([row for word in (*AT_ONCE, *BY_MAKE_KILLS, *ONE_BY_ONE) for row in SEEN[word]])


@pytest.fixture(scope="module")
def ready(system, boxes) -> None:
    """The boxes of these tests are there, and room for tasks that are held."""
    boxes_of_ours(system)
    pools = {name for box in system.cash_boxes().values() for name in (box.connection, box.erp.connection)}
    system.metadata.execute(ROOM, [sorted(pools)])


@pytest.fixture(scope="module")
def at_once(request, system, ready) -> dict[str, Future[list[Row]]]:
    """The scenarios that disturb nobody, a few at a time."""
    asked = {item.callspec.params["word"] for item in request.session.items if item.function.__name__ == AT_ONCE_TEST}
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return {word: pool.submit(lambda it: list(it(system)), AT_ONCE[word]) for word in AT_ONCE if word in asked}


def is_told(word: str, rows: list[Row]) -> None:
    """The page says of a scenario what was seen."""
    SEEN[word] = rows
    if os.environ.get(WRITE) != "write":
        assert [row.markdown for row in rows if row.markdown not in Page().rows()] == []


@pytest.mark.parametrize(
    "word", [pytest.param(word, marks=() if word == ALWAYS else pytest.mark.more) for word in AT_ONCE]
)
def test_what_is_done_to_a_run_never_changes_the_books(at_once, word):
    is_told(word, at_once[word].result())


AT_ONCE_TEST = test_what_is_done_to_a_run_never_changes_the_books.__name__


@pytest.mark.kills
@pytest.mark.parametrize("word", BY_MAKE_KILLS)
def test_a_server_that_is_killed_never_changes_the_books(system, ready, word):
    is_told(word, list(BY_MAKE_KILLS[word](system)))


@pytest.mark.kills
@pytest.mark.parametrize("word", ONE_BY_ONE)
def test_what_happens_to_a_database_never_changes_the_books(system, ready, word):
    is_told(word, list(ONE_BY_ONE[word](system)))


@pytest.mark.more
def test_the_page_tells_of_nothing_that_was_not_seen():
    unseen = [word for word in AT_ONCE if word not in SEEN]
    if unseen or os.environ.get(WRITE) == "write":
        pytest.skip(f"written, or not played: {', '.join(unseen)}")
    seen = {row.markdown for rows in SEEN.values() for row in rows}
    assert [row for row in Page().rows(but=(DATABASES, KILLED)) if row not in seen] == []
