"""The ERP's open periods, as accountants note them in ``periods.yaml``, where the ERP itself does not tell them."""

from datetime import date

from cierre.accounting_files.settings import read_settings
from cierre.bookkeeping.validation import BusinessDay, Model, Text


class Periods(Model):
    """``open_from``: by tenant (compared stripped), the first date on which its books still take entries."""

    open_from: dict[Text, BusinessDay]


def open_from(tenant: str) -> date | None:
    """The first date of a tenant's open periods; None where ``periods.yaml`` is absent or does not name the tenant.

    Raises MappingError with all that is wrong in the file.
    """
    periods = read_settings("periods.yaml", Periods)
    named = periods.open_from if periods else {}
    return {name.strip(): day for name, day in named.items()}.get(tenant.strip())
