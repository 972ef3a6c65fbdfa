"""A correction is decided from the mail's link: on its facts, in Spanish or English, with a comment, also by thumb."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from email.message import EmailMessage

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from e2e import doing
from e2e.conftest import HOME, System
from support.airflow_ui import AirflowUi
from support.browser import TASKS_MS, photograph, visitor

BOX, TENANT, CAJA, LOT = "itb_caja_156", "itb", 156, doing.lot_of(156)
DAG = f"cash_close__{BOX}"
COMMENT = "El recibo <b>0017</b> es de otra caja: corríjalo en SGA"


@pytest.fixture(scope="module")
def correct(system: System, boxes: list[str]) -> Callable[[date], str]:
    """``correct(day)``: a day that was closed, and that the administrator closed again after 12.34 were paid late; the
    run that waits for somebody else's approval."""
    doing.school_box(system, CAJA, also="approvals:\n  corrections: true")

    def corrected(day: date) -> str:
        assert system.close(BOX, day) == "success"
        system.sandbox.pay_late(TENANT, str(CAJA), day, 1, Decimal("12.34"))
        run = system.trigger(BOX, day)
        system.wait(lambda: state(system, run) == "awaiting_input", "the request")
        return run

    return corrected


@pytest.fixture
def ana(browser: Browser, system: System) -> Iterator[Page]:
    """The page of Ana, who ran nothing, and whose browser speaks Ecuador's Spanish."""
    password = json.loads((HOME / "passwords.json").read_text())["ana"]
    with visitor(browser, system.stack.api_url, "ana", password, zone="America/Guayaquil", locale="es-EC") as seen:
        yield seen


def test_a_correction_is_approved_from_the_mail_in_two_clicks_by_another_than_who_ran_it(
    system: System, correct, ana: Page, page: Page
):
    day = date(2024, 10, 1)
    run = correct(day)
    mail = told(system, f"Por aprobar: Caja 156, ITB, {day}")
    link = doing.link_of(body_of(mail))
    assert f"/cierre/approvals/{BOX}/{day}" in link
    for shown in ("Caja general", "12,34 USD", "la fuente lo informa de otra manera", "la lanzó admin"):
        assert shown in body_of(mail)

    # Who ran it sees the same, may reject, and is told who may approve; here in English.
    page.goto(link)
    expect(page.get_by_role("button", name="Reject")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.get_by_text("except who ran the run: admin")).to_be_visible()

    ana.goto(link)  # the first click
    expect(ana.get_by_role("row", name=re.compile(r"1\.1\.01\.001 Caja general .* 12,34$"))).to_be_visible()
    expect(ana.get_by_text("apareció después")).to_be_visible()
    photograph(ana, "board-approval")
    assert serious_faults(ana) == []
    assert len(system.live(LOT, day)) == 1
    ana.get_by_role("button", name="Aprobar").click()  # the second
    decided = ana.get_by_role("heading", name="Lo que se preguntó y se decidió")
    expect(decided).to_be_visible(timeout=TASKS_MS)
    assert system.finished(BOX, run) == "success"
    assert len(system.live(LOT, day)) == 3  # the first, its reversal, the corrected one
    assert decisions(system, day) == [("approved", "ana", None)]
    assert all(before + difference == after for before, after, difference in figures_of(mail))


def test_by_thumb_a_rejection_without_a_comment_is_refused_and_with_one_it_is_kept_and_told(
    system: System, correct, ana: Page
):
    day = date(2024, 10, 2)
    run = correct(day)
    ana.set_viewport_size({"width": 390, "height": 844})
    ana.goto(doing.link_of(body_of(told(system, f"Por aprobar: Caja 156, ITB, {day}"))))
    reject = ana.get_by_role("button", name="Rechazar")
    place = reject.bounding_box()
    assert place["height"] >= 44
    assert place["y"] + place["height"] <= 844  # within reach, without scrolling
    assert ana.evaluate("document.documentElement.scrollWidth") <= 390
    photograph(ana, "board-approval-phone")
    assert serious_faults(ana) == []

    reject.click()
    expect(ana.get_by_role("alert")).to_contain_text("un rechazo necesita un comentario")
    expect(ana.get_by_label("Comentario")).to_be_focused()
    assert decisions(system, day) == [(None, None, None)]

    ana.keyboard.type(COMMENT)
    ana.keyboard.press("Tab")  # to the first button
    ana.keyboard.press("Tab")
    ana.keyboard.press("Enter")
    expect(ana.get_by_text(COMMENT)).to_be_visible(timeout=TASKS_MS)
    assert system.finished(BOX, run) == "failed"
    assert len(system.live(LOT, day)) == 1
    assert decisions(system, day) == [("rejected", "ana", COMMENT)]
    assert "El recibo &lt;b&gt;0017&lt;/b&gt; es de otra caja" in body_of(told(system, f"{day}: RECHAZADO por ana"))
    ana.goto(f"/cierre/boxes/{BOX}/{day}")
    expect(ana.get_by_text(COMMENT)).to_be_visible()
    logged = [*system.stack.home.rglob("*.log")]
    assert logged
    assert not any("es de otra caja" in log.read_text(errors="replace") for log in logged)


@pytest.mark.more
def test_airflows_own_page_takes_a_no_with_its_comment_and_then_a_yes_without(system: System, correct, ana: Page):
    day = date(2024, 10, 3)
    run = correct(day)
    ui = AirflowUi(ana)
    ui.request_of(f"Caja 156, ITB, {day}")
    expect(ana.get_by_text("Caja general").first).to_be_visible()
    ana.locator("[name=element_comment]").fill(COMMENT)
    ui.answer("Reject")
    assert system.finished(BOX, run) == "failed"
    assert decisions(system, day) == [("rejected", "ana", COMMENT)]

    system.api.clear(DAG, run, "approve")
    system.wait(lambda: state(system, run) == "awaiting_input", "the request again")
    ui.request_of(f"Caja 156, ITB, {day}")
    ui.answer("Approve")
    system.wait(lambda: system.api.run_state(DAG, run) == "success", "the run to end", every=1)
    assert decisions(system, day) == [("rejected", "ana", COMMENT), ("approved", "ana", None)]


def state(system: System, run: str) -> str | None:
    return next(
        task.state for task in system.api.tasks([run]) if (task.dag_id, task.task_id) == (DAG, "approve")
    )  # fmt: skip


def told(system: System, subject: str) -> EmailMessage:
    """Waits for a mail with this in its subject."""
    mail, *_ = system.wait(lambda: [mail for mail in system.mails if subject in mail["Subject"]], f"mail of {subject}")
    return mail


def body_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()


def figures_of(mail: EmailMessage) -> list[tuple[Decimal, ...]]:
    """Before, after and difference of each account that the mail names."""
    rows = re.findall(r"<tr><td[^>]*>[\d.]+</td>(.*?)</tr>", body_of(mail))
    amounts = [re.findall(r">(-?[\d.]+,\d\d) USD<", row) for row in rows]
    assert amounts
    return [tuple(Decimal(one.replace(".", "").replace(",", ".")) for one in row) for row in amounts]


def decisions(system: System, day: date) -> list[tuple[str | None, ...]]:
    record = system.ledger.execute(
        "SELECT decision, decided_by, comment FROM ledger.approval WHERE box = %s AND business_date = %s"
        " ORDER BY approval_id",
        (BOX, day),
    )
    return list(map(tuple, record))


def serious_faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds wrong, in light and in dark."""
    found = []
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        found += [
            (fault["id"], node["html"])
            for fault in Axe().run(page).response["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"]
        ]
    return found
