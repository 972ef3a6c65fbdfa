"""A new cash box by a form on the board: proposed by one, accepted by another, its file written."""

import subprocess
from datetime import date
from pathlib import Path

import pytest
from airflow.models.dag import DagModel
from typer.testing import CliRunner

from cierre.accounting_files.check import check_all
from cierre.accounting_files.loader import cash_boxes
from cierre.accounting_files.new_box import NewBox
from cierre.board.boxes import dag_of
from cierre.language.say import in_language
from cierre.ledger import mapping_proposals
from cierre.reports.check_files import app as check_files
from support.close import Close, connect
from support.forms import OWN, address_of, decide, fields_of, form_of, objections
from support.mapping_files import folder  # noqa: F401  a fixture

ITB = {"file": "itb_caja_170", "name": "Caja 170, ITB", "key": "170", "lot": "008970", "start_date": "2026-01-01"}

pytestmark = pytest.mark.usefixtures("folder")


def filled_in(client, like: str = "itb_caja_164", **values: str) -> dict[str, str]:
    """The form as it is filled in after another box, with other values."""
    return fields_of(client.get("/new-box", params={"like": like}).text) | ITB | values


def proposed(client, **values: str) -> str:
    """Proposes a box; the proposal's address."""
    return address_of(client.post("/new-box", data=filled_in(client, **values), headers=OWN, follow_redirects=False))


def test_one_proposes_a_box_another_accepts_and_its_file_is_like_the_others(login, ledger, folder):  # noqa: F811
    page = login("all").get("/new-box", params=filled_in(login("all"))).text
    assert objections(page) == []
    assert "tenant: &#34;T1,D MG 01 &#34;" in page
    address = proposed(login("all"))
    path = Path(folder) / "cash_boxes" / "itb_caja_170.yaml"
    assert not path.exists()
    refused = decide(login("all"), address)
    assert (refused.status_code, path.exists()) == (409, False)
    assert "Otra persona que all debe aceptar el cambio" in refused.text
    assert "Caja 170, ITB" in login("second").get("/mappings").text

    decided = decide(login("second"), address)
    assert "El archivo ya lo dice" in decided.text
    box, like = cash_boxes()["itb_caja_170"], cash_boxes()["itb_caja_164"]
    own = {"id", "file", "name", "key", "start_date", "erp"}
    assert box.model_dump(exclude=own) == like.model_dump(exclude=own)
    assert (box.key, box.erp.lot, box.erp.tenant) == ("170", "008970", "T1,D MG 01 ")
    assert check_all() == []
    (row,) = mapping_proposals.proposals_of_other_files(ledger)
    assert (row.proposed_by, row.decided_by, row.how) == ("all", "second", "written")
    decide(login("second"), address, "write")
    assert len(mapping_proposals.proposals_of_other_files(ledger)) == 1


def test_in_a_git_repository_the_new_file_is_a_commit_of_its_own(login, ledger, folder):  # noqa: F811
    def git(*command: str) -> str:
        named = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *command]
        return subprocess.run(named, cwd=folder, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "As it was")
    companies = Path(folder) / "companies.yaml"
    companies.write_text("# of somebody else\n" + companies.read_text())
    git("add", "companies.yaml")
    address = proposed(login("all"))
    decide(login("second"), address)
    (row,) = mapping_proposals.proposals_of_other_files(ledger)
    said = git("log", "-1", "--format=%H %an", "--name-only").split()
    assert said == [row.commit, "all", "cash_boxes/itb_caja_170.yaml"]
    assert "Propuesto por all y aceptado por second" in git("log", "-1", "--format=%B")
    assert git("status", "--porcelain") == "M  companies.yaml\n"


def test_the_form_and_make_check_mappings_say_the_same_words(login, ledger, folder, monkeypatch):  # noqa: F811
    monkeypatch.delenv("CIERRE_LEDGER_DSN", raising=False)
    for wrong in (
        {"lot": "008964"}, {"lot": "89"}, {"key": "164"}, {"key": "0170"}, {"tenant": "T1, D MG 01"},
        {"timezone": "America/Guayakil"}, {"closing_hour": "24:00"}, {"start_date": "2026-13-01"}, {"source": "sgx"},
        {"mapping": "bsale_chile"},
    ):  # fmt: skip
        said = objections(login().get("/new-box", params=filled_in(login(), **wrong)).text)
        assert said, wrong
        path = Path(folder) / "cash_boxes" / "itb_caja_170.yaml"
        path.write_text(NewBox(**{k: v for k, v in filled_in(login(), **wrong).items() if k != "like"}).text)
        with in_language("es"):
            lines = CliRunner().invoke(check_files, ["check"]).output.splitlines()
        path.unlink()
        assert said == [line for line in lines if line.startswith(("cash_boxes/itb_caja_170", "accounts/"))], wrong


def test_the_form_says_how_each_source_writes_its_keys(login, ledger):
    page = login().get("/new-box", params={"like": "itb_caja_164"}).text
    assert "<code>sga</code>: el número de una caja, sin ceros delante, como 164" in page
    assert "<code>zeta</code>: los números de un local y de una caja, sin ceros delante, como 1-2" in page


def test_an_office_that_the_mapping_must_name_is_added_to_it_first(login, ledger):
    office = {"like": "austral_oficina_1", "file": "austral_oficina_3", "lot": "008803", "key": "3"}
    said = objections(login().get("/new-box", params=filled_in(login(), **office)).text)
    assert len(said) == 1
    assert "austral_oficina_3" in said[0]


def test_a_box_that_is_there_is_not_written_over(login, ledger, folder):  # noqa: F811
    first, second = proposed(login("all")), proposed(login("all"), lot="008971", key="171")
    decide(login("second"), first)
    text = (Path(folder) / "cash_boxes" / "itb_caja_170.yaml").read_text()
    late = decide(login("second"), second)
    assert late.status_code == 409
    assert "Ya hay una caja con ese nombre" in late.text
    assert (Path(folder) / "cash_boxes" / "itb_caja_170.yaml").read_text() == text


def test_a_folder_that_may_only_be_read_gives_a_patch_that_git_takes(login, ledger, folder, monkeypatch):  # noqa: F811
    monkeypatch.setattr("cierre.accounting_files.saved_file.may_write", lambda file: False)
    address = proposed(login("all"))
    assert "Parche" in decide(login("second"), address).text
    patch = login("all").get(f"{address}/patch").text
    subprocess.run(["git", "apply"], cwd=folder, input=patch, text=True, check=True)
    assert "itb_caja_170" in cash_boxes()


@pytest.mark.parametrize("wrong", [
    {"file": "../x"}, {"file": ""}, {"name": "a\nfraud: b"}, {"key": "&a"}, {"mapping": "../../x"}, {"lot": "x" * 300},
    {"company": "!!python/name:os.system"}, {"name": "\u2028"}, {"key": "{a: b}"},
])  # fmt: skip
def test_hostile_values_come_to_nothing_or_to_text(login, ledger, folder, wrong):  # noqa: F811
    before = sorted(Path(folder).rglob("*"))
    answer = login().post("/new-box", data=filled_in(login(), **wrong), headers=OWN, follow_redirects=False)
    if answer.status_code == 303:  # a key is any text: it stays one
        assert answer.headers["location"].endswith("/1")
        decide(login("second"), answer.headers["location"].removeprefix("/cierre"))
        assert cash_boxes()["itb_caja_170"].key == wrong["key"]
    else:
        assert answer.status_code in (200, 403, 422)
        assert sorted(Path(folder).rglob("*")) == before


def test_a_proposed_box_is_for_whoever_sees_its_whole_company_and_once_it_is_read_for_whoever_may_see_it(
    login, ledger, airflow, monkeypatch
):
    monkeypatch.setattr("cierre.board.boxes.TRUSTED", 1e-9)
    address = proposed(login("itb_caja_164"))

    def seen_by(name: str) -> bool:
        client = login(name)
        answers = {client.get(hidden).status_code for hidden in (address, f"{address}/patch")}
        listed = ITB["name"] in client.get("/mappings").text
        assert answers == ({200} if listed else {404}), name
        return listed

    people = ("itb", "all", "itb_caja_164", "itb_caja_165", "itb_caja_170", "comercial_austral")
    assert [name for name in people if seen_by(name)] == ["itb", "all", "itb_caja_164"]
    decide(login("itb"), address)
    airflow.add(DagModel(dag_id=dag_of("itb_caja_170"), bundle_name="dags", fileloc="x", is_paused=False))
    airflow.flush()
    for name in ("itb_caja_164", "itb_caja_165", "comercial_austral"):
        assert login(name).get(address).status_code == 404, name
    for name in ("all", "itb_caja_170"):
        assert login(name).get(address).status_code == 200, name


def test_people_of_one_company_neither_propose_nor_decide_for_another(login, ledger):
    address = proposed(login("all"))
    data = filled_in(login("all"))
    for name, role in (("comercial_austral", "ADMIN"), ("itb", "VIEWER")):
        client = login(name, role=role)
        assert client.post("/new-box", data=data, headers=OWN).status_code == 403
        assert decide(client, address).status_code in (403, 404)
    assert login("comercial_austral").get(address).status_code == 404
    # Nor may her own company's box read others' money, enter others' books, or be booked by others' mapping.
    foreign = {"connection": "sga_conduce_ecuador", "tenant": "T1,D MG 02 "}
    said = objections(login("itb").get("/new-box", params=data | foreign).text)
    assert [one for one in said if "otra empresa" in one] == said
    assert len(said) == 2
    assert login("itb").post("/new-box", data=data | foreign, headers=OWN).status_code == 200


def test_a_refusal_says_why_and_writes_nothing(login, ledger, folder):  # noqa: F811
    address = proposed(login("all"))
    assert decide(login("second"), address, "refused").status_code == 409
    assert "no existe" in decide(login("second"), address, "refused", comment="esa caja no existe").text
    assert not (Path(folder) / "cash_boxes" / "itb_caja_170.yaml").exists()


def test_what_the_files_say_of_companies_and_boxes_is_read_by_their_own_people(login, ledger, folder):  # noqa: F811
    path = Path(folder) / "cash_boxes" / "itb_caja_164.yaml"
    path.write_text(path.read_text() + "approvals:\n  amount_over: 5000\n  by: [ana, luis]\n")
    page = login("itb").get("/companies").text
    for said in (
        "contabilidad.itb@example.com", "T1,D MG 01 ", "los libros están abiertos desde el 1 ene 2020", "008964",
        "amount_over: 5000", "by: ana, luis", "Una segunda persona acepta",
    ):  # fmt: skip
        assert said in page, said
    assert "comercial_austral" not in page
    (Path(folder) / "periods.yaml").write_text("open_from:\n  x: y\n")
    assert "periods.yaml:2: open_from.x" in login("itb").get("/companies").text


def test_a_crash_between_the_decision_and_the_file_is_gone_on_with(login, ledger, folder, monkeypatch):  # noqa: F811
    address = proposed(login("all"))
    with monkeypatch.context() as broken:
        broken.setattr("cierre.board.file_acceptance.write", lambda *_: None)
        decide(login("second"), address)
    assert "el archivo todavía no está escrito" in login("second").get(address).text
    assert "itb_caja_170" not in cash_boxes()
    assert "El archivo ya lo dice" in decide(login("second"), address, "write").text
    assert "itb_caja_170" in cash_boxes()


def test_a_new_office_with_its_cost_centre_closes_its_first_day_without_any_file(
    login, ledger, ledger_dsn, sandbox, monkeypatch
):
    sandbox.bsale.set(requests_per_second=10_000)
    office, day = "austral_oficina_3", date(2024, 9, 6)
    lines = {
        "cost_centre_of_office": {"value": office, "code": "0503"},
        "account_of_form": {"value": "12", "code": "1.1.03.003", "name": "Webpay"},
    }
    for table, line in lines.items():
        page = login("all").get("/mappings/bsale_chile/answer", params={"table": table, **line}).text
        assert objections(page) == []
        saved = login("all").post(
            "/mappings/bsale_chile/answer", data=form_of(page), headers=OWN, follow_redirects=False
        )
        decide(login("second"), address_of(saved))
    own = {"file": office, "name": "Oficina Temuco", "key": "3", "lot": "008803", "start_date": str(day)}
    address = proposed(login("all"), like="austral_oficina_1", **own)
    decide(login("second"), address)
    assert check_all() == []

    connect(ledger_dsn, sandbox, monkeypatch)
    assert Close(office, day).all()["state"] == "reconciled"
    centres = "SELECT DISTINCT cost_centre FROM ledger.line WHERE cost_centre <> ''"
    assert ledger.execute(centres).fetchall() == [("0503",)]
