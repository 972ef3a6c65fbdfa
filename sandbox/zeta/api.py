"""Zeta (ZetaSoftware), Facturas de Clientes: a REST API of seven methods (``zeta.seed.txt``, field-notes.md).

Beside them the one method of Recibos de Cobranza, a service of its own.
"""

import json
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from fastapi import APIRouter, Request as HttpRequest, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from sandbox.state import State
from sandbox.vendor import Options, Request
from sandbox.zeta import answers
from sandbox.zeta.catalogue import EMPRESAS, HOME, MONEDAS, SALES
from sandbox.zeta.controls import controls
from sandbox.zeta.generator import write_days
from sandbox.zeta.limits import Locked, watch
from sandbox.zeta.model import ZetaComprobante
from sandbox.zeta.questions import (
    BadFilter,
    invoice_id,
    month_of,
    page_number,
    pending_balances,
    receipts_query,
    sales_of_month,
    sales_query,
)
from sandbox.zeta.settings import Profile, Settings
from sandbox.zeta.writes import Refused, agregar

SERVICE = "RESTFacturaClienteV4"
RECEIPTS, RECEIPTS_SERVICE = "QueryComprobantes", "RESTRecibosCobranzaV2"
ROLE = "1"


class Problem(Exception):
    """A call that ends with ``Succeed`` false: Zeta's code and words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Asked(NamedTuple):
    """A call that may be answered."""

    session: Session
    company: str
    data: dict[str, Any]


class Zeta:
    """ZetaSoftware's service, for all of its companies."""

    name = "zeta"

    def __init__(self, state: State, options: Options) -> None:
        self.state, self.options = state, options
        self.reset()

    def reset(self) -> None:
        hours = {} if self.options.business_hours else {"opens": 0, "closes": 0}
        self.settings, self.profile = Settings(**hours), Profile()

    @property
    def now(self) -> datetime:
        """What time it is there."""
        return self.settings.now or datetime.now(UTC)

    @property
    def today(self) -> date:
        """The day it is there."""
        return self.settings.now.astimezone(HOME).date() if self.settings.now else self.options.today()

    def recognise(self, request: Request) -> tuple[str, dict[str, str]]:
        """The method; keys: company, and month, page, day (FechaDesde), invoice (FacturaId), reference where given."""
        method = request.path.rpartition("/")[2].removeprefix(SERVICE).removeprefix(RECEIPTS_SERVICE)
        try:
            sent = json.loads(request.body)[f"{method}In"]
            data = sent["Data"]
            filters = data.get("Filters", data)
            keys = {
                "company": sent["Connection"].get("EmpresaCodigo"),
                "month": filters.get("Mes"),
                "page": data.get("Page"),
                "day": filters.get("FechaDesde"),
                "invoice": data.get("FacturaId"),
                "reference": data.get("Movimiento", {}).get("CodigoReferencia"),
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            keys = {}
        return method, {name: str(value) for name, value in keys.items() if value not in (None, "")}

    def write(self, session: Session, company: str, first: date, last: date) -> None:
        """Makes the days of a period that are asked for the first time and do not lie ahead."""
        write_days(session, company, first, min(last, self.today), self.profile, self.settings, self.options.seed)

    def controls(self) -> APIRouter:
        return controls(self)

    def api(self) -> APIRouter:
        router = APIRouter()

        @router.post("/rest/APIs/{service}")
        async def call(service: str, request: HttpRequest) -> Response:
            prefix = RECEIPTS_SERVICE if service.startswith(RECEIPTS_SERVICE) else SERVICE
            method = service.removeprefix(prefix)
            known = (prefix == RECEIPTS_SERVICE) == (method == RECEIPTS)
            if not (known and service.startswith(prefix) and method in self._methods()):
                return self._json({"error": {"code": 404, "message": "Not Found"}}, 404)
            try:
                sent = json.loads(await request.body())
                root = sent[f"{method}In"]
                connection, data = dict(root["Connection"]), dict(root["Data"])
            except (ValueError, KeyError, TypeError):
                return self._json({"error": {"code": 400, "message": "Bad Request"}}, 400)
            return await run_in_threadpool(self._answer, method, connection, data)

        return router

    def _methods(self) -> dict[str, Callable[[Asked], dict[str, Any]]]:
        return {
            "Agregar": self._agregar,
            "QueryVentas": self._query_ventas,
            "QuerySaldosPendientes": self._query_saldos,
            "Ventas": self._ventas,
            "VentasDetalladas": self._ventas_detalladas,
            "VentaDetallada": self._venta_detallada,
            "URLPDF": self._url_pdf,
            RECEIPTS: self._receipts,
        }

    def _answer(self, method: str, connection: dict[str, Any], data: dict[str, Any]) -> Response:
        with self.state.session() as session:
            try:
                company = self._company(connection)
                watch(session, company, method, self.now, self.settings)
                out = {self.settings.success: True, **self._methods()[method](Asked(session, company, data))}
                out["Error"] = {"Code": 0, "Message": ""}
            except Locked as locked:  # what the monitor wrote stays
                if self.settings.lockout == "403":
                    return self._json({"error": {"code": 403, "message": "Forbidden"}}, 403)
                out = self._failed(6, f"Acceso bloqueado: {locked}. Comuníquese con ZetaSoftware.")
            except (Problem, BadFilter) as problem:
                out = self._failed(getattr(problem, "code", 10), str(problem))
        return self._json({f"{method}Out": out})

    def _failed(self, code: int, message: str) -> dict[str, Any]:
        return {self.settings.success: False, "Response": [], "Error": {"Code": code, "Message": message}}

    def _company(self, connection: dict[str, Any]) -> str:
        """The company that is let in. Raises Problem."""
        login = (connection.get("DesarrolladorCodigo"), connection.get("DesarrolladorClave"))
        if login != (self.options.login, self.options.password):
            raise Problem(1, "Desarrollador no habilitado: código o clave incorrectos")
        company = connection.get("EmpresaCodigo")
        if company not in EMPRESAS or connection.get("EmpresaClave") != self.options.password:
            raise Problem(2, "Empresa no habilitada: código o clave incorrectos")
        if str(connection.get("RolCodigo")) != ROLE:
            raise Problem(3, "El rol no existe o no está activo")
        return company

    def _agregar(self, asked: Asked) -> dict[str, Any]:
        try:
            agregar(asked.session, asked.company, asked.data.get("Movimiento"), self.now, self.settings)
        except Refused as refused:
            return {"Response": {"Succeed": False, "Mensaje": str(refused), "Resultado": "Error"}}
        return {"Response": {"Succeed": True, "Mensaje": "", "Resultado": "OK"}}

    def _query_ventas(self, asked: Asked) -> dict[str, Any]:
        first, last, conditions = sales_query(asked.data, self.settings)
        self.write(asked.session, asked.company, first, last)
        rows = [
            self._renamed(answers.query_ventas(voucher), answers.IN_QUERIES)
            for voucher in self._vouchers(asked, *conditions, ZetaComprobante.tipo.in_(SALES))
        ]
        return self._page(rows, page_number(asked.data))

    def _query_saldos(self, asked: Asked) -> dict[str, Any]:
        first, last, conditions = pending_balances(asked.data, self.today)
        self.write(asked.session, asked.company, first, last)
        rows = [self._renamed(answers.saldos_pendientes(voucher)) for voucher in self._vouchers(asked, *conditions)]
        return self._page(rows, page_number(asked.data))

    def _ventas(self, asked: Asked) -> dict[str, Any]:
        vouchers = self._month(asked, *sales_of_month(asked.data))
        return self._listed("Ventas", [self._renamed(answers.ventas(voucher)) for voucher in vouchers])

    def _ventas_detalladas(self, asked: Asked) -> dict[str, Any]:
        shown = int(asked.data.get("Moneda") or 0) or None
        if shown and shown not in MONEDAS:
            raise Problem(10, "La moneda no existe")
        return self._detailed(self._lines(self._month(asked), shown))

    def _venta_detallada(self, asked: Asked) -> dict[str, Any]:
        number = invoice_id(asked.data)
        vouchers = self._vouchers(asked, ZetaComprobante.pk == number, ZetaComprobante.tipo.in_(SALES))
        if not vouchers:
            return {"Response": {"Succeed": False, "Mensaje": f"No se encontró la factura {number}"}}
        return self._detailed(self._lines(vouchers))

    def _receipts(self, asked: Asked) -> dict[str, Any]:
        first, last, conditions = receipts_query(asked.data)
        self.write(asked.session, asked.company, first, last)
        rows = [answers.recibo(voucher) for voucher in self._vouchers(asked, *conditions)]
        page = self._page(rows, page_number(asked.data))
        if self.settings.last_receipt == "row":
            is_last = page.pop("IsLastPage")
            if page["Response"]:
                page["Response"][-1]["IsLastPage"] = is_last
        return page

    def _url_pdf(self, asked: Asked) -> dict[str, Any]:
        number = invoice_id(asked.data)
        voucher = asked.session.get(ZetaComprobante, number)
        if voucher is None or voucher.empresa != asked.company:
            return {"Response": {"URLComprobante": "", "MensajeError": "No se encontró el comprobante"}}
        if not voucher.emitido:
            return {"Response": {"URLComprobante": "", "MensajeError": "El comprobante no fue firmado"}}
        return {"Response": {"URLComprobante": f"https://cfe.example.uy/{number}.pdf", "MensajeError": ""}}

    def _month(self, asked: Asked, *conditions: Any) -> list[ZetaComprobante]:
        year, month = month_of(asked.data, self.settings, "Anio")
        first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        self.write(asked.session, asked.company, first, last)
        between = ZetaComprobante.fecha.between(first, last)
        return self._vouchers(asked, between, ZetaComprobante.tipo.in_(SALES), *conditions)

    def _vouchers(self, asked: Asked, *conditions: Any) -> list[ZetaComprobante]:
        found = select(ZetaComprobante).filter_by(empresa=asked.company).where(*conditions)
        found = found.order_by(ZetaComprobante.pk).options(selectinload(ZetaComprobante.lineas))
        return list(asked.session.scalars(found))

    def _lines(self, vouchers: list[ZetaComprobante], shown: int | None = None) -> list[dict[str, Any]]:
        return [
            self._renamed(answers.ventas_detalladas(voucher, line, shown))
            for voucher in vouchers
            for line in voucher.lineas
        ]

    def _detailed(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Rows of lines, in the shape that this site sends them in."""
        header = [name for name in rows[0] if name not in answers.OF_A_LINE] if rows else []
        shapes = {"nested": answers.nested, "sections": answers.sections}
        shape = shapes.get(self.settings.lines)
        return self._listed("VentasDetalladas", shape(rows, header) if shape and rows else rows)

    def _listed(self, name: str, rows: list[dict[str, Any]] | dict[str, Any]) -> dict[str, Any]:
        return {"Response": {"Succeed": True, "Mensaje": "", name: rows}}

    def _page(self, rows: list[dict[str, Any]], page: int) -> dict[str, Any]:
        size, wrong = self.settings.page_size, self.settings.pages if page > 1 else "whole"
        begin = {"whole": page - 1, "missing": page, "repeated": page - 2, "shifted": page - 1}[wrong] * size
        begin -= wrong == "shifted"
        return {"Response": rows[begin : begin + size], "IsLastPage": begin + size >= len(rows)}

    def _renamed(self, row: dict[str, Any], in_practice: dict[str, str] = answers.IN_SALES) -> dict[str, Any]:
        names = (in_practice if self.settings.names == "practice" else {}) | self.settings.rename
        if "ComprobanteTipo" in row:
            row = row | {"ComprobanteTipo": self.settings.numbering.get(row["ComprobanteTipo"], row["ComprobanteTipo"])}
        return {names.get(name, name): value for name, value in row.items()}

    def _json(self, answer: object, status: int = 200) -> Response:
        charset = self.settings.charset
        encoding = "utf-8" if charset == "utf-8" else "iso-8859-1"
        declared = "" if charset == "undeclared" else f"; charset={encoding}"
        content = json.dumps(answer, ensure_ascii=False).encode(encoding, errors="replace")
        return Response(content, status, headers={"Content-Type": f"application/json{declared}"})


STAND_IN = Zeta
