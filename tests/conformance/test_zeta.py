"""Zeta and its stand-in, as the closing assumes them."""

from conformance.sources import SourceContract
from conformance.stand_ins import SourceStandInContract
from sandbox.server import SandboxServer
from sandbox.zeta.settings import Profile


def at_any_hour(sandbox: SandboxServer) -> None:
    """The stand-in counts what it is asked at work time and in a day; few sales are enough."""
    sandbox.zeta.set(queries_in_hours=10_000, details_a_day=10_000)
    sandbox.zeta.set_profile(Profile(sales=(2, 3)))


class TestZeta(SourceContract):
    box = "itb_uruguay_1_1"
    attests = True
    personal = frozenset({"ClienteNombre", "ClienteRazonSocial", "VendedorNombre", "UsuarioNombre"})

    def prepare(self, sandbox: SandboxServer) -> None:
        at_any_hour(sandbox)


class TestStandIn(SourceStandInContract):
    vendor = "zeta"
    connection = "zeta"
    key = "1-1"

    def prepare(self, sandbox: SandboxServer) -> None:
        at_any_hour(sandbox)
