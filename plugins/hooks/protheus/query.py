"""Protheus's optional query of its tables: how it is asked, and what an answer is (field-notes.md).

The query is the framework's genericQuery. It takes SQL as text, so nothing gets into it that its caller did not check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode

from requests import Response

from cierre.bookkeeping import json_text
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import is_text_or_number, quoted, shown
from cierre.language.say import say
from cierre.ports.errors import FatalError, RetriableError, VendorError
from hooks.http.hook import Failure, describe, words_of
from hooks.protheus.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk.types import Logger
    from requests import Session

QUERY = "/api/framework/v1/genericQuery"
PAGE_SIZE = 1000
TIMEOUT = 60.0
"""Seconds to wait for a page at most: a document may take the ERP longer, its lines do not."""

MOST_PAGES = 500
"""A site that says at each page that there is a further one is not believed for ever."""

NOT_OFFERED = {400, 403, 404, 405, 501}
"""How a site says that a service of the framework is not to be had: unknown, switched off, or not for this user."""

ERRORS = ("error", "errorCode", "errorMessage", "detailedMessage")
"""What the framework's services call an error; its ``message`` may be one, too."""

_YES = {"true", "1", "s", "sim", "si", "sí", "y", "yes", "t", ".t."}

CHARACTERS = {"CT2_LOTE": 6, "CT2_SBLOTE": 3, "CT2_DOC": 6, "CT2_LINHA": 3, "CT2_MOEDLC": 2}
"""How many characters these codes have, the first of which may be zeros (protheus.seed.txt)."""


class Site(Protocol):
    """A site of Protheus that can be asked. ``hooks.protheus.hook.ProtheusHook`` is one; see hooks.http.hook.VendorHook
    for what each method raises."""

    settings: Settings

    @property
    def log(self) -> "Logger":
        """Where it is told that a site does not offer the query."""

    def get_conn(self) -> "Session":
        """The session; reads the connection's settings."""

    def exchange(
        self, method: str, endpoint: str, *, about: str, if_lost: type[VendorError], **request: Any
    ) -> Response:
        """One request and its whole response."""

    def logged_in(self, send: "Callable[[], Response]") -> Response:
        """A response; where the login has run out, that to the same call with a new one."""

    def text(self, response: Response, *, about: str, if_lost: type[VendorError]) -> str:
        """The body of a response."""

    def failure(self, error: type[Failure], message: str, response: Response | None = None) -> Failure:
        """An error of this vendor."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer's rows, whether there is a further page, and the fields that the ERP says its user may not see: it
    leaves them out of the rows."""

    rows: list[Any]
    has_next: bool
    hidden: frozenset[str]


def query_string(tables: str, fields: str, where: str, order: str, page: int = 1) -> str:
    """The query string that asks for a page; the tenant goes in the header. Blanks go as %20: not every server reads a
    plus."""
    asked = {"tables": tables, "fields": fields, "where": where, "order": order, "page": str(page),
             "pageSize": str(PAGE_SIZE)}  # fmt: skip
    return urlencode(asked, quote_via=quote)


def ask(site: Site, query: str, tenant: str, about: str) -> Response | None:
    """The answer to a query; None where the site does not offer it. Raises RetriableError or FatalError."""
    response = get(site, QUERY, tenant, about, params=query)
    if response.status_code in NOT_OFFERED:
        site.log.info(
            say("{about}: the site does not offer it (HTTP {status}).", about=about, status=response.status_code)
        )
        return None
    return response


def get(site: Site, endpoint: str, tenant: str, about: str, **request: Any) -> Response:
    """The response of one of the framework's services that only read. Raises RetriableError or FatalError."""
    site.get_conn()
    request |= {
        "headers": {"tenantId": tenant} if tenant else {},
        "read_timeout": min(site.settings.read_timeout, TIMEOUT),
    }
    response = site.logged_in(lambda: site.exchange("GET", endpoint, about=about, if_lost=RetriableError, **request))
    if response.status_code == 401:
        raise site.failure(FatalError, f"{about}: the login is refused", response)
    return response


def read_page(site: Site, response: Response, about: str) -> Page:
    """An answer as a page. Raises RetriableError where it is none, or has an error beside its rows: they may not be
    all."""
    text = site.text(response, about=about, if_lost=RetriableError)
    answer, items = _page_of(text)
    if response.status_code != 200 or items is None:
        raise site.failure(RetriableError, f"{about}: the answer is {describe(text)}", response)
    named = (answer.get(name) for name in ("protectedDataFields", "nivelFields"))
    if words := _error(answer, items):
        told = Sentence("{about}: the answer has an error in it: {words}", about=about, words=words)
        raise site.failure(RetriableError, told, response)
    hidden = {str(field).strip().upper() for names in named if isinstance(names, list) for field in names}
    return Page(items, _says_yes(answer.get("hasNext"), len(items) >= PAGE_SIZE), frozenset(hidden))


def text_of(row: Mapping[str, Any], name: str) -> str:
    """A field of a row, stripped; empty for null. Raises KeyError where it was not answered, ValueError where it is
    neither text nor number."""
    value = row[name]
    if value is not None and not is_text_or_number(value):
        raise ValueError(f"{name} is {quoted(value)}")
    return "" if value is None else code_text(name, value)


def code_text(name: str, value: str | int | Decimal) -> str:
    """The value of a field as text, stripped; of a code that came as a number with the zeros that a number loses."""
    text = shown(str(value)).strip()
    return text.zfill(CHARACTERS.get(name, 0)) if isinstance(value, int) else text


def _error(answer: Mapping[str, Any], items: list[Any]) -> str:
    """The words of an error that stands beside rows; empty without one. A message alone is one where no row is."""
    names = (*ERRORS, "message") if not items or "code" in answer else ERRORS
    said = [words_of(answer.get(name) or "") for name in names]
    return "; ".join(words for words in said if words not in ("", "0"))


def _says_yes(value: object, is_full: bool) -> bool:
    """Whether there is a further page; where the answer does not tell, a full page may have one behind it."""
    if value is None:
        return is_full
    return str(value).strip().lower() in _YES


def _page_of(text: str) -> tuple[Mapping[str, Any], list[Any] | None]:
    """An answer and its ``items``; None for these where it is no such answer."""
    try:
        answer = json_text.read(text)
    except ValueError:
        return {}, None
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        return {}, None
    return answer, answer["items"]
