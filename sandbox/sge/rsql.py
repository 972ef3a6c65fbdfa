"""RSQL, with the operators of jirutka's grammar and ``=bt=``: a query's text as a tree (field-notes.md, SGE)."""

import re
from dataclasses import dataclass

ARGUMENTS = {
    "==": 1,
    "!=": 1,
    "=lt=": 1,
    "=le=": 1,
    "=gt=": 1,
    "=ge=": 1,
    "=bt=": 2,
    "=in=": None,
    "=out=": None,
}
"""How many arguments each operator takes; None for one or more."""

SHORT = {"<": "=lt=", "<=": "=le=", ">": "=gt=", ">=": "=ge="}

_OPERATOR = re.compile(r"=[A-Za-z]*=|!=|[<>]=?")
_WORD = re.compile(r"""[^"'();,=<>!~\s]+""")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|' + r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_END = re.compile(r"\s*;?\s*$")


class BadQuery(ValueError):
    """A query or a sort order that says nothing this server understands; the text says where and why."""


@dataclass(frozen=True)
class Comparison:
    """``selector operator arguments``, the operator in its long form."""

    selector: str
    operator: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class All:
    """Parts that must all hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Some:
    """Parts of which one must hold."""

    parts: tuple["Node", ...]


Node = Comparison | All | Some


def parse(text: str) -> Node:
    """The tree of a query; one ``;`` at its end is forgiven. Raises BadQuery."""
    parser = _Parser(text)
    node = parser.some()
    if not _END.match(text, parser.at):
        raise parser.wrong("the end of the query")
    return node


class _Parser:
    """Reads from left to right; ``at`` is where it stands."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def some(self) -> Node:
        parts = [self.all()]
        while self._takes(r"\s*,\s*|\s+or\s+"):
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def all(self) -> Node:
        parts = [self.constraint()]
        while not _END.match(self.text, self.at) and self._takes(r"\s*;\s*|\s+and\s+"):
            parts.append(self.constraint())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def constraint(self) -> Node:
        if self._takes(r"\s*\(\s*"):
            node = self.some()
            if not self._takes(r"\s*\)"):
                raise self.wrong("a closing parenthesis")
            return node
        return self.comparison()

    def comparison(self) -> Comparison:
        selector = self._expect(_WORD, "a field's name")[0]
        found = self._expect(_OPERATOR, "an operator")[0]
        operator = SHORT.get(found, found)
        if operator not in ARGUMENTS:
            raise BadQuery(f"unknown operator {operator} at character {self.at - len(found) + 1}")
        arguments = self.arguments()
        wanted = ARGUMENTS[operator]
        if wanted is not None and len(arguments) != wanted:
            raise BadQuery(f"operator {operator} of {selector} takes {wanted} argument(s), not {len(arguments)}")
        return Comparison(selector, operator, arguments)

    def arguments(self) -> tuple[str, ...]:
        if not self._takes(r"\s*\("):
            return (self.value(),)
        values = [self.value()]
        while self._takes(r"\s*,"):
            values.append(self.value())
        if not self._takes(r"\s*\)"):
            raise self.wrong("a comma or a closing parenthesis")
        return tuple(values)

    def value(self) -> str:
        self._takes(r"\s*")
        if quoted := _QUOTED.match(self.text, self.at):
            self.at = quoted.end()
            inner = quoted[1] if quoted[1] is not None else quoted[2]
            return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)
        return self._expect(_WORD, "a value")[0]

    def wrong(self, wanted: str) -> BadQuery:
        found = repr(self.text[self.at : self.at + 20]) if self.at < len(self.text) else "the end"
        return BadQuery(f"expected {wanted} at character {self.at + 1}, found {found}")

    def _expect(self, pattern: re.Pattern[str], wanted: str) -> re.Match[str]:
        self._takes(r"\s*")
        found = pattern.match(self.text, self.at)
        if not found:
            raise self.wrong(wanted)
        self.at = found.end()
        return found

    def _takes(self, pattern: str) -> bool:
        """Steps over a text of this pattern, if one stands here."""
        found = re.compile(pattern).match(self.text, self.at)
        if found:
            self.at = found.end()
        return found is not None
