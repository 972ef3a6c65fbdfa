"""Statements and reports that lie on a server or came by mail: each is put into the folder of files, once, and goes the
way of those that people leave there.

Nothing is changed or deleted on the other side. What is known is known by its hash: what the ledger has, and what lies
in the folder, taken or refused. Beside the files a note keeps what was looked at, so that nothing is read each hour.
"""

import logging
import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

import psycopg

from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.fetched import Fetch
from cierre.closing import refused_files
from cierre.closing.folder_notes import note, noted
from cierre.closing.statement_drop import QUIET, REFUSED, TAKEN
from cierre.language.say import say
from cierre.ledger import arrivals, settlements
from cierre.statement_files.tables import MOST_BYTES

log = logging.getLogger(__name__)

MOST_FILES = 200
"""New files of a place that are looked at in one run; the next one goes on."""

NOTE = ".fetched.json"

_LONGEST_NAME = 100


class PlaceError(Exception):
    """A place could not be read; the sentence says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class RemoteFile(NamedTuple):
    """A file on the other side: what tells it apart there, its name, and its size in bytes. One without a name only
    says that all of it was looked at (a mail)."""

    key: str
    name: str
    size: int


class RemotePlace(Protocol):
    """A folder of a server, or a mailbox."""

    def files(self, known: Collection[str]) -> Iterable[RemoteFile]:
        """Its files; of what is ``known`` by its key no more than that needs to be said."""

    def read(self, file: RemoteFile, most: int) -> bytes:
        """A file's bytes, ``most`` of them at most."""


PlaceOf = Callable[[Fetch], AbstractContextManager[RemotePlace]]
"""Opens a place. Raises PlaceError, also while it is read."""


@dataclass
class Fetched:
    """What came of it: the files that were put into the folder, those that cannot be taken with the reason, which is
    told once, and why places could not be read, by what tells them apart."""

    files: list[str] = field(default_factory=list)
    refused: dict[str, list[Sentence]] = field(default_factory=dict)
    unread: dict[str, Sentence] = field(default_factory=dict)


def fetch_files(
    db: psycopg.Connection, folder: Path, company: str, rules: CompanyArrivals, place_of: PlaceOf
) -> Fetched:
    """Puts what is new in a company's places into ``<folder>/<company>/<format>/``. One that cannot be read does not
    keep the others waiting."""
    done = Fetched()
    for one in rules.fetch:
        target = folder / company / one.format
        target.mkdir(parents=True, exist_ok=True)
        try:
            with place_of(one) as place:
                _fetch(db, target, company, one, place, done)
        except PlaceError as error:
            why = Sentence("{connection}: {why}", connection=one.connection, why=error.sentence)
            done.unread[_key(one)] = why
            log.warning(say(why))
    return done


def _key(one: Fetch) -> str:
    """What tells a place from others."""
    return f"{one.by}|{one.connection}|{one.folder}|"


def _fetch(db: psycopg.Connection, target: Path, company: str, one: Fetch, place: RemotePlace, done: Fetched) -> None:
    place_key = _key(one)
    before = _noted(target)
    own = {key.removeprefix(place_key) for key in before if key.startswith(place_key)}
    others = {key for key in before if not key.startswith(place_key)}
    known, looked, seen = _Known(db, target, company), 0, set[str]()
    for file in place.files(own):
        seen.add(file.key)
        if file.key in own:
            continue
        if file.name and fnmatchcase(file.name, one.names):
            if looked == MOST_FILES:
                seen.discard(file.key)
                break
            looked += 1
            _keep(target, one, place, file, known, done)
        own.add(file.key)
        _note(target, others | {place_key + key for key in own})
    else:
        # What is not there any more is not remembered either.
        _note(target, others | {place_key + key for key in seen})


def _keep(target: Path, one: Fetch, place: RemotePlace, file: RemoteFile, known: "_Known", done: Fetched) -> None:
    content = b"" if file.size > MOST_BYTES else place.read(file, MOST_BYTES + 1)
    if file.size > MOST_BYTES or len(content) > MOST_BYTES:
        why = Sentence("the file is larger than {n} MB", n=MOST_BYTES // 1_000_000)
        name = plain_name(file.name, sha256(file.key.encode()).hexdigest())
        done.refused[f"{one.format}/{name}"] = [why]
        refused_files.keep(target, name, [why])
        (target / REFUSED).mkdir(exist_ok=True)
        (target / REFUSED / f"{name}.txt").write_text(f"{say(why)}\n", encoding="utf-8")
        return
    digest = sha256(content).hexdigest()
    if digest in known:
        return
    known.add(digest)
    name = plain_name(file.name, digest)
    part = target / f".{name}.part"
    part.write_bytes(content)
    # It is whole, so it does not have to lie still for a while first.
    whole = time.time() - QUIET - 1
    os.utime(part, (whole, whole))
    part.rename(target / name)
    done.files.append(f"{one.format}/{name}")
    log.info(say("{file} is fetched.", file=f"{one.format}/{name}"))


def plain_name(name: str, digest: str) -> str:
    """A name of a file here for one of elsewhere: never a path, never hidden, and another one for another content."""
    last = re.split(r"[\\/]", name)[-1]
    plain = re.sub(r"[^\w.\- ]", "_", last).strip(". ")[-_LONGEST_NAME:].lstrip(". ") or "file"
    path = Path(plain)
    return f"{path.stem}_{digest[:8]}{path.suffix}"


class _Known:
    """The hashes of files that are here, in the ledger or in the folder; looked up at the first question."""

    def __init__(self, db: psycopg.Connection, target: Path, company: str) -> None:
        self._db, self._target, self._company = db, target, company
        self._hashes: set[str] | None = None

    def __contains__(self, digest: str) -> bool:
        if self._hashes is None:
            self._hashes = {one.sha256 for one in arrivals.statements(self._db, self._company)}
            self._hashes |= {one.sha256 for one in settlements.settlements(self._db, self._company)}
            self._hashes |= {sha256(file.read_bytes()).hexdigest() for file in self._here()}
        return digest in self._hashes

    def add(self, digest: str) -> None:
        """Adds one that was put there."""
        if self._hashes is not None:
            self._hashes.add(digest)

    def _here(self) -> Iterator[Path]:
        for folder in (self._target, self._target / TAKEN, self._target / REFUSED):
            for file in folder.glob("*"):
                if file.is_file() and not file.is_symlink() and file.stat().st_size <= MOST_BYTES:
                    yield file


def _noted(target: Path) -> set[str]:
    """What was looked at before; nothing where the note is not there, or not whole: then it is looked at again."""
    kept = noted(target, NOTE)
    return set(kept) if isinstance(kept, list) else set()


def _note(target: Path, keys: set[str]) -> None:
    note(target, NOTE, sorted(keys))
