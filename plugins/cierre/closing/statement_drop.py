"""Files that banks and acquirers leave in a folder: each is taken like an upload, and put away."""

import logging
import os
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.sentence import Sentence
from cierre.closing import refused_files
from cierre.closing.arrivals import take_statement
from cierre.language.say import say
from cierre.statement_files.faults import StatementFileError
from cierre.statement_files.tables import MOST_BYTES

log = logging.getLogger(__name__)

ENVIRONMENT = "CIERRE_STATEMENTS_DIR"
TAKEN, REFUSED = "taken", "refused"

QUIET = 60
"""Seconds since a file last changed before it is read: it may still be on its way."""

BY = "folder"
"""Who a file is taken by that no person uploaded."""


@dataclass
class Dropped:
    """What became of a company's files: the names of those that were taken, all that speaks against each that was
    refused, and why others stay where they are: something went wrong that the file need not be to blame for."""

    taken: list[str] = field(default_factory=list)
    refused: dict[str, list[Sentence]] = field(default_factory=dict)
    left: dict[str, Sentence] = field(default_factory=dict)


def drop_folder() -> Path | None:
    """Where files are left; None where the deployment names no such folder."""
    chosen = os.environ.get(ENVIRONMENT)
    return Path(chosen) if chosen else None


def take_dropped(
    db: psycopg.Connection, folder: Path, company: str, rules: CompanyArrivals, quiet: float = QUIET
) -> Dropped:
    """Takes all files of ``<folder>/<company>/<format>/`` by name, which for banks is mostly by date.

    A file that is taken goes to ``taken`` beside it; one that is refused to ``refused``, with a text that says why; one
    on which Cierre itself breaks off stays, and does not keep the others waiting. Nothing is ever deleted. ``quiet``:
    see QUIET. Raises what the ledger says where it is gone.
    """
    done = Dropped()
    for format in rules.formats:
        for file in _waiting(folder / company / format, quiet):
            try:
                _take(db, company, rules, format, file, done)
            except Exception as error:
                if db.closed:
                    raise
                _leave(f"{format}/{file.name}", error, done)
    return done


def _leave(name: str, error: Exception, done: Dropped) -> None:
    """Says where it broke off, not the error's own words: they may repeat what stands in the file."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    text = "Cierre broke off on this file and leaves it where it is; whoever looks after Cierre needs to know: {error}"
    done.left[name] = Sentence(text, error=f"{type(error).__name__}, {where}")
    log.error(say("{file}: {why}", file=name, why=done.left[name]))


def _waiting(folder: Path, quiet: float) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir()):
        hidden = file.name.startswith(".") or file.is_symlink() or not file.is_file()
        if not hidden and time.time() - file.stat().st_mtime >= quiet:
            yield file


def _take(db: psycopg.Connection, company: str, rules: CompanyArrivals, format: str, file: Path, done: Dropped) -> None:
    try:
        if file.stat().st_size > MOST_BYTES:
            faults = [Sentence("the file is larger than {n} MB", n=MOST_BYTES // 1_000_000)]
        else:
            take_statement(db, company, rules, format, file.read_bytes(), BY)
            faults = []
    except StatementFileError as error:
        faults = [fault.__str__() for fault in error.faults]
    except MappingError:
        faults = [Sentence("the format's file is wrong; make check-mappings says where")]
    name = f"{format}/{file.name}"
    if not faults:
        done.taken.append(name)
        log.info(say("{file} is taken.", file=name))
        _put_away(file, TAKEN)
        return
    done.refused[name] = faults
    refused_files.keep(file.parent, file.name, faults)
    text = "".join(f"{say(fault)}\n" for fault in faults)
    log.warning(say("{file} is refused:\n{why}", file=name, why=text))
    away = _put_away(file, REFUSED)
    away.with_name(away.name + ".txt").write_text(text, encoding="utf-8")


def _put_away(file: Path, where: str) -> Path:
    """Moves a file; one of the same name that is there already stays."""
    folder = file.parent / where
    folder.mkdir(exist_ok=True)
    away, number = folder / file.name, 1
    while away.exists():
        number += 1
        away = folder / f"{file.stem}_{number}{file.suffix}"
    file.rename(away)
    return away
