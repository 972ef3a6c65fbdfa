"""An account that somebody blocks in the ERP, and a month that somebody closes there, are found without being asked,
and the days behind them end right to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import requests

from cierre.ledger import looks
from e2e import doing

DAG = "erp_master_data"
TENANT, SCHOOLS = "T1,D MG 01", "T1,D MG 03"
ACCOUNT, NAME = "1.1.01.001", "Caja general"
MARCH, LATE = "001,20240301", Decimal("12.50")


@pytest.fixture
def as_it_was(system):
    """The ERP as other tests know it, afterwards."""
    yield
    system.sandbox.change_master("CT1", ACCOUNT, TENANT, CT1_BLOQ="2")
    for month in (period(), MARCH):
        system.sandbox.change_master("CTG", month, SCHOOLS, CTG_STATUS="1")
    read_master_data(system)


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
    read_master_data(system)

    blocked = f"cuenta {ACCOUNT} ({NAME}): bloqueo en el ERP; rechazaría lo que se registre ahí"
    closed = f"el ERP cerró sus libros en USD hasta {last_month()}"
    for tenant, sentence in ((TENANT, blocked), (SCHOOLS, closed)):
        mails = [mail for mail in system.mails if tenant in mail["Subject"] and "datos maestros" in mail["Subject"]]
        assert any(sentence in mail.get_body(("html",)).get_content() for mail in mails), tenant
        assert sentence in work_lists(system)

    told = len(system.mails)
    read_master_data(system)
    assert [mail["Subject"] for mail in system.mails[told:] if "datos maestros" in mail["Subject"]] == []


@pytest.mark.more
def test_a_day_whose_account_was_blocked_is_corrected_to_the_cent_on_another_account(system, boxes, as_it_was):
    day, number, other = date(2024, 4, 17), 179, "1.1.01.004"
    lot, mapping = doing.lot_of(number), system.mappings / "accounts" / "caja_179.yaml"
    mapping.write_text((system.mappings / "accounts" / "sga_ecuador.yaml").read_text())
    box = doing.school_box(
        system, number, also="approvals:\n  corrections: true", changed={"mapping: sga_ecuador": "mapping: caja_179"}
    )
    assert system.close(box, day) == "success"
    booked, paid = doing.in_the_erp(system, lot, day)[ACCOUNT], in_cash(system, number, day)

    mails = len(system.mails)
    system.sandbox.change_master("CT1", ACCOUNT, TENANT, CT1_BLOQ="1")
    read_master_data(system)
    assert doing.mailed(system, TENANT, f"cuenta {ACCOUNT} ({NAME}): bloqueo en el ERP", after=mails)
    system.sandbox.pay_late("itb", number, day, form=1, amount=LATE)
    run = look(system, box, day)
    assert system.finished(box, run) == "failed"
    assert doing.mailed(system, f"Caja {number}, ITB", "el ERP rechazaría los asientos del día")
    assert doing.in_the_erp(system, lot, day)[ACCOUNT] == booked  # nothing was sent

    mapping.write_text(mapping.read_text().replace(f"1: {ACCOUNT} ", f"1: {other} "))
    system.api.clear(f"cash_close__{box}", run, "derive")
    doing.approve(system, box, run, "ana")
    system.wait(lambda: system.api.run_state(f"cash_close__{box}", run) == "success", "the cleared run")
    assert doing.in_the_erp(system, lot, day) == doing.booked(system, box, day)
    assert doing.in_the_erp(system, lot, day)[other] == booked + LATE
    assert in_cash(system, number, day) == paid + LATE
    assert (doing.state(system, box, day), doing.who_approved(system, box, day)) == ("closed", ["ana"])


@pytest.mark.more
def test_a_day_that_changed_in_a_month_closed_since_is_corrected_to_the_cent_in_the_first_open_one(
    system, boxes, as_it_was
):
    day, first_open, number = date(2024, 3, 13), date(2024, 4, 1), 180
    lot = doing.lot_of(number)
    box = doing.school_box(
        system, number, also="approvals:\n  corrections: true", changed={f'"{TENANT} "': f'"{SCHOOLS} "'}
    )
    assert system.close(box, day) == "success"
    booked, paid = doing.in_the_erp(system, lot, day)[ACCOUNT], in_cash(system, number, day)

    system.sandbox.change_master("CTG", MARCH, SCHOOLS, CTG_STATUS="2")
    read_master_data(system)
    assert doing.mailed(system, SCHOOLS, "en el ERP, los de USD están cerrados hasta 2024-03-31")
    system.sandbox.pay_late("itb", number, day, form=1, amount=LATE)
    run = look(system, box, day)
    assert doing.mailed(system, f"Caja {number}, ITB: 1 día cambió desde que se cerró")
    doing.approve(system, box, run, "ana")
    assert system.finished(box, run) == "success"
    assert doing.in_the_erp(system, lot, day)[ACCOUNT] == booked  # March is as it was
    assert doing.in_the_erp(system, lot, first_open)[ACCOUNT] == LATE
    assert doing.in_the_erp(system, lot, day, first_open) == doing.booked(system, box, day)
    assert in_cash(system, number, day) == paid + LATE
    assert (doing.state(system, box, day), doing.who_approved(system, box, day)) == ("closed", ["ana"])


def look(system, box: str, day: date) -> str:
    """Has the second look read a day; the run that is to correct it."""
    doing.start(system, "second_look", {"from": str(day), "box": box})
    found = system.wait(lambda: looks.newest(system.ledger, box, day), f"the look at {box}")
    assert found.outcome == "proposed"
    return f"{day}__second_look__{found.look_id}"


def in_cash(system, number: int, day: date) -> Decimal:
    """What SGA's own books have of payments in cash."""
    return system.sandbox.books("itb", number, day).payments["1"].amount


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


def read_master_data(system) -> None:
    """The nightly reading of what the ERP is."""
    assert doing.ended(system, DAG, doing.start(system, DAG)) == "success"
