"""The files accountants own, read and checked: cash boxes, account mappings, the chart of accounts."""

from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import cash_box, cash_box_ids, cash_boxes, mappings_folder

__all__ = [
    "Finding",
    "MappingError",
    "cash_box",
    "cash_box_ids",
    "cash_boxes",
    "mappings_folder",
]
