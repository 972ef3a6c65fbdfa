"""What the whole suite shares: one PostgreSQL server, a fresh migrated ledger a test, and Airflow's surroundings."""

import os
import shutil
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from local.ports import free_port

# Imported by the fixtures that need them, so that a test that needs none (tests/unit) does not pay for them.
if TYPE_CHECKING:
    import psycopg

    from local.postgres import Cluster
    from sandbox.server import SandboxServer
    from support.ledgers import Ledgers
    from support.mailbox import MailServer

ROOT = Path(__file__).parents[1]
RUN = ROOT / ".run" / "tests"

# Airflow reads these when it is first imported, which is later.
os.environ.update(
    {
        "AIRFLOW_HOME": str(RUN / os.environ.get("PYTEST_XDIST_WORKER", "alone") / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__UNIT_TEST_MODE": "True",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
)

# A sample; `make unit EXAMPLES=1000` tries more. How long one takes says more of the machine than of the code.
EXAMPLES = int(os.environ.get("CIERRE_EXAMPLES") or 30)
hypothesis.settings.register_profile("suite", deadline=None, max_examples=EXAMPLES)
hypothesis.settings.load_profile("suite")

WHOLE_SYSTEM = ROOT / "tests" / "e2e"
LONGEST_FIRST = (WHOLE_SYSTEM, ROOT / "tests" / "simulation")


class Shares(LoadScopeScheduling):
    """What `make test` shares out among its processes: files, and of the tests of the whole system those in a browser
    and the others, each as one, since each process starts a system of its own."""

    def _split_scope(self, nodeid: str) -> str:
        file = ROOT / nodeid.split("::")[0]
        if file.parent != WHOLE_SYSTEM:
            return str(file)
        if file.name.startswith("test_ui"):
            return str(WHOLE_SYSTEM / "in a browser")
        return str(WHOLE_SYSTEM / "by its interfaces")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shares:
    return Shares(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """So that no process is left alone with them at the end."""
    items.sort(key=lambda item: (*LONGEST_FIRST, item.path.parent).index(item.path.parent))


@pytest.fixture
def unused_port() -> int:
    """A port of 127.0.0.1 for this test."""
    return free_port()


@pytest.fixture
def mail_server(unused_port: int, monkeypatch: pytest.MonkeyPatch) -> "Iterator[MailServer]":
    """A real mail server on loopback; alerts are sent there."""
    from support.mailbox import MailServer

    with MailServer(unused_port) as server:
        monkeypatch.setenv("AIRFLOW_CONN_ALERTS_SMTP", server.connection)
        yield server


@pytest.fixture
def mailbox(mail_server: "MailServer") -> list[EmailMessage]:
    """What the mail server has taken, oldest first."""
    return mail_server.mails


@pytest.fixture(scope="session")
def cluster() -> "Iterator[Cluster]":
    """This run's own PostgreSQL server; another run of the suite has its own."""
    from local.postgres import Cluster

    server = Cluster(RUN / f"postgres-{os.getpid()}", free_port(), fast=True)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(server.home)


@pytest.fixture(scope="session")
def template(cluster: "Cluster") -> str:
    """The name of a database with the ledger's schema and its roles' rights, to copy from."""
    import psycopg

    from cierre.ledger.databases import ledger_database, make_roles
    from cierre.ledger.migrate import upgrade
    from cierre.ledger.roles import Roles, logins

    name = "ledger_template"
    cluster.create_database(name)
    with psycopg.connect(cluster.dsn(name), autocommit=True) as admin:
        make_roles(admin, {login: cluster.password(login) for login in logins()})
        for statement in ledger_database(name):
            admin.execute(statement)
    upgrade(cluster.dsn(name, Roles.of().owner))
    return name


@pytest.fixture(scope="session")
def ledgers(cluster: "Cluster", template: str) -> "Iterator[Ledgers]":
    """Where the tests get their ledgers from."""
    from support.ledgers import Ledgers

    made = Ledgers(cluster, template, f"ledger_{os.getpid()}")
    yield made
    made.drop_all()


@pytest.fixture
def ledger_name(ledgers: "Ledgers") -> Iterator[str]:
    """The name of the database of an empty ledger of this test's own."""
    name = ledgers.take()
    yield name
    ledgers.give_back(name)


@pytest.fixture
def ledger_dsn(cluster: "Cluster", ledger_name: str) -> str:
    """The libpq URI of this test's own ledger, for the application."""
    from cierre.ledger.roles import Roles

    return cluster.dsn(ledger_name, Roles.of().application)


@pytest.fixture
def reader_dsn(cluster: "Cluster", ledger_name: str) -> str:
    """The same for the reader, as the board and the reports log in."""
    from cierre.ledger.roles import Roles

    return cluster.dsn(ledger_name, Roles.of().reader)


@pytest.fixture
def admin_dsn(cluster: "Cluster", ledger_name: str) -> str:
    """The same for the server's administrator, who may do what no role may."""
    return cluster.dsn(ledger_name)


@pytest.fixture
def ledger(ledger_dsn: str) -> "Iterator[psycopg.Connection]":
    """The application's connection to this test's own ledger."""
    from cierre.ledger import session

    with session.connect(ledger_dsn) as connection:
        yield connection


@pytest.fixture
def admin(admin_dsn: str) -> "Iterator[psycopg.Connection]":
    """The administrator's connection to the same ledger: for what nobody does but by force."""
    from cierre.ledger import session

    with session.connect(admin_dsn) as connection:
        yield connection


@pytest.fixture
def by_force(admin: "psycopg.Connection") -> Callable[..., None]:
    """Runs a statement as somebody does who can switch the database's own refusals off."""

    def run(statement: str, *parameters: object) -> None:
        with admin.transaction():
            admin.execute("SET LOCAL session_replication_role = 'replica'")
            admin.execute(statement, *parameters)

    return run


@pytest.fixture(scope="session")
def sandbox_server() -> "Iterator[SandboxServer]":
    """The vendors' stand-ins for tests in this process; ask for ``sandbox`` to have it emptied first."""
    from sandbox.server import SandboxServer

    with SandboxServer() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: "SandboxServer") -> "SandboxServer":
    """The vendors' stand-ins, as if just started."""
    sandbox_server.reset()
    return sandbox_server
