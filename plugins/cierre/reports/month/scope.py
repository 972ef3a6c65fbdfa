"""Whose month is taken away, and by whom."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import psycopg

from cierre.accounting_files.account_mappings import form_names
from cierre.accounting_files.companies import name_of, tax_id_of
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.days import last_of_month
from cierre.bookkeeping.identity import RetiredBox
from cierre.ledger import tie_outs
from cierre.ledger.tie_outs import Known

Box = CashBox | RetiredBox


@dataclass(frozen=True)
class Scope:
    """The month that begins on ``first`` of boxes, which are all those of a company or one of it.

    ``name`` is the id of the box or company, ``by`` who takes it away, at the instant ``at``.
    """

    name: str
    boxes: tuple[Box, ...]
    first: date
    by: str
    at: datetime

    @property
    def last(self) -> date:
        """The month's last day."""
        return last_of_month(self.first)

    @property
    def ids(self) -> list[str]:
        """The boxes' ids."""
        return [box.id for box in self.boxes]

    @property
    def company(self) -> str:
        """The id of the company; "" where a retired box has none."""
        return self.boxes[0].company

    @property
    def company_name(self) -> str:
        """The company as its file calls it; its id where the file does not."""
        return name_of(self.company)

    @property
    def tax_id(self) -> str:
        """The company's number at the tax office; "" where its file has none."""
        return tax_id_of(self.company)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the first box, for what is of no box alone."""
        return self.boxes[0].zone

    def local(self, box: str, instant: datetime | None) -> datetime | None:
        """An instant on a box's own clock, to the second."""
        zone = self._by_id[box].zone
        return instant.astimezone(zone).replace(microsecond=0) if instant else None

    def name_of(self, box: str) -> str:
        """What people call a box."""
        return self._by_id[box].name

    def form_name(self, box: str, form: str) -> str:
        """What a box's accountants call a form of payment; its id where the mapping does not say."""
        return self._forms[box].get(form, form)

    @cached_property
    def _by_id(self) -> dict[str, Box]:
        return {box.id: box for box in self.boxes}

    @cached_property
    def _forms(self) -> dict[str, dict[str, str]]:
        return {box.id: form_names(box.mapping) for box in self.boxes}


def own_tie_outs(ledger: psycopg.Connection, scope: Scope) -> list[Known]:
    """The month's newest tie-outs whose sums are of the scope's boxes and of no others."""
    newest = tie_outs.newest(ledger, scope.first, scope.last).values()
    return [known for known in newest if known.boxes and set(known.boxes) <= set(scope.ids)]


def file_name(name: str, first: date, ending: str) -> str:
    """A file's name in plain ASCII, whatever a box was called once: ``itb_2024-09.xlsx``."""
    return f"{re.sub('[^A-Za-z0-9_-]', '_', name)}_{first:%Y-%m}.{ending}"
