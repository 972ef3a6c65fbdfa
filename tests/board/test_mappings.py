"""An accountant answers a gap on the board: proposed by one, accepted by another, written into the file."""

import html
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.check import check_all
from cierre.accounting_files.loader import cash_boxes
from cierre.accounting_files.saved_file import accounting_file
from cierre.ledger import mapping_proposals
from support import bsale_kinds
from support.forms import OWN, decide, form_of, link_of
from support.mapping_files import folder  # noqa: F401  a fixture
from support.stopped_day import stop, stop_at

BOX = cash_boxes()["itb_caja_164"]
DAY = (datetime.now(UTC) - timedelta(days=4)).date()

pytestmark = pytest.mark.usefixtures("folder")


def sha256() -> str:
    """The hash of the file as it is now."""
    return accounting_file("sga_ecuador").sha256


def proposed(client) -> str:
    """Answers the gap with the first proposal; returns the proposal's address."""
    work = client.get("/work").text
    answer = link_of(work, "Responder")
    choice = link_of(client.get(answer).text, "1.1.03.003")
    page = client.get(choice).text
    saved = client.post(answer.partition("?")[0], data=form_of(page), headers=OWN, follow_redirects=False)
    assert saved.status_code == 303, saved.text
    return saved.headers["location"].removeprefix("/cierre")


def test_a_gap_is_told_in_words_with_what_is_probably_right(login, ledger):
    stop(ledger, DAY)
    page = login().get(link_of(login().get("/work").text, "Responder")).text
    assert "378,64" in page
    assert "La fuente la llama PAGO EN LINEA" in page
    first = re.search(r'class="action" href="[^"]+"[^>]*><code>([^<]+)</code>', page)
    assert first[1] == "1.1.03.003"


def test_the_failed_day_leads_to_the_answer(login, ledger):
    stop(ledger, DAY)
    assert "/mappings/sga_ecuador/answer" in link_of(login().get(f"/boxes/{BOX.id}/{DAY}").text, "Responder")


def test_what_it_would_book_is_shown_before_anything_is_saved(login, ledger):
    stop(ledger, DAY)
    client = login()
    answer = link_of(client.get("/work").text, "Responder")
    page = client.get(link_of(client.get(answer).text, "1.1.03.003")).text
    assert "1 día lo espera" in page
    assert "<code>1.1.03.003</code> Pagos en línea por cobrar" in page
    assert ledger.execute("SELECT count(*) FROM ledger.mapping_proposal").fetchone()[0] == 0


def test_one_proposes_another_accepts_and_the_file_says_it(login, ledger, folder):  # noqa: F811
    stop(ledger, DAY)
    before = accounting_file("sga_ecuador").text
    address = proposed(login("all"))
    assert accounting_file("sga_ecuador").text == before
    assert "another person" not in (page := login("all").get(address).text)
    assert "Usted lo propuso" in page
    refused = decide(login("all"), address, "accepted")
    assert refused.status_code == 409
    assert "Otra persona que all debe aceptar el cambio" in refused.text
    assert accounting_file("sga_ecuador").text == before

    decided = decide(_second(login), address, "accepted")
    assert decided.status_code == 200
    assert "El archivo ya lo dice" in decided.text
    assert account_mapping("sga_ecuador").tables["account_of_form"].values["19"] == "1.1.03.003"
    assert account_mapping("sga_ecuador").form_names["19"] == "PAGO EN LINEA"
    assert check_all() == []
    assert link_of(decided.text, "Cerrar los días").startswith("/closing?gap=")
    row = mapping_proposals.proposals_of(ledger, ["sga_ecuador"])[0]
    assert (row.proposed_by, row.decided_by, row.how) == ("all", "second", "written")
    assert row.written_sha256 == accounting_file("sga_ecuador").sha256
    assert row.mapping_digest == account_mapping("sga_ecuador").digest
    assert ledger.execute("SELECT count(*) FROM erp.attempt").fetchone()[0] == 0


def _second(login):
    """Another person who may do everything."""
    return login("second")


def test_in_a_git_repository_the_history_says_who_and_why(login, ledger, folder):  # noqa: F811
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "As it was"]):
        subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *command], cwd=folder, check=True)
    stop(ledger, DAY)
    address = proposed(login("all"))
    decide(_second(login), address, "accepted")
    said = subprocess.run(["git", "log", "-1", "--format=%H%n%an%n%B", "--name-only"], cwd=folder, check=True,
                          capture_output=True, text=True).stdout  # fmt: skip
    row = mapping_proposals.proposals_of(ledger, ["sga_ecuador"])[0]
    assert said.splitlines()[:2] == [row.commit, "all"]
    assert "1.1.03.003  0 -> 378.64 USD" in said
    assert "Propuesto por all y aceptado por second" in said
    assert said.rstrip().endswith("accounts/sga_ecuador.yaml")
    assert row.commit[:10] in login().get("/mappings/sga_ecuador").text


def test_a_wrong_account_is_refused_with_what_would_be_right(login, ledger):
    stop(ledger, DAY)
    client = login()
    answer = link_of(client.get("/work").text, "Responder")
    for code, said in {
        "1.1.03.0O3": "no está en el plan de cuentas; ¿quiso decir 1.1.03.003",
        "1.1.01": "es de título: impute a una de las cuentas que tiene debajo, como 1.1.01.001",
        "1.1.02.099": "está bloqueada en el plan de cuentas",
    }.items():
        page = client.get(answer + f"&code={code}&name=x").text
        assert said in page
        assert "Proponerlo" not in page
        given = {
            "gap": answer.partition("gap=")[2],
            "code": code,
            "name": "x",
            "sha256": accounting_file("sga_ecuador").sha256,
        }
        assert said in client.post(answer.partition("?")[0], data=given, headers=OWN).text
    assert ledger.execute("SELECT count(*) FROM ledger.mapping_proposal").fetchone()[0] == 0


@pytest.mark.parametrize(
    "code", ["!!python/name:os.system", "1.1\ny: z", "&a 1", "../../etc/passwd", "{table: x}", "\u2028", "x" * 999]
)
def test_hostile_codes_come_to_nothing(login, ledger, code):
    stop(ledger, DAY)
    client = login()
    answer = link_of(client.get("/work").text, "Responder")
    given = {
        "gap": answer.partition("gap=")[2],
        "code": code,
        "name": "x",
        "sha256": accounting_file("sga_ecuador").sha256,
    }
    before = accounting_file("sga_ecuador").sha256
    assert client.post(answer.partition("?")[0], data=given, headers=OWN, follow_redirects=False).status_code in (
        200,
        422,
    )
    assert ledger.execute("SELECT count(*) FROM ledger.mapping_proposal").fetchone()[0] == 0
    assert accounting_file("sga_ecuador").sha256 == before


def test_of_two_answers_given_at_once_neither_is_lost(login, ledger):
    stop(ledger, DAY)
    first = proposed(login("all"))
    stop(ledger, DAY - timedelta(days=1), "20", "TARJETA DE DEBITO", "12.00")
    client = login("all")
    answers = [html.unescape(one).removeprefix("/cierre") for one in
               re.findall(r'href="([^"]*/answer\?gap=[^"]+)"', client.get("/work").text)]  # fmt: skip
    other = next(one for one in answers if "TARJETA DE DEBITO" in client.get(one).text)
    page = client.get(link_of(client.get(other).text, "1.1.03.002")).text
    second = client.post(other.partition("?")[0], data=form_of(page), headers=OWN, follow_redirects=False)
    second = second.headers["location"].removeprefix("/cierre")
    seen = form_of(_second(login).get(second).text)
    decide(_second(login), first, "accepted")
    late = _second(login).post(second, data={**seen, "decision": "accepted"}, headers=OWN)
    assert late.status_code == 409
    assert "El archivo cambió mientras tanto" in late.text
    assert decide(_second(login), second, "accepted").status_code == 200
    values = account_mapping("sga_ecuador").tables["account_of_form"].values
    assert (values["19"], values["20"]) == ("1.1.03.003", "1.1.03.002")


def test_a_place_that_somebody_changed_by_hand_is_not_overwritten(login, ledger, folder):  # noqa: F811
    stop(ledger, DAY)
    address = proposed(login("all"))
    path = Path(folder) / "accounts" / "sga_ecuador.yaml"
    text = path.read_text(encoding="utf-8").replace("      18: 1.1", "      19: 1.1.01.001\n      18: 1.1")
    path.write_text(text.replace("  18: Cheque", "  19: De Una\n  18: Cheque"), encoding="utf-8")
    page = _second(login).get(address).text
    assert "el archivo dice ahí ahora" in page
    assert decide(_second(login), address, "accepted").status_code == 409
    assert account_mapping("sga_ecuador").tables["account_of_form"].values["19"] == "1.1.01.001"


def test_a_refusal_says_why_and_writes_nothing(login, ledger):
    stop(ledger, DAY)
    address = proposed(login("all"))
    before = accounting_file("sga_ecuador").sha256
    assert decide(_second(login), address, "refused").status_code == 409
    assert "va a otra" in decide(_second(login), address, "refused", comment="va a otra").text
    late = _second(login).post(address, data={"decision": "accepted", "sha256": before}, headers=OWN)
    assert late.status_code == 409
    assert "Otra persona ya decidió" in late.text
    assert accounting_file("sga_ecuador").sha256 == before


def test_a_folder_that_may_only_be_read_gives_a_patch(login, ledger, folder, tmp_path):  # noqa: F811
    stop(ledger, DAY)
    path = Path(folder) / "accounts" / "sga_ecuador.yaml"
    path.symlink_to(path.rename(tmp_path / "elsewhere.yaml"))
    address = proposed(login("all"))
    page = decide(_second(login), address, "accepted").text
    patch = login().get(link_of(page, "Parche")).text
    assert "+      19: 1.1.03.003" in patch
    assert mapping_proposals.proposals_of(ledger, ["sga_ecuador"])[0].how == "patch"


def test_who_may_only_look_proposes_and_decides_nothing(login, ledger):
    stop(ledger, DAY)
    address = proposed(login("all"))
    reader = login("itb", role="VIEWER")
    now = sha256()
    given = {"table": "account_of_form", "value": "1", "code": "1.1.01.003", "sha256": now}
    assert reader.post("/mappings/sga_ecuador/answer", data=given, headers=OWN).status_code == 403
    assert reader.post(address, data={"decision": "accepted", "sha256": now}, headers=OWN).status_code == 403
    assert "Aceptar</button>" not in reader.get(address).text


def test_people_of_one_company_accept_nothing_that_books_others_boxes(login, ledger):
    stop(ledger, DAY)
    address = proposed(login("all"))
    person = login("itb")
    now = sha256()
    assert person.post(address, data={"decision": "accepted", "sha256": now}, headers=OWN).status_code == 403
    assert "378,64" not in person.get(address).text
    assert login("comercial_austral").get(address).status_code == 404
    assert login("comercial_austral").get("/mappings/sga_ecuador").status_code == 404
    assert "sga_ecuador" not in login("comercial_austral").get("/mappings").text


def test_where_the_companies_say_so_one_person_is_enough(login, ledger, folder):  # noqa: F811
    path = Path(folder) / "companies.yaml"
    path.write_text(re.sub(r"(?m)^(    name: .*)$", r"\1\n    four_eyes_on_mappings: false",
                           path.read_text(encoding="utf-8")), encoding="utf-8")  # fmt: skip
    stop(ledger, DAY)
    address = proposed(login("all"))
    assert "El archivo ya lo dice" in decide(login("all"), address, "accepted").text


def test_a_crash_between_the_decision_and_the_file_is_gone_on_with(login, ledger, monkeypatch):
    stop(ledger, DAY)
    address = proposed(login("all"))
    with monkeypatch.context() as broken:
        broken.setattr("cierre.board.file_acceptance.write", lambda *_: None)
        decide(_second(login), address, "accepted")
    page = _second(login).get(address).text
    assert "el archivo todavía no está escrito" in page
    assert "El archivo ya lo dice" in decide(_second(login), address, "write").text
    assert account_mapping("sga_ecuador").tables["account_of_form"].values["19"] == "1.1.03.003"


def test_a_mapping_is_read_as_tables_with_money_and_days(login, ledger):
    stop(ledger, DAY, form="1", net="55.00")
    page = login().get("/mappings/sga_ecuador").text
    assert re.search(r"<code>1</code></th><td>Efectivo</td><td><code>1.1.01.001</code> Caja general</td>\s*"
                     r'<td class="n">1</td><td class="n">1</td><td class="n">55,00 USD</td>', page)  # fmt: skip
    assert "Caja {box_key}" not in page
    for name in ("bsale_chile", "zeta_uruguay", "sge_spain"):
        assert login().get(f"/mappings/{name}").status_code == 200


def test_a_line_that_is_there_can_be_given_another_account(login, ledger):
    client = login("all")
    # Of another form than 1, whose account arrivals.yaml names as well.
    change = link_of(client.get("/mappings/sga_ecuador").text, "Cambiar").replace("value=1", "value=18")
    page = client.get(change + "&code=1.1.01.004").text
    saved = client.post("/mappings/sga_ecuador/answer", data=form_of(page), headers=OWN, follow_redirects=False)
    address = saved.headers["location"].removeprefix("/cierre")
    assert "El archivo ya lo dice" in decide(_second(login), address, "accepted").text
    assert account_mapping("sga_ecuador").tables["account_of_form"].values["18"] == "1.1.01.004"


def added(client, mapping: str, code: str, **line: str) -> str:
    """Adds a line as the form below a table does, a field left empty among others; the proposal's address."""
    query = {"cost_centre": "", "valid_from": "", **line, "code": code}
    page = client.get(f"/mappings/{mapping}/answer", params=query).text
    assert "Agregar una línea" in page
    saved = client.post(f"/mappings/{mapping}/answer", data=form_of(page), headers=OWN, follow_redirects=False)
    assert saved.status_code == 303, saved.text
    return saved.headers["location"].removeprefix("/cierre")


def test_a_line_is_added_to_a_table_before_any_day_needs_it(login, ledger):
    client = login("all")
    assert 'name="table" value="account_of_form"' in client.get("/mappings/sga_ecuador").text
    address = added(client, "sga_ecuador", "1.1.03.003", table="account_of_form", value="19", name="Pago en línea")
    assert "El archivo ya lo dice" in decide(_second(login), address, "accepted").text
    assert account_mapping("sga_ecuador").tables["account_of_form"].values["19"] == "1.1.03.003"
    assert account_mapping("sga_ecuador").form_names["19"] == "Pago en línea"
    assert check_all() == []


def test_a_line_is_added_from_a_date_on(login, ledger):
    client = login("all")
    day = "2030-01-01"
    line = {"table": "account_of_form", "value": "19", "name": "De Una", "valid_from": day}
    address = added(client, "sga_ecuador", "1.1.01.004", **line)
    assert "desde el 2030-01-01" in client.get(address).text
    assert "El archivo ya lo dice" in decide(_second(login), address, "accepted").text
    postings = [one for of_kind in account_mapping("sga_ecuador").postings.values() for one in of_kind]
    dated = [rule for one in postings for rule in one.rules if str(rule.valid_from) == day]
    assert ("19",) in [rule.when.get("form") for rule in dated]
    assert check_all() == []


def test_a_kind_of_document_is_added_and_changed_from_a_date_on(login, ledger):
    client = login("all")
    address = added(client, "bsale_chile", "exempt", table="document_types", value="77")
    assert "El archivo ya lo dice" in decide(_second(login), address, "accepted").text
    query = {"table": "document_types", "value": "77", "code": "taxed", "valid_from": "2030-01-01"}
    page = client.get("/mappings/bsale_chile/answer", params=query).text
    assert "Cambiar una línea" in page
    client.post("/mappings/bsale_chile/answer", data=form_of(page), headers=OWN)
    said = mapping_proposals.proposals_of(ledger, ["bsale_chile"])[0].changes
    assert [one["valid_from"] for one in said] == ["2030-01-01"]


def test_a_line_needs_a_value_and_a_table_that_is_there(login, ledger):
    for query in ("table=account_of_form&value=+", "table=other&value=1", "table=document_types&value=1"):
        assert login().get(f"/mappings/sga_ecuador/answer?{query}").status_code == 404


def test_the_sources_own_account_is_proposed_first_where_its_answer_has_one(login, ledger):
    box = cash_boxes()["austral_oficina_1"]
    document = bsale_kinds.document("39", 1190, form="77")._replace(business_date=DAY, form="77")
    group = {
        "paymentTypeId": 77,
        "paymentTypeName": "Khipu",
        "paymentLedgerAccount": "1.1.02.002",
        "officeName": "Casa",
    }
    body = json.dumps({"payments": [{"id": 7, "payment_type": {"id": "77"}}], "group_payment_types": [group]})
    stop_at(ledger, box, document, body)
    page = login().get(link_of(login().get("/work").text, "Responder")).text
    assert "La fuente la llama Khipu" in page
    first = re.search(r'class="action" href="[^"]+"[^>]*><code>([^<]+)</code>.*?<small>([^<]+)</small>', page)
    assert (first[1], first[2]) == ("1.1.02.002", "la propia fuente tiene este código")
    (landed,) = ledger.execute("SELECT body FROM landing.body").fetchone()
    assert "Casa" not in landed


def test_a_rate_of_vat_is_added_from_a_date_on(login, ledger):
    client = login("all")
    address = link_of(client.get("/mappings/bsale_chile").text, "Agregar una tasa")
    for wrong, said in {"x": "no es una tasa en porcentaje", "21": "diga desde qué día vale la tasa"}.items():
        assert said in client.get(f"{address}&code={wrong}&valid_from=").text
    page = client.get(f"{address}&code=21&valid_from=2030-01-01").text
    saved = client.post("/mappings/bsale_chile/answer", data=form_of(page), headers=OWN, follow_redirects=False)
    assert (
        "El archivo ya lo dice"
        in decide(_second(login), saved.headers["location"].removeprefix("/cierre"), "accepted").text
    )
    assert [(str(one.rate), str(one.valid_from)) for one in account_mapping("bsale_chile").vat][-1] == (
        "21",
        "2030-01-01",
    )
    assert check_all() == []
