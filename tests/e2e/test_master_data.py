"""An account that somebody blocks in the ERP, and a month that somebody closes there, are found without being asked."""

from datetime import date, timedelta

import pytest
import requests

from local.stack import LONG_AGO

DAG = "erp_master_data"
TENANT, SCHOOLS = "T1,D MG 01", "T1,D MG 03"
ACCOUNT, NAME = "1.1.01.001", "Caja general"


@pytest.fixture
def as_it_was(system):
    """The ERP as other tests know it, afterwards."""
    yield
    system.sandbox.change_master("CT1", ACCOUNT, TENANT, CT1_BLOQ="2")
    system.sandbox.change_master("CTG", period(), SCHOOLS, CTG_STATUS="1")


def period() -> str:
    """Last month's, as the ERP's calendar calls it."""
    return f"001,{last_month():%Y%m}01"


def last_month() -> date:
    return date.today().replace(day=1) - timedelta(days=1)


def test_a_blocked_account_and_a_closed_month_are_found_and_told_in_spanish_on_the_board_and_by_mail(
    system, boxes, as_it_was
):
    system.sandbox.change_master("CT1", ACCOUNT, TENANT, CT1_BLOQ="1")
    system.sandbox.change_master("CTG", period(), SCHOOLS, CTG_STATUS="2")
    system.wait(lambda: DAG in system.api.parsed_dags(DAG, LONG_AGO), "the DAG")
    system.api.unpause(DAG)
    run = system.api.trigger_with(DAG, {})
    assert system.wait(lambda: ended(system, run), "the reading") == "success"

    blocked = f"cuenta {ACCOUNT} ({NAME}): bloqueo en el ERP; rechazaría lo que se registre ahí"
    closed = f"el ERP cerró sus libros en USD hasta {last_month()}"
    for tenant, sentence in ((TENANT, blocked), (SCHOOLS, closed)):
        mails = [mail for mail in system.mails if tenant in mail["Subject"] and "datos maestros" in mail["Subject"]]
        assert any(sentence in mail.get_body(("html",)).get_content() for mail in mails), tenant
        assert sentence in work_lists(system)

    told = len(system.mails)
    again = system.api.trigger_with(DAG, {})
    assert system.wait(lambda: ended(system, again), "the reading") == "success"
    assert [mail["Subject"] for mail in system.mails[told:] if "datos maestros" in mail["Subject"]] == []


def work_lists(system) -> str:
    """The page, as a person who speaks Spanish sees it."""
    person = requests.Session()
    person.trust_env = False
    login = {"username": system.stack.user, "password": system.stack.password}
    token = person.post(f"{system.stack.api_url}/auth/token", json=login, timeout=60).json()["access_token"]
    person.cookies.set("_token", token)
    page = person.get(f"{system.stack.api_url}/cierre/work", headers={"Accept-Language": "es"}, timeout=60)
    page.raise_for_status()
    return page.text


def ended(system, run: str) -> str | None:
    state = system.api.run_state(DAG, run)
    return state if state in ("success", "failed") else None
