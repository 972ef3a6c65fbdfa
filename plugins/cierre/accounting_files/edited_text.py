"""A mapping file's text with changes made to it; every line that a change does not concern stays as it is. Pure.

The text is not written anew out of what it says: lines are put in, or values replaced, at the places that the YAML
parser names. So comments, order, quotes, indentation and line ends of the file are its own, whatever they are. What
came out is read again and held against what was to change: a value that would mean anything else is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import yaml

from cierre.accounting_files.changes import Change, DocumentType, FormName, NewRule, TableValue, VatRate
from cierre.bookkeeping.rules import FromTable
from cierre.bookkeeping.sentence import Sentence

_PLAIN = re.compile(r"\w(?:[\w ./()-]*[\w.)])?")
_COMMENT = re.compile(r"[ \t]+#[ \t]*([^\r\n]*)")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


class CannotEdit(ValueError):
    """The file's text cannot be changed like this; the sentence says why. Nothing was changed."""


def edited(text: str, changes: Sequence[Change], names: Mapping[str, str] | None = None) -> str:
    """The text with all changes. ``names`` are those of codes, for the comment beside a new line.

    Raises CannotEdit where the text has not the place for one, or would say something else than was asked for.
    """
    for change in changes:
        text = _checked(text, change, names or {})
    return text


def _checked(text: str, change: Change, names: Mapping[str, str]) -> str:
    before = _content(text)
    wanted = deepcopy(before)
    _apply(wanted, change)
    if wanted == before:
        return text
    try:
        changed = _Text(text, names).with_change(change)
        after = _content(changed)
    except yaml.YAMLError as error:
        raise _cannot(change) from error
    if after != wanted:
        raise _cannot(change)
    return changed


def now_says(text: str, change: Change) -> str:
    """What the text says at a change's place now; "" where it says nothing there. Raises CannotEdit."""
    content = _content(text)
    match change:
        case FormName():
            value = _within(content, "form_names").get(change.form, "")
        case TableValue():
            value = _within(content, "tables", change.table, "values").get(change.value, "")
        case DocumentType():
            value = _within(content, "document_types").get(change.value, "")
        case NewRule():
            value = [rule for rule in _rules(content, change) if rule == _rule(change)]
        case VatRate():
            value = [rate for rate in content.get("vat") or [] if rate.get("valid_from") == str(change.valid_from)]
    return value if isinstance(value, str) else (json.dumps(value, ensure_ascii=False) if value else "")


def comments(text: str) -> dict[tuple[str, str], str]:
    """What is written behind the values of tables, by table and value. Raises CannotEdit."""
    _content(text)
    tables = _Text(text, {}).value("tables")
    found: dict[tuple[str, str], str] = {}
    for name, table in tables.value if isinstance(tables, yaml.MappingNode) else []:
        values = next((value for key, value in table.value if key.value == "values"), None)
        for key, value in values.value if isinstance(values, yaml.MappingNode) else []:
            if comment := _COMMENT.match(text, value.end_mark.index):
                found[name.value, key.value] = comment[1].strip()
    return found


def as_scalar(value: str) -> str:
    """A text as YAML: bare where it needs no quotes."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


# --- what the content becomes


def _content(text: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise CannotEdit(Sentence("the file is not valid YAML as it is now")) from error
    if not isinstance(content, dict):
        raise CannotEdit(Sentence("the file is not valid YAML as it is now"))
    return content


def _within(content: dict[str, Any], *path: str) -> dict[str, Any]:
    for name in path:
        inner = content.get(name) or {}
        content = inner if isinstance(inner, dict) else {}
    return content


def _rules(content: dict[str, Any], change: NewRule) -> list[dict[str, Any]]:
    for posting in _within(content, "postings").get(change.kind.value) or []:
        if (posting.get("side"), posting.get("amount")) == (change.side, change.amount):
            return list(posting.get("rules") or [])
    return []


def _rule(change: NewRule) -> dict[str, Any]:
    rule: dict[str, Any] = {"when": dict(sorted(change.when.items()))} if change.when else {}
    if change.valid_from:
        rule["valid_from"] = str(change.valid_from)
    rule["account"] = _target(change.account)
    if change.cost_centre is not None:
        rule["cost_centre"] = _target(change.cost_centre)
    return rule


def _target(target: str | FromTable) -> str | dict[str, str]:
    return target if isinstance(target, str) else {"table": target.table}


def _apply(content: dict[str, Any], change: Change) -> None:
    """Makes the change to the content. Raises CannotEdit where it has no such place."""
    match change:
        case FormName():
            _filled(content, "form_names")[change.form] = change.name
        case TableValue():
            tables = _within(content, "tables")
            if change.table not in tables:
                raise CannotEdit(Sentence("the mapping has no table {table}", table=change.table))
            _filled(tables[change.table], "values")[change.value] = change.to
        case DocumentType():
            types = _filled(content, "document_types")
            types[change.value] = _dated(types.get(change.value), change)
        case NewRule():
            for posting in _within(content, "postings").get(change.kind.value) or []:
                if (posting.get("side"), posting.get("amount")) == (change.side, change.amount):
                    posting["rules"] = [*(posting.get("rules") or []), _rule(change)]
                    return
            posting_name = f"{change.kind.value}: {change.side} {change.amount}"
            raise CannotEdit(Sentence("the mapping has no posting {posting}", posting=posting_name))
        case VatRate():
            content["vat"] = [
                *(content.get("vat") or []),
                {"rate": change.rate, "valid_from": str(change.valid_from)},
            ]


def _filled(content: dict[str, Any], name: str) -> dict[str, Any]:
    if not content.get(name):
        content[name] = {}
    if not isinstance(content[name], dict):
        raise CannotEdit(Sentence("{name} does not hold names and values", name=name))
    inner: dict[str, Any] = content[name]
    return inner


def _dated(before: Any, change: DocumentType) -> Any:
    """What a kind of document is after a change that may hold from a day on only."""
    if change.valid_from is None or not before:
        return change.treatment if change.valid_from is None else [_treated(change)]
    earlier = [{"treatment": before}] if isinstance(before, str) else before
    return [*earlier, _treated(change)]


def _treated(change: DocumentType) -> dict[str, str]:
    dated = {"valid_from": str(change.valid_from)} if change.valid_from else {}
    return {"treatment": change.treatment, **dated}


def _cannot(change: Change) -> CannotEdit:
    return CannotEdit(
        Sentence(
            "the file is written in a way that the form cannot add to: {change}; write it into the file",
            change=change.sentence,
        )
    )


# --- what the text becomes


class _Text:
    """A file's text, and the places of what it says."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self.text, self.names = text, names
        self.root = yaml.compose(text, Loader=yaml.BaseLoader)
        self.line_end = "\r\n" if "\r\n" in text else "\n"

    def with_change(self, change: Change) -> str:
        """The text with a change. Raises CannotEdit."""
        match change:
            case FormName():
                return self._set(("form_names",), change.form, as_scalar(change.name), "")
            case TableValue():
                path = ("tables", change.table, "values")
                return self._set(path, change.value, as_scalar(change.to), self.names.get(change.to, ""))
            case DocumentType():
                before = _within(_content(self.text), "document_types").get(change.value)
                return self._set(("document_types",), change.value, _flow(_dated(before, change)), "")
            case NewRule():
                return self._with_rule(change)
            case VatRate():
                rate = _flow({"rate": change.rate, "valid_from": str(change.valid_from)})
                rates = self.value("vat")
                return self._with_item(rates, [rate]) if _filled_node(rates) else self._set((), "vat", f"[{rate}]", "")

    def value(self, *path: str) -> yaml.Node | None:
        """What stands at a path of names; None where there is nothing."""
        node: yaml.Node | None = self.root
        for name in path:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            node = next((value for key, value in pairs if key.value == name), None)
        return node

    def _set(self, path: tuple[str, ...], name: str, value: str, comment: str) -> str:
        """The text with ``name: value`` in the mapping at a path, in place of what it says there."""
        mapping = self.value(*path)
        if not _filled_node(mapping):
            return self._with_heading(path, f"{as_scalar(name)}: {value}")
        assert isinstance(mapping, yaml.MappingNode)
        known = next((node for key, node in mapping.value if key.value == name), None)
        if known is not None:
            return self._replaced(known, value)
        if mapping.flow_style:
            return self._put(_end(mapping) - 1, f", {as_scalar(name)}: {value}")
        return self._with_line(mapping, name, f"{as_scalar(name)}: {value}", comment)

    def _replaced(self, node: yaml.Node, value: str) -> str:
        """The value in place of another, whose name, where it is the comment, gives way to the new one's."""
        start, end = node.start_mark.index, _end(node)
        rest = self.text[end:]
        old, new = self.names.get(str(node.value)), self.names.get(value.strip('"'))
        if old and new and (comment := re.match(rf"([ \t]+# *){re.escape(old)}(?=[ \t]*(?:\r?\n|$))", rest)):
            rest = comment[1] + new + rest[comment.end() :]
        return self.text[:start] + value + rest

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

    def _with_rule(self, change: NewRule) -> str:
        postings = self.value("postings", change.kind.value)
        items = postings.value if isinstance(postings, yaml.SequenceNode) else []
        for posting in items:
            said = {key.value: value for key, value in posting.value}
            if [getattr(said.get(name), "value", "") for name in ("side", "amount")] == [change.side, change.amount]:
                lines = [f"{name}: {_flow(value)}" for name, value in _rule(change).items()]
                if isinstance(change.account, str) and (name := self.names.get(change.account)):
                    number = next(place for place, line in enumerate(lines) if line.startswith("account: "))
                    lines[number] += f"  # {name}"
                return self._with_item(said.get("rules"), lines)
        raise _cannot(change)

    def _with_item(self, items: yaml.Node | None, lines: list[str]) -> str:
        """A further item at the end of a list."""
        if not isinstance(items, yaml.SequenceNode) or not items.value:
            raise CannotEdit(Sentence("the file has no list there to add to"))
        if items.flow_style:
            bare = [line.partition("  # ")[0] for line in lines]
            item = bare[0] if len(bare) == 1 and bare[0].startswith("{") else "{" + ", ".join(bare) + "}"
            return self._put(_end(items) - 1, f", {item}")
        column = items.start_mark.column
        written = [" " * column + ("- " if number == 0 else "  ") + line for number, line in enumerate(lines)]
        return self._below(_end(items), written)

    def _with_heading(self, path: tuple[str, ...], line: str) -> str:
        """A line at the file's end, below a heading that the file does not have yet."""
        heading = self.value(*path)
        if len(path) != 1 or (
            heading is not None and (heading.value or heading.start_mark.index != heading.end_mark.index)
        ):
            raise CannotEdit(Sentence("the file has no list there to add to"))
        if heading is not None:
            return self._below(heading.end_mark.index, [f"  {line}"])
        return self._below(len(self.text), ["", f"{path[0]}:", f"  {line}"])

    def _below(self, place: int, lines: list[str]) -> str:
        """The text with lines put in below the line of a place."""
        at = self.text.find("\n", place)
        if at < 0:
            ended = "" if self.text.endswith("\n") else self.line_end
            return self.text + ended + "".join(line + self.line_end for line in lines)
        return self._put(at + 1, "".join(line + self.line_end for line in lines))

    def _put(self, place: int, what: str) -> str:
        return self.text[:place] + what + self.text[place:]


def _filled_node(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.value)


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


def _flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, str):
        return as_scalar(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return "{" + ", ".join(f"{as_scalar(name)}: {_flow(inner)}" for name, inner in value.items()) + "}"
