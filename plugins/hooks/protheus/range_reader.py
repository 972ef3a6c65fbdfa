"""What stands in Protheus from one date to another, in lots or on accounts, where its tables can be queried.

The lines themselves are read (CT2) and summed here: the vendor's documents describe no table of balances
(protheus.seed.txt, Tablas utilizadas).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.tie_out import ErpDocument, HeldLine
from cierre.ports.errors import RetriableError
from hooks.protheus.query import MOST_PAGES, Site, ask, query_string, text_of
from hooks.protheus.read_back import ROW, as_read, how_kept, lot_code, read_row, refuse_again, visible_page

AT_ONCE = 40
"""How many lots or accounts one query names: all of it must fit into an address."""

_FIELDS = (
    "CT2_DATA", "CT2_LOTE", "CT2_SBLOTE", "CT2_DOC", "CT2_LINHA", "CT2_DC", "CT2_DEBITO", "CT2_CREDIT", "CT2_VALOR",
    "CT2_MOEDLC", "CT2_TPSALD",
)  # fmt: skip

_NOT_ASKED = {"CT2_HIST": "", "CT2_KEY": ""}


class RangeReader:
    """Reads the lines of a tenant from ``first`` to ``last`` (CT2_DATA), through the session and login of a site."""

    def __init__(self, hook: Site, tenant: str, first: date, last: date) -> None:
        self.hook, self.tenant, self.first, self.last = hook, tenant, first, last

    def in_lots(self, lots: Collection[str]) -> list[HeldLine] | None:
        """All lines in lots; None where the site does not offer the query. Raises RetriableError or FatalError."""
        return self._all(f"CT2_LOTE IN ({_listed(map(lot_code, some))})" for some in _parts(lots, AT_ONCE))

    def on_accounts(self, accounts: Collection[str]) -> list[HeldLine] | None:
        """All lines with a side on one of the accounts, of whatever lot. None, and raises, as ``in_lots``."""
        parts = (_listed(map(_account, some)) for some in _parts(accounts, AT_ONCE // 2))
        lines = self._all(f"(CT2_DEBITO IN ({one}) OR CT2_CREDIT IN ({one}))" for one in parts)
        # A double entry between accounts of two queries comes with each.
        return None if lines is None else list(dict.fromkeys(lines))

    def _all(self, conditions: Iterator[str]) -> list[HeldLine] | None:
        lines: list[HeldLine] = []
        for condition in conditions:
            found = self._pages(condition)
            if found is None:
                return None
            lines += found
        return lines

    def _pages(self, condition: str) -> list[HeldLine] | None:
        about = Sentence(
            "what the ERP holds from {first} to {last}", first=f"{self.first:%d/%m/%Y}", last=f"{self.last:%d/%m/%Y}"
        )
        where = f"CT2_DATA >= '{self.first:%Y%m%d}' AND CT2_DATA <= '{self.last:%Y%m%d}' AND {condition}"
        order = f"CT2_DATA,CT2_LOTE,CT2_SBLOTE,CT2_DOC,{ROW}"
        lines: list[HeldLine] = []
        found: list[HeldLine] = []
        for page_number in range(1, MOST_PAGES + 1):
            query = query_string("CT2", ",".join(_FIELDS), where, order, page_number)
            response = ask(self.hook, query, self.tenant, about)
            if response is None:
                return None
            page = visible_page(self.hook, response, about, _FIELDS)
            currencies, balance_type = how_kept(self.hook)
            before = found
            with as_read(self.hook, about, response):
                found = [line for row in page.rows for line in read_held(row, currencies, balance_type)]
            refuse_again(self.hook, found, before, about)
            lines += found
            if not (page.rows and page.has_next):
                return lines
        raise self.hook.failure(RetriableError, f"{about}: no end after {MOST_PAGES} pages")


def read_held(row: Mapping[str, Any], currencies: Mapping[str, str], balance_type: str) -> list[HeldLine]:
    """A row of the answer as lines, each with its document. Raises as ``hooks.protheus.read_back.read_row``."""
    lines = read_row({**_NOT_ASKED, **row} if isinstance(row, dict) else row, currencies, balance_type)
    named = {name.upper(): value for name, value in row.items()}
    entry_date = datetime.strptime(text_of(named, "CT2_DATA"), "%Y%m%d").date()
    lot = text_of(named, "CT2_LOTE")
    return [HeldLine(ErpDocument(entry_date, lot, line.sublot, line.document), line) for line in lines]


def _parts(codes: Collection[str], number: int) -> Iterator[list[str]]:
    ordered = sorted(codes)
    return (ordered[begin : begin + number] for begin in range(0, len(ordered), number))


def _account(code: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9./_-]{1,20}", code):
        raise ValueError(f"{code!r} is not an account that may be asked for")
    return code


def _listed(codes: Iterator[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)
