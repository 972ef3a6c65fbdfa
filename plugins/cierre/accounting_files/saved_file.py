"""A file that accountants own: read with its hash, and written whole or not at all, if it still is what was read. It
may be one that is not there yet."""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from errno import EACCES, EPERM, EROFS
from pathlib import Path

from cierre.accounting_files.files import MOST_BYTES
from cierre.accounting_files.loader import account_mapping_names, mappings_folder

_MAY_NOT = {EACCES, EPERM, EROFS}
_MARK = "\ufeff"
_BOX = re.compile(r"cash_boxes/[a-z0-9_]{1,100}")


class FileChanged(Exception):
    """The file is no longer what was read: somebody else changed it. Nothing was written."""


class MayNotWrite(Exception):
    """The folder may only be read here. Nothing was written."""


COMPANIES, PERIODS, BOXES = "companies.yaml", "periods.yaml", "cash_boxes/"
"""What the ledger calls files that are no mappings: these two by their names, a box's by its folder and its id. No
mapping is called so."""


@dataclass(frozen=True, slots=True)
class AccountingFile:
    """A file as it was read: its text without a byte order mark, and the SHA-256 of all its bytes.

    ``key`` is what the ledger calls it, ``name`` where it lies below the mappings folder. Of one that is not there the
    text is "".
    """

    key: str
    name: str
    path: Path
    text: str
    sha256: str
    mark: bool = False
    is_there: bool = True

    def content(self, text: str) -> bytes:
        """The bytes of the file with another text."""
        return ((_MARK if self.mark else "") + text).encode()

    def sha256_with(self, text: str) -> str:
        """The SHA-256 that the file would have with another text."""
        return _hash(self.content(text))

    def patch(self, text: str) -> str:
        """The difference to another text, as `git apply` and `patch -p1` take it in the mappings folder."""
        before = f"a/{self.name}" if self.is_there else "/dev/null"
        lines = unified_diff(_lines(self.text), _lines(text), before, f"b/{self.name}")
        return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def accounting_file(key: str) -> AccountingFile:
    """The file that the ledger calls so: an account mapping's by its name, else one of the few others that can be
    changed on the board. No other file can be meant.

    Raises LookupError for a key that means none, or a mapping that is not there; MappingError without a mappings
    folder; OSError, UnicodeDecodeError, ValueError for a file that is too large.
    """
    name = _name(key)
    path = mappings_folder() / name
    if not os.path.lexists(path):
        return AccountingFile(key, name, path, "", _hash(b""), is_there=False)
    content = _read(path) if path.exists() else b""  # a link may lead nowhere
    text = content.decode()
    return AccountingFile(key, name, path, text.removeprefix(_MARK), _hash(content), text.startswith(_MARK))


def _name(key: str) -> str:
    """Where the file lies below the mappings folder. Raises LookupError."""
    if key in (COMPANIES, PERIODS):
        return key
    if _BOX.fullmatch(key):
        return f"{key}.yaml"
    if key not in account_mapping_names():
        raise LookupError(key)
    return f"accounts/{key}.yaml"


def may_write(file: AccountingFile) -> bool:
    """Whether the file may be written here, as far as rights say. A link is not written: it is another's file."""
    if not os.access(file.path.parent, os.W_OK):
        return False
    return not file.is_there or (not file.path.is_symlink() and os.access(file.path, os.W_OK))


def save(file: AccountingFile, text: str) -> str:
    """Writes the file with another text, whole or not at all, and returns the SHA-256 of its bytes.

    Whoever writes it by this function waits for the other. Raises FileChanged if it is not what was read (of one that
    was not there: if another is there by now), MayNotWrite where it may not be written, OSError.
    """
    if not may_write(file):
        raise MayNotWrite(file.name)
    content = file.content(text)
    try:
        with _alone(file.path.parent) as folder:
            is_there = os.path.lexists(file.path)
            if is_there != file.is_there or (is_there and _hash(_read(file.path)) != file.sha256):
                raise FileChanged(file.name)
            _put(file.path, content, file.path.stat().st_mode & 0o777 if is_there else 0o644)
            os.fsync(folder)
    except OSError as error:
        if error.errno in _MAY_NOT:
            raise MayNotWrite(file.name) from error
        raise
    return _hash(content)


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """No other process that asks the same is in this block; gives the folder's descriptor."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _put(path: Path, content: bytes, rights: int) -> None:
    """Puts a file in its place, whatever was there. Its first name begins with a dot: what is left over of a crash is
    not taken for a mapping, nor for a box."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as made:
            made.write(content)
            made.flush()
            os.fchmod(made.fileno(), rights)
            os.fsync(made.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"{path.name} has more than {MOST_BYTES:,} bytes")
    return content


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _lines(text: str) -> list[str]:
    """Lines with their ends; only line feeds end one, as in a patch."""
    lines = text.split("\n")
    return [*(line + "\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])]
