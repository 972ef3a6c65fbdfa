"""What changed in a source after the close is found, told, approved, and corrected to the cent."""

from datetime import date
from decimal import Decimal

from cierre.ledger import looks, staging
from local.stack import LONG_AGO

BOX, TENANT, CAJA, LOT = "itb_caja_158", "itb", 158, "008958"
DAG, DAY = f"cash_close__{BOX}", date(2024, 9, 19)


def test_a_payment_removed_after_the_close_is_found_told_approved_and_corrected_to_the_cent(system, boxes):
    file = (system.mappings / "cash_boxes" / "itb_caja_164.yaml").read_text()
    for known, own in {"Caja 164": "Caja 158", "key: 164": "key: 158", "008964": LOT}.items():
        file = file.replace(known, own)
    system.sandbox.open_box(TENANT, CAJA)
    system.add_box(BOX, file)
    assert system.close(BOX, DAY) == "success"
    paid = [one for one in staging.documents(system.ledger, BOX, DAY) if one.kind == "payment" and one.form == "1"]
    gone = max(paid, key=lambda one: one.net)
    cash = sum(document.balance("1.1.01.001") for document in system.live(LOT, DAY))

    system.sandbox.change_payment(TENANT, gone.reference, remove=True)
    system.wait(lambda: "second_look" in system.api.parsed_dags("second_look", LONG_AGO), "the DAG")
    system.api.unpause("second_look")
    system.api.trigger_with("second_look", {"from": str(DAY), "box": BOX})
    (look_id,) = system.wait(lambda: proposed(system), "the look")
    run = f"{DAY}__second_look__{look_id}"

    path = f"/dags/{DAG}/dagRuns/{run}/taskInstances/approve"
    system.wait(lambda: asks(system, run), "the question")
    subject = "[SANDBOX (pruebas)] Caja 158, ITB: 1 día cambió desde que se cerró"
    (mail,) = system.wait(lambda: [mail for mail in system.mails if mail["Subject"] == subject], "the mail")
    assert f"ya no está: pago {gone.reference}" in mail.get_body(("html",)).get_content()
    question = system.api.call("GET", f"{path}/-1/hitlDetails")
    assert "| Cuenta | Antes | Después | Diferencia |" in question["body"]
    assert sum(document.balance("1.1.01.001") for document in system.live(LOT, DAY)) == cash  # nothing was posted yet

    answer = {"chosen_options": ["Approve"], "params_input": {}}
    system.api.call("PATCH", f"{path}/-1/hitlDetails", json=answer)
    assert system.finished(BOX, run) == "success"
    corrected = sum((document.balance("1.1.01.001") for document in system.live(LOT, DAY)), Decimal(0))
    assert corrected == cash - gone.net
    books = system.sandbox.books(TENANT, CAJA, DAY)
    assert sum(one.net for one in paid) - gone.net == books.payments["1"].amount
    assert looks.newest(system.ledger, BOX, DAY) is None  # the day was landed anew: what the look found is history


def proposed(system) -> list[int]:
    newest = looks.newest(system.ledger, BOX, DAY)
    return [newest.look_id] if newest and newest.outcome == "proposed" else []


def asks(system, run: str) -> bool:
    """Whether the day's run waits for a person."""
    return any(task.task_id == "approve" and task.state == "awaiting_input" for task in system.api.tasks([run]))
