"""Pages: a template, the reader's language, and where the board and Airflow are mounted."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cierre.accounting_files.gap_answers import ANSWERABLE
from cierre.board.boxes import dag_of
from cierre.board.gaps import key_of
from cierre.board.language import language_of
from cierre.board.states import DONE, STATES
from cierre.bookkeeping.read_back import Code
from cierre.bookkeeping.source_row import row_name
from cierre.language.regional import Regional

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_templates.globals.update(DONE=DONE, STATES=STATES, ANSWERABLE=ANSWERABLE)
_templates.filters["code"] = lambda code: Code(code).word
_templates.filters["row_name"] = row_name
_templates.filters["gap_key"] = key_of
_templates.filters["q"] = lambda text: quote(str(text), safe="")


@dataclass(frozen=True)
class Page:
    """One request's page. ``root`` is the board's own address, ``airflow`` that of Airflow, without a slash at the end;
    ``here`` is the address asked for, below ``root``; ``takes_gzip``, whether the browser takes compressed answers."""

    language: Regional
    root: str
    airflow: str
    here: str
    takes_gzip: bool

    def render(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A template of ``templates/`` as an answer; it also has ``page`` and ``_``, the reader's language."""
        html = _templates.get_template(template).render(page=self, _=self.language, **values)
        return HTMLResponse(html, status)

    def render_long(self, template: str, rows: str, **values: Any) -> HTMLResponse:
        """A template with megabytes of HTML at its ``rows``. From one look to the next mostly nothing of it changes,
        and compressing takes longer than all else: so the last few are kept as they were sent."""
        html = _templates.get_template(template).render(page=self, _=self.language, rows=_HERE, **values)
        before, after = html.split(_HERE)
        if not self.takes_gzip:
            return HTMLResponse(before + rows + after)
        return HTMLResponse(
            _packed(before, rows, after), headers={"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        )

    def url(self, path: str, **query: object) -> str:
        """An address below the board's; empty parts of the query are left out."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return self.root + path + (f"?{urlencode(given)}" if given else "")

    def day(self, box: str, day: object) -> str:
        """The page of a box's day."""
        return f"{self.root}/boxes/{quote(box)}/{day}"

    def decision(self, box: str, day: object) -> str:
        """The page on which a box's day is approved or rejected."""
        return f"{self.root}/approvals/{quote(box)}/{day}"

    def dag(self, box: str) -> str:
        """The box's DAG in Airflow."""
        return f"{self.airflow}/dags/{quote(dag_of(box))}"

    def run(self, box: str, run_id: str) -> str:
        """A run of the box in Airflow."""
        return f"{self.dag(box)}/runs/{quote(run_id, safe='')}"

    def log(self, box: str, run_id: str, task: str) -> str:
        """A task of a run in Airflow, with its log."""
        return f"{self.run(box, run_id)}/tasks/{quote(task)}"

    def answer(self, box: str, run_id: str) -> str:
        """Where Airflow's API takes the answer to what a run of the box asks."""
        return self.api(box, f"/dagRuns/{quote(run_id, safe='')}/taskInstances/approve/-1/hitlDetails")

    def api(self, box: str, path: str) -> str:
        """A place of the box's DAG in Airflow's API, where what people press is done with their own permissions."""
        return f"{self.airflow}/api/v2/dags/{quote(dag_of(box))}{path}"


def compile_templates() -> None:
    """Compiles every template, which is otherwise done when it is first rendered."""
    for name in _templates.list_templates():
        _templates.get_template(name)


def page_of(request: Request) -> Page:
    """The page that a request asks for."""
    root = request.scope.get("root_path", "")
    path = request.url.path.removeprefix(root) or "/"
    here = path + (f"?{request.url.query}" if request.url.query else "")
    takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
    return Page(language_of(request), root, request.scope.get("app_root_path", ""), here, takes_gzip)


_HERE = Markup("<!-- rows -->")


@lru_cache(maxsize=8)
def _packed(before: str, rows: str, after: str) -> bytes:
    return gzip.compress((before + rows + after).encode(), 5)


async def _asked_for(request: Request) -> Page:
    """Needs no thread, as every function that is not ``async`` would get."""
    return page_of(request)


PageDep = Annotated[Page, Depends(_asked_for)]
