"""Protheus, the ERP: accounting entries over REST (``protheus.seed.txt``, field-notes.md)."""

import base64
import binascii
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from functools import partial

from fastapi import APIRouter, Request as HttpRequest
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from sandbox.protheus.chart import read_chart
from sandbox.protheus.controls import controls
from sandbox.protheus.fields import Refusal
from sandbox.protheus.masters import Masters
from sandbox.protheus.read_back import WrongQuery, query
from sandbox.protheus.settings import TENANTS, Settings, Tenant
from sandbox.protheus.writes import NOT_FOUND, Ledger
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
        """insert, reversal, delete, genericQuery, token, or the routine of which rights are asked; keys: tenant, date
        (as sent), lot, sublot, document."""
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

        @router.get("/framework/v1/genericQuery")
        def generic_query(request: HttpRequest) -> JSONResponse:
            if not self._may_enter(request.headers.get("authorization", "")):
                return _unauthorized()
            if not self.settings.generic_query:
                return _failure(404, "Not Found")
            parameters = {name.lower(): value for name, value in request.query_params.items()}
            return self._query(request.headers.get("tenantid", ""), parameters)

        @router.get("/framework/v1/accessPrivilegesServices/functionAccess/{routine}")
        def function_access(routine: str, request: HttpRequest) -> JSONResponse:
            if not self._may_enter(request.headers.get("authorization", "")):
                return _unauthorized()
            if not self.settings.tells_rights:
                return _failure(404, "Not Found")
            may = self.settings.may_post or routine.upper() != "CTBA102"
            return JSONResponse({"access": may, "message": "" if may else "Usuario sin acceso a la rutina."})

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
        if tenant is None:
            unknown = Refusal("TENANTID", "La empresa o la sucursal no existe.", shown={"tenantId": tenant_id})
            return self._refused(Tenant(*tenant_id.partition(",")[::2]), unknown)
        if not self.settings.may_post:
            return self._refused(tenant, Refusal("SEMACESSO", "El usuario no tiene acceso a la rutina CTBA102."))
        self._prepare_numbers(tenant, act, body)
        try:
            with self.state.session() as session:
                ledger = self._ledger(session, tenant)
                try:
                    number = act(ledger, body)
                except Refusal as refusal:  # caught here: what a refusal leaves behind stays
                    return self._refused(tenant, refusal)
        except FileNotFoundError as missing:
            return _failure(500, f"The sandbox has no chart of accounts: {missing}")
        return JSONResponse(self._result(tenant, number, ""))

    def _prepare_numbers(self, tenant: Tenant, act: Callable[[Ledger, dict], str], body: dict) -> None:
        """A site may take its time to prepare the numbers of an unused address; nobody else waits for it."""
        if act is not Ledger.insert or not self.settings.fresh_sublot_seconds:
            return
        with self.state.session() as session:
            try:
                is_fresh = self._ledger(session, tenant).is_fresh(body)
            except Refusal:
                return
        if is_fresh:
            time.sleep(self.settings.fresh_sublot_seconds)

    def _ledger(self, session: Session, tenant: Tenant) -> Ledger:
        return Ledger(session, tenant, self.settings, self._masters(session, tenant), self.options.today)

    def _masters(self, session: Session, tenant: Tenant) -> Masters:
        return Masters(session, tenant, self.settings, partial(read_chart, self.options.chart_dir))

    def _refused(self, tenant: Tenant, refusal: Refusal) -> JSONResponse:
        if refusal.code == NOT_FOUND and self.settings.not_found_as_http_404:
            return JSONResponse({"errorCode": 404, "errorMessage": str(refusal)}, 404)
        return JSONResponse(self._result(tenant, "", str(refusal)), self.settings.business_error_status)

    def _result(self, tenant: Tenant, document: str, error: str) -> dict[str, str]:
        return {
            self.settings.group_field: tenant.group,
            "CT2_FILIAL": tenant.branch,
            "CT2_DOC": document,
            "error": error,
        }

    def _query(self, tenant_id: str, parameters: Mapping[str, str]) -> JSONResponse:
        tenant = TENANTS.get(tenant_id.rstrip())
        if tenant is None:
            return _failure(400, "La empresa o la sucursal no existe.")
        texts = {name: parameters.get(name, "") for name in ("tables", "fields", "where", "order")}
        pages = {"page": parameters.get("page", ""), "page_size": parameters.get("pagesize", "")}
        if any(text and not (text.isdecimal() and int(text)) for text in pages.values()):
            return _failure(400, "page y pageSize deben ser números.")
        numbers = {"page": int(pages["page"] or 1), "page_size": int(pages["page_size"] or 10)}
        try:
            with self.state.session() as session:
                hidden = self.settings.protected_fields
                masters = self._masters(session, tenant)
                return JSONResponse(query(session, tenant, masters, **texts, **numbers, hidden=hidden))
        except WrongQuery as wrong:
            return _failure(400, f"Error en la consulta: {wrong}")

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
        return controls(self)


def _failure(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """What the REST server itself says, where the routine was never reached."""
    return JSONResponse({"code": status, "message": message, "detailedMessage": ""}, status, headers)


def _unauthorized() -> JSONResponse:
    return _failure(401, "Unauthorized", {"WWW-Authenticate": 'Basic realm="Protheus"'})


STAND_IN = Protheus
