"""Picks hooks and ledger, and hands each hook what it needs of the rest: the only place that knows both sides."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from airflow.sdk import BaseHook

from cierre.accounting_files.reviewed import reviewed
from cierre.bookkeeping.cash_box import CashBox
from cierre.ledger.allowances import LedgerAllowances
from cierre.ports.erp import ErpDescription, ErpHook
from cierre.ports.errors import FatalError
from cierre.ports.source import InvoiceSourceDescription, SourceDescription, SourceHook
from hooks import registry
from hooks.registry import SOURCES


def source_of(box: CashBox) -> SourceDescription:
    """What the box's source can do."""
    return SOURCES[box.source]


def invoice_source_of(box: CashBox) -> InvoiceSourceDescription | None:
    """The same where the source tells of invoices what was collected so far; else None."""
    source = source_of(box)
    return source if isinstance(source, InvoiceSourceDescription) else None


def knows_plans(box: CashBox) -> bool:
    """Whether the box's source tells what was planned to be invoiced."""
    return source_of(box).plan is not None


def knows_owner(box: CashBox) -> bool:
    """Whether the box's source tells which company its login is of."""
    return source_of(box).owner is not None


def rechecks(box: CashBox) -> bool:
    """Whether the box's source can tell by a few calls whether a landed day is still what it says."""
    return source_of(box).rechecks


def source_hook(box: CashBox, *, override_by: str | None = None, spares_daily_calls: bool = False) -> SourceHook:
    """The hook of a box's source. ``override_by`` names the person who answers for calls in business hours, where the
    source has such hours. ``spares_daily_calls``: a call that may be made once a day is left to the closes."""
    return hook_behind(box.source, box.connection, override_by=override_by, spares_daily_calls=spares_daily_calls)


def hook_behind(
    source: str, connection_id: str, *, override_by: str | None = None, spares_daily_calls: bool = False
) -> SourceHook:
    """The hook of a source behind a connection. What it may do is counted in the ledger, for every process."""
    description = SOURCES[source]
    parts: dict[str, Callable[[], Any]] = {
        "allowances": lambda: LedgerAllowances(description.open_fields_of, spares_daily_calls=spares_daily_calls),
        "override_by": lambda: override_by,
        "reviewed": lambda: partial(reviewed, source),
    }
    make = description.hook.load()
    hook: SourceHook = make(connection_id, **{name: parts[name]() for name in make.takes})
    return hook


def reviewed_by(box: CashBox) -> dict[str, Any]:
    """The accountants' file that the reading of the box's source takes, as its keyword ``reviewed``; nothing for a
    source that takes none. Raises MappingError where the file cannot be used."""
    return {"reviewed": reviewed(box.source)} if source_of(box).reviewed else {}


def erp_of(box: CashBox) -> ErpDescription:
    """What is known of the kind of ERP whose books a box enters."""
    return registry.ERPS[box.erp.kind]


_made: ContextVar[dict[tuple[str, str], ErpHook] | None] = ContextVar("_made", default=None)


@contextmanager
def one_hook_of_an_erp() -> Iterator[None]:
    """In the block, the ERP behind a connection has one hook for all who ask: its connection is read once, so the whole
    step goes to one site, and so is its login."""
    token = _made.set({})
    try:
        yield
    finally:
        _made.reset(token)


def erp_hook(box: CashBox) -> ErpHook:
    """The hook of the ERP whose books a box enters; in a block of ``one_hook_of_an_erp``, the one that was made there
    before."""
    made, behind = _made.get(), (box.erp.kind, box.erp.connection)
    if made is not None and behind in made:
        return made[behind]
    hook: ErpHook = erp_of(box).hook(box.erp.connection)
    if made is not None:
        made[behind] = hook
    return hook


def erp_behind(connection_id: str) -> ErpDescription:
    """What is known of the ERP behind a connection, by the connection's type. Raises FatalError where that is none.

    For what is no box's: a probe, and what is left of a box that has no file any more.
    """
    kind = BaseHook.get_connection(connection_id).conn_type or ""
    if kind not in registry.ERPS:
        known = ", ".join(registry.ERPS)
        raise FatalError(f"the connection is of type {kind}, and known ERPs are {known}", vendor=connection_id)
    return registry.ERPS[kind]
