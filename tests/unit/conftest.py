"""Keeps these tests pure: what they import and run neither loads Airflow or the sandbox nor opens a connection."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent

FORBIDDEN = ("airflow", "sandbox")
"""What takes seconds to import, or is a server."""

_watched = False


def _refuse(event: str, arguments: tuple) -> None:
    if not _watched:
        return
    if event == "import" and arguments[0].partition(".")[0] in FORBIDDEN:
        raise AssertionError(f"tests/unit runs without {arguments[0]}: move this test to another folder of tests/")
    if event in ("socket.connect", "socket.bind"):
        raise AssertionError(f"tests/unit opens no connection ({arguments[1]}): move this test to another folder")


sys.addaudithook(_refuse)


@contextmanager
def _watch(path: Path) -> Iterator[None]:
    """Refuses while what is at this path is at work, if it is in here: these hooks are called for all of tests/."""
    global _watched
    _watched = path.is_relative_to(HERE)
    try:
        yield
    finally:
        _watched = False


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """What test files import."""
    with _watch(collector.path):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What fixtures and tests do."""
    with _watch(item.path):
        return (yield)
