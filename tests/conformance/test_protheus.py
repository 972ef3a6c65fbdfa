"""The stand-in of Protheus, as tests and people count on it."""

from conformance.stand_ins import StandInContract
from hooks.registry import ERPS


class TestStandIn(StandInContract):
    vendor = "protheus"
    connection = "protheus"

    def hook(self):
        return ERPS["protheus"].hook(self.connection)
