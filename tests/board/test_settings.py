"""Companies, periods and who approves, by forms on the board: proposed by one, accepted by another, written."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from cierre.accounting_files.changes import as_kept, changes_from
from cierre.accounting_files.check import check_all
from cierre.accounting_files.companies import companies
from cierre.accounting_files.edited_text import edited
from cierre.accounting_files.loader import cash_boxes
from cierre.accounting_files.periods import open_from
from cierre.accounting_files.saved_file import accounting_file
from cierre.accounting_files.setting_changes import OpenFrom
from cierre.language.say import in_language
from cierre.ledger import mapping_proposals, sign_offs
from cierre.reports.check_files import app as check_files
from support.forms import OWN, address_of, decide, fields_of, objections
from support.mapping_files import folder  # noqa: F401  a fixture

COMPANY, BOX, PERIODS = "/settings/company/itb", "/settings/box/itb_caja_164", "/settings/periods/itb"

pytestmark = pytest.mark.usefixtures("folder")


def typed(client, form: str, **values: str) -> dict[str, str]:
    """What a form holds once a person typed some values into it."""
    return fields_of(client.get(form).text) | values


def proposed(client, form: str, **values: str) -> str:
    """Proposes what a person typed; the proposal's address."""
    return address_of(client.post(form, data=typed(client, form, **values), headers=OWN, follow_redirects=False))


def said(client, form: str, **values: str) -> list[str]:
    """What the form says against what was typed."""
    return objections(client.get(form, params=typed(client, form, **values)).text)


def test_a_company_s_settings_are_changed_line_by_line_and_comments_stay(login, ledger, folder):  # noqa: F811
    before = (Path(folder) / "companies.yaml").read_text()
    form = "/settings/company/comercial_austral"
    values = {"alerts": "a@example.com, b@example.com", "close_within": "24", "tax_id": ""}
    shown = login("all").get(form, params=typed(login("all"), form, **values)).text
    assert "-    tax_id: 76.543.210-3" in shown
    address = proposed(login("all"), form, **values)
    assert (Path(folder) / "companies.yaml").read_text() == before
    assert "close_within: 24" in login("second").get(address).text
    assert "El archivo ya lo dice" in decide(login("second"), address).text
    company = companies()["comercial_austral"]
    assert (company.alerts, company.close_within, company.tax_id) == (("a@example.com", "b@example.com"), 24, None)
    assert "# Its RUT: a Bsale token of another company is refused." in (Path(folder) / "companies.yaml").read_text()
    assert check_all() == []
    (row,) = mapping_proposals.proposals_of(ledger, ["companies.yaml"])
    assert (row.proposed_by, row.decided_by, row.how, row.mapping_digest) == ("all", "second", "written", None)


def test_the_forms_and_make_check_mappings_say_the_same_words(login, ledger, folder, monkeypatch):  # noqa: F811
    monkeypatch.delenv("CIERRE_LEDGER_DSN", raising=False)
    for form, field, wrong in (
        (COMPANY, "alerts", "nobody"), (COMPANY, "close_within", "x"), (COMPANY, "language", "fr"),
        (COMPANY, "name", ""),
        (BOX, "amount_over", "-1"), (BOX, "closing_hour", "24:00"), (BOX, "corrections", "maybe"),
        (BOX, "locks_on_day", "31"),
    ):  # fmt: skip
        key = "companies.yaml" if form == COMPANY else "cash_boxes/itb_caja_164"
        told = said(login(), form, **{field: wrong})
        assert told, field
        owner = {"company": "itb"} if form == COMPANY else {"box": "itb_caja_164"}
        value = [wrong] if field == "alerts" else wrong or None
        setting = {"code": f"{'company' if form == COMPANY else 'box'}_setting", **owner, "field": field, "to": value}
        file = accounting_file(key)
        file.path.write_text(edited(file.text, changes_from([setting])))
        with in_language("es"):
            lines = CliRunner().invoke(check_files, ["check"]).output.splitlines()
        file.path.write_text(file.text)
        assert told == [line for line in lines if line.startswith(file.name)], field


def test_a_month_is_closed_and_opened_again_for_its_tenant_alone(login, ledger, folder):  # noqa: F811
    day = (datetime.now(UTC) - timedelta(days=40)).date().replace(day=1)
    page = login("all").get(PERIODS, params=typed(login("all"), PERIODS, day=str(day))).text
    assert "días antes todavía no están cerrados" in page
    address = proposed(login("all"), PERIODS, day=str(day))
    assert open_from("T1,D MG 01 ") == date(2020, 1, 1)
    decide(login("second"), address)
    assert (open_from("T1,D MG 01 "), open_from("T1,D MG 02 ")) == (day, date(2020, 1, 1))
    former = (day - timedelta(days=1)).replace(day=1)
    page = login("all").get(PERIODS).text
    assert f"Abrir {former:%Y-%m} de nuevo" in page
    last_month = datetime.now(ZoneInfo("America/Guayaquil")).date().replace(day=1) - timedelta(days=1)
    assert f"Cerrar hasta {last_month:%Y-%m}" in page
    sign_offs.sign(ledger, "itb", former, by="eva", ran_by=[], comment="", lines=[], days=[], heads=[])
    page = login("all").get(PERIODS, params=typed(login("all"), PERIODS, day=str(former))).text
    assert f"{former:%Y-%m} lo firmó eva" in page
    address = proposed(login("all"), PERIODS, day=str(former))
    decide(login("second"), address)
    assert open_from("T1,D MG 01 ") == former
    assert said(login(), PERIODS, day=str(former)) == ["nada cambia con esto: el archivo ya lo dice"]
    assert said(login(), PERIODS, day="2026-02-30") != []
    assert login("itb").get(PERIODS, params={"tenant": "T1,D MG 02 "}).status_code == 404


def test_who_approves_takes_two_people_whatever_the_company_says(login, ledger, folder):  # noqa: F811
    path = Path(folder) / "companies.yaml"
    path.write_text(re.sub(r"(?m)^(    name: .*)$", r"\1\n    four_eyes_on_mappings: false", path.read_text()))
    address = proposed(login("all"), BOX, amount_over="5000", by="ana, luis", not_by_runner="true")
    assert decide(login("all"), address).status_code == 409
    assert cash_boxes()["itb_caja_164"].approvals.by == ()
    assert "El archivo ya lo dice" in decide(login("second"), address).text
    approvals = cash_boxes()["itb_caja_164"].approvals
    assert (str(approvals.amount_over), approvals.by, approvals.not_by_runner) == ("5000", ("ana", "luis"), True)
    # So does the switch for it; a closing hour does not.
    assert decide(login("all"), proposed(login("all"), COMPANY, four_eyes_on_mappings="true")).status_code == 409
    assert "El archivo ya lo dice" in decide(login("all"), proposed(login("all"), BOX, closing_hour="05:00")).text


def test_nobody_becomes_the_only_one_to_approve_by_her_own_word(login, ledger):
    assert "all sería la única persona que aprueba" in said(login("all"), BOX, by="all")[0]
    data = typed(login("all"), BOX, by="all")
    assert login("all").post(BOX, data=data, headers=OWN, follow_redirects=False).status_code == 200
    address = proposed(login("all"), BOX, by="second")
    refused = decide(login("second"), address)
    assert (refused.status_code, "second sería la única persona" in refused.text) == (409, True)
    assert cash_boxes()["itb_caja_164"].approvals.by == ()
    assert len(mapping_proposals.proposals_of(ledger, ["cash_boxes/itb_caja_164"])) == 1


@pytest.mark.parametrize(("comment", "kept"), [
    ("x" * 250 + "\r\n" + "y" * 249, "x" * 250 + " " + "y" * 249), ("a\0b\u202ec", "a b c"),
    (" \t", None), ("x" * 501, None), ("z " * 1000, None),
])  # fmt: skip
def test_a_refusal_s_comment_is_put_on_one_line_before_it_is_measured(login, ledger, comment, kept):
    address = proposed(login("all"), BOX, name="Otra caja")
    decided = decide(login("second"), address, "refused", comment=comment)
    (row,) = mapping_proposals.proposals_of(ledger, ["cash_boxes/itb_caja_164"])
    assert row.comment == kept
    if kept is None:
        assert decided.status_code in (400, 409)
        assert "Nada se decidió" in decided.text or "hace falta un comentario" in decided.text
        assert f">{comment}</textarea>" in decided.text  # It is not lost.


@pytest.mark.parametrize("data", [
    {}, {"decision": "maybe", "sha256": "0" * 64}, {"decision": "refused", "sha256": "x"}, {"decision": "refused"},
])  # fmt: skip
def test_a_form_that_lacks_something_is_told_to_be_the_form_s_fault(login, ledger, data):
    address = proposed(login("all"), BOX, name="Otra caja")
    for form in (address, "/mappings/sga_ecuador/answer"):
        answer = login("second").post(form, data=data, headers=OWN)
        assert (answer.status_code, "un campo del formulario" in answer.text) == (422, True)
        assert "dirección" not in answer.text


@pytest.mark.parametrize("form", [BOX, "/new-box", "/search", "/mappings/sga_ecuador/answer"])
@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=Y"])
def test_what_is_no_form_at_all_is_told_in_the_reader_s_language(login, ledger, form, boundary):
    content = b"--X\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--X--"
    answer = login("all").post(form, content=content, headers=OWN | {"Content-Type": f"multipart/form-data{boundary}"})
    assert (answer.status_code, "no es un formulario que se pueda leer" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("day", "in_file"),
    [
        ("0001-01-01", ""),
        ("0001-01-15", "0001-01-01"),
        ("1999-12-31", "2020-01-01"),
        ("2101-01-01", "2100-12-31"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_a_first_open_date_beyond_the_calendar_is_refused_and_one_in_the_file_is_mended(
    login, ledger, folder, day, in_file  # noqa: F811
):  # fmt: skip
    path = Path(folder) / "periods.yaml"
    line = re.compile(r'(?m)^(.*MG 01 ?"?: *)["\d-]+(.*)\n')
    path.write_text(line.sub(rf'\g<1>"{in_file}"\g<2>\n' if in_file else "", path.read_text()))
    assert open_from("T1,D MG 01 ") == (date.fromisoformat(in_file) if in_file else None)
    client = login("all")
    assert client.get(PERIODS).status_code == client.get("/companies").status_code == 200
    if day != in_file:
        assert said(client, PERIODS, day=day) == [f"{day} no es un día entre 2000-01-01 y 2100-12-31"]
    refused = client.post(PERIODS, data=typed(client, PERIODS, day=day), headers=OWN, follow_redirects=False)
    assert refused.status_code == 200
    assert mapping_proposals.proposals_of_other_files(ledger) == []
    # One that is on record already is shown, and not accepted.
    kept = as_kept([OpenFrom(tenant="T1,D MG 01 ", day=day)])
    file = accounting_file("periods.yaml")
    number = mapping_proposals.add(ledger, file.key, file.sha256, kept, {}, "all", {})
    ledger.commit()
    assert decide(login("second"), f"/proposals/{number}").status_code == 409
    address = proposed(login("all"), PERIODS, day="2026-01-01")
    assert "El archivo ya lo dice" in decide(login("second"), address).text
    assert open_from("T1,D MG 01 ") == date(2026, 1, 1)


@pytest.mark.parametrize(("before", "by", "taken"), [
    ("", "second, zz", False), ("", "second, Second", False), ("", "SECOND", False), ("", "all, zz", False),
    ("", "all, second", True), ("", "ana, luis", True), ("", "ana", True),
    ("second, ana", "second, zz", False), ("second, ana", "second, Ana", True), ("second, ana", "ana, luis", True),
    ("second", "second, luis", True), ("ana, second", "", True),
])  # fmt: skip
def test_who_accepts_is_not_left_as_the_only_one_of_whom_anybody_knows(login, ledger, folder, before, by, taken):  # noqa: F811
    path = Path(folder) / "cash_boxes" / "itb_caja_164.yaml"
    if before:
        path.write_text(path.read_text() + f"approvals:\n  by: [{before}]\n")
    address = proposed(login("all"), BOX, by=by)
    text = path.read_text()
    decided = decide(login("second"), address)
    assert (decided.status_code, path.read_text() != text) == ((200, True) if taken else (409, False))
    if not taken:
        assert "la única persona" in decided.text or "se sabe que existe" in decided.text


def test_those_who_approve_now_decide_who_does_next(login, ledger, folder):  # noqa: F811
    path = Path(folder) / "cash_boxes" / "itb_caja_164.yaml"
    path.write_text(path.read_text() + "approvals:\n  by: [ana, luis]\n")
    address = proposed(login("all"), BOX, by="")
    refused = decide(login("second"), address)
    assert (refused.status_code, "second no está entre quienes" in refused.text) == (409, True)
    path.write_text(path.read_text().replace("luis", "second"))
    address = proposed(login("all"), BOX, by="")
    assert "El archivo ya lo dice" in decide(login("second"), address).text
    assert not path.read_text().rstrip().endswith("approvals:")


def test_what_a_form_leaves_as_it_is_is_read_there(login, ledger, folder):  # noqa: F811
    path = Path(folder) / "cash_boxes" / "itb_caja_164.yaml"
    path.write_text(path.read_text() + "second_look:\n  days: [1, 9]\n")
    page = login("itb").get(BOX).text
    for name, value in (("erp.lot", "008964"), ("second_look.days", "1, 9"), ("mapping", "sga_ecuador")):
        assert f"<code>{name}</code></th><td><code>{value}</code>" in page
    page = login("all").get("/settings/company/educacion_continua").text
    assert "<code>arrivals.yaml: channels.redcard.latest</code></th><td><code>5</code>" in page
    assert "arrivals.yaml" not in login("itb").get(COMPANY).text


def test_a_company_and_its_first_box_need_no_file(login, ledger, folder, monkeypatch):  # noqa: F811
    monkeypatch.setattr("cierre.board.boxes.TRUSTED", 1e-9)
    assert said(login("all"), "/new-company", company="itb", name="x") == ["la empresa itb ya está"]
    address = proposed(login("all"), "/new-company", company="liceo", name="Liceo del Sur", alerts="a@example.com")
    accepted = decide(login("second"), address).text
    assert "/new-box?company=liceo" in accepted
    assert companies()["liceo"].name == "Liceo del Sur"
    assert "Liceo del Sur" in login("all").get("/companies").text
    own = {"file": "liceo_1", "name": "Caja 1", "key": "9", "lot": "008999", "start_date": "2026-01-01",
           "connection": "sga_liceo", "tenant": "T1,D LS 01 "}  # fmt: skip
    form = {"company": "liceo", "like": "itb_caja_164"}
    data = fields_of(login("all").get("/new-box", params=form).text) | own
    assert data["company"] == "liceo"
    box = address_of(login("all").post("/new-box", data=data, headers=OWN, follow_redirects=False))
    assert "El archivo ya lo dice" in decide(login("second"), box).text
    assert "Airflow todavía no leyó el archivo" in login("second").get(box).text
    for name in ("itb", "comercial_austral"):
        assert login(name).get(box).status_code == 404
    assert (cash_boxes()["liceo_1"].company, cash_boxes()["liceo_1"].erp.tenant) == ("liceo", "T1,D LS 01 ")
    assert check_all() == []


def test_people_of_one_company_change_nothing_of_others_and_add_no_company(login, ledger):
    company, box = proposed(login("all"), COMPANY, stale_after="9"), proposed(login("all"), BOX, name="x")
    new = proposed(login("all"), "/new-company", company="liceo", name="Liceo")
    for name, role in (("comercial_austral", "ADMIN"), ("itb", "VIEWER")):
        client = login(name, role=role)
        for form in (COMPANY, BOX, PERIODS, "/new-company"):
            assert client.post(form, data={"name": "y", "day": "2026-01-01"}, headers=OWN).status_code in (403, 404)
        for address in (company, box, new):
            assert decide(client, address).status_code in (403, 404)
    for address in (company, box, new):
        assert login("comercial_austral").get(address).status_code == 404
    assert login("itb").get(new).status_code == 404
    assert "Liceo" not in login("itb").get("/mappings").text
    assert "/new-company" not in login("itb").get("/companies").text


@pytest.mark.parametrize("change", [
    {"name": "Nombre secreto"}, {"by": "Nombre secreto, luis"}, {"closing_hour": "05:00", "name": "Nombre secreto"},
    {"amount_over": "12345", "by": "Nombre secreto, ana"},
])  # fmt: skip
def test_a_proposal_of_a_box_is_for_whoever_may_see_that_box(login, ledger, change):
    address = proposed(login("all"), BOX, **change)
    for name, role in (("itb_caja_165", "VIEWER"), ("itb_caja_165", "ADMIN"), ("comercial_austral", "ADMIN")):
        client = login(name, role=role)
        for hidden in (BOX, address, f"{address}/patch"):
            assert client.get(hidden).status_code == 404, (name, hidden)
        assert "Nombre secreto" not in client.get("/mappings").text
        for decision in ("accepted", "refused", "withdrawn", "write"):
            assert decide(client, address, decision, comment="x").status_code == 404
    client = login("itb_caja_164", role="VIEWER")
    assert "Nombre secreto" in client.get(address).text
    assert "Nombre secreto" in client.get("/mappings").text
    assert "Nombre secreto" in client.get(f"{address}/patch").text


def test_hostile_values_come_to_nothing_or_to_text(login, ledger, folder):  # noqa: F811
    before = {path: path.read_bytes() for path in Path(folder).rglob("*.yaml")}
    for form, wrong in (
        (COMPANY, {"name": "a\nlanguage: en"}), (COMPANY, {"alerts": "&a@x.y, *a"}), (PERIODS, {"tenant": "../x"}),
        (BOX, {"by": "\u2028"}), (BOX, {"amount_over": "1e3\n"}), (BOX, {"by": "x" * 900}),
        (PERIODS, {"day": "2026-01-01 # x"}), ("/new-company", {"company": "../x", "name": "x"}),
        ("/settings/box/..%2f..%2fx", {"name": "x"}), ("/settings/x/itb", {"name": "x"}),
    ):  # fmt: skip
        answer = login().post(form, data=wrong, headers=OWN, follow_redirects=False)
        assert answer.status_code in (200, 404, 422), wrong
    assert mapping_proposals.proposals_of_other_files(ledger) == []
    address = proposed(login(), BOX, name="{{7*7}}: &a !!int 1")  # a name is any text: it stays one
    assert "{{7*7}}: &amp;a !!int 1" in login().get(address).text
    decide(login("second"), address)
    assert cash_boxes()["itb_caja_164"].name == "{{7*7}}: &a !!int 1"
    changed = [path.name for path in before if before[path] != path.read_bytes()]
    assert changed == ["itb_caja_164.yaml"]
