"""What tasks import, and the words they speak, the scheduler reads once: the local executor forks each task from it.

That spares a task most of its start, a quarter of a second of the processor. Executors that start their tasks otherwise
gain nothing and lose nothing; a changed module reaches tasks of a local executor when the scheduler is restarted.
"""

import sys
from importlib import import_module
from typing import Any

from airflow.listeners import hookimpl

from cierre.language.language import CODES, catalogue
from hooks.registry import preloaded

NEEDED = (
    "airflow.providers.postgres.hooks.postgres",
    "cierre.bookkeeping.derive",
    "cierre.reports.snippet",
    "cierre.orchestration.builder",
    *preloaded(),
    "cierre.closing.landed_day",
    "cierre.ledger.allowances",
    "cierre.accounting_files.loader",
    "cierre.accounting_files.periods",
    "operators.belonging",
    "cierre.posting.protocol",
    "cierre.posting.read_back",
    "cierre.ledger.approvals",
    "cierre.ledger.capabilities",
    "cierre.ledger.identity",
    "cierre.ledger.landing",
    "cierre.ledger.revisions",
    "cierre.ledger.problems",
    "cierre.ledger.reconciliation",
    "cierre.ledger.session",
    "cierre.ledger.staging",
)


@hookimpl
def on_starting(component: Any) -> None:
    """Before the scheduler starts its executor. (Its job does not know yet whose it is: the command line does.)"""
    if type(component).__name__ == "Job" and "scheduler" in sys.argv:
        for name in NEEDED:
            import_module(name)
        for code in CODES:
            catalogue(code)
