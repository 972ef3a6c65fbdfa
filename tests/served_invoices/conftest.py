"""The SGE's interface, served by HTTP from this test's own ledger to a client with a key of the university's."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import requests
import yaml

from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.cash_box import CashBox
from cierre.ledger import served_keys
from cierre.served_invoices import caller
from cierre.served_invoices.keys import hash_of, new_key
from cierre.served_invoices.limits import Limit
from conformance.surroundings import accountants_files
from support import served_invoices

pytest.register_assert_rewrite("conformance.sge_interface")

COMPANY = "universidad"


@pytest.fixture(scope="session")
def served_at() -> Iterator[str]:
    """Where this process serves the interface."""
    with served_invoices.server() as address:
        yield address


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Changes what the accountants' file says of the university: ``rules(entity={"otherwise": "Entidad1"})``."""
    folder = accountants_files(tmp_path / "mappings", None)
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(folder))
    path = folder / "served_invoices.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))

    def change(**fields: object) -> None:
        content["companies"][COMPANY] |= fields
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        caller.forget()

    return change


@pytest.fixture
def box(rules: Callable[..., None]) -> CashBox:
    """A box of the university's."""
    return cash_box("universidad_contratos")


@pytest.fixture
def address(
    served_at: str, reader_dsn: str, ledger_dsn: str, rules: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Where this test's ledger is served; what is booked shows at once."""
    monkeypatch.setattr(caller, "LOOK_AGAIN", 0)
    monkeypatch.setattr(caller, "REQUESTS", Limit(10_000, 10_000))
    monkeypatch.setattr(caller, "REFUSALS", Limit(10_000, 10_000))
    with served_invoices.on(reader_dsn, ledger_dsn):
        yield served_at


@pytest.fixture
def make_key(ledger: psycopg.Connection) -> Callable[..., str]:
    """A new key of a company's."""

    def make(company: str = COMPANY) -> str:
        key = new_key()
        served_keys.add(ledger, company, "SGI", hash_of(key), "test")
        return key

    return make


@pytest.fixture
def key(make_key: Callable[..., str]) -> dict[str, str]:
    """The header that opens the university's invoices."""
    return {"X-API-Key": make_key()}


@pytest.fixture
def ask(address: str, key: dict[str, str]) -> Callable[..., requests.Response]:
    """Asks the interface: its path, ``headers`` instead of those with the key, and parameters."""

    def get(path: str, headers: dict[str, str] = key, **parameters: str) -> requests.Response:
        return requests.get(f"{address}{path}", params=parameters, headers=headers, timeout=30)

    return get


@pytest.fixture
def raw(address: str, key: dict[str, str]) -> Callable[..., requests.Response]:
    """Asks for an address as it stands."""
    return lambda path: requests.get(f"{address}{path}", headers=key, timeout=30)
