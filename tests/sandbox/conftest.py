"""A sandbox over real HTTP for these tests, empty at the start of each, and the few things they say to it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import requests
from sqlalchemy.orm import Session

from sandbox.server import SandboxServer
from sandbox.sga.api import open_the_schools
from sandbox.state import State
from sandbox.vendor import Options

TODAY = date(2024, 12, 2)
TENANT = "T1,D MG 01 "

ACCOUNTS = """account,name,postable,requires_cost_centre,blocked
1,Activo,false,false,false
1.1,Caja,true,false,false
1.2,Banco cerrado,true,false,true
4.1,Matrículas,true,true,false
"""
COST_CENTRES = """code,name,blocked
0101,Administración,false
0199,Carrera cerrada,true
"""


class Accountant:
    """Speaks to the ERP as a client does."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/protheus/api"
        self.http = requests.Session()
        self.http.auth = ("cierre", "sandbox")

    def send(self, operation: str, body: object, tenant: str | None = TENANT, **request) -> requests.Response:
        headers = {"tenantId": tenant} if tenant is not None else {}
        url = f"{self.url}/ctb/accountingentry/{operation}"
        return self.http.post(url, **{"json": body, "headers": headers, "timeout": 10} | request)

    def insert(self, *items: dict, tenant: str = TENANT, **portada: str) -> dict:
        """The answer to an insert; without items, of ten dollars."""
        lines = list(items) or [self.debit(10), self.credit(10)]
        return self.send("insert", {"CT2_DATA": "06/09/2024"} | portada | {"ITENS": lines}, tenant).json()

    @staticmethod
    def debit(amount: object, account: str = "1.1", **fields: object) -> dict:
        return {"CT2_DC": "1", "CT2_VALOR": amount, "CT2_HIST": "Caja", "CT2_DEBITO": account} | fields

    @staticmethod
    def credit(amount: object, account: str = "4.1", **fields: object) -> dict:
        line = {"CT2_DC": "2", "CT2_VALOR": amount, "CT2_HIST": "Ingresos", "CT2_CREDIT": account, "CT2_CCC": "0101"}
        return line | fields


@pytest.fixture(scope="session")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("charts")
    (folder / "chart_of_accounts.csv").write_text(ACCOUNTS)
    (folder / "cost_centres.csv").write_text(COST_CENTRES)
    return folder


@pytest.fixture(scope="session")
def running_sandbox(charts: Path) -> Iterator[SandboxServer]:
    with SandboxServer(options=Options(chart_dir=charts, today=lambda: TODAY)) as server:
        yield server


@pytest.fixture
def sandbox(running_sandbox: SandboxServer) -> SandboxServer:
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture(scope="session")
def schools() -> State:
    state = State()
    with state.session() as session:
        open_the_schools(session)
    return state


@pytest.fixture
def school(schools: State) -> Iterator[Session]:
    """SGA's tables with the schools opened and no day yet; what a test writes goes with it."""
    with schools.session() as session:
        yield session
        session.rollback()


@pytest.fixture
def accountant(sandbox: SandboxServer) -> Accountant:
    return Accountant(sandbox.url)
