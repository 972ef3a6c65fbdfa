"""The board's application, mounted by Airflow's API server. Every route asks for Airflow's own session."""

from http import HTTPStatus
from pathlib import Path

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, RedirectResponse, Response
from psycopg.errors import QueryCanceled
from psycopg_pool import PoolTimeout
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cierre.board import (
    approval_page,
    arrivals_page,
    board_page,
    bodies,
    closing_page,
    companies_page,
    day_pages,
    mapping_pages,
    month_files,
    new_box_pages,
    proposal_pages,
    search_page,
    settings_pages,
    sign_off_page,
    tie_out_page,
    trend_page,
    work_page,
)
from cierre.board.address import is_of_the_board, refuse_what_no_text_holds
from cierre.board.language import COOKIE
from cierre.board.pages import PageDep, page_of
from cierre.bookkeeping.sentence import Sentence
from cierre.language.language import CODES

STATIC = Path(__file__).parent / "static"

NOTHING_HERE = Sentence("There is no such page.")
UNREADABLE = Sentence("Nothing was changed: what was sent is no form that can be read.")

# Nothing from outside this machine, nothing inline; framed by Airflow's own pages only; pages of money in no cache.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses what a request may not bring along before anything of it is read, and puts the headers that keep others
    out on every answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what may be, and an answer's beginning with the headers."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            await bodies.refuse_body(request)
        except AnyHTTPException as error:
            await refused(request, error)(scope, receive, guarded)
            return
        await self.app(scope, bodies.counted(request, receive), guarded)


# Documentation pages would be routes that ask for nothing.
app = FastAPI(
    title="Cierre",
    dependencies=[Depends(get_user), Depends(refuse_what_no_text_holds)],
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
)
app.add_middleware(Guard)
for part in (
    approval_page,
    arrivals_page,
    board_page,
    closing_page,
    companies_page,
    day_pages,
    mapping_pages,
    month_files,
    new_box_pages,
    proposal_pages,
    search_page,
    settings_pages,
    sign_off_page,
    tie_out_page,
    trend_page,
    work_page,
):
    app.include_router(part.router)


@app.get("/static/{name}")
def static(name: str) -> Response:
    """Style sheet, script and icons, which lie beside this file."""
    if name not in {path.name for path in STATIC.iterdir()}:
        raise HTTPException(404)
    return FileResponse(STATIC / name, headers={"Cache-Control": "private, max-age=3600"})


@app.get("/language/{code}")
def choose_language(code: str, page: PageDep, back: str = "/") -> Response:
    """Keeps the reader's choice and goes back to where it was made."""
    if code not in CODES or not is_of_the_board(back):
        raise HTTPException(404)
    response = RedirectResponse(page.root + back, 303)
    response.set_cookie(COOKIE, code, path=f"{page.root}/", max_age=31_536_000, httponly=True, samesite="lax")
    return response


@app.exception_handler(AnyHTTPException)
def refused(request: Request, error: AnyHTTPException) -> Response:
    """Whoever is not logged in is sent to Airflow's login, or told so where a frame shows the board."""
    page = page_of(request)
    if error.status_code == 401:
        if request.headers.get("sec-fetch-dest") == "document":
            login = get_auth_manager().get_url_login(next_url=str(request.url))
            return RedirectResponse(login, 303)
        return page.render("login.html", status=401)
    # Without a sentence of ours: the detail is the status in English then, or what a parser says.
    told = NOTHING_HERE if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail)
    if error.status_code == 400 and error.__context__ is not None:
        told = UNREADABLE
    return page.render("error.html", status=error.status_code, message=told)


@app.exception_handler(RequestValidationError)
def impossible(request: Request, error: RequestValidationError) -> Response:
    """The address holds a date or a number that cannot be, or a form does."""
    if any(one["loc"][:1] == ("body",) for one in error.errors()):
        message = "Nothing was changed: a field of the form is missing, too long, or holds what cannot be."
        return refused(request, HTTPException(422, message))
    told = HTTPException(422, "There is no such page: its address holds a date or a number that cannot be.")
    return refused(request, told)


@app.exception_handler(Exception)
def failed(request: Request, error: Exception) -> Response:
    """A fault of the board, which is logged: the page says nothing of it. It is made outside of the Guard."""
    told = HTTPException(500, "The board could not make this page. Nothing is lost; the API server's log says why.")
    answer = refused(request, told)
    answer.headers.update(HEADERS)
    return answer


@app.exception_handler(PoolTimeout)
def unreachable(request: Request, error: PoolTimeout) -> Response:
    """The ledger does not answer: nothing is lost, and the page may be asked for again."""
    message = Sentence("The ledger's database does not answer. Nothing is lost; try again in a moment.")
    return page_of(request).render("error.html", status=503, message=message)


@app.exception_handler(QueryCanceled)
def took_too_long(request: Request, error: QueryCanceled) -> Response:
    """More was asked for than the ledger finds in the time that a page may take."""
    message = Sentence("That took too long. Nothing is lost; ask for fewer days, or for a longer text.")
    return page_of(request).render("error.html", status=503, message=message)
