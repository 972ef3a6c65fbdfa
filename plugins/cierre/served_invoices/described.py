"""The interface as its OpenAPI describes it: what answers look like, and which refusals there are."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Path
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from cierre.served_invoices.problems import MEDIA_TYPE

Id = Annotated[str, Path(json_schema_extra={"pattern": r"^[^/\x00-\x1f\x7f]+$"})]
"""An id in an address. One with a line's end never gets here: above this interface no such address is known."""


class Columna(BaseModel):
    """A column of the list of invoices."""

    id: str
    nombre: str
    acumulable: bool


class FacturaEmitida(BaseModel):
    """A row of the list of invoices."""

    id: str
    proyectoId: str
    anualidad: str
    numeroFactura: str
    columnas: dict[str, str | float | None]


class Campo(BaseModel):
    """A field of an invoice."""

    nombre: str
    valor: str | float | None


class Documento(BaseModel):
    """A document of an invoice."""

    id: str
    nombre: str
    nombreFichero: str


class FacturaEmitidaDetalle(BaseModel):
    """An invoice with all its fields."""

    id: str
    proyectoId: str
    anualidad: str
    numeroFactura: str
    campos: list[Campo]
    documentos: list[Documento]


class FacturaPrevistaEmitida(BaseModel):
    """An invoice beside the planned item that it meets."""

    id: str
    proyectoIdSGI: str
    numeroFactura: str
    numeroPrevision: str


class Problema(BaseModel):
    """Why a request is not answered."""

    type: str
    title: str
    status: int
    instance: str
    detail: str


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problema"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


NOTHING: dict[int | str, dict[str, Any]] = {204: {"description": "Nothing fits"}}
REFUSED = _refusals(400, 401, 403, 429, 500, 503)
NO_SUCH = _refusals(404)

PDF: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}


def described(app: FastAPI) -> dict[str, Any]:
    """The application's OpenAPI. What it cannot read is a problem document with 400, never FastAPI's own 422."""
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    for address in made["paths"].values():
        address["get"]["responses"].pop("422", None)
    schemas = made["components"]["schemas"]
    for own in ("HTTPValidationError", "ValidationError"):
        schemas.pop(own, None)
    schemas["Problema"] = Problema.model_json_schema()
    return made
