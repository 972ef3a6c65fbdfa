"""What the pages say is what the books say."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from cierre.accounting_files.loader import cash_boxes
from cierre.board import board_page
from cierre.board.boxes import Calendar, dag_of
from cierre.bookkeeping.documents import Kind, QuarantinedRow, Reading
from cierre.bookkeeping.identity import Identity
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.landed_day import LandedDay
from cierre.closing.names import ASK_AGAIN
from cierre.language.language import language
from cierre.ledger import attempts, identity, landing, outages, revisions, staging
from cierre.ports.errors import RetriableError
from cierre.reports.cells import csv_cell
from hooks.registry import SOURCES
from support import closed_day, zeta_site
from support.board_routes import addresses

BOX = cash_boxes()["itb_caja_164"]
DAY = datetime.now(UTC).date() - timedelta(days=4)
HERE = f"/boxes/{BOX.id}/{DAY}"


class Cells(HTMLParser):
    """The grid's cells: class, address and hint of each day's link."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}
        self._class = ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "td":
            self._class = given.get("class") or ""
        elif tag == "a" and (given.get("href") or "").startswith("boxes/"):
            self.found[given["href"].removeprefix("boxes/")] = (self._class, given["title"])


def board(client, **query) -> dict[str, tuple[str, str]]:
    return Cells(client.get("/", params={"month": f"{DAY:%Y-%m}", **query}).text).found


def run(airflow, state: str, *, key: str | None = str(DAY), conf=None, run_id="r1") -> None:
    airflow.add(
        DagRun(
            dag_id=dag_of(BOX.id), run_id=run_id, run_type="manual", state=state, partition_key=key, conf=conf,
            run_after=datetime.now(UTC), logical_date=None, data_interval=None,
        )
    )  # fmt: skip
    airflow.flush()


def test_a_search_without_boxes_shows_the_month_that_the_board_shows(login, monkeypatch):
    # The first of a month at noon: no day of September is over in any box.
    on_the_first = Calendar(datetime(2024, 9, 1, 12, tzinfo=UTC))
    monkeypatch.setattr(board_page, "Calendar", lambda now: on_the_first)
    for text in ("", "no box is called so"):
        assert "<h1>Agosto de 2024<" in login().get("/", params={"q": text}).text


def test_a_closed_day_has_its_sign_its_amount_and_its_page(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("1200.25", "1"), ("34.25", "6"))
    assert board(login())[f"{BOX.id}/{DAY}"] == ("c", "cerrado · 1.234,50")
    page = login().get(HERE).text
    assert page.count("1.234,50") >= 5  # source (less the receipt), staged, journal, ERP, and the journal's two sides
    assert "1.1.01.001" in page
    assert "confirmado" in page


def test_where_the_journals_total_is_not_the_days_money_the_page_adds_up_the_way(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("1200.25", "1"), ("34.25", "6"))
    assert "Del dinero del día" not in login().get(HERE).text
    other = DAY - timedelta(days=1)
    documents = closed_day.stage(ledger, BOX, other, ("100.00", "1"))
    closed_day.book(ledger, BOX, other, documents, scholarship="8.57")
    page = login().get(HERE.replace(str(DAY), str(other))).text
    way = page.partition("Del dinero del día")[2].partition("</table>")[0]
    for words in ("beca", "8,57", "100,00", "108,57"):
        assert words in way


def test_what_a_day_does_not_hold_is_told_on_its_page_and_is_no_row_of_its_certificate(login, ledger):
    zeta = cash_boxes()["itb_uruguay_1_2"]
    place = landing.Place(zeta.source, zeta.connection, "*", DAY)
    body = zeta_site.landed(receipts={"read": False}, lines=[], query=[[]], day=DAY)
    landed = landing.land(
        ledger,
        place,
        asked={},
        received_at=datetime.now(UTC),
        body=body,
        open_fields=SOURCES["zeta"].open_fields_of(body),
    )
    day = LandedDay(zeta, DAY, body, lambda since: [])
    landing.take(ledger, zeta.id, DAY, landed.snapshot_id, [], [*day.claims(), *day.notices()])
    staging.replace(ledger, zeta.id, DAY, landed.snapshot_id, day.reading())
    page = login().get(f"/boxes/{zeta.id}/{DAY}").text
    assert page.count("Los recibos de cobro no están en el dinero de esta caja: la conexión no los lee.") == 1
    assert "Receipts" not in page


@pytest.mark.parametrize(("state", "letter"), [("running", "r"), ("queued", "r"), ("failed", "f")])
def test_a_day_that_only_airflow_knows_shows_its_run(login, airflow, state, letter):
    run(airflow, state)
    assert board(login())[f"{BOX.id}/{DAY}"][0] == letter


def test_a_run_that_was_given_its_day_as_a_parameter_counts_too(login, airflow):
    run(airflow, "running", key=None, conf={"business_date": str(DAY)})
    assert board(login())[f"{BOX.id}/{DAY}"][0] == "r"


def test_a_live_run_hides_what_failed_after_it_began(login, airflow):
    run(airflow, "running", run_id="first")
    run(airflow, "failed", run_id="second")
    assert board(login())[f"{BOX.id}/{DAY}"][0] == "r"


def test_a_task_that_waits_for_a_person_is_on_the_board_and_in_the_list_of_work(login, airflow):
    run(airflow, "running")
    task = TaskInstance.__table__.insert().values(
        id=uuid4(), task_id="approve", dag_id=dag_of(BOX.id), run_id="r1", map_index=-1, pool="default_pool",
        pool_slots=1, state="deferred", try_number=1, max_tries=0, queue="default", priority_weight=1,
    )  # fmt: skip
    (ti_id,) = airflow.execute(task.returning(TaskInstance.id)).one()
    airflow.add(HITLDetail(ti_id=ti_id, subject="A correction of 12,00?", options=["Approve"], params={}))
    airflow.flush()
    assert board(login())[f"{BOX.id}/{DAY}"][0] == "w"
    work = login().get("/work").text
    assert "A correction of 12,00?" in work
    assert f"/approvals/{BOX.id}/{DAY}" in work


def test_a_step_that_waits_for_a_vendor_says_for_whom_and_until_when(login, airflow, ledger):
    run(airflow, "running")
    task = TaskInstance.__table__.insert().values(
        id=uuid4(), task_id="land", dag_id=dag_of(BOX.id), run_id="r1", map_index=-1, pool="default_pool",
        pool_slots=1, state="deferred", next_method=ASK_AGAIN, try_number=4, max_tries=3, queue="default",
        priority_weight=1,
    )  # fmt: skip
    airflow.execute(task)
    again = datetime(2026, 3, 2, 17, 15, tzinfo=UTC)
    wait = outages.Wait(
        BOX.id,
        DAY,
        "land",
        BOX.company,
        BOX.name,
        "sga_itb",
        "SGA",
        again_at=again,
        until=again + timedelta(minutes=30),
    )
    outages.note(ledger, wait, first=True)
    assert board(login())[f"{BOX.id}/{DAY}"] == ("t", "espera a un proveedor")
    page = login().get(HERE).text
    assert "El paso land espera a SGA (conexión sga_itb)" in page
    assert "12:15" in page
    assert "12:45" in page


def test_boxes_that_post_to_the_sandbox_are_marked_on_the_grid_and_on_the_days_page(login, ledger):
    site = "http://127.0.0.1:8800/protheus"
    identity.note(ledger, Identity.of(BOX, source_site="http://127.0.0.1:8800/sga/itb", erp_site=site))
    assert f"SANDBOX (pruebas) · {BOX.name}" not in login().get("/").text
    identity.note_erp(ledger, site, is_sandbox=True)
    assert f"SANDBOX (pruebas) · {BOX.name}" in login().get("/").text
    page = login().get(HERE).text
    assert f"ERP: {site}: el sandbox de pruebas" in page
    identity.note_erp(ledger, site, is_sandbox=False)
    page = login().get(HERE).text
    assert f"ERP: {site}" in page
    assert "SANDBOX" not in page


def test_a_day_that_nobody_closed_is_missing_and_one_to_come_is_not(login):
    cells = board(login())
    assert cells[f"{BOX.id}/{DAY}"] == ("m", "falta")
    assert f"{BOX.id}/{datetime.now(UTC).date() + timedelta(days=1)}" not in cells


@pytest.mark.parametrize("address", ["/?month={}", "/months/{}/companies/itb"])
def test_no_month_to_come_is_offered(login, address):
    this = datetime.now(UTC).date().replace(day=1)
    before = this - timedelta(days=1)
    assert 'rel="next"' in login().get(address.format(f"{before - timedelta(days=40):%Y-%m}")).text
    assert 'rel="next"' not in login().get(address.format(f"{this:%Y-%m}")).text


def test_filters_leave_the_boxes_that_are_asked_for(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("10.00", "1"))
    client = login()
    assert {cell.split("/")[0] for cell in board(client, state="c")} == {BOX.id}
    assert {cell.split("/")[0] for cell in board(client, q="caja 164")} == {BOX.id}
    assert board(client, company="no_such_company") == {}
    assert {cell.split("/")[0] for cell in board(client, source=BOX.source)} >= {BOX.id, "conduce_caja_3"}


@pytest.mark.parametrize("query", [{"month": "2026-13"}, {"month": "0000-01"}, {"month": "x"}])
def test_a_month_that_is_none_is_refused(login, query):
    assert login().get("/", params=query).status_code == 422


def test_an_uncertain_posting_is_on_the_board_and_in_the_list_of_work(login, ledger):
    revision = closed_day.book(ledger, BOX, DAY, closed_day.stage(ledger, BOX, DAY, ("77.70", "1")))
    (entry,) = revisions.bookings(ledger, revision)
    attempt = attempts.claim(ledger, entry, worker="w", lease_seconds=60)
    attempts.doom(ledger, attempt, "the ERP's answer was lost")
    assert board(login())[f"{BOX.id}/{DAY}"][0] == "u"
    assert "the ERP&#39;s answer was lost" in login().get("/work").text


def test_a_planted_discrepancy_leads_to_its_cause(login, ledger):
    first, second = closed_day.stage(ledger, BOX, DAY, ("10.00", "1"), ("5.55", "6"))
    revision = closed_day.book(ledger, BOX, DAY, [first])
    closed_day.post(ledger, revision)
    assert closed_day.reconcile(ledger, revision) == "discrepancy"
    client = login()
    work = client.get("/work").text
    assert f"{HERE}" in work
    assert "5,55" in work
    page = client.get(HERE).text
    assert page.count("primera diferencia") == 1
    assert f"{HERE}/rows/{staging.snapshot_of(ledger, BOX.id, DAY)}/{second.place}" in page
    row = client.get(f"{HERE}/rows/{staging.snapshot_of(ledger, BOX.id, DAY)}/{second.place}").text
    assert "5.55" in row
    assert "la fila no está asentada" in row


def test_from_a_line_down_to_the_row_of_the_source_and_back_up(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("10.00", "1"), ("5.55", "6"))
    (entry_id,) = ledger.execute("SELECT entry_id FROM ledger.entry").fetchone()
    client = login()
    line = client.get(f"{HERE}/lines/{entry_id}/1").text
    assert "0/PAGOS/1" in line
    row = client.get(f"{HERE}/rows/{staging.snapshot_of(ledger, BOX.id, DAY)}/0/PAGOS/1").text
    assert f"{HERE}/lines/{entry_id}/1" in row
    assert client.get(f"{HERE}/lines/{entry_id}/9").status_code == 404
    assert client.get(f"{HERE}/rows/1/0/PAGOS/99").status_code == 404
    documents = client.get(f"{HERE}/documents", params={"kind": "payment", "form": "6"}).text
    assert "001-002-000000001" in documents
    assert "5,55" in documents


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ('"inscripcionNombre": "Ana\\u0000 Vera"', "Ana␀ Vera"),
        ('"inscripcionNombre": "Luis \\ud83d"', "Luis �"),
        ('"pagoValor": NaN', "NaN"),
        ('"pagoValor": 1, "pagoValor": 100', "100"),
        ('"a": ' + "[" * 300 + "1" + "]" * 300, "…"),
    ],
)
def test_the_page_of_a_row_opens_whatever_the_source_sent(login, ledger, monkeypatch, field, shown):
    dumps = json.dumps
    body = f'[{{"PAGOS": [{{{field}, "facturaNumero": "001-002-000000001"}}], "NC": [], "RC": [{{"rcId": 7}}]}}]'
    monkeypatch.setattr(closed_day.json, "dumps", lambda *_: body)
    closed_day.stage(ledger, BOX, DAY, ("10.00", "1"))
    monkeypatch.setattr(closed_day.json, "dumps", dumps)
    page = login().get(f"{HERE}/rows/{staging.snapshot_of(ledger, BOX.id, DAY)}/0/PAGOS/0")
    assert page.status_code == 200
    assert shown in page.text
    assert "001-002-000000001" in page.text


@pytest.mark.parametrize("address", ["rows/1/%00", "rows/1/0/PAGOS/%00", "documents?kind=payment&form=%00"])
def test_an_address_with_a_character_that_no_text_holds_is_no_fault_of_the_server(login, ledger, address):
    closed_day.stage(ledger, BOX, DAY, ("10.00", "1"))
    assert login().get(f"{HERE}/{address}").status_code in (200, 404)


def test_a_day_as_csv_opens_in_a_spreadsheet_of_the_readers_country(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("1234.50", "1"))
    answer = login().get(f"{HERE}/close.csv")
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[0] == "Asiento;Fecha;Cuenta;Centro de costo;Texto;Lado;Importe"
    assert text.splitlines()[1].endswith(";1.1.01.001;;Caja;debe;1234,50")
    assert f'filename="{BOX.id}_{DAY}.csv"' in answer.headers["content-disposition"]


def test_a_text_of_the_books_is_no_formula_in_a_spreadsheet():
    assert csv_cell('=HYPERLINK("http://x")', comma=True).startswith("'=")


def texts_of_pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_pdf_has_every_letter_and_says_which_sign_it_cannot_write(login, ledger, monkeypatch):
    closed_day.close(ledger, BOX, DAY, ("1234.50", "1"), history="Ñuñoa – 5 € œ № Жук 你")
    content = login().get(f"{HERE}/close.pdf").content
    text = texts_of_pdf(content)
    assert "Ñuñoa – 5 € œ № Жук [U+4F60]" in text.replace("\n", " ")
    assert "?" not in text
    fonts = {font for page in PdfReader(io.BytesIO(content)).pages for font in page["/Resources"]["/Font"].values()}
    assert all(
        "/FontFile2" in font["/DescendantFonts"][0]["/FontDescriptor"] for font in map(IndirectObject.get_object, fonts)
    )


def test_a_day_as_xlsx_and_as_pdf(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("1234.50", "1"))
    with zipfile.ZipFile(io.BytesIO(login().get(f"{HERE}/close.xlsx").content)) as book:
        assert "1234.5" in book.read("xl/worksheets/sheet2.xml").decode()
    assert login().get(f"{HERE}/close.pdf").content.startswith(b"%PDF-")
    assert login().get(f"{HERE}/close.exe").status_code == 404


@pytest.mark.parametrize(
    ("box", "amount", "form"), [("itb_caja_164", "1234.50", "#,##0.00"), ("austral_oficina_1", "1234", "#,##0")]
)
def test_money_in_a_spreadsheet_has_the_decimals_of_its_currency(login, ledger, box, amount, form):
    closed_day.close(ledger, cash_boxes()[box], DAY, (amount, "1"))
    with zipfile.ZipFile(io.BytesIO(login().get(f"/boxes/{box}/{DAY}/close.xlsx").content)) as book:
        assert f'formatCode="{form}"' in book.read("xl/styles.xml").decode()


def test_trends_show_the_day_that_stands_out(login, ledger):
    for ago, amount in enumerate(["100.00"] * 9 + ["900.00"], start=2):
        closed_day.stage(ledger, BOX, datetime.now(UTC).date() - timedelta(days=ago), (amount, "1"))
    page = login().get("/trends", params={"span": 31}).text
    assert "1.800,00" in page
    assert "<b>900,00</b>" in page
    earlier = login().get("/trends", params={"span": 31, "until": str(DAY)}).text
    assert "1.800,00" not in earlier
    assert login().get("/trends", params={"until": ""}).status_code == 200


def test_a_language_that_was_chosen_is_kept(login):
    client = login()
    answer = client.get("/language/en", params={"back": "/work"}, follow_redirects=False)
    assert answer.headers["location"] == "/cierre/work"
    assert "Work lists" in client.get("/", headers={"Cookie": "cierre_language=en"}).text
    assert client.get("/language/fr").status_code == 404


def test_whoever_changes_the_language_stays_on_the_board(login):
    client = login()
    elsewhere = [
        "//x.example",
        "///x.example",
        "/\\x.example",
        "\\\\x.example",
        "https://x.example/",
        "javascript:alert(1)",
    ]
    elsewhere += [
        "/../auth/logout",
        "/work/%2e%2e/%2E./auth/logout",
        "/./work",
        "/%2f/x.example",
        "/ //x.example",
        "/%5cwork",
    ]
    for back in [*elsewhere, "/a\r\nX: y", "/\t/x.example", "/%00", "", "work"]:
        answer = client.get("/language/es", params={"back": back}, follow_redirects=False)
        assert (back, answer.status_code, "location" in answer.headers) == (back, 404, False)
    for back in ("/", "/work?company=itb", "/boxes/caja%20164/2024-09-06", "/trends?until=&span=31"):
        answer = client.get("/language/es", params={"back": back}, follow_redirects=False)
        assert answer.headers["location"] == f"/cierre{back}"


HUGE = 10**30
WITHOUT_SUCH_A_PAGE = [
    *(
        f"/boxes/{BOX.id}/{day}{rest}"
        for day in ("0001-01-01", "9999-12-31", "1999-12-31", "-1", HUGE)
        for rest in ("", "/close.csv", "/close.pdf", "/documents?kind=payment", "/lines/1/1", "/rows/1/0")
    ),
    *(f"/boxes/{BOX.id}/{DAY}/{rest}" for rest in (f"lines/{HUGE}/1", f"lines/1/{HUGE}", f"rows/{HUGE}/0")),
    *(f"/boxes/{BOX.id}/{DAY}/{rest}" for rest in ("rows/1/%00", "documents?kind=%00", "documents?kind=a&form=%00")),
    *("/trends?until=0001-01-01", "/trends?until=9999-12-31", f"/trends?until={HUGE}", "/?month=9999-12", "/%00"),
    *(f"/boxes/%00/{DAY}", "/static/%00", "/language/%00", "/?q=%00", "/?company=%00", "/trends?box=%00"),
    *("/trends?currency=%00", "/work?company=%00"),
    *("/language/es?back=//[", "/language/es?back=http://[::1", f"/static/{'a' * 300}", "/static/", "/static/."),
    *(f"/months/{month}/{rest}"
      for month in ("20\u0662\u0664-09",
                    "2\u0660\u0662\u0664-09", "2024-0\u0669", "\uff12024-09", "2024-09%0a", "1999-09")
      for rest in ("companies/itb", f"boxes/{BOX.id}", f"boxes/{BOX.id}/books.csv")),
    *("/?month=1\u0662\u0664\u0660-01", "/?month=20\u0662\u0664-09", f"/boxes/{BOX.id}/20\u0662\u0664-09-01"),
]  # fmt: skip


def test_an_address_that_cannot_be_gets_the_boards_own_page_with_its_headers(login):
    client = login()
    for address in WITHOUT_SUCH_A_PAGE:
        answer = client.get(address)
        assert (address, answer.status_code in (404, 422)) == (address, True)
        assert "text/html" in answer.headers["Content-Type"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("digits", ["".join(map(chr, range(zero, zero + 10))) for zero in (0x660, 0xFF10, 0x966)])
def test_digits_of_another_writing_are_no_number_and_no_date(login, ledger, digits):
    other = str.maketrans("0123456789", digits)
    client = login()
    read = [address for method, address in addresses(BOX, DAY) if method == "GET"]
    for address in (*read, f"/?month={DAY:%Y-%m}", f"/trends?until={DAY}", "/trends?span=31"):
        for place, sign in enumerate(address):
            if sign.isdigit():
                changed = address[:place] + sign.translate(other) + address[place + 1 :]
                assert client.get(changed).status_code in (200, 404, 422), changed


def test_a_fault_of_the_board_is_told_in_a_page_that_says_nothing_of_it(login, monkeypatch):
    def broken(*_):
        raise RuntimeError("s3cret")

    monkeypatch.setattr("cierre.ledger.board.months", broken)
    client = login()
    client._transport.raise_server_exceptions = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert "s3cret" not in answer.text
    assert "El tablero no pudo generar esta página" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["../app.py", "%2e%2e/app.py", "nothing.css"])
def test_only_the_files_meant_for_it_are_served(login, name):
    assert login().get(f"/static/{name}").status_code == 404


def test_a_day_of_which_nothing_is_known_says_so_and_offers_to_close_it(login):
    page = login().get(f"/boxes/{BOX.id}/{date(2026, 1, 2)}").text
    assert "falta" in page
    assert "Cerrar este día" in page


def test_a_day_that_could_not_be_read_says_why_in_the_readers_language(login, ledger):
    why = str(RetriableError(Sentence("the landed answer was being read and staged"), vendor="SGA"))
    landing.note_stopped(ledger, BOX.id, DAY, "land", why)
    said = language("es")(why)
    assert said != why
    assert board(login())[f"{BOX.id}/{DAY}"][0] == "f"
    page = login().get(HERE).text
    assert "El día no se ha podido leer hasta ahora:" in page
    assert said in unescape(page)
    assert "Cerrar este día" in page
    assert said in unescape(login().get("/work").text)


def test_why_a_row_is_held_back_is_said_in_the_readers_language(login, ledger):
    closed_day.stage(ledger, BOX, DAY, ("10.00", "1"))
    why = Sentence("the row lacks {fields}", fields="pagoValor")
    held = QuarantinedRow("0/PAGOS/0", Kind.PAYMENT, "1", "missing_field", why, None, {}, blocking=True)
    staging.replace(ledger, BOX.id, DAY, staging.snapshot_of(ledger, BOX.id, DAY), Reading([], [held]))
    for page in (HERE, "/work"):
        assert "a la fila le falta pagoValor" in unescape(login().get(page).text)


def test_a_watched_day_says_until_when_and_counts_as_closed(login, ledger):
    documents = closed_day.stage(ledger, BOX, DAY, ("10.00", "1"))
    revision = closed_day.book(ledger, BOX, DAY, documents)
    (entry,) = revisions.bookings(ledger, revision)
    lost = attempts.claim(ledger, entry, worker="test", lease_seconds=60)
    attempts.doom(ledger, lost, "no answer")
    attempts.note_reaped(ledger, lost)
    closed_day.post(ledger, revision)
    assert closed_day.reconcile(ledger, revision) == "reconciled"
    client = login()
    assert board(client)[f"{BOX.id}/{DAY}"][0] == "v"
    page = client.get(HERE).text
    assert "cerrado y en observación" in page
    assert "En observación hasta el " in page
    assert f'{HERE}"' not in client.get("/work").text


def test_a_day_that_nobody_watched_to_the_end_says_so(login, ledger, admin):
    """The ERP cannot be read any more, so that the sweep has given it up."""
    documents = closed_day.stage(ledger, BOX, DAY, ("10.00", "1"))
    revision = closed_day.book(ledger, BOX, DAY, documents)
    closed_day.post(ledger, revision)
    assert closed_day.reconcile(ledger, revision) == "reconciled"
    admin.execute("UPDATE board.box_day SET state = 'watched', watched_until = now() - interval '1 day'")
    page = login().get(HERE).text
    assert "Debía estar en observación hasta el " in page
    assert "En observación hasta el " not in page
