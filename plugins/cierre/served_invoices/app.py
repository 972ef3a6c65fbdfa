"""The interface's application, mounted by Airflow's API server. Every route asks for a key of one company's, and reads.

Whatever is not answered is a problem document with a sentence in the company's language.
"""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.security import APIKeyHeader, HTTPBearer
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException as AnyHTTPException

from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import served_invoices
from cierre.ledger.served_invoices import Invoice
from cierre.served_invoices.answers import encode, file_name, invoice_of_document, planned_row
from cierre.served_invoices.caller import Books, CallerDep, language_of_request
from cierre.served_invoices.described import (
    NO_SUCH,
    NOTHING,
    PDF,
    REFUSED,
    Columna,
    FacturaEmitida,
    FacturaEmitidaDetalle,
    FacturaPrevistaEmitida,
    Id,
    described,
)
from cierre.served_invoices.paging import MOST_AT_ONCE, asked_page
from cierre.served_invoices.problems import NotAnswered, problem
from cierre.served_invoices.questions import INVOICES, INVOICES_BY, PLANNED, PLANNED_BY, orders, question
from cierre.served_invoices.rsql import BadQuery
from cierre.served_invoices.sheet import sheet

log = logging.getLogger(__name__)

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""On every answer: amounts of money in no cache, and nothing taken for another kind of file."""


# Documentation pages would be routes that ask for nothing.
app = FastAPI(
    title="Facturas emitidas",
    version="1",
    dependencies=[
        Depends(APIKeyHeader(name="X-API-Key", auto_error=False)),
        Depends(HTTPBearer(auto_error=False)),
    ],
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    redirect_slashes=False,
)


@app.get("/facturas-emitidas/columnas", responses={200: {"model": list[Columna]}, **REFUSED})
def columns(caller: CallerDep, q: str = "", s: str = "") -> Response:
    """The columns of the list of invoices that the same query asks for."""
    asked = question(q, INVOICES, reducible=True)
    orders(s, INVOICES_BY)
    return _answer(caller.screen(asked.reduced).headings())


@app.get("/facturas-emitidas", responses={200: {"model": list[FacturaEmitida]}, **NOTHING, **REFUSED})
def invoices(request: Request, books: Books, q: str = "", s: str = "") -> Response:
    """Issued invoices. ``q``: proyectoId, fechaFactura, reducida; ``s``: a field or several, with asc or desc."""
    asked, order, page = question(q, INVOICES, reducible=True), orders(s, INVOICES_BY), asked_page(request.headers)
    total, found = served_invoices.page(
        books.ledger, books.company, asked.condition, order, first=page.first, size=page.size, most=MOST_AT_ONCE
    )
    headers = page.headers(len(found), total)
    screen = books.caller.screen(asked.reduced)
    return _answer([screen.row(invoice) for invoice in found], headers)


@app.get("/facturas-emitidas/{id}", responses={200: {"model": FacturaEmitidaDetalle}, **REFUSED, **NO_SUCH})
def invoice(id: Id, books: Books) -> Response:
    """One invoice with all its fields, and its document."""
    return _answer(books.caller.screen(None).detail(_invoice(books, id, id)))


@app.get(
    "/facturas-previstas-emitidas",
    responses={200: {"model": list[FacturaPrevistaEmitida]}, **NOTHING, **REFUSED},
)
def planned(request: Request, books: Books, q: str = "", s: str = "") -> Response:
    """Issued invoices beside the planned items they meet. ``q``: proyectoIdSGI, numeroPrevision, numeroFactura."""
    asked, order, page = question(q, PLANNED), orders(s, PLANNED_BY), asked_page(request.headers)
    total, found = served_invoices.page(
        books.ledger, books.company, asked.condition, order,
        of="planned", first=page.first, size=page.size, most=MOST_AT_ONCE,
    )  # fmt: skip
    headers = page.headers(len(found), total)
    return _answer(list(map(planned_row, found)), headers)


@app.get(
    "/documentos/{id}/archivo",
    response_class=Response,
    responses={**PDF, **REFUSED, **NO_SUCH},
)
def document(id: Id, books: Books) -> Response:
    """The file of an invoice's document: how it stands in the books."""
    found = _invoice(books, invoice_of_document(id), id)
    bookings = served_invoices.bookings(books.ledger, books.company, found.id)
    caller = books.caller
    content = sheet(found, bookings, caller.name, caller.currency, caller.language)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(found)}"'}
    return Response(content, headers=HEADERS | headers, media_type="application/pdf")


def _invoice(books: Books, id: str | None, asked: str) -> Invoice:
    found = None if not id or "\0" in id else served_invoices.invoice(books.ledger, books.company, id)
    if found is None:
        raise NotAnswered(404, Sentence("There is no such invoice or document: “{id}”.", id=asked[:80]))
    return found


def _answer(answer: list[Any] | dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    if not answer:
        return Response(status_code=204, headers=HEADERS | dict(headers or {}))
    return Response(encode(answer), headers=HEADERS | dict(headers or {}), media_type="application/json")


def _problem(request: Request, status: int, why: object, headers: Mapping[str, str] | None = None) -> Response:
    told = language_of_request(request)(why)
    return problem(status, request.url.path, told, HEADERS | dict(headers or {}))


@app.exception_handler(NotAnswered)
def refused(request: Request, error: NotAnswered) -> Response:
    """What the routes refuse themselves."""
    return _problem(request, error.status, error.why, error.headers)


@app.exception_handler(BadQuery)
def bad_query(request: Request, error: BadQuery) -> Response:
    """A query, an order or a page that cannot be answered."""
    return _problem(request, 400, error.why)


@app.exception_handler(RequestValidationError)
def unreadable(request: Request, error: RequestValidationError) -> Response:
    """Parameters of another kind than the routes have."""
    return _problem(
        request,
        400,
        Sentence("The request's parameters cannot be read; Cierre's documentation has them."),
    )


@app.exception_handler(AnyHTTPException)
def not_there(request: Request, error: AnyHTTPException) -> Response:
    """Addresses that are none, and methods other than GET."""
    told = {
        404: Sentence("There is no such address; Cierre's documentation has those that there are."),
        405: Sentence("This interface only reads: it takes GET and nothing else."),
    }
    otherwise = Sentence("The request was refused.")
    return _problem(request, error.status_code, told.get(error.status_code, otherwise), error.headers)


@app.exception_handler(MappingError)
def files_are_wrong(request: Request, error: MappingError) -> Response:
    """The accountants' files cannot be read: which, only the log says."""
    log.warning("The accountants' files are wrong, so nothing is served: %s", error)
    why = Sentence("The accountants' files are being changed and cannot be read now; nothing is lost. Ask again later.")
    return _problem(request, 503, why, {"Retry-After": "300"})


def _unreachable(request: Request, error: Exception) -> Response:
    log.warning("The ledger did not answer in time: %s", error)
    why = Sentence("The ledger's database does not answer. Nothing is lost; try again in a moment.")
    return _problem(request, 503, why, {"Retry-After": "30"})


app.add_exception_handler(PoolTimeout, _unreachable)
app.add_exception_handler(OperationalError, _unreachable)


@app.exception_handler(Exception)
def failed(request: Request, error: Exception) -> Response:
    """A fault of the interface, which the server logs: the answer says nothing of it."""
    return _problem(request, 500, Sentence("This could not be answered. The API server's log says why."))


app.openapi = lambda: described(app)  # type: ignore[method-assign]  # FastAPI's own way to change it
