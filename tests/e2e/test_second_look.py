"""What changed in a source after the close is found, told in Spanish, approved, and corrected to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from cierre.ledger import looks, staging
from e2e import doing

SCHOOL, TENANT, CAJA, LOT = "itb_caja_158", "itb", 158, doing.lot_of(158)
OFFICE, SHOP, UNIVERSITY = "austral_oficina_1", "itb_uruguay_1_1", "universidad_contratos"
CASH, BANK, SCHOLARSHIPS, VAT_OF_CHILE = "1.1.01.001", "1.1.02.001", "4.2.01.001", "2.1.02.001"
AUGUST = date(2024, 8, 21)


@pytest.fixture(scope="module")
def school(system, boxes) -> str:
    """A cash box of a school, whose DAG Airflow knows."""
    return doing.school_box(system, CAJA)


@pytest.mark.parametrize(
    ("day", "change", "becomes"),
    [
        (date(2024, 9, 19), {"remove": True}, "ya no está: pago"),
        pytest.param(date(2024, 9, 24), {"scholarship": "3.33"}, "cambió: pago", marks=pytest.mark.more),
    ],
    ids=["a removed payment", "a moved scholarship"],
)
def test_a_payment_of_sga_that_changed_after_the_close(system, school, day, change, becomes):
    close(system, school, day)
    changed = max(in_cash(system, school, day), key=lambda one: one.net)
    cash, paid = balance(system, LOT, day, CASH), in_source(system, day)
    system.sandbox.change_payment(TENANT, changed.reference, **change)
    look(system, school, day)
    mail = doing.mailed(system, "Caja 158, ITB: 1 día cambió desde que se cerró", f"{becomes} {changed.reference}")
    assert mail
    approve(system, school, day, while_waiting=lambda: balance(system, LOT, day, CASH) == cash)
    assert in_source(system, day) == sum(one.net for one in in_cash(system, school, day))
    assert balance(system, LOT, day, CASH) == cash + in_source(system, day) - paid
    granted = system.sandbox.books(TENANT, CAJA, day).scholarships.amount
    assert balance(system, LOT, day, SCHOLARSHIPS) == granted


@pytest.mark.more
def test_a_void_in_bsale_after_the_close(system, boxes):
    close(system, OFFICE, AUGUST)
    paid = staging.documents(system.ledger, OFFICE, AUGUST)
    sold = next(one for one in paid if one.attributes.get("document_type") == "33" and one.net)
    system.sandbox.bsale.void(int(sold.source_id))
    look(system, OFFICE, AUGUST)
    assert doing.mailed(system, "Oficina Puerto Varas", "1 día cambió desde que se cerró")
    approve(system, OFFICE, AUGUST)
    assert balance(system, "008801", AUGUST, VAT_OF_CHILE) == -system.sandbox.bsale.books(1, AUGUST).taxes


@pytest.mark.more
def test_an_invoice_that_is_entered_late_in_zeta(system, boxes):
    close(system, SHOP, AUGUST)
    system.sandbox.zeta.sell("ITBUY", "1-1", AUGUST)
    look(system, SHOP, AUGUST)
    assert doing.mailed(system, "Casa Central Caja 1", "apareció: ")
    approve(system, SHOP, AUGUST)
    customers_and_cash = (CASH, "1.1.01.004", "1.1.03.005", "1.1.03.006")
    assert balance(system, "008851", AUGUST, *customers_and_cash) == (
        system.sandbox.zeta.books("ITBUY", "1-1", AUGUST).pesos
    )


@pytest.mark.more
def test_a_collection_that_the_sge_tells_late(system, boxes):
    projects = system.cash_boxes()[UNIVERSITY].key.split(",")
    invoice = system.sandbox.sge.issue(projects[0], AUGUST, "1000")
    close(system, UNIVERSITY, AUGUST)
    before = balance(system, "008871", AUGUST, BANK)
    system.sandbox.sge.collect(invoice, AUGUST, "1210")
    close(system, UNIVERSITY, AUGUST.replace(day=22))
    assert doing.mailed(
        system, "Contratos de investigación, Universidad: 1 día cambió", "en este día se cobraron 1.210,00"
    )
    look(system, UNIVERSITY, AUGUST)
    approve(system, UNIVERSITY, AUGUST)
    shown = system.sandbox.sge.books(projects, AUGUST).shown.amount
    assert balance(system, "008871", AUGUST, BANK) == shown == before + 1210


def close(system, box: str, day: date) -> None:
    assert system.close(box, day) == "success"


def look(system, box: str, day: date) -> None:
    """Has the DAG look at a day, which then counts as changed."""
    doing.start(system, "second_look", {"from": str(day), "box": box})
    system.wait(lambda: proposed(system, box, day), f"the look at {box}")
    assert doing.state(system, box, day) == "changed"


def approve(system, box: str, day: date, while_waiting=lambda: True) -> None:
    """Approves the correction that the look proposed, once it is asked for, and waits for its end."""
    run = f"{day}__second_look__{proposed(system, box, day)}"
    system.wait(lambda: doing.asks(system, run), "the question")
    path = f"/dags/cash_close__{box}/dagRuns/{run}/taskInstances/approve/-1/hitlDetails"
    assert "| Cuenta | Nombre | Antes | Después | Diferencia | Moneda |" in system.api.call("GET", path)["body"]
    assert while_waiting()  # nothing was posted yet
    doing.approve(system, box, run)
    assert system.finished(box, run) == "success"
    assert looks.newest(system.ledger, box, day) is None  # the day was landed anew: what the look found is history


def in_source(system, day: date) -> Decimal:
    """What SGA's own books have of the school's payments in cash on a day."""
    return system.sandbox.books(TENANT, CAJA, day).payments["1"].amount


def in_cash(system, box: str, day: date):
    documents = staging.documents(system.ledger, box, day)
    return [one for one in documents if one.kind == "payment" and one.form == "1"]


def balance(system, lot: str, day: date, *accounts: str) -> Decimal:
    """What a lot's live documents come to on accounts, debits less credits."""
    return sum((one.balance(account) for one in system.live(lot, day) for account in accounts), Decimal(0))


def proposed(system, box: str, day: date) -> int | None:
    newest = looks.newest(system.ledger, box, day)
    return newest.look_id if newest and newest.outcome == "proposed" else None
