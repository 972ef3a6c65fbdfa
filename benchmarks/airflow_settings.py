"""P12: what each setting of Airflow and of its database does to tasks that do nothing."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psutil
import psycopg

from benchmarks.harness import Bench
from benchmarks.results import Case
from benchmarks.stacks import EMPTY, System, system
from local.settings import RUN

NUMBER, TITLE = "P12", "Airflow's settings, each alone"
INTRO = """
The graphs of 40 boxes, of five tasks that do nothing, let loose at once in a fresh system: as `make up` sets it, but
that files are read once, and with one setting changed, each twice; the first comes again at the end. Processor seconds
are those of all that the machine did in the last of the rounds.
"""
DAYS = (date(2024, 9, 4), date(2024, 9, 5))


@dataclass(frozen=True)
class Variant:
    """A setting of Airflow (by its variable without ``AIRFLOW__``), or of PostgreSQL for Airflow's database."""

    name: str
    airflow: Mapping[str, str] = field(default_factory=dict)
    postgres: Mapping[str, str] = field(default_factory=dict)


AS_IT_IS = Variant("as make up sets it, files read once")
FIVE_SECONDS = Variant("supervisors look every 5 s, as Airflow has it", {"WORKERS__MIN_HEARTBEAT_INTERVAL": "5"})
VARIANTS = (
    AS_IT_IS,
    Variant("4 tasks at a time", {"CORE__PARALLELISM": "4"}),
    Variant("16 tasks at a time", {"CORE__PARALLELISM": "16"}),
    Variant("2 API workers", {"API__WORKERS": "2"}),
    Variant("API: 1,024 DAGs kept in memory", {"API__DAG_CACHE_SIZE": "1024"}),
    Variant("no lines of the API's requests", {"LOGGING__UVICORN_LOGGING_LEVEL": "WARNING"}),
    Variant("logs: warnings alone", {"LOGGING__LOGGING_LEVEL": "WARNING"}),
    Variant("scheduler: rests 1 s when idle, as Airflow has it", {"SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "1"}),
    Variant("scheduler: 64 tasks a query", {"SCHEDULER__MAX_TIS_PER_QUERY": "64"}),
    Variant("scheduler: 100 runs a round", {"SCHEDULER__MAX_DAGRUNS_PER_LOOP_TO_SCHEDULE": "100"}),
    FIVE_SECONDS,
    Variant("database: connections not tried first", {"DATABASE__SQL_ALCHEMY_POOL_PRE_PING": "False"}),
    Variant("database: 20 connections kept", {"DATABASE__SQL_ALCHEMY_POOL_SIZE": "20"}),
    Variant("PostgreSQL: commits not waited for", postgres={"synchronous_commit": "off"}),
    Variant("files read again every 15 s", {"DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "15"}),
)


def run(bench: Bench) -> None:
    """A system for each setting; the one that is as it is comes first and last."""
    case = bench.case("40 graphs of empty tasks")
    with bench.bar(NUMBER, (len(VARIANTS) + 1) * len(DAYS)) as advance:
        for variant in (*VARIANTS, AS_IT_IS):
            with _system(variant, bench.size(40, 2)) as here:
                here.run(EMPTY, here.boxes[:2], date(2024, 9, 2))
                for day in DAYS:
                    case.add(variant.name, _measured(here, day))
                    advance()
    _judge(bench, case)


@contextmanager
def _system(variant: Variant, boxes: int) -> Iterator[System]:
    given = {f"AIRFLOW__{name}": text for name, text in variant.airflow.items()}
    with system(RUN / "benchmarks" / "settings", boxes, peers=(EMPTY,), settings=given) as here:
        with psycopg.connect(here.stack.cluster.dsn("postgres"), autocommit=True) as admin:
            for name, text in variant.postgres.items():
                admin.execute(f"ALTER SYSTEM SET {name} = {text}")
            admin.execute("SELECT pg_reload_conf()")
        yield here


def _measured(here: System, day: date) -> dict[str, Any]:
    here.metadata.execute("CHECKPOINT")
    time.sleep(2)
    before = _busy_seconds()
    result = here.run(EMPTY, here.boxes, day)
    return result | {"processor_s": round(_busy_seconds() - before, 1)}


def _busy_seconds() -> float:
    """How long the machine's processors have worked since it started, in seconds of one."""
    times = psutil.cpu_times()
    return float(times.user + times.system)


def _judge(bench: Bench, case: Case) -> None:
    """What the pace of supervisors brings, the one setting that counts; and how far the same settings lie apart."""
    bench.at_least(
        "supervisors look each second, as fast as every five",
        case,
        AS_IT_IS.name,
        FIVE_SECONDS.name,
        1.3,
        "A task's supervisor saw its end at once, without being told to look.",
    )
    seconds = [result["seconds"] for result in case.results[AS_IT_IS.name]]
    bench.note(
        f"The same settings took {min(seconds):.1f} to {max(seconds):.1f} s in {len(seconds)} rounds: what lies within"
        " that is no difference."
    )
