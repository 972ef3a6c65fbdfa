"""Where a cash box's documents come from: the vendor's module, which is the source port."""

import importlib
from datetime import date
from typing import TYPE_CHECKING, Protocol, cast

from bookkeeping.cash_box import CashBox
from bookkeeping.documents import Reading, Total
from hooks.errors import FatalError

if TYPE_CHECKING:
    from hooks.vendor import Answer


class SourceHook(Protocol):
    """A vendor's hook as the landing step sees it."""

    def fetch(self, key: str, day: date) -> "Answer":
        """The source's whole answer for a day; raises a hooks.errors.VendorError where it is not whole."""


class Source(Protocol):
    """What each ``hooks/<source>.py`` offers; only ``Hook`` touches the network."""

    def Hook(self, connection_id: str) -> SourceHook:
        """The hook on an Airflow connection."""

    def read(self, body: str, *, day: date, currency: str) -> Reading:
        """A landed body as documents and quarantined rows."""

    def control_totals(self, body: str, *, currency: str) -> list[Total]:
        """What the body's rows sum to, by kind and form, apart from ``read``."""


CLOSED = frozenset({"sga"})
"""The sources whose boxes can be closed; the others' hooks stand, but landing and booking do not know them yet."""


def source_of(box: CashBox) -> Source:
    """The module of the box's source. Raises FatalError for one whose boxes cannot be closed yet."""
    if box.source not in CLOSED:
        raise FatalError(f"{box.name}: boxes of this source cannot be closed yet", vendor=box.source)
    return cast(Source, importlib.import_module(f"hooks.{box.source}"))
