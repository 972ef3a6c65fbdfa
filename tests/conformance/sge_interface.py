"""What the contract (sge.seed.md) and its field notes say of an SGE's interface, as tests that whoever offers one
inherits: the stand-in, and what is served from our books.

Both have invoices of project 123456 in February 2024, at 21 % of VAT, some of them collected; planned items of research
projects 11 and 12, one of them met by several invoices, 11 by two economic projects; and item 001 of project 21.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import requests

QUERY = 'proyectoId=="123456";fechaFactura=bt=("2024-02-01T00:00:00Z","2024-02-29T22:59:59Z")'

ALIKE = (
    ("proyectoId==123456,proyectoId==123457", 'proyectoId=in=("123456","123457")'),
    ('proyectoId=="123456" and fechaFactura=ge=2024-02-10', "proyectoId==123456;fechaFactura>=2024-02-10"),
    ("(proyectoId==123456;(fechaFactura<2024-02-10))", "proyectoId==123456;fechaFactura=lt=2024-02-10"),
    (r'proyectoId=="\12\3456"', "proyectoId=='123456'"),
)
"""Queries that mean the same."""

REFUSALS: tuple[tuple[str, dict[str, str], int, str], ...] = (
    ("/facturas-emitidas", {"q": "proyectoId=!1"}, 400, "=!1"),
    ("/facturas-emitidas", {"q": "proyectoId==1;;"}, 400, ";"),
    ("/facturas-emitidas", {"q": "proyectoId=x=1"}, 400, "=x="),
    ("/facturas-emitidas", {"q": "fechaFactura=bt=(2024-01-01)"}, 400, "=bt="),
    ("/facturas-emitidas", {"q": "entidad==x"}, 400, "entidad"),
    ("/facturas-emitidas", {"q": "fechaFactura==ayer"}, 400, "ayer"),
    ("/facturas-emitidas/columnas", {"q": "reducida==si"}, 400, "true"),
    ("/facturas-emitidas", {"s": "nada,asc"}, 400, "nada"),
    ("/facturas-previstas-emitidas", {"q": "proyectoId==1"}, 400, "proyectoId"),
    ("/facturas-emitidas/nada", {}, 404, "nada"),
    ("/documentos/nada/archivo", {}, 404, "nada"),
)
"""What is asked, the status of its refusal, and what the sentence names."""

Ask = Callable[..., requests.Response]
"""Asks the interface: its path, ``headers`` instead of those with the key, and parameters."""


def rows(ask: Ask, q: str = QUERY, **parameters: str) -> list[dict]:
    """The invoices that fit, amounts as decimals."""
    return ask("/facturas-emitidas", q=q, **parameters).json(parse_float=Decimal)


class SgeInterfaceContract:
    """An SGE's interface. Subclasses are called ``Test…`` and give the fixtures ``ask``, which asks it, ``raw``, which
    asks it for an address as it stands, and ``key``, the header that opens it; ``document_type`` is of its files."""

    document_type = "application/pdf"

    # The example's columns

    def test_the_columns_are_the_contracts_with_real_booleans(self, ask: Ask):
        answer = ask("/facturas-emitidas/columnas", q=QUERY).json()
        assert [(row["id"], row["nombre"]) for row in answer if row["acumulable"] is True] == [
            ("4", "Importe base"),
            ("6", "Importe total"),
            ("9", "Importe cobrado"),
        ]
        assert len(answer) == 10

    # Rows

    def test_a_row_has_the_contracts_fields_and_a_cell_a_column(self, ask: Ask):
        assert rows(ask)
        for row in rows(ask):
            assert list(row) == ["id", "proyectoId", "anualidad", "numeroFactura", "columnas"]
            assert list(row["columnas"]) == [str(number) for number in range(1, 11)]
            assert "/" not in row["id"]
            for amount in ("4", "6", "9"):
                assert isinstance(row["columnas"][amount], (Decimal, int))
            assert row["columnas"]["6"] == round(row["columnas"]["4"] * Decimal("1.21"), 2)
            assert (row["columnas"]["8"] is None) is (row["columnas"]["9"] == 0)

    def test_amounts_have_a_point_two_decimals_and_no_noise(self, ask: Ask):
        assert '"9":0.00' in ask("/facturas-emitidas").text

    def test_a_semicolon_may_stand_raw_in_the_query_string(self, ask: Ask, raw: Ask):
        answer = raw(f"/facturas-emitidas?q={QUERY}&s=anualidad,desc")
        assert answer.json() == ask("/facturas-emitidas", q=QUERY, s="anualidad,desc").json()

    def test_a_semicolon_may_stand_at_the_end(self, ask: Ask):
        assert rows(ask, f"{QUERY};") == rows(ask)

    def test_both_bounds_are_included(self, ask: Ask):
        days = {row["columnas"]["1"] for row in rows(ask)}
        day = date(*map(int, reversed(min(days).split("/"))))
        only = rows(ask, f'proyectoId=="123456";fechaFactura=bt=("{day}","{day}")')
        assert {row["columnas"]["1"] for row in only} == {min(days)}

    def test_rows_are_sorted_as_asked(self, ask: Ask):
        ids = [row["id"] for row in rows(ask, s="anualidad,desc;id,desc")]
        assert ids == sorted(ids, reverse=True)

    def test_the_same_can_be_asked_in_several_ways(self, ask: Ask):
        for one, other in ALIKE:
            assert rows(ask, one), one
            assert rows(ask, one) == rows(ask, other)

    # One invoice, its document

    def test_a_detail_has_the_same_by_name_and_a_document(self, ask: Ask):
        row = rows(ask)[0]
        answer = ask(f"/facturas-emitidas/{row['id']}").json(parse_float=Decimal)
        assert [field["valor"] for field in answer["campos"]] == list(row["columnas"].values())
        (document,) = answer["documentos"]
        assert list(document) == ["id", "nombre", "nombreFichero"]

    def test_a_document_has_type_length_and_name(self, ask: Ask):
        (document,) = ask(f"/facturas-emitidas/{rows(ask)[0]['id']}").json()["documentos"]
        answer = ask(f"/documentos/{document['id']}/archivo")
        assert answer.headers["Content-Type"] == self.document_type
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{document["nombreFichero"]}"'
        assert int(answer.headers["Content-Length"]) == len(answer.content) > 1000

    # Planned items

    def test_a_planned_row_names_a_research_project_of_its_economic_project(self, ask: Ask):
        planned = {row["id"]: row for row in ask("/facturas-previstas-emitidas").json()}
        assert planned
        for row in rows(ask):
            if number := row["columnas"]["10"]:
                assert planned[row["id"]]["numeroPrevision"] == number
                assert planned[row["id"]]["proyectoIdSGI"] in ("11", "12")
            else:
                assert row["id"] not in planned

    def test_several_invoices_share_a_planned_item_and_projects_share_a_research_project(self, ask: Ask):
        answer = ask("/facturas-previstas-emitidas", q='proyectoIdSGI=="11";').json()
        items = [row["numeroPrevision"] for row in answer]
        assert len(items) > len(set(items))
        owners = {row["id"]: row["proyectoId"] for row in ask("/facturas-emitidas").json()}
        assert {owners[row["id"]] for row in answer} == {"123456", "123457"}

    def test_the_number_of_a_planned_item_is_text(self, ask: Ask):
        assert "001" in {row["numeroPrevision"] for row in ask("/facturas-previstas-emitidas").json()}
        assert not ask("/facturas-previstas-emitidas", q="proyectoIdSGI==21;numeroPrevision==1").content

    # Nothing, and what is refused

    def test_nothing_is_204_without_a_body(self, ask: Ask):
        for path, field in (("/facturas-emitidas", "proyectoId"), ("/facturas-previstas-emitidas", "proyectoIdSGI")):
            answer = ask(path, q=f"{field}==nada")
            assert (answer.status_code, answer.content) == (204, b"")

    def test_a_refusal_is_problem_json(self, ask: Ask):
        for path, parameters, status, named in REFUSALS:
            answer = ask(path, **parameters)
            assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), path
            problem = answer.json()
            assert list(problem) == ["type", "title", "status", "instance", "detail"]
            assert problem["status"] == status
            assert problem["instance"].endswith(f"/sge{path}")
            assert named in problem["detail"]

    def test_a_key_or_a_token_opens_and_nothing_else(self, ask: Ask, key: dict[str, str]):
        (secret,) = key.values()
        for headers, status in (
            (key, 200),
            ({"Authorization": f"Bearer {secret}"}, 200),
            ({}, 401),
            ({"X-API-Key": "wrong"}, 401),
            ({"Authorization": f"Basic {secret}"}, 401),
        ):
            assert ask("/facturas-emitidas", headers).status_code == status

    # Pages

    def _page(self, ask: Ask, key: dict[str, str], number: int | None, size: int | None) -> requests.Response:
        asked = {name: str(value) for name, value in (("X-Page", number), ("X-Page-Size", size)) if value is not None}
        return ask("/facturas-emitidas", key | asked, q=QUERY, s="id,asc")

    def test_pages_are_asked_and_told_by_headers(self, ask: Ask, key: dict[str, str]):
        whole = self._page(ask, key, None, None)
        total = len(whole.json())
        assert whole.headers["X-Page-Count"] == "1"
        first, second = self._page(ask, key, 0, 4), self._page(ask, key, 1, 4)
        assert (first.json() + second.json()) == whole.json()[:8]
        told = {name.lower(): value for name, value in second.headers.items() if name.lower().startswith("x-")}
        assert {name: value for name, value in told.items() if name != "x-content-type-options"} == {
            "x-page": "1",
            "x-page-size": "4",
            "x-page-count": str(-(-total // 4)),
            "x-page-total-count": "4",
            "x-total-count": str(total),
        }

    def test_a_page_that_is_no_number_is_refused(self, ask: Ask, key: dict[str, str]):
        assert ask("/facturas-emitidas", key | {"X-Page": "first"}).status_code == 400
