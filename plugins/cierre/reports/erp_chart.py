"""What the mappings book to that the ERP, as it was last read, would refuse: told before a day stops on it."""

from collections.abc import Mapping

import psycopg

from cierre.accounting_files.arrival_checks import arrivals_file
from cierre.accounting_files.arrivals import all_known_rules
from cierre.accounting_files.check import SoundMappings
from cierre.accounting_files.findings import Finding
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.checks import check
from cierre.bookkeeping.matching.checks import check_accounts
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import master_data
from hooks import registry


def against_the_erp(ledger: psycopg.Connection, boxes: Mapping[str, CashBox], mappings: SoundMappings) -> list[Finding]:
    """A finding for each code, of a mapping or of books of arrivals, to which the ERP of its tenant takes no lines."""
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
    for company, rules in all_known_rules().items():
        books, beside = rules.books, boxes.get(rules.books.beside) if rules.books else None
        told = master_data.known(ledger, beside.erp.connection, beside.erp.tenant.strip()) if beside else None
        if books is None or beside is None or told is None:
            continue
        for place, message in check_accounts(books, told.chart(), beside.erp.limits):
            said = Sentence("in the ERP ({tenant}): {message}", tenant=beside.erp.tenant.strip(), message=message)
            found.add(arrivals_file().finding(("companies", company, "books", *place), said))
    return sorted(found)
