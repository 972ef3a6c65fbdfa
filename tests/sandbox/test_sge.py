"""The stand-in of the SGE answers as the contract and its field notes say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import requests

from conformance.sge_interface import QUERY, SgeInterfaceContract, rows
from sandbox.server import SandboxServer
from sandbox.sge.settings import Profile
from sandbox.vendor import Options

KEY = {"X-API-Key": "sandbox"}
MONDAY = date(2024, 3, 4)


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


class TestInterface(SgeInterfaceContract):
    @pytest.fixture
    def key(self):
        return KEY

    @pytest.fixture
    def raw(self, sandbox, sge):
        return lambda address: requests.get(f"{sandbox.url}/sge{address}", headers=KEY, timeout=10)


def test_a_document_is_as_long_as_it_was_set_and_always_the_same(ask):
    (document,) = ask(f"/facturas-emitidas/{rows(ask)[0]['id']}").json()["documentos"]
    answer = ask(f"/documentos/{document['id']}/archivo")
    assert len(answer.content) == 20_000
    assert answer.content == ask(f"/documentos/{document['id']}/archivo").content


@pytest.mark.parametrize("path", ["/facturas-emitidas", "/facturas-previstas-emitidas"])
def test_nothing_can_be_an_empty_list(ask, sge, path):
    nothing = {"q": "proyectoId==nada"} if path == "/facturas-emitidas" else {"q": "proyectoIdSGI==nada"}
    sge.set(empty="[]")
    assert (ask(path, **nothing).status_code, ask(path, **nothing).json()) == (200, [])


def test_a_site_can_be_open_to_all(ask, sge):
    sge.set(locked=False)
    assert ask("/facturas-emitidas", {}).status_code == 200


class TestPages:
    def page(self, ask, number: int | None, size: int | None) -> requests.Response:
        asked = {name: str(value) for name, value in (("X-Page", number), ("X-Page-Size", size)) if value is not None}
        return ask("/facturas-emitidas", KEY | asked, q=QUERY, s="id,asc")

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
