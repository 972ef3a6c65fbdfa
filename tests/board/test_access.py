"""Nobody sees anything without Airflow's login, and everybody only the boxes whose DAGs they may see."""

import asyncio
from datetime import date, timedelta

import pytest

from cierre.accounting_files.loader import cash_boxes
from cierre.board.app import app
from cierre.ledger import personal
from support import closed_day
from support.board_routes import addresses
from support.forms import OWN

BOXES = cash_boxes()
BOX = BOXES["itb_caja_164"]
DAY = date.today() - timedelta(days=5)


@pytest.mark.parametrize(("method", "address"), addresses(BOX, DAY))
def test_no_address_answers_without_login(client, method, address):
    assert client.request(method, address, follow_redirects=False).status_code == 401


def every_change() -> list[str]:
    """What changes anything: all that is posted but the search, which asks by POST so that no name is in an address."""
    return sorted({address for method, address in addresses(BOX, DAY) if method == "POST" and address != "/search"})


@pytest.mark.parametrize("address", every_change())
@pytest.mark.parametrize("headers", [
    {}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://["}, {"Origin": "//[::1"},
    {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://testserver.evil.example"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
])  # fmt: skip
def test_what_another_site_sends_changes_nothing(login, ledger, address, headers):
    given = {"decision": "accepted", "sha256": "0" * 64, "code": "1.1.01.001", "table": "account_of_form", "value": "1"}
    assert login().post(address, data=given, headers=headers).status_code in (403, 404)
    for written in ("ledger.mapping_proposal", "ledger.sign_off", "ledger.match", "landing.statement"):
        assert ledger.execute(f"SELECT count(*) FROM {written}").fetchone()[0] == 0


FORM = b"application/x-www-form-urlencoded"
PARTS = b"multipart/form-data; boundary=X"
FILE = b'--X\r\nContent-Disposition: form-data; name="q"; filename="a"\r\n\r\n'


def sent(path: str, kind: bytes, begin: bytes = b"", *, said: bytes | None = None) -> tuple[int, int]:
    """The status of what is posted without an end in chunks of 10 kB, and how many of these the board took."""
    taken, statuses = 0, []

    async def receive():
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": begin if taken == 1 and begin else b"a" * 10_000, "more_body": True}

    async def send(message):
        statuses.append(message.get("status"))

    headers = [(b"content-type", kind), (b"host", b"testserver"), (b"origin", b"http://testserver")]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": f"/cierre{path}", "raw_path": b"", "query_string": b"", "root_path": "/cierre",
        "headers": [*headers, *([(b"content-length", said)] if said else [])],
        "client": ("127.0.0.1", 1), "server": ("testserver", 80),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return statuses[0], taken


def every_form() -> list[str]:
    """Where anything is posted."""
    return sorted({address for method, address in addresses(BOX, DAY) if method == "POST"})


@pytest.mark.parametrize("address", every_form())
@pytest.mark.parametrize(("kind", "begin"), [(FORM, b""), (PARTS, FILE), (b"application/json", b""), (b"", b"")])
def test_nothing_that_is_posted_is_read_without_login(client, address, kind, begin):
    assert sent(address, kind, begin) == (401, 0)


@pytest.mark.parametrize("address", every_form())
@pytest.mark.parametrize(("kind", "begin"), [(FORM, b"q="), (PARTS, FILE), (b"application/json", b"")])
def test_what_is_posted_is_taken_up_to_a_bound(login, ledger, address, kind, begin):
    login()
    most = 20_020_000 if address.endswith("/statements") else 100_000
    assert sent(address, kind, begin, said=str(most + 1).encode()) == (413, 0)
    status, taken = sent(address, kind, begin)
    assert status == 413 if taken > 1 else status < 500  # What a form does not ask for is not read at all.
    assert taken <= most / 10_000 + 2


def test_who_sends_too_much_is_told_so_in_words(login):
    answer = login().post("/search", data={"q": "x" * 200_000})
    assert (answer.status_code, "Es más de lo que aquí se acepta" in answer.text) == (413, True)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "punycode", "undefined", "zlib", "latin-1", '"'])
@pytest.mark.parametrize("address", every_form())
def test_text_that_is_not_utf_8_is_refused_before_it_is_read(login, ledger, address, charset):
    text = b'--X\r\nContent-Disposition: form-data; name="comment"\r\n\r\na\\ud800b+2AA-\r\n--X--\r\n'
    headers = OWN | {"Content-Type": f"multipart/form-data; boundary=X; charset={charset}"}
    answer = login().post(address, content=text, headers=headers)
    assert (answer.status_code, "UTF-8" in answer.text) == (415, True)


def test_nothing_is_searched_without_login(client):
    assert client.post("/search", data={"q": "000001"}, follow_redirects=False).status_code == 401


@pytest.mark.parametrize("address", ["/nothing/like/this", "/docs", "/openapi.json", "/redoc"])
def test_there_are_no_other_addresses(login, address):
    assert login().get(address).status_code == 404


def test_a_person_who_opens_the_board_by_its_address_is_sent_to_the_login(client):
    answer = client.get("/", headers={"Sec-Fetch-Dest": "document"}, follow_redirects=False)
    assert answer.status_code == 303
    assert "/auth/login?next=" in answer.headers["location"]


def test_a_forged_session_is_refused(client):
    client.cookies.set("_token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.")
    assert client.get("/").status_code in (401, 403)


def test_a_companys_people_see_their_own_boxes_and_no_others(login):
    page = login("itb").get("/").text
    assert BOX.name in page
    assert all(box.name not in page for box in BOXES.values() if box.company != "itb")
    assert "conduce_ecuador" not in page


def test_a_box_of_others_is_as_if_there_were_none(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("10.00", "1"))
    client = login("conduce_ecuador")
    for _, address in addresses(BOX, DAY):
        if address.startswith("/boxes/"):
            assert client.get(address).status_code == 404, address
    assert client.get("/boxes/there_is_none/2026-11-01").status_code == 404


def test_work_and_trends_tell_only_of_boxes_that_the_person_may_see(login, ledger):
    documents = closed_day.stage(ledger, BOX, DAY, ("1234.56", "1"))
    revision = closed_day.book(ledger, BOX, DAY, documents)
    assert closed_day.reconcile(ledger, revision) == "discrepancy"
    assert "1.234,56" in login("itb").get("/work").text
    assert "1.234,56" not in login("conduce_ecuador").get("/work").text
    assert "1.234,56" in login("itb").get("/trends").text
    assert "1.234,56" not in login("conduce_ecuador").get("/trends").text


def test_personal_data_is_masked_for_those_who_may_only_look(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("10.00", "1"))
    (snapshot,) = ledger.execute("SELECT snapshot_id FROM landing.snapshot").fetchone()
    address = f"/boxes/{BOX.id}/{DAY}/rows/{snapshot}/0/PAGOS/0"
    masked = login("itb", role="VIEWER").get(address).text
    assert "001-002-000000000" in masked
    assert closed_day.PERSON not in masked
    assert "0912345678" not in masked
    clear = login("itb", role="USER").get(address).text
    assert closed_day.PERSON in clear
    assert "0912345678" in clear


def test_what_was_erased_is_said_to_be_and_all_else_of_the_row_stays(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("10.00", "1"))
    (snapshot,) = ledger.execute("SELECT snapshot_id FROM landing.snapshot").fetchone()
    places = personal.of_person(ledger, "0912345678")
    assert personal.erase(ledger, places, by=personal.By.PERSON, asked_by="ana", why="asked")
    address = f"/boxes/{BOX.id}/{DAY}/rows/{snapshot}/0/PAGOS/0"
    erased = login("itb", role="USER").get(address).text
    assert closed_day.PERSON not in erased
    assert "001-002-000000000" in erased
    assert erased.count("borrado") == 2
    assert "borrado" not in login("itb", role="VIEWER").get(address).text


def test_who_may_not_run_a_box_is_offered_no_button(login):
    address = f"/boxes/{BOX.id}/{DAY}"
    assert "dagRuns" in login("itb", role="USER").get(address).text
    assert "dagRuns" not in login("itb", role="VIEWER").get(address).text


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_kept(login):
    answer = login().get("/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "http://" not in answer.text
    assert "https://" not in answer.text
