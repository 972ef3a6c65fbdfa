"""Each kind of ERP before the suite that posting counts on: Protheus by the sandbox, and the toy ERP."""

import json

import pytest

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import JournalEntry
from conformance import toy_erp
from conformance.erps import DAY, ErpConformance, Site
from conformance.toy_erp import Books, Document, Toy, ToyHook
from hooks.protheus.box_section import Protheus
from hooks.protheus.hook import ProtheusHook
from sandbox.server import SandboxServer


class ProtheusSite(Site):
    section = Protheus(tenant="T1,D MG 01 ", lot="008964")

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.hook = ProtheusHook("protheus")

    def standing(self) -> int:
        return len(self.sandbox.protheus_ledger(live=True))

    def lose_the_answer(self) -> None:
        self.sandbox.faults.add("drop_after", vendor="protheus", operation="insert")

    def go_down(self) -> None:
        self.sandbox.faults.add("status", vendor="protheus", operation="insert", status=401)

    def close_the_month(self) -> None:
        self.sandbox.set_protheus(closed_until="2024-09-30")

    def occupy(self, address: Address, entry: JournalEntry) -> None:
        self.hook.insert(address, entry, "otro")


class TestProtheus(ErpConformance):
    @pytest.fixture(params=[True, False], ids=["readable", "unreadable"])
    def site(self, request, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> ProtheusSite:
        connection = {
            "conn_type": "protheus",
            "host": f"{sandbox.url}/protheus",
            "login": "cierre",
            "password": "sandbox",
            "extra": {"read_timeout": 60, "retries": 0, "trust_env": False},
        }
        monkeypatch.setenv("AIRFLOW_CONN_PROTHEUS", json.dumps(connection))
        sandbox.set_protheus(generic_query=request.param)
        return ProtheusSite(sandbox)


class ToySite(Site):
    section = Toy(kind="toy", tenant="Norte", lot="caja-164")

    def __init__(self) -> None:
        self.hook = ToyHook("toy")
        self.books = self.hook.books

    def standing(self) -> int:
        return len(self.books.standing)

    def lose_the_answer(self) -> None:
        self.books.fault = "lost answer"

    def go_down(self) -> None:
        self.books.fault = "down"

    def close_the_month(self) -> None:
        self.books.closed_before = DAY.replace(month=10, day=1)

    def occupy(self, address: Address, entry: JournalEntry) -> None:
        key = (address.tenant, address.lot, address.entry_date, address.sublot)
        place = (address.tenant, address.entry_date, address.lot)
        self.books.post(Document(key, place, entry.lines, "otro"))


class TestToy(ErpConformance):
    @pytest.fixture
    def site(self, monkeypatch: pytest.MonkeyPatch) -> ToySite:
        monkeypatch.setitem(toy_erp.SITES, "toy", Books())
        return ToySite()
