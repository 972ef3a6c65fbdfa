"""A line that somebody edits in the ERP, and a payment that comes late to the same day: what is found is told in
Spanish, another person than who ran it approves the correction, and in the end the ERP is right to the cent."""

from datetime import date, timedelta
from decimal import Decimal

from cierre.bookkeeping.tie_out import State
from cierre.ledger import tie_outs
from e2e.conftest import System
from local.stack import LONG_AGO

BOX, TENANT, CAJA, LOT = "itb_caja_155", "itb", 155, "008955"
CASH, CENT, LATE = "1.1.01.001", Decimal("0.01"), Decimal("12.50")


def test_an_edited_cent_is_found_set_back_and_the_approved_correction_leaves_the_erp_right_to_the_cent(
    system: System, boxes: list[str]
):
    day, dag = a_working_day_that_is_read_again(), f"cash_close__{BOX}"
    file = (system.mappings / "cash_boxes" / "itb_caja_164.yaml").read_text()
    for known, own in {"Caja 164": "Caja 155", "key: 164": "key: 155", "008964": LOT}.items():
        file = file.replace(known, own)
    system.sandbox.open_box(TENANT, CAJA)
    system.add_box(BOX, file + "\napprovals:\n  corrections: true\n")
    assert system.close(BOX, day) == "success"
    in_cash, paid = balances(system, day)[CASH], in_source(system, day)
    (document,) = system.live(LOT, day)
    amount = Decimal(document.lines[0]["CT2_VALOR"])
    system.sandbox.edit_document(document, 1, CT2_VALOR=str(amount - CENT))

    start(system, "erp_read_back")
    assert mailed(system, "Caja 155, ITB: el ERP tiene otra cosa que la registrada", " contra ")
    assert state(system, day) == "discrepancy"

    system.sandbox.pay_late(TENANT, str(CAJA), day, 1, LATE)
    run = system.trigger(BOX, day)
    system.wait(lambda: asks(system, run), "the question")
    path = f"/dags/{dag}/dagRuns/{run}/taskInstances/approve/-1/hitlDetails"
    system.person("ana").call("PATCH", path, json={"chosen_options": ["Approve"], "params_input": {}})
    assert system.finished(BOX, run) == "failed"
    line = f"debe {CASH} {spanish(amount)}, y ahí hay debe {CASH} {spanish(amount - CENT)}"
    assert mailed(system, "Caja 155, ITB", line)
    assert len(system.live(LOT, day)) == 1  # nothing was sent

    system.sandbox.edit_document(document, 1, CT2_VALOR=str(amount))
    system.api.clear(dag, run, "post")
    system.wait(lambda: system.api.run_state(dag, run) == "success", "the cleared run")
    assert len(system.live(LOT, day)) == 3  # the first, its reversal, the corrected one
    assert balances(system, day) == booked(system, day)
    assert balances(system, day)[CASH] == in_cash + LATE
    assert in_source(system, day) == paid + LATE
    assert state(system, day) == "closed"
    assert who_approved(system, day) == ["ana"]

    month = day.replace(day=1)
    start(system, "tie_out", {"from": f"{month:%Y-%m}", "company": TENANT})
    system.wait(lambda: tied(system, month) == [State.TIED_OUT], "the month to tie out")


def tied(system: System, month: date) -> list[State]:
    """How the newest tie-outs of the month stand that the box is part of."""
    return [one.state for one in tie_outs.newest(system.ledger, month, month).values() if BOX in one.boxes]


def a_working_day_that_is_read_again() -> date:
    """A Wednesday of this or the last month: others are not read again at night."""
    today = date.today()
    return today - timedelta(days=14 + (today.weekday() - 2) % 7)


def start(system: System, dag: str, parameters: dict[str, str | None] | None = None) -> None:
    system.wait(lambda: dag in system.api.parsed_dags(dag, LONG_AGO), "the DAG")
    system.api.unpause(dag)
    system.api.trigger_with(dag, parameters or {})


def mailed(system: System, subject: str, text: str) -> bool:
    """Waits for a mail with both."""
    return system.wait(
        lambda: any(
            subject in one["Subject"] and text in one.get_body(("html",)).get_content() for one in system.mails
        ),
        f"a mail of {subject}: {text}",
    )


def asks(system: System, run: str) -> bool:
    """Whether the day's run waits for a person."""
    return any(task.task_id == "approve" and task.state == "awaiting_input" for task in system.api.tasks([run]))


def spanish(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def state(system: System, day: date) -> str:
    query = "SELECT state FROM board.box_day WHERE box = %s AND business_date = %s"
    return system.ledger.execute(query, (BOX, day)).fetchone()[0]


def who_approved(system: System, day: date) -> list[str]:
    query = "SELECT decided_by FROM ledger.approval WHERE box = %s AND business_date = %s AND decision = 'approved'"
    return [who for (who,) in system.ledger.execute(query, (BOX, day))]


def in_source(system: System, day: date) -> Decimal:
    """What the source's own books have of payments in cash."""
    return system.sandbox.books(TENANT, CAJA, day).payments["1"].amount


def balances(system: System, day: date) -> dict[str, Decimal]:
    """What the ERP holds of the day, by account: debits less credits of all live documents."""
    documents = system.live(LOT, day)
    return {account: sum(one.balance(account) for one in documents) for account in booked(system, day)}


def booked(system: System, day: date) -> dict[str, Decimal]:
    """The day's current books, by account."""
    query = (
        "SELECT account, sum(CASE side WHEN 'D' THEN amount ELSE -amount END) FROM ledger.line JOIN ledger.entry"
        " USING (entry_id) WHERE reverses IS NULL AND revision_id = (SELECT max(revision_id) FROM ledger.revision"
        " WHERE box = %s AND business_date = %s) GROUP BY account"
    )
    return dict(map(tuple, system.ledger.execute(query, (BOX, day))))
