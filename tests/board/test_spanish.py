"""A Spanish reader is told in Spanish what is wrong: every page and file of the board, of a ledger full of trouble."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import PurePath
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from fastapi.testclient import TestClient
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from cierre.accounting_files.loader import cash_boxes
from cierre.board.boxes import dag_of
from cierre.bookkeeping.approvals import Reason
from cierre.bookkeeping.documents import Kind, QuarantinedRow, Reading
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.problems import Problem, ProblemKind
from cierre.bookkeeping.second_look import Outcome, changes
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.tie_out import AccountTotal, Code, ErpDocument, Finding, TieOut
from cierre.ledger import (
    approvals,
    attempts,
    identity,
    landing,
    looks,
    problems,
    revisions,
    staging,
    takeovers,
    tie_outs,
)
from cierre.ledger.tie_outs import Month
from cierre.ports.errors import DataError, RetriableError, UncertainError, VendorError
from cierre.posting.protocol import Poster
from cierre.posting.site import Site
from support import closed_day
from support.memory_erp import Answer, MemoryErp
from support.spanish import not_spanish, shown

BOX = cash_boxes()["itb_caja_164"]
LAST = datetime.now(UTC).date() - timedelta(days=2)
DAYS = [LAST - timedelta(days=ago) for ago in range(12)]
SITE = "http://erp"
HOST = "http://board/cierre/"

NAMES = {BOX.mapping, "account_of_form", *cash_boxes(), "audit_books"}
"""What accountants called things in their files, and Airflow's name of a DAG."""
LOST = Sentence("{about}: the connection broke before the answer was whole", about="asiento")


@dataclass
class WithoutAnswer(MemoryErp):
    """An ERP whose answers to writes and deletes are lost, told as a hook tells it."""

    answers_deletes: bool = True

    def _write(self, address, key) -> Answer:
        MemoryErp._write(self, address, key)
        raise UncertainError(LOST, vendor="Protheus")

    def delete(self, address, document) -> bool:
        if self.answers_deletes:
            return super().delete(address, document)
        raise UncertainError(LOST, vendor="Protheus")


@dataclass
class Refuses(MemoryErp):
    """An ERP that refuses in its own words."""

    def _write(self, address, key) -> Answer:
        raise DataError("A conta 1.1.01.001 está bloqueada", vendor="Protheus")


@dataclass
class KeepsAll(MemoryErp):
    """An ERP that lets nothing be deleted."""

    def delete(self, address, document) -> bool:
        raise RetriableError(LOST, vendor="Protheus")


def _post(ledger, day: date, erp: MemoryErp, amount: str = "100.00", site: Site | None = None) -> None:
    revision = closed_day.book(ledger, BOX, day, closed_day.stage(ledger, BOX, day, (amount, "1")))
    with suppress(VendorError):
        Poster(ledger, erp, "test", site or Site(), sleep=lambda _: None).converge(revision)


@pytest.fixture
def troubled(ledger, airflow) -> None:
    """Days of a box, each with something that can be wrong with one."""
    identity.note(ledger, Identity.of(BOX, source_site="http://sga", erp_site=SITE))
    _posting_goes_wrong(ledger, DAYS[:5])
    _taken_over(ledger, DAYS[5])
    _held_back(ledger, DAYS[6])
    why = RetriableError(Sentence("the landed answer was being read and staged"), vendor="SGA")
    landing.note_stopped(ledger, BOX.id, DAYS[7], "land", str(why))
    _differs(ledger, DAYS[8])
    _changed_since(ledger, DAYS[9])
    _waits_for_a_person(ledger, airflow, DAYS[10])
    _not_mapped(ledger, DAYS[11])
    _not_tied_out(ledger)


def _posting_goes_wrong(ledger, days: list[date]) -> None:
    _post(ledger, days[0], WithoutAnswer(answers_deletes=False))
    _post(ledger, days[1], WithoutAnswer())
    _post(ledger, days[2], MemoryErp(faults=["wrong_tenant", "second_number"]))
    keeps = KeepsAll()
    for amount in ("100.00", "112.34"):
        _post(ledger, days[3], keeps, amount, Site(correction="delete"))
    _post(ledger, days[4], Refuses())
    (entry,) = revisions.bookings(ledger, revisions.current(ledger, BOX.id, days[4]))
    attempts.doom(ledger, attempts.claim(ledger, entry, worker="x", lease_seconds=0), attempts.ITS_WORKER_ENDED)


def _taken_over(ledger, day: date) -> None:
    erp = MemoryErp()
    _post(ledger, day, erp)
    takeovers.take_over(ledger, None, BOX.erp.tenant, BOX.erp.lot, by="ana", why="el lote es nuestro")
    for amount in ("112.34", "112.35"):
        _post(ledger, day, erp, amount, Site(correction="delete"))


def _held_back(ledger, day: date) -> None:
    closed_day.stage(ledger, BOX, day, ("10.00", "1"))
    why = Sentence("the row lacks {fields}", fields="pagoValor")
    row = QuarantinedRow("0/PAGOS/0", Kind.PAYMENT, "1", "missing_field", why, None, {}, blocking=True)
    staging.replace(ledger, BOX.id, day, staging.snapshot_of(ledger, BOX.id, day), Reading([], [row]))


def _differs(ledger, day: date) -> None:
    documents = closed_day.stage(ledger, BOX, day, ("10.00", "1"), ("5.55", "6"))
    revision = closed_day.book(ledger, BOX, day, documents[:1])
    closed_day.post(ledger, revision)
    assert closed_day.reconcile(ledger, revision) == "discrepancy"


def _changed_since(ledger, day: date) -> None:
    closed_day.close(ledger, BOX, day, ("20.00", "1"), ("30.00", "1"))
    before, after = ([closed_day.document(BOX, day, number, net) for number, net in enumerate(amounts)]
                     for amounts in (("20.00", "30.00"), ("25.50",)))  # fmt: skip
    found = changes(before, after, own_ids=lambda kind: True)
    taken = landing.taken(ledger, BOX.id, day)
    looks.keep(ledger, BOX.id, day, compared_to=taken.snapshot_id, snapshot_id=None, found=found,
               outcome=Outcome.PROPOSED, tell=["itb"])  # fmt: skip


def _waits_for_a_person(ledger, airflow, day: date) -> None:
    closed_day.close(ledger, BOX, day, ("100.00", "1"), ("64.70", "6"))
    documents = closed_day.stage(ledger, BOX, day, ("112.34", "1"), ("64.70", "6"))
    revision = closed_day.book(ledger, BOX, day, documents)
    approvals.ask(ledger, revision, {
        Reason.CORRECTION: Sentence("The day was posted before and its books changed"),
    }, "r1")  # fmt: skip
    airflow.add(DagRun(dag_id=dag_of(BOX.id), run_id="r1", run_type="manual", state="running", partition_key=str(day),
                       run_after=datetime.now(UTC), logical_date=None, data_interval=None))  # fmt: skip
    airflow.flush()
    task = TaskInstance.__table__.insert().values(
        id=uuid4(), task_id="approve", dag_id=dag_of(BOX.id), run_id="r1", map_index=-1, pool="default_pool",
        pool_slots=1, state="awaiting_input", try_number=1, max_tries=0, queue="default", priority_weight=1,
    )  # fmt: skip
    (ti_id,) = airflow.execute(task.returning(TaskInstance.id)).one()
    airflow.add(HITLDetail(ti_id=ti_id, subject="¿12,34?", options=["Approve", "Reject"], params={}))
    airflow.flush()


def _not_mapped(ledger, day: date) -> None:
    closed_day.stage(ledger, BOX, day, ("378.64", "9"))
    message = Sentence(
        "{documents} of {amount} {currency} {reason}",
        documents=Sentence.counted(1, "{n} payment", "{n} payments"), amount=Decimal("378.64"), currency="USD",
        reason=Sentence("{key}, which table {table} does not list",
                        key=Sentence("with {attributes}", attributes=Sentence("{name} {value}", name=Sentence("form"),
                                                                              value="9")), table="account_of_form"),
    )  # fmt: skip
    found = Problem(ProblemKind.UNMAPPED, "payment: debit net", (("form", "9"),), 1, Decimal("378.64"), "USD",
                    (f"sga:payment:0-{0}",), message, "", "account_of_form")  # fmt: skip
    problems.replace(ledger, BOX.id, day, BOX.mapping, [found])


def _not_tied_out(ledger) -> None:
    month = LAST.replace(day=1)
    found = [
        Finding(code, ErpDocument(LAST, lot, "001", "000001"), "1.1.01.001", "USD", Decimal("50.00"), Decimal("49.99"))
        for code, lot in zip(Code, (BOX.erp.lot, BOX.erp.lot, BOX.erp.lot, BOX.erp.lot, "000777"), strict=True)
    ]
    cash = AccountTotal("1.1.01.001", "USD", Decimal("50.00"), Decimal("49.99"), Decimal("-500.00"))
    tie_outs.keep(ledger, Month(SITE, BOX.erp.tenant, month), tie_outs.now(ledger), TieOut((cash,), tuple(found)))


BEGINNINGS = [
    "",
    f"?month={LAST:%Y-%m}",
    *(f"boxes/{BOX.id}/{day}" for day in DAYS),
    f"approvals/{BOX.id}/{DAYS[10]}",
    f"trends?box={BOX.id}",
    "search?q=100",
    f"closing?box={BOX.id}&first={DAYS[-1]}&last={LAST}",
    f"months/{LAST:%Y-%m}/companies/{BOX.company}",
]
MISTAKES = [
    "no", "boxes/x/2024-09-06", f"boxes/{BOX.id}/2024-13-45", "?month=2024-13", "trends?until=9999-12-31",
    "search?q=%00", f"boxes/{BOX.id}/{LAST}/lines/1/99", f"boxes/{BOX.id}/{LAST}/rows/1/x", "language/fr",
    f"approvals/{BOX.id}/1999-01-01", f"months/{LAST:%Y-%m}/companies/x", f"months/{LAST:%Y-%m}/boxes/{BOX.id}/books.x",
    "tie-outs/999",
]  # fmt: skip


def of_the_walk(address: str) -> bool:
    """Whether a link is gone after: of the days above and of this box, as others say the same."""
    path = urlsplit(address).path
    if not address.startswith(HOST) or "/static/" in path or "/language/" in path:
        return False
    months = re.findall(r"months/(\d{4}-\d{2})/", path)
    days = re.findall(r"/(\d{4}-\d{2}-\d{2})", path)
    boxes = re.findall(r"/(?:boxes|approvals)/([^/]+)", path)
    return {f"{LAST:%Y-%m}"}.issuperset(months) and set(map(str, DAYS)).issuperset(days) and {BOX.id}.issuperset(boxes)


def walk(client: TestClient, beginnings: list[str]) -> Iterator[tuple[str, str]]:
    """Every address that is linked from the beginnings, each once, with what it says. Queries are of the beginnings."""
    waiting, seen = [HOST + one for one in beginnings], set()
    while waiting:
        address = waiting.pop()
        if address in seen or (urlsplit(address).query and urlsplit(address).path in seen):
            continue
        seen |= {address, urlsplit(address).path}
        answer = client.get("/" + address.removeprefix(HOST))
        yield f"{answer.status_code} {address.removeprefix(HOST)}", said(answer.headers["content-type"], answer.content)
        if "text/html" in answer.headers["content-type"]:
            links = (urljoin(address, unescape(link)).partition("#")[0]
                     for link in re.findall(r'href="?([^" >]+)', answer.text))  # fmt: skip
            waiting += filter(of_the_walk, links)


def said(kind: str, content: bytes) -> str:
    """The text of an answer or of a file in a package."""
    if "html" in kind:
        return shown(content.decode())
    if "csv" in kind:
        return content.decode("utf-8-sig")
    if "pdf" in kind:
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        return re.sub(r"\w+\n(?=[a-záéíóúñ])", "", text)  # words that a cell's width breaks
    if "sheet" in kind or "xlsx" in kind:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
        return "\n".join([*book.sheet_names, *(str(cell) for row in rows for cell in row)])
    if "zip" in kind:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return "\n".join(said(PurePath(name).suffix, package.read(name)) for name in package.namelist())
    return ""


def test_every_page_and_file_of_a_ledger_full_of_trouble_is_spanish(login, troubled):
    texts = dict(walk(login(), BEGINNINGS))
    assert {address.split()[0] for address in texts} == {"200"}
    assert len(texts) > 80
    wrong = {address: found for address, text in texts.items() if (found := not_spanish(text, allowed=NAMES))}
    assert wrong == {}


@pytest.mark.parametrize("address", MISTAKES)
def test_the_page_of_a_mistake_is_spanish(login, ledger, address):
    answer = login().get(f"/{address}")
    assert answer.status_code in (404, 422)
    assert not_spanish(shown(answer.text), allowed=NAMES) == []
    assert len(shown(answer.text)) > 30
