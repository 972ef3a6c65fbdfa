"""The ERP's open periods, as accountants note them in ``periods.yaml``; the ERP has no question for it."""

from datetime import date

from pydantic import ValidationError

from bookkeeping.validation import IsoDate, Model
from mappings.files import read_yaml
from mappings.findings import MappingError
from mappings.loader import mappings_folder


class Periods(Model):
    """``open_from``: by tenant (compared stripped), the first date on which its books still take entries."""

    open_from: dict[str, IsoDate]


def open_from(tenant: str) -> date | None:
    """The first date of a tenant's open periods; None where ``periods.yaml`` is absent or does not name the tenant.

    Raises MappingError with all that is wrong in the file.
    """
    folder = mappings_folder()
    path = folder / "periods.yaml"
    if not path.is_file():
        return None
    file = read_yaml(path, folder)
    try:
        periods = None if file.findings else Periods.model_validate(file.content)
    except ValidationError as error:
        file.findings.extend(file.explain(error, Periods))
    if file.findings:
        raise MappingError(folder, file.findings)
    return {name.strip(): day for name, day in periods.open_from.items()}.get(tenant.strip())
