"""What tests and people count on in every stand-in, as tests that each inherits."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
import requests

from cierre.bookkeeping.documents import Total
from cierre.ports.errors import FatalError
from conformance.surroundings import by_hand, connect
from hooks.registry import SOURCES
from sandbox import connections as sandbox_connections
from sandbox.packages import vendors
from sandbox.server import SandboxServer
from sandbox.vendor import Options


class StandInContract:
    """A stand-in, asked by the real hook of its vendor. Subclasses are called ``Test…`` and say what is their own:
    ``connection`` is the id of one of its connections, ``has_login`` whether the vendor asks for a password."""

    vendor: ClassVar[str]
    connection: ClassVar[str]
    has_login: ClassVar[bool] = True

    def prepare(self, sandbox: SandboxServer) -> None:
        """Sets the stand-in up, where it is not as it should be by itself."""

    def ask(self, hook: Any) -> str:
        """A harmless question, and what the hook makes of the answer."""
        works, sentence = hook.test_connection()
        assert works, sentence
        return sentence

    def hook(self) -> Any:
        """The vendor's hook."""
        raise NotImplementedError

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
        """What a stand-in answers, through a connection whose fields may be changed."""

        def asked(sandbox: SandboxServer, **changes: Any) -> str:
            self.prepare(sandbox)
            connect(sandbox.url, self.connection, monkeypatch, **changes)
            return self.ask(self.hook())

        return asked

    def test_it_is_found_by_its_package_and_says_how_it_is_connected(self, sandbox):
        assert self.vendor in vendors()
        fields = sandbox_connections.connections(sandbox.url)[self.connection]
        assert fields["conn_type"] == self.vendor
        assert fields["host"].startswith(f"{sandbox.url}/{self.vendor}")

    def test_every_call_is_counted_by_what_it_asks_for(self, sandbox, asked):
        asked(sandbox)
        operations = sandbox.call("GET", "calls", params={"vendor": self.vendor})[self.vendor]
        assert operations
        assert "" not in operations

    def test_a_fault_picks_out_one_kind_of_call(self, sandbox, asked):
        asked(sandbox)
        operation = next(iter(sandbox.call("GET", "calls", params={"vendor": self.vendor})[self.vendor]))
        sandbox.reset()  # the vendor's own limit on calls a second is no matter of faults
        number = sandbox.faults.add("latency", vendor=self.vendor, operation=operation, seconds=0)
        asked(sandbox)
        (fault,) = sandbox.faults.all()
        assert (fault["number"], fault["met"] > 0) == (number, True)

    def test_a_reset_forgets_what_was_asked(self, sandbox, asked):
        before = asked(sandbox)
        sandbox.reset()
        assert sandbox.calls(self.vendor) == 0
        assert asked(sandbox) == before

    def test_what_its_vendor_does_not_offer_is_not_there(self, sandbox):
        answer = requests.get(f"{sandbox.url}/{self.vendor}/no/such/place/at/all", timeout=10)
        assert answer.status_code in (401, 404)

    def test_another_password_is_refused(self, sandbox, monkeypatch):
        if not self.has_login:
            return
        self.prepare(sandbox)
        connect(sandbox.url, self.connection, monkeypatch, password="another")
        works, sentence = self.hook().test_connection()
        assert not works
        assert FatalError.advice in sentence


class SourceStandInContract(StandInContract):
    """A source's stand-in: ``key`` is a box's key there, ``day`` one with takings."""

    key: ClassVar[str]
    day: ClassVar[date] = date(2024, 9, 6)

    def ask(self, hook: Any) -> str:
        """What a whole day sums to; an answer may also tell when it was given."""
        return str(self.totals(hook.fetch(self.key, self.day).body))

    def totals(self, body: str) -> list[Total]:
        """The day's control totals, in a currency that has cents."""
        return SOURCES[self.vendor].control_totals(body, currency="USD", key=self.key)

    def hook(self) -> Any:
        return by_hand(self.vendor, self.connection)

    def test_a_seed_makes_the_same_day_again_and_another_seed_another(self, sandbox, asked):
        first = asked(sandbox)
        with SandboxServer(options=Options(business_hours=False)) as again:
            assert asked(again) == first
        with SandboxServer(options=Options(seed="another", business_hours=False)) as other:
            assert asked(other) != first

    def test_a_day_that_lies_ahead_is_empty(self, monkeypatch):
        with SandboxServer(options=Options(business_hours=False, today=lambda: self.day)) as today:
            self.prepare(today)
            connect(today.url, self.connection, monkeypatch)
            body = self.hook().fetch(self.key, self.day + timedelta(days=1)).body
        assert self.totals(body) == []
