"""The SGE's columns as people reviewed them (``sge_columns.yaml``)."""

from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.settings import read_settings
from cierre.bookkeeping.invoice_columns import InvoiceColumns

FILE = "sge_columns.yaml"


def sge_columns() -> InvoiceColumns:
    """The reviewed columns. Raises MappingError if there is no such file, or with all that is wrong in it."""
    found = read_settings(FILE, InvoiceColumns)
    if found is None:
        missing = Finding(FILE, 0, "", "there is no such file, and without it no SGE can be read")
        raise MappingError(mappings_folder(), [missing])
    return found
