"""What stands in a lot of Protheus, where its tables can be queried: what is asked, and how the rows are read
(field-notes.md)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from requests import Response

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.json_text import repeated
from cierre.bookkeeping.money import DECIMALS, AmountError, amount, exact
from cierre.bookkeeping.read_back import BookedLine, StandingDocument
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import quoted
from cierre.bookkeeping.tie_out import HeldLine
from cierre.ports.errors import FatalError, RetriableError
from hooks.protheus.query import MOST_PAGES, Page, Site, ask, query_string, read_page, text_of

BALANCE_TYPE = "1"
"""The ERP's type of an entry that counts (CT2_TPSALD), where a connection names no other; 9 is a pre-entry."""

Line = TypeVar("Line", BookedLine, HeldLine)

_FIELDS = (
    "CT2_SBLOTE", "CT2_DOC", "CT2_LINHA", "CT2_DC", "CT2_DEBITO", "CT2_CREDIT", "CT2_VALOR", "CT2_MOEDLC",
    "CT2_HIST", "CT2_KEY", "CT2_TPSALD",
)  # fmt: skip

ROW = "CT2_LINHA,CT2_MOEDLC,CT2_DC"
"""What tells a document's rows apart: one in a second currency has its line's number. Pages need a whole order."""

_SIDES = {
    "1": ((Side.DEBIT, "CT2_DEBITO"),),
    "2": ((Side.CREDIT, "CT2_CREDIT"),),
    "3": ((Side.DEBIT, "CT2_DEBITO"), (Side.CREDIT, "CT2_CREDIT")),
    "4": ((None, "CT2_DEBITO"),),
}
"""Kind of a row (CT2_DC) -> the sides it has, each with the field of its account; 4 continues a history."""


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
        rows: list[BookedLine] = []
        for page in range(1, MOST_PAGES + 1):
            found = self._page(lot_query(entry_date, lot, page), tenant, about)
            if found is None:
                return None
            before, (rows, has_next) = rows, found
            refuse_again(self.hook, rows, before, about)
            lines += rows
            if not (rows and has_next):
                return lines
        raise self.hook.failure(RetriableError, f"{about}: no end after {MOST_PAGES} pages")

    def standing(self, tenant: str, lot: str) -> list[StandingDocument] | None:
        """Documents that stand in a lot on whatever date: those of a page, the newest first; None where the site does
        not offer the query. Raises as ``lines``."""
        about = Sentence("read-back of lot {lot}", lot=lot)
        response = ask(self.hook, whole_lot_query(lot), tenant, about)
        if response is None:
            return None
        found: dict[StandingDocument, None] = {}
        with as_read(self.hook, about, response):
            for row in visible_page(self.hook, response, about, _FIELDS).rows:
                found[read_document(row, tenant, lot)] = None
        return list(found)

    def _page(self, query: str, tenant: str, about: str) -> tuple[list[BookedLine], bool] | None:
        """A page's lines, and whether there is a further page."""
        response = ask(self.hook, query, tenant, about)
        if response is None:
            return None
        page = visible_page(self.hook, response, about, _FIELDS)
        currencies, balance_type = how_kept(self.hook)
        with as_read(self.hook, about, response):
            return [line for row in page.rows for line in read_row(row, currencies, balance_type)], page.has_next


def how_kept(hook: Site) -> tuple[Mapping[str, str], str]:
    """The code of each currency by the ERP's number, and the type of the entries that count, as the connection says."""
    currencies = {number: currency for currency, number in hook.settings.currencies.items()}
    return currencies, hook.settings.balance_type or BALANCE_TYPE


def visible_page(hook: Site, response: Response, about: str, fields: Iterable[str]) -> Page:
    """An answer as a page. Raises FatalError where the ERP's user may not see one of the fields, RetriableError where
    it is no such answer."""
    page = read_page(hook, response, about)
    if hidden := [field for field in fields if field in page.hidden]:
        told = Sentence("{about}: the ERP's user may not see {fields}", about=about, fields=", ".join(hidden))
        raise hook.failure(FatalError, told, response)
    return page


def refuse_again(hook: Site, rows: list[Line], before: list[Line], about: str) -> None:
    """Raises RetriableError where a page is the one before it again: the site does not heed which one is asked for."""
    if rows and rows == before:
        raise hook.failure(
            RetriableError, Sentence("{about}: whichever page is asked for, the same one comes", about=about)
        )


@contextmanager
def as_read(hook: Site, about: str, response: Response) -> Iterator[None]:
    """Says what it means that rows of an answer cannot be read."""
    try:
        yield
    except KeyError as missing:
        message = f"{about}: the answer lacks {missing.args[0]}; the ERP's user may not be allowed to see it"
        raise hook.failure(FatalError, message, response) from None
    except ValueError as wrong:
        message = f"{about}: a row that cannot be read: {wrong}"
        raise hook.failure(RetriableError, message, response) from None


def lot_query(entry_date: date, lot: str, page: int) -> str:
    """The query string that asks for a page of all lines of a lot on a date; the tenant goes in the header.

    Raises ValueError for a lot that is no code of up to six letters and digits.
    """
    where = f"CT2_DATA = '{entry_date:%Y%m%d}' AND CT2_LOTE = '{lot_code(lot)}'"
    return query_string("CT2", ",".join(_FIELDS), where, f"CT2_SBLOTE,CT2_DOC,{ROW}", page)


def whole_lot_query(lot: str) -> str:
    """The query string that asks for a page of what stands in a lot on all dates, the newest first.

    Raises ValueError for a lot that is no code of up to six letters and digits.
    """
    fields = "CT2_DATA,CT2_SBLOTE,CT2_DOC,CT2_KEY"
    return query_string("CT2", fields, f"CT2_LOTE = '{lot_code(lot)}'", "CT2_DATA DESC,CT2_SBLOTE,CT2_DOC")


def lot_code(text: str) -> str:
    """A lot, as it may stand in a query. Raises ValueError for one that is no code of up to six letters and digits."""
    if not re.fullmatch(r"[A-Za-z0-9]{1,6}", text):
        raise ValueError(f"{text!r} is not a lot: it may only have letters and digits")
    return text


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
    kind, number = text_of(named, "CT2_DC"), text_of(named, "CT2_MOEDLC")
    if kind not in _SIDES:
        raise ValueError(f"CT2_DC is {quoted(kind)}")
    currency = currencies.get(number, number)
    # A currency that the connection does not name is never compared; any one with two decimals serves to read it.
    kept_as = text_of(named, "CT2_TPSALD")
    money = held(named["CT2_VALOR"], currency if currency in DECIMALS else "USD")
    return [
        BookedLine(
            sublot=text_of(named, "CT2_SBLOTE"),
            document=text_of(named, "CT2_DOC"),
            line=text_of(named, "CT2_LINHA"),
            side=side,
            account=text_of(named, account),
            amount=money,
            currency=currency,
            history=text_of(named, "CT2_HIST"),
            key=text_of(named, "CT2_KEY"),
            outside="" if kept_as == balance_type else kept_as or "?",
        )
        for side, account in _SIDES[kind]
    ]


def held(value: object, currency: str) -> Decimal:
    """An amount that the ERP holds: as it stands where it has more decimals than the currency, which nobody here
    posted. Raises AmountError for what is no number, or a text that may be thousands."""
    try:
        return amount(value, currency)
    except AmountError:
        if isinstance(value, str):
            raise
        return exact(value)


def read_document(row: Mapping[str, Any], tenant: str, lot: str) -> StandingDocument:
    """The document that a row of the answer belongs to. Raises as ``read_row``."""
    if not isinstance(row, dict):
        raise ValueError("it is no object")
    named = {name.upper(): value for name, value in row.items()}
    entry_date = datetime.strptime(text_of(named, "CT2_DATA"), "%Y%m%d").date()
    address = Address(tenant, entry_date, lot, text_of(named, "CT2_SBLOTE"))
    return StandingDocument(address, text_of(named, "CT2_DOC"), text_of(named, "CT2_KEY"))
