"""An XLSX file before it is read: unpacked within bounds, and looked at where its cells stand.

The library that reads it makes room for all cells up to the last that holds something: one cell in the far corner of a
small file would ask for more memory than there is. And a cell with an error, or with a formula whose value nobody
stored, it calls empty.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from cierre.bookkeeping.sentence import Sentence
from cierre.statement_files.faults import StatementFileError, refuse

MOST_UNPACKED = 200_000_000
"""Bytes of what is packed in an XLSX file."""

MOST_PARTS = 1_000

NO_XLSX = Sentence("the file is no XLSX; save it anew, or describe it as csv")

_PARTS = (".xml", ".rels")
"""What is read of the archive. Pictures and macros are not, nor what makes it another kind of spreadsheet."""

_EMPTY = b"<worksheet><sheetData/></worksheet>"

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)


@dataclass
class Sheet:
    """The sheet of a workbook that is to be read. ``content`` is the archive with no other sheet in it, ``rows`` and
    ``columns`` are how far its cells go, ``unsaid`` of its rows the columns without a value to be used, from 1."""

    name: str
    content: bytes
    rows: int = 0
    columns: int = 0
    unsaid: dict[int, list[int]] = field(default_factory=dict)


def sheet_of(content: bytes, name: str) -> Sheet:
    """The sheet of a name, the first without one. Raises StatementFileError."""
    try:
        parts = _unpacked(content)
        chosen, place = _place_of(parts, name)
        sheet = Sheet(chosen, _packed(parts, place))
        if place in parts:
            _Cells(sheet).look_at(parts[place])
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, RuntimeError, EOFError, OSError):
        raise refuse(NO_XLSX) from None
    except (ValueError, KeyError) as error:
        if isinstance(error, StatementFileError):
            raise
        raise refuse(NO_XLSX) from None
    return sheet


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The parts by their names, within bounds by what they really hold, not by what the archive says."""
    parts: dict[str, bytes] = {}
    room = MOST_UNPACKED
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if len(packed.infolist()) > MOST_PARTS:
            raise refuse(NO_XLSX)
        for part in packed.infolist():
            if not part.filename.lower().endswith(_PARTS):
                continue
            with packed.open(part) as file:
                inner = file.read(room + 1)
            room -= len(inner)
            if room < 0:
                raise refuse(
                    Sentence("the file holds more than {most} bytes; ask for shorter periods", most=MOST_UNPACKED)
                )
            parts[part.filename] = inner
    return parts


def _place_of(parts: dict[str, bytes], name: str) -> tuple[str, str]:
    """A sheet's name, and the name of its part."""
    sheets = {
        one["name"]: next(value for key, value in one.items() if key.endswith(":id"))
        for one in _elements(parts["xl/workbook.xml"], "sheet")
    }
    if not sheets or (name and name not in sheets):
        raise refuse(Sentence("there is no sheet {name}; correct `sheet`", name=name))
    chosen = name or next(iter(sheets))
    targets = {one["Id"]: one["Target"] for one in _elements(parts["xl/_rels/workbook.xml.rels"], "Relationship")}
    target = targets[sheets[chosen]].removeprefix("/")
    place = target if target.startswith("xl/") else f"xl/{target}"
    return chosen, next((part for part in parts if part.lower() == place.lower()), place)


def _packed(parts: dict[str, bytes], place: str) -> bytes:
    """An archive of the parts, with every sheet but one empty."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for part, inner in parts.items():
            archive.writestr(zipfile.ZipInfo(part), _EMPTY if b"sheetData" in inner and part != place else inner)
    return made.getvalue()


def _elements(content: bytes, name: str) -> list[dict[str, str]]:
    """The attributes of all elements of a name, in any namespace."""
    found: list[dict[str, str]] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if _local(element) == name:
            found.append(attributes)

    parser = _parser()
    parser.StartElementHandler = start
    parser.Parse(content, True)
    return found


class _Cells:
    """Goes through a sheet's cells, and writes down how far they go and which of them say nothing."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.row = self.column = 0
        self.kind = ""
        self.has_formula = self.has_value = self.is_filled = False

    def look_at(self, content: bytes) -> None:
        """Goes through a sheet's part."""
        self.parser = _parser()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.Parse(content, True)

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        name = _local(element)
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif name == "c":
            self._begin(attributes)
        elif name == "f":
            self.has_formula = self.is_filled = True
        elif name in ("v", "is"):  # "is" holds a text that stands in the cell itself; no formula has one
            self.is_filled = True
            if self.has_formula:
                self.parser.CharacterDataHandler = self._text

    def _begin(self, attributes: dict[str, str]) -> None:
        self.column += 1
        if "r" in attributes:
            reference = _REFERENCE.fullmatch(attributes["r"])
            if reference is None:
                raise refuse(NO_XLSX)
            self.column, self.row = _number(reference[1]), int(reference[2])
        self.kind = attributes.get("t", "")
        self.has_formula = self.has_value = self.is_filled = False

    def _text(self, text: str) -> None:
        self.has_value = self.has_value or bool(text.strip())

    def _end(self, element: str) -> None:
        name = _local(element)
        if name == "v":
            self.parser.CharacterDataHandler = None
        elif name == "c" and self.is_filled:
            self.sheet.rows, self.sheet.columns = max(self.sheet.rows, self.row), max(self.sheet.columns, self.column)
            # The value of a formula may be the empty text: then its kind is stored.
            if self.kind == "e" or (self.has_formula and not self.has_value and self.kind != "str"):
                self.sheet.unsaid.setdefault(self.row, []).append(self.column)


def _number(letters: str) -> int:
    """A column's number by its letters: 1 is A, 27 is AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _local(element: str) -> str:
    return element.rpartition(":")[2]


def _parser() -> expat.XMLParserType:
    """Reads XML without entities of its own."""
    parser = expat.ParserCreate()
    refused: Callable[..., None] = _refuse_doctype
    parser.StartDoctypeDeclHandler = refused
    return parser


def _refuse_doctype(*_: object) -> None:
    raise refuse(NO_XLSX)
