"""What the mappings book to that the ERP, as it was last read, would refuse: told before a day stops on it."""

from collections.abc import Mapping

import psycopg

from cierre.accounting_files.check import SoundMappings
from cierre.accounting_files.findings import Finding
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.checks import check
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import master_data
from hooks import registry


def against_the_erp(ledger: psycopg.Connection, boxes: Mapping[str, CashBox], mappings: SoundMappings) -> list[Finding]:
    """A finding for each code of a mapping to which the ERP of one of its tenants takes no lines."""
    found: set[Finding] = set()
    used = {
        (box.erp.connection, box.erp.tenant.strip(), box.mapping) for box in boxes.values() if box.mapping in mappings
    }
    for connection, tenant, name in sorted(used):
        told = master_data.known(ledger, connection, tenant)
        if told is None:
            continue
        mapping, file = mappings[name]
        for place, message in check(mapping, told.chart(), registry.limits_of_any()):
            found.add(file.finding(place, Sentence("in the ERP ({tenant}): {message}", tenant=tenant, message=message)))
    return sorted(found)
