"""Protheus's optional query of its table of entries: what is asked, and how its rows are read (field-notes.md).

The query is the framework's genericQuery. It takes SQL as text, so nothing gets into it that was not checked here.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode

from requests import Response

from cierre.bookkeeping import json_text
from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.json_text import repeated
from cierre.bookkeeping.money import DECIMALS, amount
from cierre.bookkeeping.read_back import BookedLine, StandingDocument
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import quoted, shown
from cierre.language.say import say
from cierre.ports.errors import FatalError, RetriableError, VendorError
from hooks.http.hook import Failure, describe
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

BALANCE_TYPE = "1"
"""The ERP's type of an entry that counts (CT2_TPSALD), where a connection names no other; 9 is a pre-entry."""

_NOT_OFFERED = {400, 403, 404, 405, 501}
"""How a site says that this query is not to be had: unknown, switched off, or not for this user."""

_FIELDS = (
    "CT2_SBLOTE", "CT2_DOC", "CT2_LINHA", "CT2_DC", "CT2_DEBITO", "CT2_CREDIT", "CT2_VALOR", "CT2_MOEDLC",
    "CT2_HIST", "CT2_KEY", "CT2_TPSALD",
)  # fmt: skip

_SIDES = {
    "1": ((Side.DEBIT, "CT2_DEBITO"),),
    "2": ((Side.CREDIT, "CT2_CREDIT"),),
    "3": ((Side.DEBIT, "CT2_DEBITO"), (Side.CREDIT, "CT2_CREDIT")),
    "4": ((None, "CT2_DEBITO"),),
}
"""Kind of a row (CT2_DC) -> the sides it has, each with the field of its account; 4 continues a history."""


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


class LotReader:
    """Reads what stands in a lot, through the session and login of a site."""

    def __init__(self, hook: Site) -> None:
        self.hook = hook

    def lines(self, tenant: str, entry_date: date, lot: str) -> list[BookedLine] | None:
        """All lines of a lot on a date, by sublot and document; None where the site does not offer the query.

        Raises RetriableError or FatalError (which is also for an ERP's user who may not see all the fields).
        """
        about = Sentence("read-back of lot {lot} on {date}", lot=lot, date=f"{entry_date:%d/%m/%Y}")
        lines: list[BookedLine] = []
        for page in range(1, MOST_PAGES + 1):
            found = self._page(lot_query(entry_date, lot, page), tenant, about)
            if found is None:
                return None
            rows, has_next = found
            lines += rows
            if not (rows and has_next):
                return lines
        raise self.hook.failure(RetriableError, f"{about}: no end after {MOST_PAGES} pages")

    def standing(self, tenant: str, lot: str) -> list[StandingDocument] | None:
        """Documents that stand in a lot on whatever date: those of a page, the newest first; None where the site does
        not offer the query. Raises as ``lines``."""
        about = Sentence("read-back of lot {lot}", lot=lot)
        response = self._ask(whole_lot_query(lot), tenant, about)
        if response is None:
            return None
        found: dict[StandingDocument, None] = {}
        with self._as_read(about, response):
            for row in self._items(response, about)[0]:
                found[read_document(row, tenant, lot)] = None
        return list(found)

    def _page(self, query: str, tenant: str, about: str) -> tuple[list[BookedLine], bool] | None:
        """A page's lines, and whether there is a further page."""
        response = self._ask(query, tenant, about)
        if response is None:
            return None
        items, has_next = self._items(response, about)
        currencies = {number: currency for currency, number in self.hook.settings.currencies.items()}
        balance_type = self.hook.settings.balance_type or BALANCE_TYPE
        with self._as_read(about, response):
            return [line for row in items for line in read_row(row, currencies, balance_type)], has_next

    def _ask(self, query: str, tenant: str, about: str) -> Response | None:
        """The answer to a query; None where the site does not offer it."""
        hook = self.hook
        hook.get_conn()
        request: dict[str, Any] = {
            "params": query,
            "headers": {"tenantId": tenant},
            "read_timeout": min(hook.settings.read_timeout, TIMEOUT),
        }
        response = hook.logged_in(lambda: hook.exchange("GET", QUERY, about=about, if_lost=RetriableError, **request))
        if response.status_code in _NOT_OFFERED:
            told = "{about}: the site does not offer it (HTTP {status})."
            hook.log.info(say(told, about=about, status=response.status_code))
            return None
        if response.status_code == 401:
            raise hook.failure(FatalError, f"{about}: the login is refused", response)
        return response

    def _items(self, response: Response, about: str) -> tuple[list[Any], bool]:
        """An answer's rows, and whether there is a further page."""
        text = self.hook.text(response, about=about, if_lost=RetriableError)
        answer, items = _page_of(text)
        if response.status_code != 200 or items is None:
            raise self.hook.failure(RetriableError, f"{about}: the answer is {describe(text)}", response)
        if hidden := _hidden(answer):
            told = Sentence("{about}: the ERP's user may not see {fields}", about=about, fields=", ".join(hidden))
            raise self.hook.failure(FatalError, told, response)
        return items, answer.get("hasNext") is True

    @contextmanager
    def _as_read(self, about: str, response: Response) -> Iterator[None]:
        """Says what it means that rows cannot be read."""
        try:
            yield
        except KeyError as missing:
            message = f"{about}: the answer lacks {missing.args[0]}; the ERP's user may not be allowed to see it"
            raise self.hook.failure(FatalError, message, response) from None
        except ValueError as wrong:
            message = f"{about}: a row that cannot be read: {wrong}"
            raise self.hook.failure(RetriableError, message, response) from None


def lot_query(entry_date: date, lot: str, page: int) -> str:
    """The query string that asks for a page of all lines of a lot on a date; the tenant goes in the header.

    Raises ValueError for a lot that is no code of up to six letters and digits.
    """
    asked = {
        "tables": "CT2",
        "fields": ",".join(_FIELDS),
        "where": f"CT2_DATA = '{entry_date:%Y%m%d}' AND CT2_LOTE = '{_code(lot)}'",
        "order": "CT2_SBLOTE,CT2_DOC,CT2_LINHA",
        "page": str(page),
        "pageSize": str(PAGE_SIZE),
    }
    return urlencode(asked, quote_via=quote)


def whole_lot_query(lot: str) -> str:
    """The query string that asks for a page of what stands in a lot on all dates, the newest first.

    Raises ValueError for a lot that is no code of up to six letters and digits.
    """
    asked = {
        "tables": "CT2",
        "fields": "CT2_DATA,CT2_SBLOTE,CT2_DOC,CT2_KEY",
        "where": f"CT2_LOTE = '{_code(lot)}'",
        "order": "CT2_DATA DESC,CT2_SBLOTE,CT2_DOC",
        "page": "1",
        "pageSize": str(PAGE_SIZE),
    }
    return urlencode(asked, quote_via=quote)


def _code(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]{1,6}", text):
        raise ValueError(f"{text!r} is not a lot: it may only have letters and digits")
    return text


def _page_of(text: str) -> tuple[Mapping[str, Any], list[Any] | None]:
    """An answer and its ``items``; None for these where it is no such answer."""
    try:
        answer = json_text.read(text)
    except ValueError:
        return {}, None
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        return {}, None
    return answer, answer["items"]


def _hidden(answer: Mapping[str, Any]) -> list[str]:
    """The fields that were asked for and that the ERP says its user may not see: it leaves them out of the rows."""
    named = (answer.get(name) for name in ("protectedDataFields", "nivelFields"))
    fields = {str(field).strip().upper() for names in named if isinstance(names, list) for field in names}
    return [field for field in _FIELDS if field in fields]


def read_row(
    row: Mapping[str, Any], currencies: Mapping[str, str], balance_type: str = BALANCE_TYPE
) -> list[BookedLine]:
    """A row of the answer as lines: two for a double entry. ``currencies``: code by the ERP's number; ``balance_type``:
    what was sent, so that a row of another type is one outside the balances.

    Raises KeyError for a field that was not answered, ValueError for one that cannot be read.
    """
    if not isinstance(row, dict):
        raise ValueError("it is no object")
    if field := repeated(row):
        raise ValueError(f"{field} stands twice in it")
    named = {name.upper(): value for name, value in row.items()}
    kind, number = _text(named, "CT2_DC"), _text(named, "CT2_MOEDLC")
    if kind not in _SIDES:
        raise ValueError(f"CT2_DC is {quoted(kind)}")
    currency = currencies.get(number, number)
    # A currency that the connection does not name is never compared; any one with two decimals serves to read it.
    kept_as = _text(named, "CT2_TPSALD")
    money = amount(named["CT2_VALOR"], currency if currency in DECIMALS else "USD")
    return [
        BookedLine(
            sublot=_text(named, "CT2_SBLOTE"),
            document=_text(named, "CT2_DOC"),
            line=_text(named, "CT2_LINHA"),
            side=side,
            account=_text(named, account),
            amount=money,
            currency=currency,
            history=_text(named, "CT2_HIST"),
            key=_text(named, "CT2_KEY"),
            outside="" if kept_as == balance_type else kept_as or "?",
        )
        for side, account in _SIDES[kind]
    ]


def read_document(row: Mapping[str, Any], tenant: str, lot: str) -> StandingDocument:
    """The document that a row of the answer belongs to. Raises as ``read_row``."""
    if not isinstance(row, dict):
        raise ValueError("it is no object")
    named = {name.upper(): value for name, value in row.items()}
    entry_date = datetime.strptime(_text(named, "CT2_DATA"), "%Y%m%d").date()
    address = Address(tenant, entry_date, lot, _text(named, "CT2_SBLOTE"))
    return StandingDocument(address, _text(named, "CT2_DOC"), _text(named, "CT2_KEY"))


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, NoneType)):
        raise ValueError(f"{name} is {quoted(value)}")
    return "" if value is None else shown(str(value)).strip()
