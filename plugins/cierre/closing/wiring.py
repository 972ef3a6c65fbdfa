"""Picks hooks and ledger, and hands each hook what it needs of the rest: the only place that knows both sides."""

from typing import Any

from cierre.bookkeeping.cash_box import CashBox
from cierre.ledger.allowances import LedgerAllowances
from cierre.ports.erp import ReadableErp
from hooks.protheus.hook import ProtheusHook
from hooks.sources import SourceHook, hook_of


def source_hook(box: CashBox, *, override_by: str | None = None) -> SourceHook:
    """The hook of a box's source. ``override_by`` names the person who answers for calls in business hours, where the
    source has such hours."""
    return hook_behind(box.source, box.connection, override_by=override_by)


def hook_behind(source: str, connection_id: str, *, override_by: str | None = None) -> SourceHook:
    """The hook of a source behind a connection. What it may do is counted in the ledger, for every process."""
    hook = hook_of(source)
    parts = {"allowances": _allowances, "override_by": lambda: override_by}
    return hook(connection_id, **{name: parts[name]() for name in hook.takes})


def erp_hook(connection_id: str) -> ReadableErp:
    """The hook of the ERP behind a connection."""
    return ProtheusHook(connection_id)


def _allowances() -> Any:
    return LedgerAllowances()
