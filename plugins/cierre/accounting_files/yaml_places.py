"""The places of what a YAML text says, and the text with something put in there, replaced, or taken out; every other
line stays as it is. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from cierre.accounting_files.plain_yaml import LOADER
from cierre.accounting_files.values import as_scalar
from cierre.bookkeeping.sentence import Sentence

_COMMENT = re.compile(r"[ \t]+#[ \t]*([^\r\n]*)")


class CannotEdit(ValueError):
    """The file's text cannot be changed like this; the sentence says why. Nothing was changed."""


class Text:
    """A file's text, and the places of what it says. ``names`` are those of codes, for comments beside them."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self.text, self.names = text, names
        self.root = yaml.compose(text, Loader=LOADER)
        self.line_end = "\r\n" if "\r\n" in text else "\n"

    def value(self, *path: str) -> yaml.Node | None:
        """What stands at a path of names; None where there is nothing."""
        node: yaml.Node | None = self.root
        for name in path:
            node = dict(_pairs(node)).get(name)
        return node

    def comment_behind(self, node: yaml.Node) -> str | None:
        """What is written behind a value, on its line; None where nothing is."""
        found = _COMMENT.match(self.text, node.end_mark.index)
        return found[1].strip() if found else None

    def with_value(self, path: tuple[str, ...], name: str, value: Any, comment: str = "") -> str:
        """The text with ``name: value`` in the mapping at a path, in place of what it says there. Raises CannotEdit."""
        mapping = self.value(*path)
        if not is_filled(mapping):
            return self._with_heading(path, [f"{as_scalar(name)}: {flow(value)}"])
        assert isinstance(mapping, yaml.MappingNode)
        known = next((node for key, node in mapping.value if key.value == name), None)
        if known is not None:
            return self._replaced(known, value)
        if mapping.flow_style:
            return self._put(_end(mapping) - 1, f", {as_scalar(name)}: {flow(value)}")
        return self._with_line(mapping, name, f"{as_scalar(name)}: {flow(value)}", comment)

    def with_entry(self, path: tuple[str, ...], name: str, entry: Mapping[str, Any]) -> str:
        """The text with a further name in the mapping at a path, below it a line for each value. Raises CannotEdit."""
        mapping = self.value(*path)
        lines = [f"{field}: {flow(value)}" for field, value in entry.items()]
        if not is_filled(mapping):
            return self._with_heading(path, [f"{as_scalar(name)}:", *(f"  {line}" for line in lines)])
        assert isinstance(mapping, yaml.MappingNode)
        if mapping.flow_style:
            return self._put(_end(mapping) - 1, f", {as_scalar(name)}: {flow(entry)}")
        column = mapping.value[0][0].start_mark.column
        written = [f"{as_scalar(name)}:", *(f"  {line}" for line in lines)]
        return self._below(_end(mapping), [" " * column + line for line in written])

    def without(self, path: tuple[str, ...], name: str) -> str:
        """The text without a name of the mapping at a path; its heading goes with the last one. Raises CannotEdit."""
        mapping = self.value(*path)
        assert isinstance(mapping, yaml.MappingNode)
        place = next(number for number, (key, _) in enumerate(mapping.value) if key.value == name)
        if len(mapping.value) == 1 and path:
            return self.without(path[:-1], path[-1])
        key, value = mapping.value[place]
        if mapping.flow_style:
            start = _end(mapping.value[place - 1][1]) if place else key.start_mark.index
            end = _end(value) if place else mapping.value[1][0].start_mark.index
            return self.text[:start] + self.text[end:]
        self._refuse_comments(key.end_mark.index, value)
        start, end = self.text.rfind("\n", 0, key.start_mark.index) + 1, self.text.find("\n", _end(value))
        if self.text[start : key.start_mark.index].strip():
            raise _no_place()
        return self.text[:start] + ("" if end < 0 else self.text[end + 1 :])

    def with_item(self, items: yaml.Node | None, lines: Sequence[str]) -> str:
        """A further item at the end of a list: a line for each of its values. Raises CannotEdit."""
        if not isinstance(items, yaml.SequenceNode) or not items.value:
            raise _no_place()
        if items.flow_style:
            bare = [line.partition("  # ")[0] for line in lines]
            item = bare[0] if len(bare) == 1 and bare[0].startswith("{") else "{" + ", ".join(bare) + "}"
            return self._put(_end(items) - 1, f", {item}")
        return self._below(_end(items), _items(items.start_mark.column, [lines]))

    def _replaced(self, node: yaml.Node, value: Any) -> str:
        """The value in place of another, whose name, where it is the comment, gives way to the new one's."""
        start, end = node.start_mark.index, _end(node)
        rest = self.text[end:]
        if isinstance(node, yaml.SequenceNode) and isinstance(value, list) and not node.flow_style:
            self._refuse_comments(start, node)
            column = node.start_mark.column
            written = self.line_end.join(_items(column, [[as_scalar(one)] for one in value]))
            return self.text[:start] + written[column:] + rest
        said = flow(value)
        old, new = self.names.get(str(node.value)), self.names.get(said.strip('"'))
        if old and new and (comment := re.match(rf"([ \t]+# *){re.escape(old)}(?=[ \t]*(?:\r?\n|$))", rest)):
            rest = comment[1] + new + rest[comment.end() :]
        return self.text[:start] + said + rest

    def _refuse_comments(self, start: int, node: yaml.Node) -> None:
        """Raises CannotEdit where comments stand among the lines of what would be written anew."""
        inside = self.text[start : _end(node)]
        if isinstance(node, yaml.CollectionNode) and "\n" in inside and (" #" in inside or "\n#" in inside):
            raise CannotEdit(Sentence("the file has comments among the lines there"))

    def _with_line(self, mapping: yaml.MappingNode, name: str, line: str, comment: str) -> str:
        """A further line of a mapping: by its number where all names are numbers in order, else the last."""
        column = mapping.value[0][0].start_mark.column
        before = _before(name, [key.value for key, _ in mapping.value])
        if comment:
            line = self._commented(line, column, mapping.value[before][1], comment)
        return self._below(_end(mapping.value[before][1]), [" " * column + line])

    def _commented(self, line: str, column: int, neighbour: yaml.Node, comment: str) -> str:
        """A line with its comment, below the neighbour's."""
        begin = self.text.rfind("\n", 0, neighbour.start_mark.index) + 1
        found = re.compile(r"[ \t]+(?=#)").match(self.text, _end(neighbour))
        return f"{line.ljust((found.end() - begin if found else 0) - column - 1)} # {comment}"

    def _with_heading(self, path: tuple[str, ...], lines: Sequence[str]) -> str:
        """Lines at the file's end, below a heading that the file does not have yet."""
        heading = self.value(*path)
        if len(path) != 1 or (
            heading is not None and (heading.value or heading.start_mark.index != heading.end_mark.index)
        ):
            raise _no_place()
        below = [f"  {line}" for line in lines]
        if heading is not None:
            return self._below(heading.end_mark.index, below)
        return self._below(len(self.text), ["", f"{path[0]}:", *below])

    def _below(self, place: int, lines: Sequence[str]) -> str:
        """The text with lines put in below the line of a place."""
        at = self.text.find("\n", place)
        if at < 0:
            ended = "" if self.text.endswith("\n") else self.line_end
            return self.text + ended + "".join(line + self.line_end for line in lines)
        return self._put(at + 1, "".join(line + self.line_end for line in lines))

    def _put(self, place: int, what: str) -> str:
        return self.text[:place] + what + self.text[place:]


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return as_scalar(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return "{" + ", ".join(f"{as_scalar(name)}: {flow(inner)}" for name, inner in value.items()) + "}"


def is_filled(node: yaml.Node | None) -> bool:
    """Whether something stands in a mapping or a list."""
    return isinstance(node, yaml.CollectionNode) and bool(node.value)


def _pairs(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(key.value, value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _items(column: int, items: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a list's items."""
    return [
        " " * column + ("- " if number == 0 else "  ") + line for lines in items for number, line in enumerate(lines)
    ]


def _no_place() -> CannotEdit:
    return CannotEdit(Sentence("the file has no list there to add to"))


def _end(node: yaml.Node) -> int:
    """Where what a node says ends: the parser's own mark of a block lies at the next thing, behind comments."""
    if isinstance(node, yaml.ScalarNode):
        if node.style in ("|", ">"):
            raise CannotEdit(Sentence("the file has a text of several lines there"))
        return int(node.end_mark.index)
    assert isinstance(node, yaml.CollectionNode)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1]) if isinstance(last, tuple) else _end(last)


def _before(name: str, names: Sequence[str]) -> int:
    """The place of the name after which a new one is put."""
    if name.isdecimal() and all(one.isdecimal() for one in names):
        numbers = [int(one) for one in names]
        smaller = [place for place, number in enumerate(numbers) if number < int(name)]
        if numbers == sorted(numbers) and smaller:
            return smaller[-1]
    return len(names) - 1
