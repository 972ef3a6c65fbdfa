"""A YAML text as plain data: each value as the text that was typed, with the line it stands in.

A file is written by people, so it is small, not deep, and says each thing where it stands. YAML's aliases are
not taken: with them a file of ten lines can be one of a billion values.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from cierre.bookkeeping.sentence import Sentence

Loc = tuple[str | int, ...]
"""The way to a value: names of fields, numbers of items."""

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""How files are read: all values are texts. The C one, many times as fast, is missing where PyYAML was built without
libyaml."""

MOST_LEVELS = 20
"""Of fields in fields; a mapping's rules stand on the eighth."""


class NotTaken(Exception):
    """A text has what makes much of few lines, is nested deeper than people write, or is two; ``line`` is where."""

    def __init__(self, line: int, message: Sentence) -> None:
        super().__init__(message)
        self.line, self.message = line, message


_CUT = re.compile(r"[ \t]+#(?=\S)")
"""Behind a value: what may be the rest of it, and is a comment to YAML."""

_NOTHING = {"", "~", "null", "Null", "NULL"}
"""What stands, without quotes, where there is no value."""


class Plain:
    """What a text says: ``content``, the ``lines`` of its values, the ``unfilled`` names of its top level, which are
    no part of the content, and what was ``refused`` since it would be lost silently: line, place and why.

    Made of YAML's events one after another, so nothing is built of a text that grows. Raises yaml.YAMLError and
    NotTaken.
    """

    def __init__(self, text: str) -> None:
        self.content: dict[str, Any] = {}
        self.lines: dict[Loc, int] = {}
        self.unfilled: list[str] = []
        self.refused: list[tuple[int, Loc, Sentence]] = []
        self._text = text
        self._events = _sound(yaml.parse(text, Loader=LOADER))
        root = next((event for event in self._events if not isinstance(event, _BEFORE)), None)
        if isinstance(root, yaml.MappingStartEvent):
            self.lines[()] = _line(root)
            self.content = self._mapping(root, ())
        else:
            self.refused.append((1, (), Sentence("must hold fields, each as 'name: value'")))
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise NotTaken(_line(event), Sentence("a second document begins here; a file holds one"))

    def _mapping(self, start: yaml.MappingStartEvent, loc: Loc) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        # At the top a heading may stand with nothing below it. Further in, a condition or a code would be lost.
        may_be_unfilled = not loc and not start.flow_style
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            line = _line(key)
            if not isinstance(key, yaml.ScalarEvent):
                self._skip(key)
                self._refuse(line, loc, Sentence("a name must be plain text"))
                continue
            place = (*loc, key.value)
            if place in self.lines:
                first = self.lines[place]
                self._refuse(line, place, Sentence("is written twice, first in line {first}", first=first))
                continue
            self.lines[place] = line
            value = self._value(next(self._events), place)
            if value is not None:
                plain[key.value] = value
            elif may_be_unfilled:
                self.unfilled.append(key.value)
            else:
                self.refused.append((line, place, _without_value(key.value)))
        return plain

    def _value(self, event: yaml.Event, loc: Loc) -> object:
        if isinstance(event, yaml.ScalarEvent):
            if event.value and not event.style and event.end_mark and _CUT.match(self._text, event.end_mark.index):
                message = "a ' #' behind {value!r} begins a comment: put the value in quotes, or a blank behind the #"
                self.refused.append((_line(event), loc, Sentence(message, value=event.value)))
            return None if event.value in _NOTHING and not event.style else event.value
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, loc)
        return self._items(loc)

    def _items(self, loc: Loc) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            place = (*loc, len(items))
            self.lines[place] = _line(event)
            value = self._value(event, place)
            items.append("" if value is None else value)
        return items

    def _refuse(self, line: int, loc: Loc, why: Sentence) -> None:
        """Notes why a name cannot be taken, and passes over its value."""
        self.refused.append((line, loc, why))
        self._skip(next(self._events))

    def _skip(self, event: yaml.Event) -> None:
        depth = _deeper(event)
        while depth:
            depth += _deeper(next(self._events))


def _without_value(name: str) -> Sentence:
    if ":" in name:
        return Sentence("has no value: a blank belongs behind the colon")
    return Sentence("has no value: write one, or take the name out")


_BEFORE = (yaml.StreamStartEvent, yaml.DocumentStartEvent)
"""Events before what a text says."""


def _sound(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    """The same events; raises NotTaken at the first that is an anchor, an alias or a level too many."""
    depth = 0
    for event in events:
        depth += _deeper(event)
        message = None
        if anchor := getattr(event, "anchor", None):
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            message = Sentence(
                "{sign}{anchor}: YAML's anchors and aliases are not taken; write the values out in each place",
                sign=sign,
                anchor=anchor,
            )
        elif depth > MOST_LEVELS:
            message = Sentence("is nested deeper than {most} levels", most=MOST_LEVELS)
        if message:
            raise NotTaken(_line(event), message)
        yield event


def _deeper(event: yaml.Event) -> int:
    return _LEVELS.get(type(event), 0)


_LEVELS: dict[type[yaml.Event], int] = {
    yaml.MappingStartEvent: 1,
    yaml.SequenceStartEvent: 1,
    yaml.MappingEndEvent: -1,
    yaml.SequenceEndEvent: -1,
}
"""How much deeper the text is after an event."""


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
