"""Probe: what posting assumes of a site of an ERP, tried in its test company, and kept for posting to go by."""

import psycopg

from cierre.accounting_files.loader import cash_boxes
from cierre.closing.wiring import erp_behind
from cierre.ledger import capabilities
from cierre.ports.probe import Ground
from cierre.posting import probe as posting
from cierre.posting.probe_report import ProbeReport


def probe(ledger: psycopg.Connection, ground: Ground) -> ProbeReport:
    """Probes the site behind the ground's connection as its kind of ERP is probed, and keeps what was found.

    Raises cierre.ports.probe.ProbeRefused where it must not or cannot write there, and MappingError where nobody knows
    which lots are the cash boxes'; see cierre.posting.probe.probe for the rest.
    """
    erp = erp_behind(ground.connection)
    ground.check_for(erp.slug, erp.box_section.load())
    report = posting.probe(ledger, erp.hook(ground.connection), ground, erp.probe.load(), boxes=cash_boxes().values())
    capabilities.save(ledger, report.connection, report.tenant, report.capabilities)
    return report
