"""The SGE and its stand-in, as the closing assumes them."""

from datetime import date

from conformance.sources import SourceContract
from conformance.stand_ins import SourceStandInContract
from sandbox.server import SandboxServer

DAY = date(2024, 9, 6)


class TestSge(SourceContract):
    box = "universidad_contratos"
    attests = True
    personal = frozenset({"2"})  # the column of the customer
    own = frozenset({"day", "since"})

    def prepare(self, sandbox: SandboxServer) -> None:
        sandbox.sge.set(today=DAY)


class TestStandIn(SourceStandInContract):
    vendor = "sge"
    connection = "sge"
    key = "123456,123457,123458"

    def prepare(self, sandbox: SandboxServer) -> None:
        sandbox.sge.set(today=DAY)
