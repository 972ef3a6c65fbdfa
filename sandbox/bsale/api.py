"""Bsale, point of sale: payments, grouped, counted and created (``bsale.seed.txt``, field-notes.md)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fastapi import APIRouter, Request as HttpRequest, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from sandbox.bsale import answers
from sandbox.bsale.catalogue import COMPANIES, EPOCH, Company
from sandbox.bsale.controls import controls
from sandbox.bsale.generator import write_day
from sandbox.bsale.limits import Throttle
from sandbox.bsale.model import BsalePayment, BsaleShare
from sandbox.bsale.questions import BadParameter, grouped, listed, names, number, page
from sandbox.bsale.refusals import Problem
from sandbox.bsale.settings import Profile, Settings
from sandbox.bsale.writes import create, grow
from sandbox.paging import PAGE_FAULT, rows_given
from sandbox.state import State
from sandbox.vendor import Options, Request

JSON = ".json"
INSTANCES = "v1/instances/basic"
WHOLE = (
    joinedload(BsalePayment.document),
    selectinload(BsalePayment.shares).joinedload(BsaleShare.document),
)
"""What an answer shows of a payment, fetched with it."""


class Asked(NamedTuple):
    """A request that may be answered: its company, its query string, and what a fault makes of its page."""

    session: Session
    key: str
    company: Company
    parameters: dict[str, str]
    page_fault: str | None


class Bsale:
    """Bsale's API of payments, for all of its companies: the token says which."""

    name = "bsale"

    def __init__(self, state: State, options: Options) -> None:
        self.state, self.options = state, options
        self.reset()

    def reset(self) -> None:
        self.settings, self.throttle = Settings(), Throttle()
        self.profiles = {company: Profile() for company in COMPANIES}

    def recognise(self, request: Request) -> tuple[str, dict[str, str]]:
        """payments, payment, group_payment_types, count, create, document_types or instance; keys: the query string's,
        and the payment's id, never a token."""
        if request.path.startswith(INSTANCES):
            return "instance", {}
        name = request.path.rpartition("/")[2].removesuffix(JSON)
        if name.isdecimal():
            return "payment", {"id": name} | request.parameters
        return ("create" if request.body else name), request.parameters

    def controls(self) -> APIRouter:
        return controls(self)

    def write(self, session: Session, company: str, seconds: int | None) -> None:
        """Makes the day of an instant when it is first asked for, if it does not lie ahead or before the first."""
        if seconds is None:
            return
        day = datetime.fromtimestamp(seconds, UTC).date()
        if EPOCH <= day <= self.options.today():
            write_day(session, company, day, self.profiles[company], self.options.seed)

    def api(self) -> APIRouter:
        router = APIRouter()
        payments = "/v1/payments"
        methods = {
            f"{payments}{JSON}": self._list,
            f"{payments}/group_payment_types{JSON}": self._group,
            f"{payments}/count{JSON}": self._count,
            f"{payments}/{{id}}{JSON}": self._one,
            f"/v1/document_types{JSON}": self._document_types,
        }
        for path, method in methods.items():
            router.add_api_route(path, self._endpoint(method), methods=["GET"])
        router.add_api_route(f"{payments}{JSON}", self._endpoint(None), methods=["POST"])
        router.add_api_route(f"/{INSTANCES}/{{token}}", self._instance, methods=["GET"])
        return router

    async def _instance(self, token: str) -> Response:
        """Bsale's service beside the API, which has no limit of its own."""
        for company in COMPANIES.values():
            if token.removesuffix(JSON) == self.options.password + company.token_ends:
                return _json(answers.instance(company))
        return JSONResponse({"error": "Not found"}, 404)

    def _endpoint(self, method: Callable[[Asked], Any] | None) -> Callable:
        async def endpoint(request: HttpRequest) -> Response:
            try:
                key = self._admit(request.headers.get("access_token", ""))
                body = await request.body()
                return await run_in_threadpool(self._answer, key, method, request, body)
            except Problem as problem:
                return self._refusal(problem)

        return endpoint

    def _admit(self, token: str) -> str:
        """The company that a token opens; raises Problem for an unknown one, or one too many in a second."""
        if self.settings.unpaid:
            raise Problem.unpaid()
        for key, company in COMPANIES.items():
            if token == self.options.password + company.token_ends:
                if not self.throttle.admit(token, self.settings.requests_per_second):
                    raise Problem.too_many()
                return key
        raise Problem.unauthorized()

    def _answer(self, key: str, method: Callable | None, request: HttpRequest, body: bytes) -> Response:
        parameters = dict(request.query_params) | request.path_params
        with self.state.session() as session:
            asked = Asked(session, key, COMPANIES[key], parameters, request.scope.get(PAGE_FAULT))
            try:
                self.write(session, key, number(parameters, "recorddate"))
                if method is not None:
                    return _json(method(asked))
                return _json(answers.created(create(session, key, body), asked.company), 201)
            except BadParameter as bad:
                raise Problem.bad_parameter(str(bad)) from None

    def _list(self, asked: Asked) -> dict[str, Any]:
        limit, offset = page(asked.parameters)
        filters = (BsalePayment.company == asked.key, *listed(asked.parameters, self.settings))
        count = asked.session.scalar(select(func.count()).select_from(BsalePayment).where(*filters))
        order = BsalePayment.id.desc() if self.settings.newest_first else BsalePayment.id.asc()
        given = rows_given(offset, self._length(offset, limit), asked.page_fault)
        of_the_page = select(BsalePayment).where(*filters).order_by(order).slice(given.start, given.stop)
        fields, expand = names(asked.parameters, "fields"), names(asked.parameters, "expand")
        rows = [
            answers.payment(row, asked.company, fields, expand, codes=self.settings.documents_tell_codes)
            for row in asked.session.scalars(of_the_page.options(*WHOLE))
        ]
        answer = answers.listing(rows, count=count, limit=limit, offset=offset, parameters=asked.parameters)
        self._grow(asked)
        return answer

    def _length(self, offset: int, limit: int) -> int:
        """How many rows a page holds at most: not all are as long as was asked."""
        is_short = self.settings.short_pages and limit > 4 and (offset + limit) % 3 == 0
        return limit * 3 // 5 if is_short else limit

    def _grow(self, asked: Asked) -> None:
        seconds = number(asked.parameters, "recorddate")
        if self.settings.growing and seconds is not None:
            self.settings = self.settings.model_copy(update={"growing": self.settings.growing - 1})
            grow(asked.session, asked.key, datetime.fromtimestamp(seconds, UTC).date())

    def _group(self, asked: Asked) -> list[dict[str, Any]]:
        limit, offset = page(asked.parameters)
        filters = (BsalePayment.company == asked.key, *grouped(asked.parameters, self.settings))
        rows = asked.session.scalars(select(BsalePayment).where(*filters).options(*WHOLE))
        groups = answers.totals(rows, asked.company, names(asked.parameters, "fields"))
        return groups[rows_given(offset, self._length(offset, limit), asked.page_fault)]

    def _count(self, asked: Asked) -> dict[str, int]:
        state = number(asked.parameters, "state")
        filters = [BsalePayment.company == asked.key, *([BsalePayment.state == state] if state is not None else [])]
        return {"count": asked.session.scalar(select(func.count()).select_from(BsalePayment).where(*filters))}

    def _document_types(self, asked: Asked) -> dict[str, Any]:
        return answers.document_types(*page(asked.parameters))

    def _one(self, asked: Asked) -> dict[str, Any]:
        row = asked.session.scalar(
            select(BsalePayment).filter_by(company=asked.key, id=number(asked.parameters, "id")).options(*WHOLE)
        )
        if row is None:
            raise Problem.not_found(f"payment {asked.parameters['id']}")
        fields, expand = names(asked.parameters, "fields"), names(asked.parameters, "expand")
        return answers.payment(row, asked.company, fields, expand)

    def _refusal(self, problem: Problem) -> Response:
        if self.settings.silent_errors:
            return Response(b"", 200, media_type="application/json")
        body, headers = problem.body, {}
        if problem.status == 429:
            wait = 1
            if self.settings.retry_after == "header":
                headers = {"Retry-After": str(wait)}
            else:
                body = {**body, "retry_after": wait}
        return JSONResponse(body, problem.status, headers)


def _json(answer: Any, status: int = 200) -> Response:
    """As Bsale writes it: UTF-8, and floats with their point."""
    return Response(json.dumps(answer, ensure_ascii=False), status, media_type="application/json")


STAND_IN = Bsale
