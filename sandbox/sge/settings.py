"""How one university's SGE differs from another's: the sandbox's switches, and how much its projects invoice."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """How this site behaves; the defaults are those of the contract and of its field notes.

    ``today``: the day it is there (None: today), which decides what is invoiced and collected already.
    ``empty``: how an empty list is answered. ``accumulable_as_text``: as in the document's example, not its table.
    ``reduced_is_shorter``: ``reducida==true`` leaves columns out. ``column_ids``: ``other`` numbers them another way.
    ``rename``, ``drop``, ``add``: columns by name; an added one holds the text given. ``dates``: how a date is written.
    ``amounts_as_text``: sums come as text. ``bounds``: what a bound with a time means: its day in Madrid, the date it
    begins with, or that very instant. ``rate_words``: what the VAT column says instead of a rate
    (``{"0": "Exento"}``). ``list_lacks``: columns, by name, whose cells the rows of the list leave out, while the
    details have them. ``date_at_nothing``: an invoice whose money all went back shows the day on which it did.
    ``planned_fails``: the service of planned items answers 500. ``page_cap``: rows a page has at most, asked for or
    not; ``announce_pages``: whether the headers say so; ``pages``: what goes wrong with the second page.
    ``repeated_rows``: the first row of each list comes twice. ``octet_stream``: files come without their type.
    ``file_size``: bytes of each file. ``locked``: whether a key is asked for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    today: date | None = None
    empty: Literal["204", "[]"] = "204"
    accumulable_as_text: bool = False
    reduced_is_shorter: bool = False
    column_ids: Literal["murcia", "other"] = "murcia"
    rename: dict[str, str] = {}
    drop: frozenset[str] = frozenset()
    add: dict[str, str] = {}
    dates: Literal["dd/mm/yyyy", "iso"] = "dd/mm/yyyy"
    amounts_as_text: bool = False
    bounds: Literal["madrid", "text", "instant"] = "madrid"
    rate_words: dict[str, str] = {}
    list_lacks: frozenset[str] = frozenset()
    date_at_nothing: bool = False
    planned_fails: bool = False
    page_cap: int | None = None
    announce_pages: bool = True
    pages: Literal["whole", "missing", "repeated", "shifted"] = "whole"
    repeated_rows: bool = False
    octet_stream: bool = False
    file_size: int = 20_000
    locked: bool = True


class Profile(BaseModel):
    """What the months look like that nobody has asked for yet.

    ``invoices``: how often a project issues 0, 1, 2, … invoices on a working day (weights). ``paid_in_parts``: some
    are; ``registered_late``: some collections are entered days after their date. Conjectures, so off: ``returned``
    (a collection is taken back) and ``corrected`` (an invoice below zero).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    invoices: tuple[int, ...] = (5, 4, 1)
    paid_in_parts: bool = True
    registered_late: bool = True
    returned: bool = False
    corrected: bool = False
