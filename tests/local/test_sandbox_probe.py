"""A stack of `make up` finds out by itself what its sandbox's ERP can do; a real ERP is left to a person."""

import pytest

from cierre.ledger import capabilities, migrate, session
from local.settings import Ports
from local.stack import Stack


class WithoutAirflow(Stack):
    """The real PostgreSQL and the real sandbox, and nothing else."""

    class api:
        @staticmethod
        def unhealthy(since):
            return set()

    def _migrate(self):
        migrate.upgrade(self.owner_dsn)

    def _keep_connections(self):
        return True

    def _commands(self):
        return {"sandbox": super()._commands()["sandbox"]}


@pytest.fixture
def stack(tmp_path, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_PROTHEUS", raising=False)
    monkeypatch.setattr("local.stack.RUN", tmp_path)
    monkeypatch.setattr(Ports, "configured", lambda given: Ports.free())
    stack = WithoutAirflow.of_this_project()
    yield stack
    stack.down()


def known(stack) -> list[tuple]:
    with session.connect(stack.ledger_dsn) as ledger:
        rows = ledger.execute("SELECT name, value, tenant, probed_at FROM erp.capability ORDER BY name").fetchall()
    return [tuple(row) for row in rows]


def test_a_stack_that_is_started_knows_that_its_sandbox_can_be_read_and_probes_it_once(stack):
    stack.up()
    first = known(stack)
    assert ("read_back", True, "T9,TEST 01") in [row[:3] for row in first]
    with session.connect(stack.ledger_dsn) as ledger:
        assert capabilities.of(ledger, "protheus", "T1,D MG 01 ").read_back
        assert ledger.execute("SELECT count(*) FROM erp.probe_address WHERE emptied_at IS NULL").fetchone()[0] == 0
    stack.down()
    stack.up()
    assert known(stack) == first


def test_an_erp_that_a_person_named_is_never_probed_by_itself(stack, monkeypatch):
    monkeypatch.setattr(WithoutAirflow, "_keep_connections", lambda self: False)
    stack.up()
    assert known(stack) == []


def test_where_a_secrets_back_end_may_name_an_erp_nothing_is_probed_by_itself(monkeypatch):
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "some.vault.Backend")
    assert not Stack.of_this_project()._probes_sandbox


def test_a_probe_that_cannot_be_made_keeps_no_stack_from_starting(stack, monkeypatch):
    monkeypatch.setattr("local.stack.SANDBOX_GROUND", {"connection": "nowhere", "tenant": "x"})
    stack.up()
    assert stack.running()
    assert known(stack) == []
