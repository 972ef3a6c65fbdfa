"""The board is prepared as its server starts, in a thread of its own, and whatever goes wrong there stops nothing."""

import asyncio
import logging
from contextlib import nullcontext
from threading import Event, current_thread

import pytest

from cierre.accounting_files.loader import cash_boxes
from cierre.board import warm
from cierre.language.language import CODES
from cierre.orchestration import warm_board
from cierre.orchestration.warm_board import WarmBoard


def asked(middleware: WarmBoard, *kinds: str) -> None:
    for kind in kinds:
        asyncio.run(middleware({"type": kind}, None, None))


def test_a_server_begins_to_serve_once_the_board_is_prepared(monkeypatch):
    order = []
    monkeypatch.setattr(warm_board, "_warm", lambda: order.append(current_thread().name))

    async def app(scope, receive, send) -> None:
        order.append(scope["type"])

    asked(WarmBoard(app), "lifespan", "http", "http")
    assert order == ["warm the close board", "lifespan", "http", "http"]


def test_a_preparation_that_takes_too_long_goes_on_beside(monkeypatch):
    order, may_end, ended = [], Event(), Event()

    def prepare() -> None:
        assert may_end.wait(30)
        ended.set()

    async def app(scope, receive, send) -> None:
        order.append((scope["type"], ended.is_set()))

    monkeypatch.setattr(warm_board, "_warm", prepare)
    monkeypatch.setattr(warm_board, "MOST_SECONDS", 0.01)
    asked(WarmBoard(app), "lifespan")
    may_end.set()
    assert order == [("lifespan", False)]
    assert ended.wait(30)


def test_it_makes_the_first_page_of_all_boxes_in_each_language(monkeypatch, ledger, airflow):
    made = []
    drawn = warm.month_page

    def page(viewer, page, *asked, **values):
        answer = drawn(viewer, page, *asked, **values)
        made.append((page.language.code, len(viewer.boxes), answer.status_code))
        return answer

    monkeypatch.setattr(warm, "month_page", page)
    monkeypatch.setattr(warm, "ledger", lambda: iter([ledger]))
    monkeypatch.setattr(warm, "create_session", lambda scoped: nullcontext(airflow))
    warm.warm()
    assert made == [(code, len(cash_boxes()), 200) for code in CODES]


def test_a_ledger_that_cannot_be_reached_is_logged_and_raises_nothing(monkeypatch, caplog):
    def unreachable():
        raise ConnectionError("password=secret")

    monkeypatch.setattr(warm, "ledger", unreachable)
    with caplog.at_level(logging.WARNING):
        warm.warm()
    assert "ConnectionError" in caplog.text
    assert "secret" not in caplog.text


@pytest.fixture(autouse=True)
def heard(monkeypatch):
    """Logs reach the test whatever Airflow set up."""
    monkeypatch.setattr(warm.log, "propagate", True)
    monkeypatch.setattr(warm.log, "disabled", False)
