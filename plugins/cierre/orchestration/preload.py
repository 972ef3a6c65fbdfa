"""What tasks import, and what they make of it, the scheduler does once: the local executor forks each task from it.

That spares a task most of its start, more than a quarter of a second of the processor. Executors that start their tasks
otherwise gain nothing and lose nothing; a changed module reaches tasks of a local executor when the scheduler is
restarted.
"""

import sys
from importlib import import_module
from typing import Any

from airflow.listeners import hookimpl
from airflow.sdk.listener import get_listener_manager

from cierre.language.language import CODES, catalogue
from hooks.registry import box_model, preloaded

NEEDED = (
    "airflow.dag_processing.dagbag",
    "airflow.providers.postgres.hooks.postgres",
    "cierre.closing.derive",
    "cierre.closing.land",
    "cierre.closing.post",
    "cierre.closing.reconcile",
    "cierre.closing.stage",
    "cierre.orchestration.builder",
    "jinja2.ext",
    "operators.at_work.box_day",
)


@hookimpl
def on_starting(component: Any) -> None:
    """Before the scheduler starts its executor. (Its job does not know yet whose it is: the command line does.)"""
    if type(component).__name__ == "Job" and "scheduler" in sys.argv:
        for name in (*NEEDED, *preloaded()):
            import_module(name)
        for code in CODES:
            catalogue(code)
        box_model()
        # Airflow would read all plugins anew for the listeners of each task.
        get_listener_manager()
