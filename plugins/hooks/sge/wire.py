"""What the SGE's answers mean: lists page by page, refusals as problem+json, files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from itertools import dropwhile
from typing import Any

from requests import Response

from cierre.bookkeeping import json_text
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import quoted
from cierre.ports.errors import DataError, FatalError, RetriableError, VendorError
from hooks.http.hook import VendorHook, describe, words_of
from hooks.http.transport import seconds_to_wait
from hooks.sge.columns import VENDOR


@dataclass
class Pages:
    """A list as it arrives: the pages' texts as they came, their rows, and how many rows the server says there are."""

    about: str
    texts: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    announced: int | None = None

    def add(self, text: str, rows: list[dict[str, Any]], headers: Mapping[str, str], size: int | None) -> bool:
        """Takes the next page; True if there is a further one. ``size``: rows a page was asked to have.

        Raises RetriableError where pages do not fit together: rows came or went while they were read. DataError where
        the server counts its pages in a way that nobody can read, and nothing else tells where the list ends.
        """
        total, pages = _number(headers, "X-Total-Count"), _number(headers, "X-Page-Count")
        if self.texts and total != self.announced:
            raise self._torn(f"the server counted {self.announced} rows on one page and {total} on the next")
        if self.texts and pages is not None and not rows:
            raise self._torn(f"page {len(self.texts) + 1} of {pages} is empty")
        self.announced = total
        self._refuse_rows_of_other_pages(rows)
        self.texts.append(text)
        self.rows += rows
        more = self._goes_on(len(rows), headers, size)
        if not more and total is not None and len(self.rows) != total:
            raise self._torn(f"{len(self.rows)} rows came of {total} that the server counted")
        return more

    def _goes_on(self, rows: int, headers: Mapping[str, str], size: int | None) -> bool:
        """Whether there is a page after one with so many rows."""
        pages, counted = _number(headers, "X-Page-Count"), headers.get("X-Page-Count", "").strip()
        if pages is not None:
            return len(self.texts) < pages
        if self.announced is not None:
            in_pages = size is not None or counted or _number(headers, "X-Page-Size")
            return bool(in_pages and rows) and len(self.rows) < self.announced
        if size is None and counted:
            said = quoted(counted)
            message = Sentence(
                "{about}: the number of pages is {said}, which is no number", about=self.about, said=said
            )
            raise DataError(message, vendor=VENDOR)
        return size is not None and rows >= size

    def _refuse_rows_of_other_pages(self, rows: list[dict[str, Any]]) -> None:
        """Raises RetriableError for a row that stood on a page before.

        A row that is repeated word for word counts once (field-notes.md), also where a page ends between the two. Where
        the server counts its rows that is told from a list that shifted: another count, or another number of rows.
        """
        if self.announced is not None and self.rows:
            rows = list(dropwhile(lambda row: row == self.rows[-1], rows))
        known = {_identity(row) for row in self.rows}
        if again := [row for row in rows if _identity(row) in known]:
            raise self._torn(f"id {quoted(again[0].get('id'))} stands on two pages")

    def _torn(self, what: str) -> RetriableError:
        return RetriableError(f"{self.about}: the pages do not fit together: {what}", vendor=VENDOR)


def _identity(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(repr(row.get(name)) for name in ("anualidad", "proyectoIdSGI", "numeroPrevision", "id"))


def _number(headers: Mapping[str, str], name: str) -> int | None:
    """A header that counts something: ``7``, ``7.0``; None where there is none, or it says something else."""
    found = re.fullmatch(r"(\d{1,15})(\.0+)?", headers.get(name, "").strip(), re.ASCII)
    return int(found[1]) if found else None


def page_size(headers: Mapping[str, str], rows: int) -> int:
    """How many rows a page has, where the server made pages unasked and its first has so many rows."""
    return _number(headers, "X-Page-Size") or rows


def objects(text: str, about: str) -> list[dict[str, Any]]:
    """A JSON list of objects. Raises RetriableError for what is no whole JSON, DataError for another kind of it."""
    rows = _json(text, about)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{about}: the answer is a JSON {type(rows).__name__}, not a list of objects", vendor=VENDOR)
    return rows


def an_object(text: str, about: str) -> dict[str, Any]:
    """A JSON object. Raises as ``objects`` does."""
    found = _json(text, about)
    if not isinstance(found, dict):
        raise DataError(f"{about}: the answer is a JSON {type(found).__name__}, not an object", vendor=VENDOR)
    return found


def _json(text: str, about: str) -> Any:
    try:
        return json_text.read(text)
    except ValueError:
        raise RetriableError(f"{about}: the answer is {describe(text)}, not whole JSON", vendor=VENDOR) from None


def refuse(hook: VendorHook, response: Response, about: str) -> VendorError | None:
    """The error that a response's status means, with the server's own words where it gives them; None for 2xx."""
    status = response.status_code
    if 200 <= status < 300:
        return None
    said = _problem(hook.text(response, about=about, if_lost=RetriableError))
    if status in (408, 429) or status >= 500:
        error = hook.failure(RetriableError, f"{about}: the server answers with {said}", response)
        error.retry_after = seconds_to_wait(response.headers.get("Retry-After"))
        return error
    if status in (401, 403):
        return hook.failure(FatalError, f"{about}: the key of connection {hook.connection_id} is refused", response)
    if status == 404 and said.startswith("“"):
        return hook.failure(DataError, f"{about}: there is none: {said}", response)
    return hook.failure(FatalError, f"{about}: refused with {said}", response)


def _problem(text: str) -> str:
    """The title and detail of an ``application/problem+json``; else what kind of answer it is."""
    try:
        told = json_text.read(text)
        parts = [words_of(told[name])[:200] for name in ("title", "detail") if told.get(name)]
    except (ValueError, AttributeError):
        parts = []
    return f"“{': '.join(parts)}”" if parts else describe(text)


def name_of_file(headers: Mapping[str, str]) -> str:
    """The file's name in ``Content-Disposition``, without any folder; empty where there is none."""
    header = Message()
    header["Content-Disposition"] = headers.get("Content-Disposition", "")
    return re.split(r"[/\\]", header.get_filename("") or "")[-1]
