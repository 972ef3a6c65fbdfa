"""An account mapping's file: read with its hash, and written whole or not at all, if it still is what was read; and the
file of a box that has none yet."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from errno import EACCES, EPERM, EROFS
from pathlib import Path

from cierre.accounting_files.files import MOST_BYTES
from cierre.accounting_files.loader import account_mapping_names, cash_box_ids, mappings_folder

_MAY_NOT = {EACCES, EPERM, EROFS}
_MARK = "\ufeff"


class FileChanged(Exception):
    """The file is no longer what was read: somebody else changed it. Nothing was written."""


class MayNotWrite(Exception):
    """The folder may only be read here. Nothing was written."""


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping's file as it was read: its text without a byte order mark, and the SHA-256 of all its bytes."""

    mapping: str
    path: Path
    text: str
    sha256: str
    mark: bool = False

    @property
    def name(self) -> str:
        """The file below the mappings folder."""
        return f"accounts/{self.mapping}.yaml"

    def content(self, text: str) -> bytes:
        """The bytes of the file with another text."""
        return ((_MARK if self.mark else "") + text).encode()

    def sha256_with(self, text: str) -> str:
        """The SHA-256 that the file would have with another text."""
        return _hash(self.content(text))

    def patch(self, text: str) -> str:
        """The difference to another text, as `git apply` and `patch -p1` take it in the mappings folder."""
        lines = unified_diff(_lines(self.text), _lines(text), f"a/{self.name}", f"b/{self.name}")
        return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


@dataclass(frozen=True, slots=True)
class NewFile:
    """The file that a box would have: ``is_there`` where one of the name is there already."""

    box: str
    path: Path
    is_there: bool

    @property
    def name(self) -> str:
        """The file below the mappings folder."""
        return f"cash_boxes/{self.box}.yaml"

    def sha256_with(self, text: str) -> str:
        """The SHA-256 that the file would have with a text; "" is nothing, as it is before."""
        return _hash(text.encode())

    def patch(self, text: str) -> str:
        """The new file, as `git apply` and `patch -p1` make it in the mappings folder."""
        return "".join(unified_diff([], _lines(text), "/dev/null", f"b/{self.name}"))


def new_file(box: str) -> NewFile:
    """The file that a box of a name (a slug) has, or would have. Raises MappingError without a mappings folder."""
    path = mappings_folder() / "cash_boxes" / f"{box}.yaml"
    return NewFile(box, path, box in cash_box_ids() or path.is_symlink())


def may_create(file: NewFile) -> bool:
    """Whether the file may be made here, as far as rights say."""
    return os.access(file.path.parent, os.W_OK)


def create(file: NewFile, text: str) -> str:
    """Makes the file, whole or not at all, and returns the SHA-256 of its bytes; where it says just this already,
    nothing is done. Raises FileChanged where another is there, MayNotWrite where none may be made, OSError.
    """
    if not may_create(file):
        raise MayNotWrite(file.name)
    content = text.encode()
    try:
        with _alone(file.path.parent) as folder:
            if os.path.lexists(file.path):
                if _read(file.path) != content:
                    raise FileChanged(file.name)
                return _hash(content)
            _put(file.path, content, 0o644)
            os.fsync(folder)
    except OSError as error:
        if error.errno in _MAY_NOT:
            raise MayNotWrite(file.name) from error
        raise
    return _hash(content)


def mapping_file(mapping: str) -> MappingFile:
    """The file of a mapping, by its name alone: no other file can be meant.

    Raises LookupError if there is none of the name, OSError, UnicodeDecodeError, ValueError for one that is too large.
    """
    if mapping not in account_mapping_names():
        raise LookupError(mapping)
    path = mappings_folder() / "accounts" / f"{mapping}.yaml"
    content = _read(path)
    text = content.decode()
    return MappingFile(mapping, path, text.removeprefix(_MARK), _hash(content), text.startswith(_MARK))


def may_write(file: MappingFile) -> bool:
    """Whether the file may be written here, as far as its rights say. A link is not written: it is another's file."""
    return not file.path.is_symlink() and os.access(file.path.parent, os.W_OK) and os.access(file.path, os.W_OK)


def save(file: MappingFile, text: str) -> str:
    """Writes the file with another text, whole or not at all, and returns the SHA-256 of its bytes.

    Whoever writes it by this function waits for the other. Raises FileChanged if it is not what was read, MayNotWrite
    where it may not be written, OSError.
    """
    if not may_write(file):
        raise MayNotWrite(file.name)
    content = file.content(text)
    try:
        with _alone(file.path.parent) as folder:
            if _hash(_read(file.path)) != file.sha256:
                raise FileChanged(file.name)
            _put(file.path, content, file.path.stat().st_mode & 0o777)
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
