"""What is landed of the SGE for a group of projects and a day: put together from its answers, and taken apart again.

One JSON object: ``day`` and ``since`` (the first day of the window), ``planned`` (pages; null where that service
failed), and ``projects``, each with ``reading`` (the column id of each thing, by the reviewed names) and ``names``
(those names), ``columns``, ``invoices`` and ``of_the_day`` (pages), ``details`` (of the invoices whose row lacks a
cell), ``followed`` (details of invoices outside the window that were asked for by their id), ``gone`` (those that are
no longer there), and ``announced`` (how many rows the server said the window holds). The server's texts stand in it as
they came. Bodies that were landed before there were ``names`` have the detail of each invoice, and nothing followed.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from cierre.bookkeeping import json_text
from cierre.bookkeeping.json_text import Several, each
from cierre.bookkeeping.money import ZERO, AmountError, amount
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import quoted, text_of
from cierre.ports.errors import DataError
from hooks.sge.columns import VENDOR, Column, columns_of, plain
from hooks.sge.questions import MADRID

IDENTITY = ("id", "anualidad")
"""The fields of an invoice that make it one and the same."""

NEEDED = ("issued_on", "base", "vat_rate", "total", "collected", "collected_on")
"""What the books need of an invoice: where its row in the list lacks one of these, its detail is asked for."""


def object_of(**parts: str) -> str:
    """A JSON object from the JSON texts of its parts."""
    return "{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in parts.items()) + "}"


def list_of(texts: Iterable[str]) -> str:
    """A JSON list from the JSON texts of its elements."""
    return "[" + ", ".join(texts) + "]"


def project_ids(key: str) -> tuple[str, ...]:
    """The projects of a group, each once: ``P1,P2,P3`` is their ids in the SGE. Raises DataError if there is none."""
    ids = tuple(dict.fromkeys(id for part in key.split(",") if (id := part.strip())))
    if not ids:
        raise DataError(f"key {key!r} names no project; write their ids like 'P1,P2'", vendor=VENDOR)
    return ids


class NoDay(ValueError):
    """A cell that should hold a day and does not; the message quotes it."""


class BlankDay(NoDay):
    """The first or the last day that calendars have: what programs write where there is no day (.NET: year 1)."""


def key_of(invoice: Mapping[str, Any]) -> str:
    """What makes an invoice one and the same: year and id."""
    return f"{text_of(invoice.get('anualidad'))}/{text_of(invoice.get('id'))}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list of invoices, where it stands in the landing (``123456/0/12``: project, page, row).

    ``reading`` is the column that holds each thing, ``names`` what the SGE calls it; older landings have no names.
    """

    project: str
    place: str
    value: dict[str, Any]
    reading: dict[str, str]
    names: dict[str, str]

    @property
    def key(self) -> str:
        """What makes an invoice one and the same: year and id."""
        return key_of(self.value)

    @property
    def number(self) -> str:
        """The number that people know the invoice by."""
        return text_of(self.value.get("numeroFactura") or "")

    @property
    def year(self) -> str:
        return text_of(self.value.get("anualidad") or "")

    def cell(self, meaning: str) -> Any:
        """What the column of that meaning holds; None where the row leaves it out."""
        return cell_of(self.value, self.reading[meaning])

    def repeated(self, *meanings: str, fields: Iterable[str] = IDENTITY) -> str:
        """The first of the row's own fields, or of the columns of these meanings, that stands there several times.

        By the name that people know; empty where none does.
        """
        for field in (*fields, "columnas", "campos"):
            if isinstance(self.value.get(field), Several):
                return field
        for meaning in meanings:
            if isinstance(self.cell(meaning), Several):
                return self.names.get(meaning, self.reading[meaning])
        return ""

    def money(self, meaning: str, currency: str) -> Decimal | None:
        """An amount of money, rounded to the currency's smallest unit; None if the cell holds none."""
        return money(self.cell(meaning), currency)

    def collected(self, currency: str) -> Decimal | None:
        """What has been collected so far; None if the row does not say.

        Nothing while the cell is empty, and no day of collection beside it (field-notes.md: it is null while unpaid).
        """
        if self.cell("collected") not in (None, ""):
            return self.money("collected", currency)
        return ZERO if self._names_no_day_of_collection() else None

    def collected_on(self, currency: str) -> date | None:
        """The day of the last collection; None where there is none, or a blank one and nothing collected.

        Raises NoDay.
        """
        try:
            return self.day("collected_on")
        except BlankDay:
            if self.collected(currency) == ZERO:
                return None
            raise

    def _names_no_day_of_collection(self) -> bool:
        try:
            return self.day("collected_on") is None
        except BlankDay:
            return True
        except NoDay:
            return False

    def day(self, meaning: str) -> date | None:
        """A day in Madrid; None while the cell is empty. Raises NoDay."""
        return day_of(self.cell(meaning))

    @property
    def issued_on(self) -> date | None:
        """The invoice's own day; None if its cell holds none."""
        try:
            return self.day("issued_on")
        except NoDay:
            return None


@dataclass(frozen=True, slots=True)
class Gone:
    """An invoice that was known and that the SGE no longer has in this project."""

    key: str
    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Project:
    """One project's part of a landing. ``all_detailed``: each invoice was asked for its detail, not just where its row
    lacked a cell."""

    id: str
    columns: list[Column]
    rows: list[Row]
    of_the_day: list[Row]
    details: list[dict[str, Any]]
    announced: int | None
    followed: list[Row]
    gone: list[Gone]
    all_detailed: bool

    @property
    def invoices(self) -> list[Row]:
        """Each invoice once: a row that is repeated counts as one (field-notes.md)."""
        return list({row.key: row for row in reversed(self.rows)}.values())[::-1]

    def misdated(self, day: date) -> frozenset[str]:
        """The invoices that the list of a day alone holds though they are not dated that day: their keys.

        Those of the day before are none: servers that cut the date off a bound answer them too (hooks.sge.questions).
        """
        expected = (day, day - timedelta(days=1))
        return frozenset(row.key for row in self.of_the_day if row.issued_on not in expected)

    @property
    def detailed(self) -> list[Row]:
        """The invoices whose details should be there."""
        if self.all_detailed:
            return self.invoices
        known = {(str(detail.get("anualidad")), str(detail.get("id"))) for detail in self.details}
        return [row for row in self.invoices if (str(row.value.get("anualidad")), str(row.value.get("id"))) in known]


@dataclass(frozen=True, slots=True)
class Landing:
    """A landed body, taken apart."""

    day: date
    since: date
    projects: dict[str, Project]
    planned: list[dict[str, Any]] | None

    def of(self, ids: Iterable[str]) -> list[Project]:
        """The parts of these projects, in their order."""
        return [self.projects[id] for id in ids if id in self.projects]

    def covers(self, day: date | None) -> bool:
        """Whether an invoice of that day belongs to the window; a server may answer a little more."""
        return day is not None and self.since <= day <= self.day

    def shown(self, project: Project) -> list[Row]:
        """The invoices that a project's part tells of: those of the window, then those that were followed."""
        return [row for row in project.invoices if self.covers(row.issued_on)] + project.followed


@lru_cache(maxsize=1)
def landing(body: str) -> Landing:
    """A body that ``fetch`` made; nobody changes what it is read as.

    Numbers are Decimal; NaN is left as text, to be no amount later on.
    """
    said = json_text.read(body)
    projects = (_project(part) for part in said["projects"])
    return Landing(
        day=date.fromisoformat(said["day"]),
        since=date.fromisoformat(said["since"]),
        projects={project.id: project for project in projects},
        planned=None if said["planned"] is None else [row for page in said["planned"] for row in page],
    )


def _project(part: dict[str, Any]) -> Project:
    columns = columns_of((row for page in part["columns"] for row in page), part["id"])
    fields = {(str(detail.get("anualidad")), str(detail.get("id"))): fields_of(detail) for detail in part["details"]}

    names = part.get("names", {})

    def rows(name: str) -> Iterator[Row]:
        for page, values in enumerate(part[name]):
            for number, value in enumerate(values):
                own = fields.get((str(value.get("anualidad")), str(value.get("id"))), {})
                whole = _with_cells(value, columns, own)
                yield Row(part["id"], f"{part['id']}/{page}/{number}", whole, part["reading"], names)

    return Project(
        id=part["id"],
        columns=columns,
        rows=list(rows("invoices")),
        of_the_day=list(rows("of_the_day")),
        details=part["details"],
        announced=part["announced"],
        followed=[
            Row(part["id"], f"{part['id']}/followed/{number}", detail | {"columnas": fields_of(detail)}, names, names)
            for number, detail in enumerate(part.get("followed", ()))
        ],
        gone=[
            Gone(f"{one['anualidad']}/{one['id']}", one["numeroFactura"], date.fromisoformat(one["issued_on"]))
            for one in part.get("gone", ())
        ],
        all_detailed="names" not in part,
    )


def _with_cells(row: dict[str, Any], columns: Iterable[Column], fields: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the list, its missing cells from its detail."""
    cells = row.get("columnas")
    if not isinstance(cells, dict):
        return row
    missing = {column.id: fields[column.name] for column in columns if column.id not in cells and column.name in fields}
    return row | {"columnas": cells | missing} if missing else row


def cell_of(row: Mapping[str, Any], column: str) -> Any:
    """What a row of the list holds in a column, by its id; None where it leaves it out."""
    cells = row.get("columnas")
    return cells.get(column) if isinstance(cells, dict) else None


def fields_of(detail: Mapping[str, Any]) -> dict[str, Any]:
    """An invoice's fields by their names. Of a detail that is none: nothing.

    A field that stands there several times and says the same each time is one; where it does not, it is ``Several``.
    """
    fields = detail.get("campos")
    values: defaultdict[str, list[Any]] = defaultdict(list)
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, dict):
            names, said = each(field.get("nombre")), field.get("valor")
            for name in names:
                # What has two names may be a value of either.
                values[plain(str(name))] += [said] if len(names) == 1 else [said, None]
    return {name: said[0] if _say_the_same(said) else Several(said) for name, said in values.items()}


def _say_the_same(values: list[Any]) -> bool:
    first, *others = values
    return all(one == first and isinstance(one, bool) is isinstance(first, bool) for one in others)


def money(value: Any, currency: str) -> Decimal | None:
    """A number or a text as money; None if it is none."""
    try:
        return amount(value, currency)
    except AmountError:
        return None


def day_of(value: Any) -> date | None:
    """``20/05/2021``, ``2021-05-20`` or an instant as its day in Madrid; None for nothing.

    Raises NoDay, BlankDay for the first and the last day of the calendar.
    """
    if value in (None, ""):
        return None
    if not isinstance(value, str):
        raise NoDay(Sentence("{said} is no day", said=quoted(value)))
    text = value.strip()
    try:
        if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII):
            day, month, year = map(int, found.groups())
            moment = datetime(year, month, day)
        else:
            moment = datetime.fromisoformat(text)
    except ValueError:
        raise NoDay(Sentence("{said} is no day", said=quoted(text))) from None
    try:
        found_day = moment.astimezone(MADRID).date() if moment.tzinfo else moment.date()
    except OverflowError:  # the first or the last hours there are
        found_day = date.min
    if {found_day, moment.date()} & {date.min, date.max}:
        raise BlankDay(Sentence("{day} is no day: programs write it where there is none", day=moment.date()))
    return found_day
