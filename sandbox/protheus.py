"""Protheus, the ERP: accounting entries over REST (``protheus.seed.txt``, field-notes.md)."""

import base64
import binascii
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date
from decimal import Decimal
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, HTTPException
from fastapi import Request as HttpRequest
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from sandbox.protheus_chart import read_chart
from sandbox.protheus_fields import Refusal
from sandbox.protheus_ledger import TENANTS, Ledger, Settings, Tenant
from sandbox.protheus_model import Documento
from sandbox.state import State
from sandbox.vendor import Options, Request

KEYS = {
    "CT2_DATA": "date",
    "CT2_LOTE": "lot",
    "CT2_SBLOTE": "sublot",
    "CT2_DOC": "document",
    "CT2_LOTEST": "reversal_lot",
    "CT2_SBLOTEST": "reversal_sublot",
}
"""Field of a request -> the key by which faults and counters know it."""


METHODS = {
    "/ctb/accountingentry/insert": Ledger.insert,
    "/ctb/accountingentry/reversal": Ledger.reverse,
    "/ctb/accountingentry/delete": Ledger.delete,
}


class Protheus:
    """One REST service of the ERP, for all of its tenants."""

    name = "protheus"

    def __init__(self, state: State, options: Options) -> None:
        self.state, self.options = state, options
        self.reset()

    def reset(self) -> None:
        self.settings = Settings()
        self.tokens: dict[str, float] = {}

    def recognise(self, request: Request) -> tuple[str, dict[str, str]]:
        """insert, reversal, delete or token; keys: tenant, date (as sent), lot, sublot, document."""
        operation = request.path.rstrip("/").rpartition("/")[2]
        try:
            body = json.loads(request.body or b"{}")
        except ValueError:
            body = {}
        fields = body if isinstance(body, dict) else {}
        keys = {key: fields[name] for name, key in KEYS.items() if isinstance(fields.get(name), str)}
        return operation, {"tenant": request.headers.get("tenantid", "").strip()} | keys

    def api(self) -> APIRouter:
        router = APIRouter(prefix="/api")
        for path, act in METHODS.items():
            router.add_api_route(path, self._endpoint(act), methods=["POST"])

        @router.post("/oauth2/v1/token")
        def token(grant_type: str = "", username: str = "", password: str = "") -> JSONResponse:
            if grant_type != "password":
                return _failure(400, "unsupported_grant_type")
            if not self._is_user(username, password):
                return _failure(401, "invalid_grant")
            access_token = secrets.token_urlsafe(32)
            self.tokens[access_token] = time.monotonic()
            return JSONResponse(
                {
                    "access_token": access_token,
                    "scope": "default",
                    "token_type": "Bearer",
                    "expires_in": int(self.settings.token_lifetime),
                },
                status_code=201,
            )

        @router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
        def anything_else(path: str, request: HttpRequest) -> JSONResponse:
            if not self._may_enter(request.headers.get("authorization", "")):
                return _unauthorized()
            return _failure(405, "Method Not Allowed") if f"/{path}" in METHODS else _failure(404, "Not Found")

        return router

    def _endpoint(self, act: Callable[[Ledger, dict], str]) -> Callable[[HttpRequest], Awaitable[JSONResponse]]:
        async def endpoint(request: HttpRequest) -> JSONResponse:
            if not self._may_enter(request.headers.get("authorization", "")):
                return _unauthorized()
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                return _failure(415, "Content-Type debe ser application/json")
            try:
                body = json.loads(await request.body(), parse_float=Decimal)
            except ValueError as error:
                return _failure(400, f"JSON inválido: {error}")
            if not isinstance(body, dict):
                return _failure(400, "JSON inválido: se espera un objeto")
            return await run_in_threadpool(self._answer, act, request.headers.get("tenantid", ""), body)

        return endpoint

    def _answer(self, act: Callable[[Ledger, dict], str], tenant_id: str, body: dict) -> JSONResponse:
        tenant = TENANTS.get(tenant_id.rstrip())
        try:
            if tenant is None:
                raise Refusal("TENANTID", "La empresa o la sucursal no existe.", shown={"tenantId": tenant_id})
            with self.state.session() as session:
                chart = partial(read_chart, self.options.chart_dir)
                number = act(Ledger(session, tenant, self.settings, chart, self.options.today), body)
        except Refusal as refusal:
            asked = tenant or Tenant(*tenant_id.partition(",")[::2])
            return JSONResponse(_result(asked, "", str(refusal)), status_code=self.settings.business_error_status)
        except FileNotFoundError as missing:
            return _failure(500, f"The sandbox has no chart of accounts: {missing}")
        return JSONResponse(_result(tenant, number, ""))

    def _may_enter(self, authorization: str) -> bool:
        scheme, _, credentials = authorization.partition(" ")
        match scheme.lower():
            case "basic":
                try:
                    login, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
                except (binascii.Error, UnicodeDecodeError):
                    return False
                return self._is_user(login, password)
            case "bearer":
                issued = self.tokens.get(credentials.strip())
                return issued is not None and time.monotonic() - issued < self.settings.token_lifetime
            case _:
                return False

    def _is_user(self, login: str, password: str) -> bool:
        return (login, password) == (self.options.login, self.options.password)

    def controls(self) -> APIRouter:
        router = APIRouter()

        @router.get("/settings")
        def read_settings() -> Settings:
            return self.settings

        @router.patch("/settings")
        def change_settings(changes: Annotated[dict, Body()]) -> Settings:
            try:
                self.settings = Settings.model_validate(self.settings.model_dump() | changes)
            except ValidationError as error:
                raise HTTPException(422, str(error)) from None
            return self.settings

        @router.get("/documents")
        def read_documents(
            tenant: str = "", day: date | None = None, lot: str = "", sublot: str = "", live: bool | None = None
        ) -> list[dict]:
            documents = select(Documento).order_by(Documento.pk).options(selectinload(Documento.lines))
            if tenant:
                known = TENANTS.get(tenant.rstrip())
                if known is None:
                    raise HTTPException(404, f"no tenant {tenant!r}; known are {', '.join(map(repr, TENANTS))}")
                documents = documents.filter_by(group=known.group, branch=known.branch)
            if day:
                documents = documents.filter_by(entry_date=day)
            if lot:
                documents = documents.filter_by(lot=lot)
            if sublot:
                documents = documents.filter_by(sublot=sublot)
            if live is not None:
                documents = documents.where(
                    Documento.deleted_at.is_(None) if live else Documento.deleted_at.is_not(None)
                )
            with self.state.session() as session:
                return [_shown(document) for document in session.scalars(documents)]

        return router


def _result(tenant: Tenant, document: str, error: str) -> dict[str, str]:
    return {"GrupoEmpresa": tenant.group, "CT2_FILIAL": tenant.branch, "CT2_DOC": document, "error": error}


def _failure(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """What the REST server itself says, where the routine was never reached."""
    return JSONResponse({"code": status, "message": message, "detailedMessage": ""}, status, headers)


def _unauthorized() -> JSONResponse:
    return _failure(401, "Unauthorized", {"WWW-Authenticate": 'Basic realm="Protheus"'})


def _shown(document: Documento) -> dict:
    origin = document.reverses
    return {
        "tenant": f"{document.group},{document.branch}",
        "entry_date": document.entry_date,
        "lot": document.lot,
        "sublot": document.sublot,
        "document": f"{document.number:06d}",
        "live": document.deleted_at is None,
        "reverses": f"{origin.lot}/{origin.sublot}/{origin.number:06d}" if origin else "",
        "key": document.lines[0].fields["CT2_KEY"],
        "inserted_at": document.inserted_at.replace(tzinfo=UTC),
        "deleted_at": document.deleted_at and document.deleted_at.replace(tzinfo=UTC),
        "lines": [line.fields for line in document.lines],
    }
