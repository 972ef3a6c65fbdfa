"""The ERP's open periods, as accountants note them in ``periods.yaml``, where the ERP itself does not tell them."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from pydantic import field_validator

from cierre.accounting_files.files import read_yaml
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.settings import read_settings
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean
from cierre.bookkeeping.validation import IsoDate, Model, Text

FILE = "periods.yaml"


class Periods(Model):
    """``open_from``: by tenant (compared stripped), the first date on which its books still take entries."""

    open_from: dict[Text, IsoDate]

    @field_validator("open_from")
    @classmethod
    def _each_tenant_once(cls, days: dict[str, date]) -> dict[str, date]:
        for tenant, lines in Counter(name.strip() for name in days).items():
            if lines > 1:
                message = "tenant {tenant!r} has {n} lines that differ only in blanks; leave one"
                raise ValueError(Sentence(message, tenant=tenant, n=lines))
        return days


def open_from(tenant: str) -> date | None:
    """The first date of a tenant's open periods; None where ``periods.yaml`` is absent or does not name the tenant.

    Raises MappingError with all that is wrong in the file.
    """
    return {name.strip(): day for name, day in _days().items()}.get(tenant.strip())


def check_periods(boxes: Mapping[str, CashBox] | None) -> None:
    """Raises MappingError with all that is wrong in the file, and with the tenants that none of the ``boxes`` has: such
    a line would keep no month closed. None where not all boxes are known: that is then not told."""
    days = _days()
    if boxes is None:
        return
    known = {box.erp.tenant.strip() for box in boxes.values()}
    if strange := [name for name in days if name.strip() not in known]:
        folder = mappings_folder()
        file = read_yaml(folder / FILE, folder)
        message = "no cash box has this tenant, so the line keeps no month closed{hint}"
        raise MappingError(
            folder,
            [
                file.finding(("open_from", name), Sentence(message, hint=did_you_mean(name.strip(), known)))
                for name in strange
            ],
        )


def _days() -> Mapping[str, date]:
    periods = read_settings(FILE, Periods)
    return periods.open_from if periods else {}
