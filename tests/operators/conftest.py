"""A close as Airflow's tasks do it, in this process: real operators, real ledger, real HTTP to the sandbox."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from sandbox.server import SandboxServer
from support.close import Close, connect
from support.foreign_document import foreign_document

ROOT = Path(__file__).parents[2]


@pytest.fixture
def mappings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of include/mappings of this test's own, in use; its companies speak English (see test_languages.py)."""
    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "include" / "mappings", folder)
    companies = folder / "companies.yaml"
    spanish = companies.read_text().replace("    language: en\n", "")
    companies.write_text(spanish.replace("    name:", "    language: en\n    name:"))
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(folder))
    return folder


@pytest.fixture
def two_forms_unmapped(mappings: Path) -> None:
    """The schools' mapping without the forms of payment 16 and 17, which the sandbox's days have."""
    accounts = mappings / "accounts" / "sga_ecuador.yaml"
    kept = [line for line in accounts.read_text().splitlines() if not line.startswith(("      16:", "      17:"))]
    accounts.write_text("\n".join(kept))


@pytest.fixture
def close(ledger_dsn: str, sandbox: SandboxServer, mappings: Path, monkeypatch: pytest.MonkeyPatch):
    """``close(box, day)``: a Close against this test's ledger and the sandbox."""
    connect(ledger_dsn, sandbox, monkeypatch)
    return Close


@pytest.fixture
def protheus_insert(sandbox: SandboxServer):
    """``protheus_insert(lot, sublot, amount)``: an entry in the ERP that somebody else made."""
    return partial(foreign_document, sandbox)
