"""What happens to the parts of a system: each disaster closes days of its own, and yields a row for each thing seen."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg

from e2e.operation_scenarios import ASKING, WAITING, Scenario, backfilled, october, posting
from e2e.operations import DATABASES, KILLED, Close, Row
from e2e.servers import kill_part
from local.migration import AIRFLOW
from local.settings import PROJECT

RUNS = "dag_run,task_instance,task_instance_history,xcom,log,asset_event,job"
"""Tables. Of all others `db clean` also takes the DAGs whose files were not read since: they come back paused."""
LATE, MIDNIGHT = "closing_hour: 23:59", "closing_hour: 00:00"


def killed_servers(system) -> Iterator[Row]:
    """Triggerer and scheduler die, while days wait for their end, for a person, for the ERP."""
    waiting = a_day_that_is_not_over(system)
    asking = Close(system, KILLED, ASKING, october(8))
    asking.begin()
    asking.waits_for_approval()
    waiting.waits("land", "deferred")
    under_way, hold = posting(system, KILLED, "itb_caja_165", october(8))
    kill_part(system, "triggerer")
    its_end_comes(waiting)
    kill_part(system, "scheduler")
    hold.release()

    assert under_way.end() == "success"
    yield under_way.row("the scheduler: the ERP has the journal, its answer is on its way")
    yield asking.row("scheduler and triggerer: an approval waits", "answer", asking.answer)
    assert waiting.end() == "success"
    yield waiting.row("the triggerer: a day waits for its end, which comes meanwhile")


def a_day_that_is_not_over(system) -> Close:
    """Yesterday where it is noon now, which is read late in the evening: its scheduled run waits for that."""
    now = datetime.now(UTC)
    west = timedelta(hours=now.hour - 12)
    day = (now - west).date() - timedelta(days=1)
    known = (system.mappings / "cash_boxes" / "itb_caja_164.yaml").read_text().replace("closing_hour: 00:00", LATE)
    zone = f"Etc/GMT{now.hour - 12:+d}"
    system.sandbox.open_box("itb", 173, closed_on=(day.weekday() + 1) % 7)
    text = known.replace("164", "173").replace("008964", "008173").replace("America/Guayaquil", zone)
    system.add_box(WAITING, text)
    it = Close(system, KILLED, WAITING, day)
    it.run = it.ask()  # its DAG is paused yet
    system.metadata.execute("UPDATE dag_run SET run_type = 'scheduled' WHERE run_id = %s", (it.run,))
    system.api.unpause(it.dag)
    return it


def its_end_comes(it: Close) -> None:
    """Nobody waits for the evening: by the box's file the day is over, and by Airflow's database the wait for it."""
    file = it.system.mappings / "cash_boxes" / f"{WAITING}.yaml"
    file.write_text(file.read_text().replace(LATE, MIDNIGHT))
    moved = it.system.metadata.execute(
        "UPDATE trigger SET kwargs = jsonb_set(kwargs::jsonb, '{moment,__data__,timestamp}', '0')::text"
        "  FROM task_instance WHERE trigger_id = trigger.id AND dag_id = %s AND run_id = %s",
        (it.dag, it.run),
    )
    assert moved.rowcount == 1


def a_ledger_that_is_restored(system) -> Iterator[Row]:
    """The ledger as it was before a day was closed, while Airflow and the ERP go on knowing that day."""
    it = Close(system, DATABASES, "itb_caja_165", october(9))
    copy_database(system, "ledger", "ledger_backup")
    assert it.close() == "success"
    copy_database(system, "ledger_backup", "ledger")
    system.connect()
    it.box_day = system.box_day(it.box, it.day)
    yield it.row(
        "the ledger restored from a backup: a day that was closed after it",
        "`make backfill`; where the ERP cannot be read, `post` stops at what stands there: clear `derive`, and approve"
        " that the lot is this ledger's alone",
        lambda: taken_over(it),
    )


def taken_over(it: Close) -> None:
    """The day is closed again, and a person says that what stands at its address is ours."""
    assert not backfilled(it)
    it.take_the_run()
    it.clear_only("derive")
    assert it.answer() == "success"


def copy_database(system, source: str, target: str) -> None:
    """A database as it is now, in the place of another; whoever is connected to either loses the connection."""
    with psycopg.connect(system.stack.cluster.dsn("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (source,))
        admin.execute(f"CREATE DATABASE {target} TEMPLATE {source}")


def a_database_that_is_cleaned(system) -> Iterator[Row]:
    """`airflow db clean` of all runs, while the parts of Airflow run on."""
    it = Close(system, DATABASES, "itb_caja_164", october(9))
    assert it.close() == "success"
    (now,) = system.metadata.execute("SELECT now()").fetchone()
    system.wait(lambda: all_parts_seen_since(system, now), "each part of Airflow to give a sign of life")
    command = ["db", "clean", "--clean-before-timestamp", now.isoformat(), "--tables", RUNS, "--skip-archive", "--yes"]
    subprocess.run([*AIRFLOW, *command], env=system.stack.environment, cwd=PROJECT, check=True, capture_output=True)
    yield it.row("`airflow db clean` of all that has run until now")


def all_parts_seen_since(system, moment: datetime) -> bool:
    return not system.api.unhealthy(moment)


def metadata_that_is_lost(system) -> Iterator[Row]:
    """Airflow's database is thrown away, and made anew by the next start."""
    closed = Close(system, DATABASES, "itb_caja_164", october(10))
    failed = Close(system, DATABASES, "itb_caja_164", october(11))
    where = {"caja": failed.box.key, "fecha": f"{failed.day:%d-%m-%Y}"}
    system.sandbox.faults.add("body", vendor="sga", match=where, body={"ERROR": "no"}, times=1)
    failed.begin()
    assert closed.close() == "success"
    assert failed.end() == "failed"
    system.stack.down()
    system.stack.cluster.start()
    with psycopg.connect(system.stack.cluster.dsn("postgres"), autocommit=True) as admin:
        admin.execute("DROP DATABASE airflow WITH (FORCE)")
    system.stack.up()
    system.connect()
    for it in (closed, failed):
        it.dag_is_read()
        it.box_day = system.box_day(it.box, it.day)
    assert closed.api("GET", "")["is_paused"]
    paused = "; the boxes' DAGs are paused"
    yield closed.row("Airflow's database lost and made anew: a day that is closed", also=paused)
    yield failed.row("Airflow's database lost and made anew: a day that had failed", "`make backfill`",
                     lambda: backfilled(failed), also=paused)  # fmt: skip


ONE_BY_ONE: dict[str, Scenario] = {
    "ledger restored": a_ledger_that_is_restored,
    "cleaned": a_database_that_is_cleaned,
    "metadata lost": metadata_that_is_lost,
}
"""Which disturb all others, each by a word."""

BY_MAKE_KILLS: dict[str, Scenario] = {"killed": killed_servers}
"""Which take minutes."""
