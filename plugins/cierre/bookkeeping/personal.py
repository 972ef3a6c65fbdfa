"""Personal values of a source's answer: taken out of its text at landing, a token in the place of each, and put back.

A value is personal unless its field is known to be open. What is left is JSON of the same shape, which the books are
made of: no step of a close needs a personal value.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

TOKEN = re.compile(r'(?<!\\)"⟦[0-9]+(?: [^"\\⟧]*)?⟧"(?!\s*:)')
"""A token in JSON. Equal values of one answer have the same number; nothing else is told of them."""

# The first way is as good where no quotation mark is escaped, and faster.
_TEXT = r'(?>[^"]*+(?<!\\)"|[^"\\]*+(?:\\.[^"\\]*+)*+")'
_STRING = f'"{_TEXT}'
_WORD = r'[^\s,:\[\]{}"]'
_COLON = r"\s*+:\s*+"
_COMMA = r"\s*+,?\s*+"
_PART = (
    rf"(?:(?P<name>{_STRING}){_COLON})?"
    rf"(?:(?P<scalar>{_WORD}++|{_STRING})|(?P<begin>[{{\[])|(?P<end>[}}\]])){_COMMA}"
)
_NOTHING = rf'(?:null(?!{_WORD})|""){_COMMA}'
"""What has no value, whichever field it stands in."""

_NO_VALUES = frozenset({"null", '""'})
_LIKE_A_TOKEN = ('"⟦', '"\\u27e6', '"\\u27E6')
_OUTSIDE = -1
"""The number of the object of what stands in none."""


@dataclass(frozen=True)
class OpenFields:
    """What a source's answer may show to everybody.

    ``names`` are fields by their name; ``parent.name`` is one only directly below a field ``parent`` (``.name``: below
    none), ``parent.*`` are all of those. Elements of a list are judged as the field that the list stands in.
    ``named_by`` are fields that are judged by the text of another field of the same object, as if that were their name
    (``valor`` by ``nombre``). ``marks`` gives, of a personal text in a field, the fixed word that the reading needs of
    it, empty for none: the token shows it.
    """

    names: frozenset[str] = frozenset()
    named_by: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, Callable[[str], str]] = field(default_factory=dict)

    @cached_property
    def parts(self) -> re.Pattern[str]:
        """What JSON is made of, as far as it is looked at: one part at a time, with all before it that is passed over.

        That are fields that are open wherever they stand, fields without a value, and fields whose object has no others
        than those. So a large answer takes seconds and not minutes.
        """
        everywhere = sorted(name for name in self.names if "." not in name and name not in self.named_by.values())
        no_token = rf'(?:{_WORD}++|"(?!⟦|\\u27[eE]6){_TEXT})'
        is_open = rf'"(?:{"|".join(map(re.escape, everywhere))})"{_COLON}{no_token}{_COMMA}' if everywhere else "(?!)"
        is_empty = rf"{_STRING}{_COLON}{_NOTHING}"
        is_open_object = rf"\{{\s*+(?:{is_open}|{is_empty})*+\}}{_COMMA}"
        passed_over = rf"{is_open}|{_STRING}{_COLON}(?:{_NOTHING}|{is_open_object})"
        return re.compile(rf"\s*+(?:{passed_over})*+(?:{_PART})?", re.DOTALL)

    def includes(self, name: str, parent: str = "") -> bool:
        """Whether a field's values are open."""
        return not self.names.isdisjoint((name, f"{parent}.{name}", f"{parent}.*"))


NOTHING_OPEN = OpenFields()
"""Where nobody said what is open, all values are personal."""


class Parted(NamedTuple):
    """An answer's text without its personal values, and those as they stood there, row by row in their order.

    A row is the outermost object that itself has a personal value, with all that is in it.
    """

    text: str
    rows: list[list[str]]


def parted(text: str, fields: OpenFields, ahead: Iterable["ElementsAhead"] = ()) -> Parted:
    """Parts JSON; what is none is one personal value as a whole. ``joined`` gives the same text again.

    ``ahead`` are lists of it whose elements were read before (``Ahead``), in the order in which they stand in it.
    """
    scan = _Scan(fields)
    if not _read_with(scan, text, ahead):
        scan = _Scan(fields)
        if not scan.read(text) or not scan.is_whole:
            return Parted(_token(1), [[json.dumps(text)]])
    numbers: dict[str, int] = {}
    pieces: list[str] = []
    rows: list[list[str]] = []
    last, end = None, 0
    for start, raw, row, mark in scan.personal():
        pieces.append(text[end:start])
        pieces.append(_token(numbers.setdefault(raw, len(numbers) + 1), mark))
        if row != last:
            rows.append([])
            last = row
        rows[-1].append(raw)
        end = start + len(raw)
    return Parted("".join((*pieces, text[end:])), rows)


def joined(text: str, rows: Iterable[tuple[int, list[str] | None]]) -> str:
    """The text with its values again. ``rows`` are, in their order, how many values a row had, and those; None where
    they were erased, whose tokens stay."""
    values = (value for size, row in rows for value in (row if row is not None else [None] * size))
    return TOKEN.sub(lambda token: next(values, None) or token[0], text)


def is_token(value: object) -> bool:
    """Whether a value of parted JSON stands for a personal one."""
    return isinstance(value, str) and TOKEN.fullmatch(f'"{value}"') is not None


def _token(number: int, mark: str = "") -> str:
    return f'"⟦{number} {mark}⟧"' if mark else f'"⟦{number}⟧"'


_Value = tuple[int, str, int, str]
"""A personal value: where it begins, its text, in which object (of which row) it stands, and what its token shows."""


class Element(NamedTuple):
    """An object in a list, by itself: its text, its personal values, and of each object in it the one around that."""

    text: str
    values: list[_Value]
    above: list[int]


class ElementsAhead(NamedTuple):
    """Elements of a list that were read before their text was whole (``Ahead``), and stand in it side by side, with
    nothing but a comma between: where the first begins, the field of the outermost object that the list stands in, and
    what was open."""

    begin: int
    within: str
    open: OpenFields
    elements: Sequence[Element]


class Ahead:
    """Reads elements of a list before the text is whole that they will stand in, so that little is left to be done
    then. ``within`` is the field of the text's outermost object that the list stands in."""

    def __init__(self, fields: OpenFields, within: str) -> None:
        self._fields, self._within = fields, within
        self._judged = _Judged({}, {})
        self._elements: dict[str, Element] = {}

    def read(self, texts: Iterable[str]) -> None:
        """Reads objects, each by itself."""
        for text in texts:
            scan = _Scan(self._fields, self._within, self._judged)
            if scan.read(text) and scan.is_whole:
                self._elements[text] = Element(text, scan.values, scan.above)

    def side_by_side(self, begin: int, texts: Sequence[str]) -> ElementsAhead:
        """The elements with these texts, read now where they were not before, as they stand from ``begin`` on."""
        self.read(text for text in texts if text not in self._elements)
        elements = [self._elements[text] for text in texts if text in self._elements]
        return ElementsAhead(begin, self._within, self._fields, elements)


def _read_with(scan: "_Scan", text: str, ahead: Iterable[ElementsAhead]) -> bool:
    """Reads a text in which elements of lists were read ahead. False where that is no JSON, or other elements."""
    at = 0
    for one in ahead:
        whole = ",".join([element.text for element in one.elements])
        if not (scan.read(text[at : one.begin]) and text.startswith(whole, one.begin) and scan.take_over(one)):
            return False
        at = one.begin + len(whole)
    return scan.read(text[at:]) and scan.is_whole


class _Place(NamedTuple):
    """A list or an object that is being read: the field that it stands in and that one's parent, its innermost object,
    and of an object the fields that are judged once it ends, each with its value's number."""

    name: str
    parent: str
    object: int
    waiting: list[tuple[str, int]]
    said: dict[str, list[str]]


class _Judged(NamedTuple):
    """Of fields and what these stand in whether they are open; and names by how they stand in the JSON."""

    open: dict[tuple[str, str], bool]
    names: dict[str, str]


class _Scan:
    """One way through JSON, value by value and piece by piece; no piece ends within a value that is no list or object.
    ``name`` is the field that the JSON stands in, where it is an element of a list; ``judged`` what other scans with
    the same fields found of names."""

    def __init__(self, fields: OpenFields, name: str = "", judged: "_Judged | None" = None) -> None:
        self._fields = fields
        self.above: list[int] = []
        """Of each object the one that it stands in."""
        self._values: list[_Value | None] = []
        self._open, self._names = judged or _Judged({}, {})
        self._place, self._around = _Place(name, "", _OUTSIDE, [], {}), list[_Place]()
        self._end, self._has_any = 0, False

    @property
    def is_whole(self) -> bool:
        """Whether what was read so far is JSON from its beginning to its end."""
        return self._has_any and not self._around

    @property
    def values(self) -> list[_Value]:
        """The personal values in their order."""
        return [value for value in self._values if value is not None]

    def personal(self) -> Iterator[_Value]:
        """The same, each with its row instead of its object."""
        values = self.values
        own = {object for _, _, object, _ in values}
        rows = {_OUTSIDE: _OUTSIDE}
        for number, above in enumerate(self.above):
            rows[number] = rows[above] if rows[above] != _OUTSIDE or number not in own else number
        return ((start, raw, rows[object], mark) for start, raw, object, mark in values)

    def take_over(self, ahead: ElementsAhead) -> bool:
        """Takes what was read of elements of the list that is being read. False where that is another list, or other
        fields were open."""
        place = self._place
        if (place.name, place.parent) != (ahead.within, "") or len(self._around) != 2 or ahead.open != self._fields:
            return False
        for text, values, above in ahead.elements:
            first, start = len(self.above), self._end
            self.above += [place.object if one == _OUTSIDE else first + one for one in above]
            self._values += [(start + begin, raw, first + object, mark) for begin, raw, object, mark in values]
            self._end += len(text) + 1
        self._end -= bool(ahead.elements)
        return True

    def read(self, text: str) -> bool:
        """Reads on. False where it comes upon what is no JSON."""
        place, around, at = self._place, self._around, 0
        for part in self._fields.parts.finditer(text):
            if part.start() != at:
                return False
            at = part.end()
            raw_name, scalar, begin, end = part.groups()
            if raw_name is None:
                name, parent = place.name, place.parent
            else:
                name, parent = self._names.get(raw_name) or self._name(raw_name), place.name
            if scalar is not None:
                self._take(self._end + part.start("scalar"), scalar, name, parent, place)
            elif begin:
                around.append(place)
                place = _Place(name, parent, self._begin(place) if begin == "{" else place.object, [], {})
            elif end:
                if not around:
                    return False
                self._judge(place)
                place = around.pop()
        self._place, self._end = place, self._end + at
        self._has_any |= at > 0 and not text.isspace()
        return at == len(text)

    def _begin(self, place: _Place) -> int:
        self.above.append(place.object)
        return len(self.above) - 1

    def _take(self, start: int, scalar: str, name: str, parent: str, place: _Place) -> None:
        if scalar in _NO_VALUES:
            return
        is_open = self._open.get((name, parent))
        if is_open is None:
            is_open = self._open[name, parent] = self._fields.includes(name, parent)
        if self._fields.named_by:
            if name in self._fields.named_by:
                place.waiting.append((name, len(self._values)))
                is_open = False
            elif name in self._fields.named_by.values():
                place.said.setdefault(name, []).append(_decoded(scalar))
        # An open text that looks like a token would pass for one.
        if not is_open or scalar.startswith(_LIKE_A_TOKEN):
            mark = self._fields.marks.get(name)
            shown = mark(_decoded(scalar)) if mark and scalar[0] == '"' else ""
            self._values.append((start, scalar, place.object, shown))

    def _judge(self, place: _Place) -> None:
        """Lets those values stay that another field of their object says are open."""
        for name, number in place.waiting:
            said = place.said.get(self._fields.named_by[name])
            value = self._values[number]
            looks_like_a_token = value is None or value[1].startswith(_LIKE_A_TOKEN)
            if said and all(self._fields.includes(one, place.name) for one in said) and not looks_like_a_token:
                self._values[number] = None

    def _name(self, raw: str) -> str:
        return self._names.setdefault(raw, _decoded(raw))


def _decoded(raw: str) -> str:
    """The text of a string of JSON; a number or the like as it stands there."""
    if raw[0] != '"':
        return raw
    if "\\" not in raw:
        return raw[1:-1]
    try:
        return str(json.loads(raw, strict=False))
    except ValueError:
        return raw[1:-1]
