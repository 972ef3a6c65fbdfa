"""No DAG: fails to import, and so shows in the UI, where a mapping file is wrong. Sound boxes go on meanwhile.

Where the ledger answers, so it does for a box whose lot or till another box has booked.
"""

import os

from airflow.sdk import get_parsing_context

from cierre.accounting_files.check import check_all
from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import mappings_folder, sound_boxes
from cierre.ledger.connection import open_ledger


def in_the_ledger() -> list[Finding]:
    """What the ledger says against the boxes' files; nothing where it does not answer soon."""
    from cierre.reports.claims import claimed

    os.environ.setdefault("PGCONNECT_TIMEOUT", "3")
    try:
        with open_ledger("ledger_db") as ledger:
            return claimed(ledger, sound_boxes())
    except Exception:  # whatever is wrong there, the first step of each close tells it; files are checked all the same
        return []


# DAG: Airflow skips files that name neither "dag" nor "airflow"; and a task's own parse has nothing to check here.
if get_parsing_context().dag_id is None and (findings := check_all() + in_the_ledger()):
    raise MappingError(mappings_folder(), findings)
