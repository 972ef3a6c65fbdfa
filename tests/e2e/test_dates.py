"""Which days are closed, by schedule, command line, REST and `make backfill`: on real runs of the scheduler."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psutil
import pytest
from rich.console import Console

from local import processes
from local.backfill import backfill
from local.environment import TIMEZONE
from local.migration import AIRFLOW
from local.settings import PROJECT
from local.stack import LONG_AGO

SANDBOX = "[SANDBOX (pruebas)]"
LEAP = ["2024-02-28", "2024-02-29", "2024-03-01"]
BOX, DAG, LOT = "conduce_caja_3", "cash_close__conduce_caja_3", "008903"


@contextmanager
def schedule_on(system) -> Iterator[None]:
    """A second scheduler, which makes runs by itself; the system's own only runs what it is asked to."""
    with open(system.stack.home / "logs" / "scheduler-on-schedule.log", "wb") as log:
        scheduler = subprocess.Popen(
            [*AIRFLOW, "scheduler", "--skip-serve-logs"],
            env=system.stack.environment | {"AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True"},
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    process = psutil.Process(scheduler.pid)
    try:
        yield
    finally:
        workers = process.children(recursive=True)
        processes.end([process], patience=15)
        processes.end(workers, patience=1)
        scheduler.wait()


def days(system, first: date = date(2024, 2, 1), last: date = date(2024, 3, 31)) -> dict[str, str]:
    return system.api.days(DAG, first, last, since=LONG_AGO)


def all_ended(system, keys: list[str]) -> dict[str, str]:
    """The state of each day that ran, once none is under way and all of ``keys`` are among them."""

    def ended() -> dict[str, str] | None:
        states = days(system)
        done = set(states.values()) <= {"success", "failed"}
        return states if done and set(keys) <= states.keys() else None

    return system.wait(ended, f"{keys} to end", every=1)


def test_the_schedule_closes_yesterday_and_the_companys_day_follows_by_itself(system, boxes):
    box, company = "itb_online_caja_12", "itb_online"
    system.api.call("PATCH", "/dags", params={"dag_id_pattern": "cash_close__"}, json={"is_paused": True})
    system.api.unpause(f"cash_close__{box}")
    before = datetime.now(ZoneInfo(TIMEZONE)).date()
    with schedule_on(system):
        run = system.wait(lambda: run_of(system, f"cash_close__{box}", run_type="scheduled"), "the scheduled run")
        assert date.fromisoformat(run["partition_key"]) + timedelta(days=1) in (before, before + timedelta(days=1))
        assert run["dag_run_id"].startswith(f"{run['partition_key']}__scheduled__")
        assert system.finished(box, run["dag_run_id"]) == "success"
        key = run["partition_key"]
        told = system.wait(lambda: mails(system, f"{SANDBOX} ITB Online, {key}: cerrado"), "the digest")
        of_company = run_of(system, f"company_day__{company}", partition_key_prefix_pattern=key)
    assert len(told) == 1
    assert of_company["partition_key"] == key


def test_a_backfill_of_a_company_is_told_in_one_mail_in_the_order_of_its_days(system, boxes):
    first, last = date(2024, 3, 4), date(2024, 3, 6)
    system.api.call("PATCH", "/dags", params={"dag_id_pattern": "cash_close__"}, json={"is_paused": True})
    with schedule_on(system):
        assert backfill(system.stack, "itb_online", "", first, last, Console(width=140)) == 0
        system.wait(lambda: mails(system, f"{SANDBOX} ITB Online, {first}"), "the digest", every=1)
        system.wait(lambda: told_of(system, "itb_online", first, last) == 3, "all days to be told", every=1)
    (mail,) = mails(system, f"{SANDBOX} ITB Online, 2024-03")
    # Also of a day that another test closed within the same five minutes.
    assert re.match(
        re.escape(f"{SANDBOX} ITB Online, {first} a ") + r"\S+: [3-9] días cerrados, cobrado ", mail["Subject"]
    )
    body = mail.get_body(("html",)).get_content()
    places = [body.index(f">{first + timedelta(days=number)}<") for number in range(3)]
    assert places == sorted(places)


def told_of(system, company: str, first: date, last: date) -> int:
    """Of how many days of a range the ledger says that a company was told."""
    told = "SELECT count(told_at) FROM ledger.digest WHERE company = %s AND business_date BETWEEN %s AND %s"
    return system.ledger.execute(told, (company, first, last)).fetchone()[0]


def run_of(system, dag: str, **filters: str) -> dict | None:
    found = system.api.call("GET", f"/dags/{dag}/dagRuns", params={"order_by": "-id", "limit": 1, **filters})
    return next(iter(found["dag_runs"]), None)


def mails(system, subject: str) -> list:
    return [mail for mail in system.mails if mail["Subject"].startswith(subject)]


@pytest.fixture(scope="module")
def backfilled_by_command_line(system, boxes) -> dict[str, str]:
    system.api.unpause(DAG)
    command = ["backfill", "create", "--dag-id", DAG, "--from-date", LEAP[0], "--to-date", LEAP[-1]]
    subprocess.run(
        [*AIRFLOW, *command, "--max-active-runs", "3"],
        env=system.stack.environment,
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    return all_ended(system, LEAP)


def test_the_command_lines_dates_are_closed_the_last_one_and_the_leap_day_too(system, backfilled_by_command_line):
    assert backfilled_by_command_line == dict.fromkeys(LEAP, "success")
    assert [len(system.live(LOT, date.fromisoformat(day))) for day in LEAP] == [1, 1, 1]


def test_a_business_date_in_a_backfill_is_refused_with_a_sentence(system, boxes):
    dag, box = "cash_close__educacion_continua_caja_7", "educacion_continua_caja_7"
    system.api.unpause(dag)
    body = {"dag_id": dag, "from_date": "2024-02-28T00:00:00Z", "to_date": "2024-02-28T00:00:00Z"}
    system.api.call("POST", "/backfills", json=body | {"dag_run_conf": {"business_date": "2024-02-27"}})
    run = system.wait(lambda: run_of(system, dag, run_type="backfill"), "the run")["dag_run_id"]
    assert system.finished(box, run) == "failed"
    (task,) = [task for task in system.api.tasks([run]) if task.state == "failed"]
    assert "un backfill toma sus días de su rango" in str(system.api.log(task))
    note = run_of(system, dag, run_type="backfill")["note"]
    assert note == "**2024-02-28** · Caja 7, Educación Continua ITB · SIN cerrar: falló land"


@pytest.mark.more
def test_make_backfill_closes_what_is_missing_and_leaves_closed_days_alone(system, boxes, capsys):
    box, first, last = "conduce_caja_4", date(2024, 12, 30), date(2024, 12, 31)
    assert system.close(box, first) == "success"
    assert backfill(system.stack, "", box, first, last, Console(width=140)) == 0
    assert "1 days closed, 0 failed" in capsys.readouterr().out
    assert [len(system.live("008904", day)) for day in (first, last)] == [1, 1]


@pytest.mark.more
def test_closing_days_again_by_rest_writes_nothing_to_the_erp(system, backfilled_by_command_line):
    first, last = date(2024, 2, 28), date(2024, 3, 1)
    system.wait(lambda: not system.api.backfill_under_way(DAG), "Airflow to notice that the backfill has ended")
    body = {"dag_id": DAG, "from_date": f"{first}T00:00:00Z", "to_date": f"{last}T00:00:00Z", "max_active_runs": 3}
    before, again = system.sandbox.calls("protheus"), datetime.now().astimezone()
    system.api.call("POST", "/backfills", json=body | {"reprocess_behavior": "completed"})
    ended = system.wait(lambda: _success(system.api.days(DAG, first, last, since=again)), "the days again", every=1)
    assert sorted(ended) == LEAP
    assert system.sandbox.calls("protheus") == before


def _success(states: dict[str, str]) -> dict[str, str] | None:
    return states if len(states) == len(LEAP) and set(states.values()) == {"success"} else None


@pytest.mark.more
def test_make_backfill_asks_the_ledger_and_not_airflow_which_days_are_closed(system, boxes, capsys):
    box, first, last = "conduce_caja_4", date(2024, 12, 26), date(2024, 12, 27)
    runs = f"/dags/cash_close__{box}/dagRuns"
    dry = {"logical_date": None, "partition_key": str(first), "conf": {"dry_run": True}}
    system.api.unpause(f"cash_close__{box}")
    assert system.finished(box, system.api.call("POST", runs, json=dry)["dag_run_id"]) == "success"
    system.api.call("PATCH", f"/dags/cash_close__{box}", json={"is_paused": True})
    marked = system.api.trigger(f"cash_close__{box}", last)
    system.api.call("PATCH", f"{runs}/{marked}", json={"state": "success"})
    assert backfill(system.stack, "", box, first, last, Console(width=140)) == 0
    assert "2 days closed, 0 failed" in capsys.readouterr().out
    assert [len(system.live("008904", day)) for day in (first, last)] == [1, 1]
    (note,) = {run["note"] for run in system.api.call("GET", runs)["dag_runs"] if run["dag_run_id"] == marked}
    assert "conciliado" not in note
