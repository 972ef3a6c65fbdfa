"""Reading the boxes' DAG file as Airflow does: whole, for a task's own DAG alone, and to be stored."""

import gc
import os
from contextlib import nullcontext
from typing import Any

from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager
from airflow.serialization.serialized_objects import DagSerialization

from benchmarks.measure import Watch


def parse(task: dict[str, Any]) -> dict[str, Any]:
    """Reads a DAG file; ``asked`` is the DAG that a task asks for, empty for all. Airflow is imported before."""
    os.environ["CIERRE_MAPPINGS_DIR"] = task["mappings"]
    bag = DagBag(dag_folder=os.devnull, collect_dags=False)
    context = _airflow_parsing_context_manager(dag_id=task["asked"]) if task["asked"] else nullcontext()
    _as_before_a_fork()
    with Watch() as watch, context:
        dags = bag.process_file(task["file"])
    if bag.import_errors:
        raise RuntimeError(next(iter(bag.import_errors.values())))
    return watch.result(rows=len(dags), cents=len(dags))


def _as_before_a_fork() -> None:
    """As Airflow's executor and its reader of files do before they fork: what is there is not searched for garbage."""
    gc.collect()
    gc.freeze()


def serialize(task: dict[str, Any]) -> dict[str, Any]:
    """Makes what Airflow stores of each of a file's DAGs."""
    os.environ["CIERRE_MAPPINGS_DIR"] = task["mappings"]
    bag = DagBag(dag_folder=os.devnull, collect_dags=False)
    dags = bag.process_file(task["file"])
    DagSerialization.to_dict(dags[0])  # which also loads Airflow's plugins
    _as_before_a_fork()
    with Watch() as watch:
        kept = [DagSerialization.to_dict(dag) for dag in dags]
    return watch.result(rows=len(kept), cents=len(kept))
