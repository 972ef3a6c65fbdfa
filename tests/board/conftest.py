"""The board as Airflow serves it: real ledger, real tables of Airflow's, and people who may see some boxes."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
import uvicorn
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.api_fastapi.common.db.common import _get_session
from airflow.api_fastapi.core_api.security import get_user
from airflow.models import import_all_models
from airflow.models.base import Base
from airflow.models.dag import DagModel
from airflow.models.dagbundle import DagBundleModel
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cierre.accounting_files.loader import cash_boxes
from cierre.board.app import app
from cierre.board.boxes import dag_of
from cierre.board.connection import ledger as board_ledger, personal_values, writing
from cierre.ledger import session as store_session
from local.postgres import Cluster
from support.browser import chromium

BOXES = cash_boxes()

Login = Callable[..., TestClient]


class SomeBoxes(SimpleAuthManager):
    """An auth manager that lets everybody see what their name says: ``all`` (and ``second``), a company's DAGs, or that
    of one box."""

    def is_authorized_dag(self, *, method, user, access_entity=None, details=None) -> bool:
        box = details.id.removeprefix(dag_of(""))
        company = BOXES[box].company if box in BOXES else "none that Airflow knows"
        return user.username in ("all", "second", company, box) and super().is_authorized_dag(
            method=method, user=user, access_entity=access_entity, details=details
        )


@pytest.fixture(scope="session")
def engine(cluster: Cluster):
    """A database with Airflow's own tables, in which the DAG of every box is known."""
    cluster.create_database("airflow_of_the_board")
    made = create_engine(cluster.dsn("airflow_of_the_board").replace("postgresql://", "postgresql+psycopg2://"))
    import_all_models()
    Base.metadata.create_all(made)
    with Session(made) as session:
        session.add(DagBundleModel(name="dags"))
        session.flush()
        session.add_all(DagModel(dag_id=dag_of(box), bundle_name="dags", fileloc="x", is_paused=False) for box in BOXES)
        session.commit()
    yield made
    made.dispose()


@pytest.fixture
def airflow(engine) -> Iterator[Session]:
    """Airflow's database for one test; what it adds is undone."""
    with engine.connect() as connection, connection.begin() as everything:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        everything.rollback()


@pytest.fixture
def client(reader_dsn: str, ledger_dsn: str, airflow: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A browser that is not logged in, and speaks Ecuador's Spanish."""

    def reading_only(dsn: str):
        def connected():
            with store_session.connect(dsn) as connection:
                connection.execute("SET default_transaction_read_only = on")
                yield connection

        return connected

    def connected_to_write():
        with store_session.connect(ledger_dsn) as connection:
            yield connection

    manager = SomeBoxes()
    for module in ("cierre.board.access", "cierre.board.app", "airflow.api_fastapi.core_api.security"):
        monkeypatch.setattr(f"{module}.get_auth_manager", lambda: manager)
    app.dependency_overrides = {
        _get_session: lambda: airflow,
        board_ledger: reading_only(reader_dsn),
        writing: connected_to_write,
        personal_values: lambda: contextmanager(reading_only(ledger_dsn)),
    }
    yield TestClient(app, root_path="/cierre", headers={"Accept-Language": "es-EC,es;q=0.9,en;q=0.5"})
    app.dependency_overrides = {}


async def known_before(*_: object) -> None:
    """In place of Airflow's session, which is asked for before a body is read: somebody is logged in."""


@pytest.fixture
def login(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> Login:
    """``login("itb", role="VIEWER")``: the same browser, logged in as somebody of a company."""

    def logged_in(name: str = "all", role: str = "ADMIN") -> TestClient:
        monkeypatch.setattr("cierre.board.bodies.get_user", known_before)
        app.dependency_overrides[get_user] = lambda: SimpleAuthManagerUser(username=name, role=role)
        return client

    return logged_in


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser. (Not for longer: nothing else in its process can run a loop of asyncio meanwhile.)"""
    with chromium() as found:
        yield found


@pytest.fixture
def address(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a real server has the board; who looks, the browser's cookie says."""
    monkeypatch.setattr("cierre.board.bodies.get_user", known_before)

    def person(request: Request) -> SimpleAuthManagerUser:
        return SimpleAuthManagerUser(username=request.cookies["person"], role="ADMIN")

    app.dependency_overrides[get_user] = person
    outer = FastAPI()
    outer.mount("/cierre", app)
    server = uvicorn.Server(uvicorn.Config(outer, port=0, log_level="critical", lifespan="off"))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def look(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """``look("/work", "second", viewport=…)``: a page of the board in a browser of somebody's own; without a path, a
    page that shows nothing yet."""
    contexts = []

    def looking(path: str = "", person: str = "all", **kind: Any) -> Page:
        context = browser.new_context(base_url=address, **({"locale": "es-EC"} | kind))
        contexts.append(context)
        context.add_cookies([{"name": "person", "value": person, "url": address}])
        page = context.new_page()
        if path:
            page.goto(f"/cierre{path}")
        return page

    yield looking
    for context in contexts:
        context.close()
