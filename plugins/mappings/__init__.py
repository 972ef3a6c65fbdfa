"""The files accountants own, read and checked: cash boxes, account mappings, the chart of accounts."""

from mappings.findings import Finding, MappingError
from mappings.loader import account_mapping, cash_box, cash_box_ids, cash_boxes, mappings_folder

__all__ = [
    "Finding",
    "MappingError",
    "account_mapping",
    "cash_box",
    "cash_box_ids",
    "cash_boxes",
    "mappings_folder",
]
