"""Bsale and its stand-in, as the closing assumes them."""

from conformance.sources import SourceContract
from conformance.stand_ins import SourceStandInContract


class TestBsale(SourceContract):
    box = "austral_oficina_1"
    attests = True
    personal = frozenset()  # a payment of the stand-in names nobody


class TestStandIn(SourceStandInContract):
    vendor = "bsale"
    connection = "bsale"
    key = "1"
