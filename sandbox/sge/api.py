"""The SGE of a university (Hércules): issued invoices for its research system (``sge.seed.md``, field-notes.md)."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import APIRouter, Request as HttpRequest, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from sqlalchemy import select

from sandbox.sge.answers import Invoice, Screen, file_name, invoices, planned_row
from sandbox.sge.controls import controls
from sandbox.sge.generator import open_projects, write_until
from sandbox.sge.model import Proyecto
from sandbox.sge.pages import page_of
from sandbox.sge.questions import Field, Fields, Query, day_field, flag, in_order
from sandbox.sge.rsql import BadQuery
from sandbox.sge.settings import Profile, Settings
from sandbox.state import State
from sandbox.vendor import Options, Request

OPERATIONS = {
    r"facturas-emitidas/columnas": "columns",
    r"facturas-emitidas": "invoices",
    r"facturas-emitidas/(?P<id>[^/]+)": "invoice",
    r"facturas-previstas-emitidas": "planned",
    r"documentos/(?P<id>[^/]+)/archivo": "document",
}

SORTED_BY: Mapping[str, Callable[[Invoice], Any]] = {
    "id": lambda invoice: invoice.id,
    "proyectoId": lambda invoice: invoice.project,
    "anualidad": lambda invoice: invoice.year,
    "numeroFactura": lambda invoice: invoice.number,
    "fechaFactura": lambda invoice: invoice.issued,
}

PLANNED_FIELDS: Fields = {
    "proyectoIdSGI": Field(lambda invoice: invoice.sgi),
    "numeroPrevision": Field(lambda invoice: invoice.planned),
    "numeroFactura": Field(lambda invoice: invoice.number),
}

_json = msgspec.json.Encoder(decimal_format="number")


class Problem(Exception):
    """A refusal, answered as ``application/problem+json``."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class _Route(APIRoute):
    """Answers a Problem, or a query that is wrong, as this server does."""

    def get_route_handler(self) -> Callable:
        handle = super().get_route_handler()

        async def guarded(request: HttpRequest) -> Response:
            try:
                return await handle(request)
            except BadQuery as wrong:
                return _problem(400, request, str(wrong))
            except Problem as problem:
                return _problem(problem.status, request, problem.detail)

        return guarded


def _problem(status: int, request: HttpRequest, detail: str) -> Response:
    told = {
        "type": f"urn:problem-type:{HTTPStatus(status).phrase.lower().replace(' ', '-')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "instance": request.url.path,
        "detail": detail,
    }
    return Response(_json.encode(told), status, media_type="application/problem+json")


class Sge:
    """The university's SGE."""

    name = "sge"

    def __init__(self, state: State, options: Options) -> None:
        self.state, self.options = state, options
        self.reset()

    def reset(self) -> None:
        self.settings, self.profile = Settings(), Profile()
        with self.state.session() as session:
            if session.scalar(select(Proyecto).limit(1)) is None:
                open_projects(session)

    @property
    def today(self) -> date:
        """The day it is there."""
        return self.settings.today or self.options.today()

    def recognise(self, request: Request) -> tuple[str, dict[str, str]]:
        """The operation; keys: ``id``, or ``q``, ``project`` (the first that q names) and ``page``, where there are."""
        for pattern, operation in OPERATIONS.items():
            if found := re.fullmatch(pattern, request.path.strip("/")):
                query = request.parameters.get("q", "")
                project = re.search(r'proyectoId(?:SGI)?=="?([^";,)]+)', query)
                keys = found.groupdict() | {"q": query, "project": project[1] if project else ""}
                return operation, keys | {"page": request.headers.get("X-Page", "")}
        return "", {}

    def api(self) -> APIRouter:
        router = APIRouter(route_class=_Route)

        @router.get("/facturas-emitidas/columnas")
        def columns(request: HttpRequest, q: str = "", s: str = "") -> Response:
            self._admit(request)
            query = Query(q, self._fields())
            in_order([], s, SORTED_BY)
            return self._answer(Screen(self.settings, query.says("reducida", "true")).headings())

        @router.get("/facturas-emitidas")
        def list_invoices(request: HttpRequest, q: str = "", s: str = "") -> Response:
            self._admit(request)
            query = Query(q, self._fields())
            found = in_order([row for row in self.invoices() if query.fits(row)], s, SORTED_BY)
            screen = Screen(self.settings, query.says("reducida", "true"))
            return self._page([screen.row(invoice) for invoice in found], request)

        @router.get("/facturas-emitidas/{id}")
        def one_invoice(request: HttpRequest, id: str) -> Response:
            self._admit(request)
            return self._answer(Screen(self.settings).detail(self._invoice(id)))

        @router.get("/facturas-previstas-emitidas")
        def planned(request: HttpRequest, q: str = "", s: str = "") -> Response:
            self._admit(request)
            if self.settings.planned_fails:
                raise Problem(500, "Servicio de previsiones no disponible")
            query = Query(q, PLANNED_FIELDS)
            sorted_by = {"id": SORTED_BY["id"], **{name: field.of for name, field in PLANNED_FIELDS.items()}}
            rows = [row for row in self.invoices() if row.planned is not None and query.fits(row)]
            return self._page([planned_row(invoice) for invoice in in_order(rows, s, sorted_by)], request)

        @router.get("/documentos/{id}/archivo")
        def document(request: HttpRequest, id: str) -> Response:
            self._admit(request)
            if not id.startswith("F"):
                raise Problem(404, f"Documento {id} no encontrado")
            name = file_name(self._invoice(id[1:]))
            kind = "application/octet-stream" if self.settings.octet_stream else "application/pdf"
            headers = {
                "Content-Disposition": f'attachment; filename="{name}"',
                "Content-Length": str(self.settings.file_size),
            }
            return StreamingResponse(file_of(id, self.settings.file_size), media_type=kind, headers=headers)

        return router

    def controls(self) -> APIRouter:
        return controls(self)

    def invoices(self, id: str | None = None) -> list[Invoice]:
        """The invoices that show today; those of months that nobody has asked for yet are made up first."""
        with self.state.session() as session:
            write_until(session, self.today, self.profile, self.options.seed)
            return invoices(session, self.today, id)

    def _invoice(self, id: str) -> Invoice:
        for invoice in self.invoices(id):
            return invoice
        raise Problem(404, f"Factura emitida {id} no encontrada")

    def _fields(self) -> Fields:
        return {
            "proyectoId": Field(lambda invoice: invoice.project),
            "reducida": Field(None, flag),
            "fechaFactura": day_field(lambda invoice: invoice.issued, self.settings.bounds),
        }

    def _admit(self, request: HttpRequest) -> None:
        told = request.headers.get("X-API-Key"), request.headers.get("Authorization")
        if self.settings.locked and not {self.options.password, f"Bearer {self.options.password}"} & set(told):
            raise Problem(401, "Full authentication is required to access this resource")

    def _page(self, rows: list[dict], request: HttpRequest) -> Response:
        if self.settings.repeated_rows:
            rows = rows[:1] + rows
        page = page_of(rows, request.headers, self.settings)
        return self._answer(page.rows, page.headers)

    def _answer(self, answer: Any, headers: Mapping[str, str] | None = None) -> Response:
        if not answer and self.settings.empty == "204":
            return Response(status_code=204, headers=headers)
        return Response(_json.encode(answer), headers=headers, media_type="application/json")


def file_of(id: str, size: int) -> Iterator[bytes]:
    """A document's file, piece by piece: always the same bytes for an id."""
    piece = f"%PDF-1.7 {id}\n".encode() * 500
    whole, rest = divmod(size, len(piece))
    for _ in range(whole):
        yield piece
    yield piece[:rest]


STAND_IN = Sge
