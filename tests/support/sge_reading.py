"""The SGE's landed days, read with what the accountants' file says of its VAT column."""

from functools import wraps
from typing import Any

from cierre.accounting_files.reviewed import reviewed
from cierre.bookkeeping.documents import Reading
from hooks.sge import hook


@wraps(hook.read)
def read(body: str, **asked: Any) -> Reading:
    """As hooks.sge.hook.read does."""
    return hook.read(body, **asked, reviewed=reviewed("sge"))
