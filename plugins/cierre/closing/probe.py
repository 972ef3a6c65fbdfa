"""Probe: what posting assumes of a site of the ERP, tried in its test company, and kept for posting to go by."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import psycopg

from cierre.accounting_files.loader import cash_boxes
from cierre.closing.wiring import erp_hook
from cierre.ledger import capabilities
from cierre.posting.probe import probe as put_to_the_test
from cierre.posting.probe_report import ProbeReport
from cierre.posting.probe_target import Ground, ProbeRefused

__all__ = ["ProbeRefused", "probe"]


def probe(ledger: psycopg.Connection, fields: Mapping[str, Any]) -> ProbeReport:
    """Probes the site and tenant that ``fields`` name (those of Ground; without ``day``, today), and keeps the report.

    Raises ProbeRefused where the fields are none that may be probed, DataError or FatalError as the ERP does, and
    MappingError where a box's file is wrong: its lot must be known, to be left alone.
    """
    ground = Ground.named(**{**fields, "day": fields["day"] or date.today()})
    report = put_to_the_test(ledger, erp_hook(ground.connection), ground, boxes=cash_boxes().values())
    capabilities.save(ledger, report.connection, report.tenant, report.capabilities)
    return report
