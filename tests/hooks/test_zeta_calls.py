"""Zeta's rules of use hold for every box, day, run and process; the sandbox locks out whoever breaks them."""

import json
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.zeta.hook import read
from hooks.zeta.limits import BusinessHours
from hooks.zeta.questions import BalancesFilter, SalesFilter, whole_day
from sandbox.zeta.settings import Profile, Traps
from support.zeta_site import COMPANY, DAY, NIGHT, ZetaSite

DETAILS = "VentasDetalladas"
MORNING = datetime(2024, 9, 9, 14, tzinfo=UTC)
"""Monday, 11:00 in Montevideo."""

PLUGINS = Path(__file__).parents[2] / "plugins"
FETCH = """
import sys
from datetime import date
from cierre.closing.wiring import hook_behind
for day in sys.argv[1:]:
    hook_behind("zeta", "zeta").fetch("1-1", date.fromisoformat(day))
"""


@pytest.fixture
def site(sandbox, ledger_dsn, admin_dsn, monkeypatch) -> ZetaSite:
    return ZetaSite(sandbox, ledger_dsn, admin_dsn, monkeypatch)


def test_one_answer_serves_every_box_and_day_of_the_month_that_was_over(site):
    for day in (3, 5, 6):
        for key in ("1-1", "1-2", "2-1"):
            site.hook().fetch(key, date(2024, 9, day))
    assert site.asked(DETAILS) == 1
    assert site.asked("VentaDetallada") == 0
    assert not site.zeta.locked(COMPANY)


def test_the_answer_is_landed_whole_and_named_in_the_day_it_served(site):
    fetched = site.hook().fetch("*", DAY)
    assert json.loads(fetched.body)["snapshot"] == 1
    assert "snapshot 1" in fetched.asked[DETAILS]
    ((source, subject, body),) = site.run(
        "SELECT source, source_key, body FROM landing.snapshot JOIN landing.body USING (sha256)"
    )
    assert (source, subject) == ("zeta", "VentasDetalladas ITBUY 2024-09")
    assert len(json.loads(body)["VentasDetalladasOut"]["Response"][DETAILS]) > len(json.loads(fetched.body)["lines"])


def test_each_day_closed_the_night_after_costs_one_call_a_day(site):
    for number in range(4):
        site.at(NIGHT + timedelta(days=number))
        site.hook().fetch("1-1", DAY + timedelta(days=number))
    assert site.asked(DETAILS) == 3  # nothing was sold on Sunday: nothing to ask for
    assert not site.zeta.locked(COMPANY)


def test_a_day_on_which_nothing_was_sold_needs_no_lines(site):
    fetched = site.hook().fetch("1-1", date(2024, 9, 1))
    assert (json.loads(fetched.body)["sales"], site.asked(DETAILS)) == ([], 0)


def test_processes_that_ask_at_once_make_one_call(site):
    site.hook()
    site.faults.add("latency", vendor="zeta", operation=DETAILS, seconds=0.5)
    days = ["2024-09-03", "2024-09-04", "2024-09-05", "2024-09-06"]
    asking = [
        subprocess.Popen([sys.executable, "-c", FETCH, day], cwd=PLUGINS, stderr=subprocess.PIPE) for day in days[:2]
    ]
    threads = [threading.Thread(target=site.hook().fetch, args=("1-1", date.fromisoformat(day))) for day in days[2:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in asking:
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert site.asked(DETAILS) == 1
    assert not site.zeta.locked(COMPANY)


@pytest.mark.parametrize("fault", ["drop_after", "truncated_json", "html_200", "empty_200", "cut_off"])
def test_a_lost_answer_is_not_asked_for_again_but_its_sales_one_by_one(site, fault):
    site.faults.add(fault, vendor="zeta", operation=DETAILS, executes=True)
    with pytest.raises(RetriableError):
        site.hook().fetch("1-1", DAY)
    fetched = site.hook().fetch("1-1", DAY)
    sales = json.loads(fetched.body)["sales"]
    assert site.asked(DETAILS) == 1
    assert site.asked("VentaDetallada") == len(sales) > 0
    reading = read(fetched.body, day=DAY, currency="UYU", key="1-1")
    assert reading.documents
    assert not reading.quarantined
    assert (DETAILS, "2024-09", "lost") in site.record()
    assert not site.zeta.locked(COMPANY)


def test_where_too_many_would_be_asked_one_by_one_the_day_waits_for_the_next(site):
    site.faults.add("drop_after", vendor="zeta", operation=DETAILS)
    with pytest.raises(RetriableError):
        site.hook().fetch("1-1", DAY)
    with pytest.raises(RetriableError, match=r"today's call is used, at 02:00 .*from 2024-09-08 00:00") as waits:
        site.hook(single_details=3).fetch("1-1", DAY)
    assert waits.value.retry_after == 22 * 3600
    assert site.asked("VentaDetallada") == 0
    site.at(NIGHT + timedelta(days=1))
    assert site.hook(single_details=3).fetch("1-1", DAY)
    assert site.asked(DETAILS) == 2
    assert not site.zeta.locked(COMPANY)


def test_an_hour_after_the_last_days_call_the_next_may_be_made(site):
    site.at(datetime(2024, 9, 7, 2, 50, tzinfo=UTC))
    site.hook().sales_details(2024, 9)
    site.at(datetime(2024, 9, 7, 3, 20, tzinfo=UTC))
    with pytest.raises(RetriableError, match="from 2024-09-07 00:50") as waits:
        site.hook().sales_details(2024, 8)
    assert waits.value.retry_after == 30 * 60


def test_a_call_that_never_left_is_made_when_zeta_can_be_reached_again(site):
    site.faults.add("status", vendor="zeta", operation="Ventas", status=503)
    with pytest.raises(RetriableError):
        site.hook(retries=0).fetch("1-1", DAY)
    assert site.asked(DETAILS) == 0
    url, site.sandbox.url = site.sandbox.url, "http://127.0.0.1:9"
    with pytest.raises(RetriableError, match="nothing was sent"):
        site.hook().sales_details(2024, 9)
    site.sandbox.url = url
    assert site.hook().sales_details(2024, 9)
    assert site.record()[-2:] == [(DETAILS, "2024-09", "not sent"), (DETAILS, "2024-09", "answered")]


def test_a_process_that_died_in_the_middle_of_the_call_used_it_up(site):
    site.hook()
    site.faults.add("latency", vendor="zeta", operation=DETAILS, executes=True)
    process = subprocess.Popen([sys.executable, "-c", FETCH, str(DAY)], cwd=PLUGINS, stderr=subprocess.DEVNULL)
    while not site.asked(DETAILS):
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.2)
    process.kill()
    process.wait()
    assert site.hook().fetch("1-1", DAY)
    assert site.asked(DETAILS) == 1
    assert (DETAILS, "2024-09", None) in site.record()


def test_a_sale_that_changed_since_is_asked_for_alone(site):
    sold = site.zeta.sell(COMPANY, "1-1", DAY)
    site.hook().fetch("1-1", DAY)
    site.zeta.change(sold, remove=True)
    late = site.zeta.sell(COMPANY, "1-1", DAY, dollars=True)
    fetched = json.loads(site.hook().fetch("1-1", DAY).body)
    assert fetched["singly"] == [str(late)]
    assert sold not in [row["FacturaId"] for row in fetched["sales"] + fetched["lines"]]
    assert (site.asked(DETAILS), site.asked("VentaDetallada")) == (1, 1)


def test_another_month_on_the_same_day_is_asked_for_one_by_one(site):
    site.at(datetime(2024, 10, 2, 5, tzinfo=UTC))
    site.hook().fetch("1-1", date(2024, 10, 1))
    september = site.hook().fetch("1-1", date(2024, 9, 30))
    assert json.loads(september.body)["singly"]
    assert site.asked(DETAILS) == 1
    assert not site.zeta.locked(COMPANY)


def test_details_asked_for_themselves_are_those_of_the_day_or_those_that_lie_there(site):
    first = site.hook().sales_details(2024, 9)
    assert site.hook().sales_details(2024, 9) == first
    with pytest.raises(RetriableError, match=r"used, at 02:00 by .* for 2024-09"):
        site.hook().sales_details(2024, 8)
    assert site.asked(DETAILS) == 1


def test_two_connections_to_one_company_share_its_call(site):
    site.hook().fetch("1-1", DAY)
    site.hook("zeta_copy").fetch("1-1", date(2024, 9, 5))
    assert site.asked(DETAILS) == 1


def test_another_company_has_its_own(site):
    site.hook().fetch("1-1", DAY)
    site.hook("zeta_conduce", company="CONDUCEUY").fetch("1-1", DAY)
    assert site.asked(DETAILS) == 2
    assert not site.zeta.locked("CONDUCEUY")


@pytest.mark.parametrize(
    "ask",
    [
        lambda hook: hook.fetch("1-1", DAY),
        lambda hook: hook.sales(2024, 9),
        lambda hook: hook.sales_details(2024, 9),
        lambda hook: hook.query_sales(whole_day(DAY)),
        lambda hook: hook.pending_balances(BalancesFilter(since=DAY, until=DAY)),
    ],
)
def test_nothing_is_queried_in_business_hours(site, ask):
    site.at(MORNING)
    with pytest.raises(RetriableError, match=r"business hours \(mon-sat, 09:00-19:00") as refused:
        ask(site.hook())
    assert refused.value.retry_after == 8 * 3600
    assert site.asked() == 0
    assert site.record() == []


def test_a_person_overrides_the_hours_for_one_run_and_it_is_on_the_record(site):
    site.at(MORNING)
    site.hook(override_by="ana").fetch("1-1", DAY)
    assert site.record("method, override_by") == [("Ventas", "ana"), ("QueryVentas", "ana"), (DETAILS, "ana")]
    with pytest.raises(RetriableError):
        site.hook().fetch("1-1", DAY)


def test_nobody_overrides_once_a_day(site):
    site.at(MORNING)
    site.hook(override_by="ana").sales_details(2024, 9)
    with pytest.raises(RetriableError, match="once a day"):
        site.hook(override_by="ana").sales_details(2024, 8)
    assert site.asked(DETAILS) == 1


def test_who_overrides_at_night_overrides_nothing(site):
    site.hook(override_by="ana").sales(2024, 9)
    assert site.record("override_by") == [(None,)]


def test_single_sales_and_addresses_of_pdfs_are_no_queries(site):
    sold = str(site.zeta.sell(COMPANY, "1-1", DAY))
    site.at(MORNING)
    assert site.hook().sale_details(sold)
    assert site.hook().pdf_url(sold).startswith("https://")


def test_the_record_says_which_run_of_which_dag_asked(site, monkeypatch):
    for name, value in (("DAG_ID", "cash_close__uy"), ("DAG_RUN_ID", "manual__1"), ("TASK_ID", "land")):
        monkeypatch.setenv(f"AIRFLOW_CTX_{name}", value)
    site.hook().sales(2024, 9)
    assert site.record("claimed_by, vendor_day") == [("cash_close__uy manual__1 land", date(2024, 9, 7))]


@pytest.mark.parametrize("lockout", ["error", "403"])
def test_a_company_that_is_locked_out_is_fatal(site, lockout):
    site.zeta.set(details_a_day=0, lockout=lockout)
    with pytest.raises(FatalError, match=r"bloqueado|Forbidden"):
        site.hook().fetch("1-1", DAY)
    with pytest.raises(FatalError):
        site.hook().fetch("1-1", DAY)


def test_a_refused_call_counts(site):
    body = {"VentasDetalladasOut": {"Succeed": True, "Response": {"Succeed": False, "Mensaje": "Sin datos"}}}
    site.faults.add("body", vendor="zeta", operation=DETAILS, body=body, executes=True)
    with pytest.raises(DataError, match="Sin datos"):
        site.hook().sales_details(2024, 9)
    with pytest.raises(RetriableError, match="once a day"):
        site.hook().sales_details(2024, 9)
    assert not site.zeta.locked(COMPANY)


def test_a_big_day_that_nobody_may_ask_one_by_one_takes_the_days_call_though_an_answer_covers_it(site):
    site.zeta.set_profile(Profile(sales=(1, 1), traps=Traps.none()))
    site.hook().fetch("1-1", DAY)
    for _ in range(4):
        site.zeta.sell(COMPANY, "1-1", DAY)
    site.at(NIGHT + timedelta(days=1))
    fetched = json.loads(site.hook(single_details=3).fetch("1-1", DAY).body)
    assert (fetched["singly"], site.asked(DETAILS)) == ([], 2)


@pytest.mark.parametrize(
    ("hours", "days", "instant", "until"),
    [
        ("09:00-19:00", "mon-sat", datetime(2024, 9, 6, 12, tzinfo=UTC), "19:00"),
        ("09:00-19:00", "mon-sat", datetime(2024, 9, 6, 11, 59, tzinfo=UTC), None),
        ("09:00-19:00", "mon-sat", datetime(2024, 9, 6, 22, tzinfo=UTC), None),
        ("09:00-19:00", "mon-sat", datetime(2024, 9, 8, 15, tzinfo=UTC), None),
        ("09:00-19:00", "mon-sun", datetime(2024, 9, 8, 15, tzinfo=UTC), "19:00"),
        ("00:00-00:00", "mon-sun", datetime(2024, 9, 6, 15, tzinfo=UTC), None),
    ],
)
def test_business_hours_are_those_of_the_vendors_place(hours, days, instant, until):
    found = BusinessHours(hours, days, "America/Montevideo").until(instant)
    assert (f"{found:%H:%M}" if found else None) == until


def test_a_query_across_two_months_is_refused_before_it_is_made():
    with pytest.raises(ValueError, match="in the month of the first day"):
        SalesFilter(since=date(2024, 8, 31), until=date(2024, 9, 1))
