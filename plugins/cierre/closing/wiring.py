"""The one place that picks the hooks of a box."""

from cierre.bookkeeping.cash_box import CashBox
from hooks.protheus.hook import ProtheusHook
from hooks.sources import SourceHook, source_of


def source_hook(box: CashBox, **settings: str) -> SourceHook:
    """The hook of a box's source; ``settings`` are of this run alone."""
    return source_of(box).Hook(box.connection, **settings)


def erp_hook(connection: str) -> ProtheusHook:
    """The hook of the ERP behind an Airflow connection; nothing is asked there yet."""
    return ProtheusHook(connection)
