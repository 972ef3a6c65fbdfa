"""Gathers what is landed for a group of projects and a day: every answer that the books and the certificate need."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from cierre.bookkeeping.invoices import InvoiceSeen
from cierre.bookkeeping.json_text import Several
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import is_fit, quoted, text_of
from cierre.language.say import say
from cierre.ports.errors import DataError, RetriableError, VendorError
from hooks.sge.columns import VENDOR, Column, columns_of, plain, resolve
from hooks.sge.questions import all_of, compare, issued_between, one_of, ordered_by
from hooks.sge.reviewed import InvoiceColumns
from hooks.sge.settings import Settings
from hooks.sge.snapshot import NEEDED, NoDay, day_of, fields_of, key_of, list_of, object_of
from hooks.sge.wire import Pages, an_object

if TYPE_CHECKING:
    from airflow.sdk.types import Logger

BY_ID = ordered_by(("id", "asc"))
"""The order in which lists are asked for: pages of an unordered list need not fit together."""

NUMBERS_A_QUERY = 40
"""Invoices whose planned items are asked for at once: addresses must not grow without end."""


class Invoices(Protocol):
    """A university's invoices as the SGE lists them. ``hooks.sge.hook.SgeHook`` is one, and says what each question
    raises."""

    settings: Settings

    @property
    def log(self) -> "Logger":
        """Where it is told what could not be read and is not needed."""

    def column_pages(self, q: str) -> Pages:
        """The columns of the list of invoices that the same query asks for."""

    def pages(self, path: str, q: str, s: str) -> Pages:
        """A list with all its pages."""

    def invoice_text(self, id: str) -> str:
        """One invoice with all its fields. Raises DataError with status 404 if there is none."""


def body_of(
    hook: Invoices,
    projects: Iterable[str],
    since: date,
    day: date,
    reviewed: InvoiceColumns,
    expected: Sequence[InvoiceSeen] = (),
) -> tuple[dict[str, str], str]:
    """What was asked for each project, and the body. Raises as the hook's methods do.

    ``expected`` is what earlier readings showed of invoices that must be told of again, in their order: one that should
    stand in the list and does not, or that is older or younger than the window, is asked for by its id. DataError also
    for rows that the SGE should not have answered, or answered twice and differently.
    """
    known: dict[str, dict[str, InvoiceSeen]] = defaultdict(dict)
    for one in expected:
        known[one.project][one.invoice] = one
    asked, parts, numbers = {}, [], []
    for project in projects:
        asked[project] = _query(project, since, day)
        part, issued = _Project(hook, project, since, day, reviewed).part(known[project])
        parts.append(part)
        numbers += [number for row in issued if isinstance(number := row.get("numeroFactura"), str) and number]
    body = object_of(
        day=json.dumps(str(day)),
        since=json.dumps(str(since)),
        projects=list_of(parts),
        planned=_planned(hook, numbers),
    )
    return asked, body


def _planned(hook: Invoices, numbers: Sequence[object]) -> str:
    """The planned items of the invoices, as a list of pages; null where they cannot be had: no books need them."""
    pages: list[str] = []
    try:
        for begin in range(0, len(numbers), NUMBERS_A_QUERY):
            some = one_of("numeroFactura", map(str, numbers[begin : begin + NUMBERS_A_QUERY]))
            pages += hook.pages("/facturas-previstas-emitidas", some, BY_ID).texts
    except VendorError as error:
        told = "The planned items could not be read, so this day's plan is left out; its books do not need them: {why}"
        hook.log.warning(say(told, why=error))
        return "null"
    return list_of(pages)


def _query(project: str, since: date, day: date) -> str:
    return all_of(compare("proyectoId", "==", project), issued_between(since, day))


class _Project:
    """One project's answers for a day."""

    def __init__(self, hook: Invoices, project: str, since: date, day: date, reviewed: InvoiceColumns) -> None:
        self.hook, self.project, self.since, self.day, self.reviewed = hook, project, since, day, reviewed
        self.about = f"project {project}, {since} to {day}"
        self.names = {meaning: plain(column.name) for meaning, column in reviewed.by_meaning.items()}

    def part(self, known: dict[str, InvoiceSeen]) -> tuple[str, list[dict[str, Any]]]:
        """The project's part of the body, and its invoices."""
        query = _query(self.project, self.since, self.day)
        headings = self.hook.column_pages(query)
        invoices = self.hook.pages("/facturas-emitidas", query, BY_ID)
        alone = self.hook.pages("/facturas-emitidas", _query(self.project, self.day, self.day), BY_ID)
        columns = columns_of(headings.rows, self.about)
        reading = resolve(columns, self.reviewed, self.about) if columns or invoices.rows else {}
        for rows in (invoices.rows, alone.rows):
            _check(rows, self.project, {column.id for column in columns}, self.about)
        listed = _each_once(invoices.rows, self.about)
        lacking = [row for row in listed if any(reading[name] not in row["columnas"] for name in NEEDED)]
        needed = {reading[name] for name in NEEDED} if lacking else set()
        wanted = [column for column in columns if column.accumulable or column.id in needed]
        details = self._at_once(lambda row: self._detail_of(row, wanted), lacking)
        in_list = set(map(key_of, listed))
        unlisted = [one for key, one in sorted(known.items()) if key not in in_list and not one.gone]
        found = self._at_once(lambda one: self._followed(one, in_list), unlisted)
        by_key = dict(one for one in found if one is not None)
        part = object_of(
            id=json.dumps(self.project),
            reading=json.dumps(reading),
            names=json.dumps(self.names),
            columns=list_of(headings.texts),
            invoices=list_of(invoices.texts),
            of_the_day=list_of(alone.texts),
            details=list_of(details),
            followed=list_of(text for key, text in by_key.items() if key not in in_list),
            gone=list_of(_as_gone(one) for one in unlisted if one.invoice not in by_key),
            announced=json.dumps(invoices.announced),
        )
        return part, invoices.rows

    def _at_once(self, ask: Callable[[Any], Any], about: Sequence[Any]) -> list[Any]:
        """Asks for several things at once, as many as the connection allows; what they answer, in their order."""
        if len(about) < 2:
            return [ask(one) for one in about]
        pool = ThreadPoolExecutor(self.hook.settings.details_at_once)
        try:
            asked = [pool.submit(copy_context().run, ask, one) for one in about]
            return [one.result() for one in asked]
        finally:
            pool.shutdown(cancel_futures=True)

    def _detail_of(self, row: dict[str, Any], columns: Iterable[Column]) -> str:
        """The detail of an invoice of the list. Raises DataError for one of another year: it would fill no cell."""
        text = _detail(self.hook, row["id"], columns)
        year, said = (text_of(one.get("anualidad")) for one in (row, an_object(text, f"invoice {row['id']}")))
        if year != said:
            told = "invoice {number}: the list has it in year {year}, its detail in {said}: correct it in the SGE"
            message = Sentence(told, number=text_of(row.get("numeroFactura")), year=quoted(year), said=quoted(said))
            raise DataError(message, vendor=VENDOR)
        return text

    def _followed(self, known: InvoiceSeen, in_list: Collection[str]) -> tuple[str, str] | None:
        """The detail of an invoice that the list does not have by its key, and its key as it is now; None where the SGE
        has it no longer in this project. One that was given another year has another key (``in_list``, if it is there).

        Raises RetriableError where the list should have had it: then it is not whole.
        """
        id = known.invoice.partition("/")[2]
        try:
            text = _detail(self.hook, id, [Column("", self.names[name], accumulable=False) for name in NEEDED])
        except DataError as error:
            if error.status == 404:
                return None
            raise
        detail = an_object(text, f"invoice {id}")
        project = detail.get("proyectoId")
        if not isinstance(project, str):
            raise DataError(f"invoice {id}: the detail is of project {quoted(project)}, which is no id", vendor=VENDOR)
        if project != self.project:
            return None
        key = _key_now(known, detail)
        name = self.names["issued_on"]
        said = fields_of(detail)[name]
        if isinstance(said, Several):
            message = Sentence(
                "invoice {number}: the field {field} stands twice in its detail: which of its values holds is not"
                " known",
                number=known.number,
                field=name,
            )
            raise DataError(message, vendor=VENDOR)
        try:
            issued_on = day_of(said)
        except NoDay as wrong:
            message = Sentence("invoice {number}: day of issue: {why}", number=known.number, why=wrong)
            raise DataError(message, vendor=VENDOR) from None
        if issued_on is None:
            raise DataError(Sentence("invoice {number} has no day of issue", number=known.number), vendor=VENDOR)
        if self.since <= issued_on <= self.day and key not in in_list:
            message = Sentence(
                "{about}: the list leaves out invoice {number}, which is there: it is not whole",
                about=self.about,
                number=known.number,
            )
            raise RetriableError(message, vendor=VENDOR)
        return key, text


def _key_now(known: InvoiceSeen, detail: dict[str, Any]) -> str:
    """The key of an invoice by its detail, asked for by the id that it was known by. Raises DataError where that does
    not tell, or is of an invoice of another year and number."""
    if not (year := text_of(detail.get("anualidad") or "")):
        message = Sentence("invoice {number}: its detail does not say of which year it is", number=known.number)
        raise DataError(message, vendor=VENDOR)
    key, number = key_of(detail), text_of(detail.get("numeroFactura") or "")
    if key != known.invoice and number != known.number:
        was, _, id = known.invoice.partition("/")
        message = Sentence(
            "invoice {number} of {was}: the SGE has another one by its id {id}, {other} of {year}",
            number=known.number,
            was=was,
            id=id,
            other=quoted(number),
            year=quoted(year),
        )
        raise DataError(message, vendor=VENDOR)
    return key


def _as_gone(one: InvoiceSeen) -> str:
    year, _, id = one.invoice.partition("/")
    return json.dumps({"anualidad": year, "id": id, "numeroFactura": one.number, "issued_on": str(one.issued_on)})


def _check(rows: Iterable[dict[str, Any]], project: str, columns: set[str], about: str) -> None:
    for row in rows:
        id, cells = row.get("id"), row.get("columnas")
        if not isinstance(id, str) or not id or not is_fit(id) or not isinstance(cells, dict):
            raise DataError(f"{about}: an invoice without an id or without columns (id {quoted(id)})", vendor=VENDOR)
        if row.get("proyectoId") != project:
            message = (
                f"{about}: invoice {id} is of project {quoted(row.get('proyectoId'))}: the server ignores the query"
            )
            raise DataError(message, vendor=VENDOR)
        if unknown := sorted(cells.keys() - columns):
            message = f"{about}: invoice {id} has columns that are not announced: {', '.join(unknown)}"
            raise DataError(message, vendor=VENDOR)


def _each_once(rows: Iterable[dict[str, Any]], about: str) -> list[dict[str, Any]]:
    """The invoices without the rows that say the same again. Raises DataError where they say something else."""
    known: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        first = known.setdefault((repr(row.get("anualidad")), row["id"]), row)
        if first != row:
            raise DataError(f"{about}: invoice {row['id']} stands twice and not alike", vendor=VENDOR)
    return list(known.values())


def _detail(hook: Invoices, id: str, columns: Iterable[Column]) -> str:
    """An invoice's detail as it came, once it is sure that it is that invoice's and has the fields that are needed."""
    text = hook.invoice_text(id)
    detail = an_object(text, f"invoice {id}")
    if detail.get("id") != id or not isinstance(detail.get("campos"), list):
        raise DataError(f"invoice {id}: the detail is of {quoted(detail.get('id'))}, or has no fields", vendor=VENDOR)
    fields = fields_of(detail)
    for column in columns:
        if column.name not in fields:
            message = f"invoice {id}: the detail has no field “{column.name}”, which the list has as a column"
            raise DataError(message, vendor=VENDOR)
    return text
