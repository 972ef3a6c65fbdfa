"""The cash boxes as the board knows them: their files, read again only where they changed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from os import scandir
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from cierre.accounting_files.account_mappings import form_names as form_names_of
from cierre.accounting_files.companies import companies_as_read
from cierre.accounting_files.files import read_yaml
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import mappings_folder, read_box
from cierre.board.memo import kept
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.closing.names import PREFIX


def dag_of(box: str) -> str:
    """The id of the DAG that closes a box, by the box's id in the ledger; whoever may see it may see the box."""
    known = all_boxes().get(box)
    return PREFIX + (known.file if known else box)


def dags_of(boxes: Iterable[str]) -> list[str]:
    """The DAGs that close boxes."""
    known = all_boxes()
    return [PREFIX + (known[box].file if box in known else box) for box in boxes]


def box_of(dag_id: str) -> str:
    """The id in the ledger of the box that a DAG closes."""
    return boxes_of([dag_id])[dag_id]


def boxes_of(dag_ids: Iterable[str]) -> dict[str, str]:
    """The ids in the ledger of the boxes that DAGs close, by DAG."""
    ids = _ids(all_boxes())
    files = {dag_id: dag_id.removeprefix(PREFIX) for dag_id in dag_ids}
    return {dag_id: ids.get(file, file) for dag_id, file in files.items()}


TRUSTED = 2
"""Seconds for which nobody looks whether files changed: to look at a thousand takes as long as to read their books."""


def all_boxes() -> dict[str, CashBox]:
    """Every box whose file is sound, by id, sorted by company and name. Raises MappingError without a folder."""
    return _boxes(_files(mappings_folder(), int(monotonic() // TRUSTED)))


@kept(1)
def _ids(boxes: dict[str, CashBox]) -> dict[str, str]:
    """The boxes' ids by the stems of their files."""
    return {box.file: box.id for box in boxes.values()}


Files = tuple[tuple[str, int], ...]
"""Paths, each with when it was changed."""


@lru_cache(maxsize=1)
def _files(folder: Path, moment: int) -> Files:
    with scandir(folder / "cash_boxes") as files:
        return tuple((file.path, file.stat().st_mtime_ns) for file in files if file.name.endswith(".yaml"))


@kept(1)
def _boxes(files: Files) -> dict[str, CashBox]:
    found = filter(None, (_box(Path(path), changed) for path, changed in files))
    # Of two files that claim the same books, which stops both, the one that bears their name is shown.
    boxes = sorted(found, key=lambda box: (box.file == box.id, box.company, box.name))
    by_id = {box.id: box for box in boxes}
    return dict(sorted(by_id.items(), key=lambda item: (item[1].company, item[1].name)))


def names_in_files() -> frozenset[str]:
    """The ids of all boxes that have a file, sound or not: no other box has any."""
    return _names_in_files(_files(mappings_folder(), int(monotonic() // TRUSTED)))


@kept(1)
def _names_in_files(files: Files) -> frozenset[str]:
    return frozenset(_name(Path(path), changed) for path, changed in files)


@lru_cache(maxsize=10_000)
def _name(path: Path, changed: int) -> str:
    if box := _box(path, changed):
        return box.id
    return str(read_yaml(path, path.parents[1]).content.get("formerly") or path.stem)


@lru_cache(maxsize=10_000)
def _box(path: Path, changed: int) -> CashBox | None:
    # By the file alone, as long as that is what the memory goes by. Where it is wrong, check_cash_boxes tells people;
    # the other boxes are shown meanwhile.
    return read_box(path, path.parents[1])[0]


def company_names() -> dict[str, str]:
    """The companies' names by id; none where there is no such file."""
    try:
        return _company_names((mappings_folder() / "companies.yaml").stat().st_mtime_ns)
    except (MappingError, OSError):
        return {}


@lru_cache(maxsize=1)
def _company_names(changed: int) -> dict[str, str]:
    return {company_id: company.name for company_id, company in companies_as_read().items()}


def form_names(box: CashBox | RetiredBox) -> dict[str, str]:
    """What a box's accountants call its forms of payment, by id; none where the mapping is wrong."""
    return form_names_of(box.mapping)


class Due(NamedTuple):
    """From when to when a box has days to close."""

    first: date
    last: date


NEVER = Due(date.max, date.min)
"""Of a box that has no file any more: nothing is to be closed."""


class Calendar:
    """Which days of boxes are over at an instant; boxes that begin and close alike are asked about once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[str, str, date], Due] = {}

    def due(self, box: CashBox) -> Due:
        """The box's first day, and the last one that is over."""
        alike = (box.timezone, box.closing_hour, box.start_date)
        if alike not in self._known:
            today = self._now.astimezone(box.zone).date()
            last = next(day for day in (today - timedelta(days=ago) for ago in range(3)) if box.is_over(day, self._now))
            self._known[alike] = Due(box.start_date, last)
        return self._known[alike]

    def due_of(self, boxes: Iterable[CashBox]) -> dict[str, Due]:
        """The same of several boxes, by id."""
        return {box.id: self.due(box) for box in boxes}
