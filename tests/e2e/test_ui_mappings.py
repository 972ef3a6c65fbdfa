"""Accountants in Spanish, without any file: a new form of payment to the closed day, a new box to its first day."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cierre.ledger import mapping_proposals
from e2e import doing
from e2e.conftest import HOME, System
from local.stack import LONG_AGO
from sandbox.sga.catalogue import E_MONEY
from support.browser import TASKS_MS, photograph, visitor

MAPPING = "sga_caja_170"
ZONE = "America/Guayaquil"
MOST_CLICKS = 12


def git(system: System, *command: str) -> str:
    """What git says in the mappings folder."""
    named = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *command]
    return subprocess.run(named, cwd=system.mappings, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def repository(system: System, boxes: list[str]) -> Iterator[System]:
    """The system with its mappings in a git repository, while these tests last."""
    git(system, "init", "--quiet")
    git(system, "add", ".")
    git(system, "commit", "--quiet", "-m", "As it was")
    yield system
    shutil.rmtree(system.mappings / ".git")


@pytest.fixture
def people(browser: Browser, repository: System) -> Iterator[tuple[Page, Page]]:
    """Pages of Ana and of Luis, whose browsers speak Ecuador's Spanish."""
    passwords = json.loads((HOME / "passwords.json").read_text())
    with ExitStack() as stack:
        pages = [
            stack.enter_context(
                visitor(browser, repository.stack.api_url, name, passwords[name], zone=ZONE, locale="es-EC")
            )
            for name in ("ana", "luis")
        ]
        yield pages[0], pages[1]


class Clicks:
    """Clicks, and counts them and the seconds since the first page was asked for."""

    def __init__(self) -> None:
        self.number, self.began = 0, time.monotonic()

    def __call__(self, what: Locator) -> None:
        what.click()
        self.number += 1

    def tell(self, what: str) -> None:
        """Says both, for whoever runs the test with -s."""
        print(f"{what}: {self.number} clicks, {time.monotonic() - self.began:.0f} s")


def test_a_new_form_of_payment_from_the_failed_day_to_the_closed_day(repository: System, people: tuple[Page, Page]):
    system, (ana, luis) = repository, people
    box, day = "itb_caja_170", date(2024, 5, 14)
    known = (system.mappings / "accounts" / "sga_ecuador.yaml").read_text()
    lines = [line for line in known.splitlines() if not line.lstrip().startswith("10: ") or "lectr" not in line]
    text = "\n".join(lines).replace("6, 9, 10, 11", "6, 9, 11") + "\n"
    (system.mappings / "accounts" / f"{MAPPING}.yaml").write_text(text)
    git(system, "add", "accounts")
    git(system, "commit", "--quiet", "-m", "A mapping that knows no electronic money")
    doing.school_box(system, 170, changed={"mapping: sga_ecuador": f"mapping: {MAPPING}"})
    system.sandbox.pay_late("itb", 170, day, E_MONEY, Decimal("378.64"))
    assert system.close(box, day) == "failed"

    click = Clicks()
    ana.goto(f"/cierre/boxes/{box}/{day}")
    click(ana.get_by_role("link", name="Responder"))
    expect(ana.get_by_text("La fuente la llama DINERO ELECTRONICO")).to_be_visible()
    click(ana.get_by_role("link", name="Dinero electrónico por acreditar"))
    click(ana.get_by_role("button", name="Proponerlo"))
    expect(ana.get_by_text("Usted lo propuso")).to_be_visible()
    luis.goto("/cierre/mappings")
    click(luis.get_by_role("link", name="Decidir"))
    click(luis.get_by_role("button", name="Aceptar"))
    click(luis.get_by_role("link", name="Cerrar los días que esperaban por esto (1)"))
    click(luis.get_by_role("button", name="Cerrar los días elegidos (1)"))
    click(luis.get_by_role("button", name="Cerrarlos"))
    expect(luis.locator("#so-far")).to_have_text("1 de 1 terminados, 1 cerrados", timeout=TASKS_MS)
    click.tell("From the failed day to the closed day")
    assert click.number <= MOST_CLICKS

    # The file, its history and the ledger tell the same story, and the ERP has the money.
    (row,) = mapping_proposals.proposals_of(system.ledger, [MAPPING])
    said = git(system, "log", "-1", "--format=%H %an", "--name-only", "--", "accounts").split()
    assert said == [row.commit, "ana", f"accounts/{MAPPING}.yaml"]
    assert "Propuesto por ana y aceptado por luis" in git(system, "log", "-1", "--format=%B", row.commit)
    used = "SELECT DISTINCT mapping_digest FROM ledger.revision WHERE box = %s"
    assert system.ledger.execute(used, (box,)).fetchall() == [(row.mapping_digest,)]
    assert doing.booked(system, box, day)["1.1.01.003"] == Decimal("378.64")
    assert doing.in_the_erp(system, doing.lot_of(170), day)["1.1.01.003"] == Decimal("378.64")

    # A further line, by hand and with a slip: refused, with what would be right.
    ana.goto(f"/cierre/mappings/{MAPPING}")
    line = ana.get_by_role("form", name="account_of_form")
    line.get_by_label("Valor").fill("19")
    line.get_by_role("button", name="Agregar una línea").click()
    ana.get_by_label("Nombre").fill("Pago en línea")
    ana.get_by_label("Código").fill("1.1.03.0O3")
    ana.get_by_role("button", name="Ver qué contabilizaría").click()
    expect(ana.get_by_role("alert")).to_contain_text("¿quiso decir 1.1.03.003 (Pagos en línea por cobrar)?")
    expect(ana.get_by_role("button", name="Proponerlo")).to_have_count(0)


def test_a_new_box_from_the_form_to_its_first_closed_day(repository: System, people: tuple[Page, Page]):
    system, (ana, luis) = repository, people
    box, day = "itb_caja_171", (datetime.now(ZoneInfo(ZONE)) - timedelta(days=1)).date()
    system.sandbox.open_box("itb", 171, closed_on=(day.weekday() + 3) % 7)

    click = Clicks()
    ana.goto("/cierre/mappings")
    click(ana.get_by_role("link", name="Agregar una caja"))
    ana.locator("select[name=like]").select_option(label="Caja 164, ITB")
    click(ana.get_by_role("button", name="Llenar como esta caja"))
    own = {"name": "Caja 171, ITB", "file": box, "key": "171", "lot": "008964", "start_date": str(day)}
    for field, value in own.items():
        ana.locator(f".fields [name={field}]").fill(value)
    click(ana.get_by_role("button", name="Ver cómo quedaría su archivo"))
    expect(ana.get_by_role("alert")).to_contain_text("la caja itb_caja_164 tiene lo mismo: empresa del ERP y lote")
    ana.locator(".fields [name=lot]").fill(doing.lot_of(171))
    click(ana.get_by_role("button", name="Ver cómo quedaría su archivo"))
    photograph(ana, "new-box")
    click(ana.get_by_role("button", name="Proponerlo"))
    luis.goto("/cierre/mappings")
    click(luis.get_by_role("link", name="Decidir"))
    click(luis.get_by_role("button", name="Aceptar"))
    expect(luis.get_by_text("El archivo ya lo dice")).to_be_visible()

    system.read_boxes()
    dag = f"cash_close__{box}"
    system.wait(lambda: dag in system.api.parsed_dags(dag, LONG_AGO), "the new box's DAG")
    offered = luis.get_by_role("link", name="Cerrar sus días")

    def looked_again() -> int:
        luis.reload()
        return offered.count()

    system.wait(looked_again, "the board to offer the new box's days")
    click(offered)
    click(luis.get_by_role("button", name="Cerrar los días elegidos (1)"))
    click(luis.get_by_role("button", name="Cerrarlos"))
    expect(luis.locator("#so-far")).to_have_text("1 de 1 terminados, 1 cerrados", timeout=TASKS_MS)
    click.tell("From no file to the first closed day")

    assert system.live(doing.lot_of(171), day)
    (row,) = mapping_proposals.proposals_of(system.ledger, [f"cash_boxes/{box}"])
    assert (row.proposed_by, row.decided_by, row.how) == ("ana", "luis", "committed")
    said = git(system, "show", "--format=%H %an", "--name-only", row.commit).split()
    assert said == [row.commit, "ana", f"cash_boxes/{box}.yaml"]
    used = "SELECT DISTINCT mapping_digest FROM ledger.revision WHERE box = %s"
    assert system.ledger.execute(used, (box,)).fetchall() == [(row.mapping_digest,)]
