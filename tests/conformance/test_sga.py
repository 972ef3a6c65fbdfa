"""SGA and its stand-in, as the closing assumes them."""

from conformance.sources import SourceContract
from conformance.stand_ins import SourceStandInContract


class TestSga(SourceContract):
    box = "itb_caja_164"
    attests = False
    personal = frozenset(
        {"inscripcionNombre", "inscripcionCedula", "clienteRuc", "clienteTelefono", "clienteDireccion"}
    )


class TestStandIn(SourceStandInContract):
    vendor = "sga"
    connection = "sga_itb"
    key = "164"
    has_login = False
