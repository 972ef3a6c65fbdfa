"""The stand-in of the SGE answers as the contract and its field notes say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import requests

from sandbox.server import SandboxServer
from sandbox.sge.settings import Profile
from sandbox.vendor import Options

KEY = {"X-API-Key": "sandbox"}
MONDAY = date(2024, 3, 4)
QUERY = 'proyectoId=="123456";fechaFactura=bt=("2024-02-01T00:00:00Z","2024-02-29T22:59:59Z")'


@pytest.fixture
def sge(sandbox):
    """The stand-in's switches, on a Monday of the projects' third month."""
    sandbox.sge.set(today=MONDAY)
    return sandbox.sge


@pytest.fixture
def ask(sandbox, sge):
    def get(path: str, headers: dict = KEY, **parameters: str) -> requests.Response:
        return requests.get(f"{sandbox.url}/sge{path}", params=parameters, headers=headers, timeout=10)

    return get


def rows(ask, q: str = QUERY, **parameters: str) -> list[dict]:
    return ask("/facturas-emitidas", q=q, **parameters).json(parse_float=Decimal)


def test_the_columns_are_the_contracts_with_real_booleans(ask):
    answer = ask("/facturas-emitidas/columnas", q=QUERY).json()
    assert [(row["id"], row["nombre"]) for row in answer if row["acumulable"] is True] == [
        ("4", "Importe base"),
        ("6", "Importe total"),
        ("9", "Importe cobrado"),
    ]
    assert len(answer) == 10


def test_a_row_has_the_contracts_fields_and_a_cell_a_column(ask):
    for row in rows(ask):
        assert list(row) == ["id", "proyectoId", "anualidad", "numeroFactura", "columnas"]
        assert list(row["columnas"]) == [str(number) for number in range(1, 11)]
        assert "/" not in row["id"]
        for amount in ("4", "6", "9"):
            assert isinstance(row["columnas"][amount], (Decimal, int))
        assert row["columnas"]["6"] == round(row["columnas"]["4"] * Decimal("1.21"), 2)
        assert (row["columnas"]["8"] is None) is (row["columnas"]["9"] == 0)


def test_amounts_have_a_point_two_decimals_and_no_noise(ask):
    assert '"9":0.00' in ask("/facturas-emitidas").text


def test_a_semicolon_may_stand_raw_in_the_query_string(ask, sandbox):
    raw = requests.get(f"{sandbox.url}/sge/facturas-emitidas?q={QUERY}&s=anualidad,desc", headers=KEY, timeout=10)
    assert raw.json() == ask("/facturas-emitidas", q=QUERY).json()


def test_both_bounds_are_included(ask):
    days = {row["columnas"]["1"] for row in rows(ask)}
    day = date(*map(int, reversed(min(days).split("/"))))
    only = rows(ask, f'proyectoId=="123456";fechaFactura=bt=("{day}","{day}")')
    assert {row["columnas"]["1"] for row in only} == {min(days)}


def test_rows_are_sorted_as_asked(ask):
    ids = [row["id"] for row in rows(ask, s="anualidad,desc;id,desc")]
    assert ids == sorted(ids, reverse=True)


def test_a_detail_has_the_same_by_name_and_a_document(ask):
    row = rows(ask)[0]
    answer = ask(f"/facturas-emitidas/{row['id']}").json(parse_float=Decimal)
    assert [field["valor"] for field in answer["campos"]] == list(row["columnas"].values())
    (document,) = answer["documentos"]
    assert list(document) == ["id", "nombre", "nombreFichero"]


def test_a_document_has_type_length_and_name(ask):
    (document,) = ask(f"/facturas-emitidas/{rows(ask)[0]['id']}").json()["documentos"]
    answer = ask(f"/documentos/{document['id']}/archivo")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{document["nombreFichero"]}"'
    assert len(answer.content) == 20_000
    assert answer.content == ask(f"/documentos/{document['id']}/archivo").content


def test_a_planned_row_names_a_research_project_of_its_economic_project(ask):
    planned = {row["id"]: row for row in ask("/facturas-previstas-emitidas").json()}
    for row in rows(ask):
        if number := row["columnas"]["10"]:
            assert planned[row["id"]]["numeroPrevision"] == number
            assert planned[row["id"]]["proyectoIdSGI"] in ("11", "12")
        else:
            assert row["id"] not in planned


def test_several_invoices_share_a_planned_item_and_projects_share_a_research_project(ask):
    answer = ask("/facturas-previstas-emitidas", q='proyectoIdSGI=="11";').json()
    items = [row["numeroPrevision"] for row in answer]
    assert len(items) > len(set(items))
    owners = {row["id"]: row["proyectoId"] for row in ask("/facturas-emitidas").json()}
    assert {owners[row["id"]] for row in answer} == {"123456", "123457"}


def test_the_number_of_a_planned_item_is_text(ask):
    assert "001" in {row["numeroPrevision"] for row in ask("/facturas-previstas-emitidas").json()}
    assert not ask("/facturas-previstas-emitidas", q="proyectoIdSGI==21;numeroPrevision==1").content


@pytest.mark.parametrize("path", ["/facturas-emitidas", "/facturas-previstas-emitidas"])
def test_nothing_is_204_without_a_body_or_an_empty_list(ask, sge, path):
    nothing = {"q": "proyectoId==nada"} if path == "/facturas-emitidas" else {"q": "proyectoIdSGI==nada"}
    assert (ask(path, **nothing).status_code, ask(path, **nothing).content) == (204, b"")
    sge.set(empty="[]")
    assert (ask(path, **nothing).status_code, ask(path, **nothing).json()) == (200, [])


@pytest.mark.parametrize(
    ("path", "parameters", "status", "said"),
    [
        ("/facturas-emitidas", {"q": "proyectoId=!1"}, 400, "expected an operator"),
        ("/facturas-emitidas", {"q": "entidad==x"}, 400, "there is no field entidad"),
        ("/facturas-emitidas", {"q": "fechaFactura==ayer"}, 400, "'ayer' is no date"),
        ("/facturas-emitidas/columnas", {"q": "reducida==si"}, 400, "neither true nor false"),
        ("/facturas-emitidas", {"s": "nada,asc"}, 400, "there is no field 'nada' to sort by"),
        ("/facturas-previstas-emitidas", {"q": "proyectoId==1"}, 400, "there is no field proyectoId"),
        ("/facturas-emitidas/nada", {}, 404, "nada no encontrada"),
        ("/documentos/nada/archivo", {}, 404, "nada no encontrado"),
    ],
)
def test_a_refusal_is_problem_json(ask, path, parameters, status, said):
    answer = ask(path, **parameters)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert list(problem) == ["type", "title", "status", "instance", "detail"]
    assert (problem["status"], problem["instance"]) == (status, f"/sge{path}")
    assert said in problem["detail"]


def test_a_key_or_a_token_opens_and_nothing_else(ask, sge):
    for headers, status in (
        (KEY, 200),
        ({"Authorization": "Bearer sandbox"}, 200),
        ({}, 401),
        ({"X-API-Key": "wrong"}, 401),
        ({"Authorization": "Basic sandbox"}, 401),
    ):
        assert ask("/facturas-emitidas", headers).status_code == status
    sge.set(locked=False)
    assert ask("/facturas-emitidas", {}).status_code == 200


class TestPages:
    def page(self, ask, number: int | None, size: int | None) -> requests.Response:
        asked = {name: str(value) for name, value in (("X-Page", number), ("X-Page-Size", size)) if value is not None}
        return ask("/facturas-emitidas", KEY | asked, q=QUERY, s="id,asc")

    def test_they_are_asked_and_told_by_headers(self, ask):
        whole = self.page(ask, None, None)
        total = len(whole.json())
        assert whole.headers["X-Page-Count"] == "1"
        first, second = self.page(ask, 0, 4), self.page(ask, 1, 4)
        assert (first.json() + second.json()) == whole.json()[:8]
        assert {name: second.headers[name] for name in second.headers if name.startswith("x-")} == {
            "x-page": "1",
            "x-page-size": "4",
            "x-page-count": str(-(-total // 4)),
            "x-page-total-count": "4",
            "x-total-count": str(total),
        }

    def test_a_site_can_cut_pages_unasked_and_keep_silent(self, ask, sge):
        sge.set(page_cap=3, announce_pages=False)
        answer = self.page(ask, None, None)
        assert len(answer.json()) == 3
        assert not [name for name in answer.headers if name.startswith("x-")]

    def test_the_second_page_can_be_missing_repeated_or_shifted(self, ask, sge):
        whole = self.page(ask, None, None).json()
        for fault, second in (("repeated", whole[:4]), ("shifted", whole[3:7]), ("whole", whole[4:8])):
            sge.set(pages=fault)
            assert self.page(ask, 1, 4).json() == second
        sge.set(pages="missing")
        assert self.page(ask, 1, 4).status_code == 204

    def test_a_page_that_is_no_number_is_refused(self, ask):
        assert ask("/facturas-emitidas", KEY | {"X-Page": "first"}).status_code == 400


class TestSwitches:
    def names(self, ask, **parameters: str) -> dict[str, str]:
        return {row["nombre"]: row["id"] for row in ask("/facturas-emitidas/columnas", **parameters).json()}

    def test_a_flag_can_be_the_text_of_the_example(self, ask, sge):
        sge.set(accumulable_as_text=True)
        flags = [row["acumulable"] for row in ask("/facturas-emitidas/columnas").json()]
        assert set(flags) == {"true", "false"}

    def test_columns_can_have_other_ids_names_and_company(self, ask, sge):
        usual = self.names(ask)
        sge.set(column_ids="other")
        assert self.names(ask)["Importe base"] != usual["Importe base"]
        sge.set(rename={"Estado": "Situación"}, drop=["Concepto"], add={"Retención": "0"})
        assert self.names(ask).keys() == usual.keys() - {"Estado", "Concepto"} | {"Situación", "Retención"}
        row = rows(ask)[0]
        assert row["columnas"][self.names(ask)["Retención"]] == "0"

    def test_a_short_screen_is_shown_where_a_site_has_one(self, ask, sge):
        assert len(self.names(ask, q="reducida==true")) == 10
        sge.set(reduced_is_shorter=True)
        assert "Concepto" not in self.names(ask, q='proyectoId=="123456";reducida=="true"')
        assert len(self.names(ask, q="reducida==false")) == 10
        assert len(rows(ask, f"reducida==true;{QUERY}")) == len(rows(ask))

    def test_days_and_amounts_can_be_written_otherwise(self, ask, sge):
        usual = rows(ask)[0]["columnas"]
        sge.set(dates="iso", amounts_as_text=True)
        other = rows(ask)[0]["columnas"]
        assert date.fromisoformat(other["1"]).strftime("%d/%m/%Y") == usual["1"]
        assert other["4"] == str(usual["4"])

    def test_an_unknown_switch_is_refused(self, sge):
        with pytest.raises(requests.HTTPError):
            sge.set(nothing=1)

    def test_reset_undoes_them(self, sandbox, ask, sge):
        sge.set(rename={"Estado": "Situación"})
        sge.set_profile(Profile(invoices=(1,)))
        sandbox.reset()
        sandbox.sge.set(today=MONDAY)
        assert "Estado" in self.names(ask)
        assert rows(ask)


class TestTime:
    def test_what_lies_ahead_does_not_show(self, ask, sge):
        before = {row["id"]: row for row in rows(ask, "")}
        sge.set(today=MONDAY + timedelta(days=14))
        after = {row["id"]: row for row in rows(ask, "")}
        assert before.keys() < after.keys()
        collected = [id for id in before if before[id]["columnas"]["9"] != after[id]["columnas"]["9"]]
        assert collected
        sge.set(today=MONDAY)
        assert {row["id"]: row for row in rows(ask, "")} == before

    def test_some_collections_show_days_after_their_date(self, ask, sge):
        def shown(row: dict) -> date | None:
            on = row["columnas"]["8"]
            return date(*map(int, reversed(on.split("/")))) if on else None

        late = 0
        before = {row["id"]: shown(row) for row in rows(ask, "")}
        for number in range(1, 15):
            sge.set(today=MONDAY + timedelta(days=number))
            after = {row["id"]: shown(row) for row in rows(ask, "")}
            late += sum(
                after[id] != before.get(id) and after[id] is not None and after[id] < MONDAY + timedelta(days=number)
                for id in after
            )
            before = after
        assert late

    def test_the_months_are_the_same_whichever_is_asked_first(self, charts, ask, sge):
        with SandboxServer(options=Options(chart_dir=charts, today=lambda: MONDAY)) as other:
            other.sge.set(today=date(2024, 1, 15))
            requests.get(f"{other.url}/sge/facturas-emitidas", headers=KEY, timeout=10)
            other.sge.set(today=MONDAY)
            answer = requests.get(f"{other.url}/sge/facturas-emitidas?q={QUERY}", headers=KEY, timeout=10)
        assert answer.json(parse_float=Decimal) == rows(ask)

    def test_what_was_made_up_survives_the_process(self, charts, tmp_path):
        answers = []
        for _ in range(2):
            options = Options(chart_dir=charts, today=lambda: MONDAY)
            with SandboxServer(state=tmp_path / "state.sqlite", options=options) as server:
                if not answers:
                    server.sge.issue("123456", MONDAY, "12.34")
                answers.append(requests.get(f"{server.url}/sge/facturas-emitidas", headers=KEY, timeout=10).json())
        assert answers[0] == answers[1]


def test_calls_are_counted_by_operation_project_and_page(sandbox, ask):
    ask("/facturas-emitidas", KEY | {"X-Page": "1", "X-Page-Size": "2"}, q=QUERY)
    ask("/facturas-emitidas/columnas")
    assert sandbox.calls("sge", "invoices", project="123456", page="1") == 1
    assert sandbox.calls("sge", "columns") == 1
    assert sandbox.calls("sge", "invoice") == 0
