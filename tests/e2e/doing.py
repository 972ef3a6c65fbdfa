"""What people and the nightly DAGs do, as several tests need it: a new cash box of a school, a DAG that is started, a
mail that is waited for, a correction that another person approves."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from cierre.ledger import tie_outs
from e2e.conftest import System
from local.stack import LONG_AGO

COPIED = "itb_caja_164"
"""The box that others are made after: of ITB, in the ERP's tenant T1,D MG 01."""


def school_box(system: System, number: int, *, also: str = "", changed: Mapping[str, str] | None = None) -> str:
    """A cash box of ITB with a number and a lot of its own, which its school knows and whose DAG Airflow knows; the
    box's id. ``also``: lines for its file; ``changed``: what else is otherwise in it than in the copied one."""
    file = (system.mappings / "cash_boxes" / f"{COPIED}.yaml").read_text()
    own = {"Caja 164": f"Caja {number}", "key: 164": f"key: {number}", "008964": lot_of(number)}
    for known, becomes in {**own, **(changed or {})}.items():
        assert known in file, known
        file = file.replace(known, becomes)
    box = f"itb_caja_{number}"
    system.sandbox.open_box("itb", number)
    system.add_box(box, f"{file}\n{also}\n" if also else file)
    return box


def lot_of(number: int) -> str:
    """The lot of a box that school_box made."""
    return f"0089{number % 100:02d}"


def start(system: System, dag: str, parameters: Mapping[str, str | None] | None = None) -> str:
    """Starts a DAG as a person would in Airflow's form; the run's id."""
    system.wait(lambda: dag in system.api.parsed_dags(dag, LONG_AGO), "the DAG")
    system.api.unpause(dag)
    return system.api.trigger_with(dag, dict(parameters or {}))


def ended(system: System, dag: str, run: str) -> str:
    """Waits for a run of any DAG; its state."""
    over = ("success", "failed")
    return system.wait(lambda: (state := system.api.run_state(dag, run)) in over and state, f"{dag} {run} to end")


def tied_out(system: System, box: str, tenant: str, month: date) -> tie_outs.Known:
    """Compares a tenant's month with the ERP, as a person would start it; the tie-out that the box is part of. Other
    tenants' months may be tied out beside it: Airflow starts the nightly run of a DAG when it is unpaused."""
    run = start(system, "tie_out", {"from": f"{month:%Y-%m}", "company": tenant})
    assert ended(system, "tie_out", run) == "success"
    (known,) = (one for one in tie_outs.newest(system.ledger, month, month).values() if box in one.boxes)
    return known


def mailed(system: System, subject: str, text: str = "", *, after: int = 0) -> str:
    """Waits for a mail with one text in its subject, and one in its subject or its body; the body. ``after``: not
    among the first so many mails."""

    def arrived() -> str | None:
        bodies = ((mail["Subject"], mail.get_body(("html",)).get_content()) for mail in system.mails[after:])
        return next((body for about, body in bodies if subject in about and text in about + body), None)

    return system.wait(arrived, f"a mail of {subject}: {text}")


def link_of(body: str) -> str:
    """The first address that a mail's HTML leads to."""
    found = re.search(r'href="([^"]+)"', body)
    assert found, body
    return found[1]


def asks(system: System, run: str) -> bool:
    """Whether a day's run waits for a person."""
    return any(task.task_id == "approve" and task.state == "awaiting_input" for task in system.api.tasks([run]))


def approve(system: System, box: str, run: str, person: str = "") -> None:
    """Waits until a run asks, and approves; as the administrator, without a ``person``."""
    system.wait(lambda: asks(system, run), "the question")
    api = system.person(person) if person else system.api
    path = f"/dags/cash_close__{box}/dagRuns/{run}/taskInstances/approve/-1/hitlDetails"
    api.call("PATCH", path, json={"chosen_options": ["Approve"], "params_input": {}})


def state(system: System, box: str, day: date) -> str | None:
    """What the board says of a day."""
    query = "SELECT state FROM board.box_day WHERE box = %s AND business_date = %s"
    return next((one for (one,) in system.ledger.execute(query, (box, day))), None)


def who_approved(system: System, box: str, day: date) -> list[str]:
    """Everybody who approved a day's books, whatever was asked, by the ledger's record."""
    query = (
        "SELECT DISTINCT decided_by FROM ledger.approval WHERE box = %s AND business_date = %s"
        " AND decision = 'approved' ORDER BY decided_by"
    )
    return [who for (who,) in system.ledger.execute(query, (box, day))]


def booked(system: System, box: str, day: date) -> dict[str, Decimal]:
    """A day's current books, by account: debits less credits."""
    query = (
        "SELECT account, sum(CASE side WHEN 'D' THEN amount ELSE -amount END) FROM ledger.line JOIN ledger.entry"
        " USING (entry_id) WHERE reverses IS NULL AND revision_id = (SELECT max(revision_id) FROM ledger.revision"
        " WHERE box = %s AND business_date = %s) GROUP BY account"
    )
    return dict(map(tuple, system.ledger.execute(query, (box, day))))


def in_the_erp(system: System, lot: str, *days: date) -> dict[str, Decimal]:
    """What a lot's live documents of some dates come to, by account: debits less credits; only what is not zero."""
    documents = [one for day in days for one in system.live(lot, day)]
    lines = [line for one in documents for line in one.lines]
    accounts = {line[side].strip() for line in lines for side in ("CT2_DEBITO", "CT2_CREDIT")} - {""}
    sums = {account: sum((one.balance(account) for one in documents), Decimal(0)) for account in accounts}
    return {account: amount for account, amount in sums.items() if amount}
