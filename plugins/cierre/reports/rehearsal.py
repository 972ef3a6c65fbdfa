"""A dry run: the journal that the newest answer would make, shown in the log. Nothing is frozen."""

import logging
from datetime import date
from typing import Any

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.loader import mappings_folder
from cierre.bookkeeping.cash_box import CashBox
from cierre.language.say import say
from cierre.reports.preview import as_text, journal_table
from cierre.reports.staged import derived

log = logging.getLogger(__name__)


def rehearse(box: CashBox, day: date, ledger: psycopg.Connection) -> dict[str, Any]:
    """Shows the journal, and returns how many entries it has, their sum, and whether rows in quarantine would stop the
    day. Raises NothingThere where nothing was landed."""
    mapping = account_mapping(box.mapping)
    chart, _ = read_chart(mappings_folder())
    shown = derived(ledger, box, day, mapping, newest=True)
    for held in shown.held:
        log.warning(say("In quarantine, so the day would stop: {row}", row=held))
    table = as_text(journal_table(shown.derivation, shown.documents, mapping, chart))
    log.info(say("What would be posted, by the mapping {mapping}:\n{journal}", mapping=mapping.name, journal=table))
    total = sum(entry.debit for entry in shown.derivation.entries)
    return {"entries": len(shown.derivation.entries), "total": str(total), "stops": bool(shown.held)}
