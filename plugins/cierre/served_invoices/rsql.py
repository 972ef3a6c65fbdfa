"""RSQL, the language of ``q``: a query's text as a tree. jirutka's grammar and ``=bt=``.

A parser of our own: what there is as a library makes filters for one ORM each, and a query is a stranger's text, so
that how long, deep and manifold it may be must be known here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cierre.bookkeeping.conditions import Comparison, Condition, Either, Every, Operator
from cierre.bookkeeping.sentence import Sentence

LONGEST = 8_000
"""Characters of a query."""

DEEPEST = 20
"""Parentheses within each other."""

MOST_COMPARISONS, MOST_VALUES = 50, 500
"""Of a query, all together."""

_OPERATORS: Mapping[str, tuple[Operator, int, int]] = {
    "==": ("==", 1, 1),
    "!=": ("!=", 1, 1),
    "=lt=": ("=lt=", 1, 1),
    "=le=": ("=le=", 1, 1),
    "=gt=": ("=gt=", 1, 1),
    "=ge=": ("=ge=", 1, 1),
    "<": ("=lt=", 1, 1),
    "<=": ("=le=", 1, 1),
    ">": ("=gt=", 1, 1),
    ">=": ("=ge=", 1, 1),
    "=bt=": ("=bt=", 2, 2),
    "=in=": ("=in=", 1, MOST_VALUES),
    "=out=": ("=out=", 1, MOST_VALUES),
}
"""What is written, the operator it means, and how many values that takes."""

# Repetitions are possessive (`*+`): no pattern goes back over what it has matched, so none takes longer than its text.
_BLANK = re.compile(r"[ \t\r\n]*+")
_UNRESERVED = re.compile(r"""[^"'();,=!~<> \t\r\n]++""")
_OPERATOR = re.compile(r"=[A-Za-z]*+=|!=|[<>]=?+")
_QUOTED = re.compile(r'"(?P<double>(?:[^"\\]|\\.)*+)"|' + r"'(?P<single>(?:[^'\\]|\\.)*+)'", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_AND = re.compile(r"[ \t\r\n]*+;|[ \t\r\n]++and(?=[ \t\r\n(])", re.IGNORECASE)
_OR = re.compile(r"[ \t\r\n]*+,|[ \t\r\n]++or(?=[ \t\r\n(])", re.IGNORECASE)
_END = re.compile(r"[ \t\r\n]*+;?+[ \t\r\n]*+\Z")


class BadQuery(ValueError):
    """A query, an order or a page that cannot be answered; ``why`` says what of it."""

    def __init__(self, why: str, **values: Any) -> None:
        self.why = Sentence(why, **values)
        super().__init__(self.why)


def parse(text: str) -> Condition:
    """The tree of a query that says something; one ``;`` at its end is taken. Raises BadQuery."""
    if len(text) > LONGEST:
        raise BadQuery("The query has {n} characters; {most} are taken at most.", n=len(text), most=LONGEST)
    if "\0" in text:
        raise BadQuery("The query holds a character that no text here can have (NUL).")
    return _Parser(text).whole()


@dataclass
class _Parser:
    """Reads from left to right; ``at`` is where it stands."""

    text: str
    at: int = 0
    comparisons: int = 0
    values: int = 0

    def whole(self) -> Condition:
        found = self._either(0)
        if not _END.match(self.text, self.at):
            raise self._expected("a semicolon, a comma or the end")
        return found

    def _either(self, depth: int) -> Condition:
        parts = [self._every(depth)]
        while self._takes(_OR):
            parts.append(self._every(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _every(self, depth: int) -> Condition:
        parts = [self._constraint(depth)]
        while not _END.match(self.text, self.at) and self._takes(_AND):
            parts.append(self._constraint(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _constraint(self, depth: int) -> Condition:
        if not self._takes_sign("("):
            return self._comparison()
        if depth == DEEPEST:
            raise BadQuery("The query has more than {most} parentheses within each other.", most=DEEPEST)
        found = self._either(depth + 1)
        if not self._takes_sign(")"):
            raise self._expected("a closing parenthesis")
        return found

    def _comparison(self) -> Comparison:
        self.comparisons += 1
        if self.comparisons > MOST_COMPARISONS:
            raise BadQuery("The query has more than {most} comparisons.", most=MOST_COMPARISONS)
        field = self._next(_UNRESERVED, "a field's name")[0]
        written = self._next(_OPERATOR, "an operator")[0]
        if written not in _OPERATORS:
            known = ", ".join(name for name in _OPERATORS if name.startswith(("=", "!")))
            raise BadQuery("There is no operator {written}; there are {known}.", written=written, known=known)
        operator, least, most = _OPERATORS[written]
        values = self._operands()
        if not least <= len(values) <= most:
            raise BadQuery(
                "{field}{operator} has {found} values, which is another number than this operator takes.",
                field=field[:40], operator=operator, found=len(values),
            )  # fmt: skip
        return Comparison(field, operator, values)

    def _operands(self) -> tuple[str, ...]:
        if not self._takes_sign("("):
            return (self._value(),)
        found = [self._value()]
        while self._takes_sign(","):
            found.append(self._value())
        if not self._takes_sign(")"):
            raise self._expected("a comma or a closing parenthesis")
        return tuple(found)

    def _value(self) -> str:
        self.values += 1
        if self.values > MOST_VALUES:
            raise BadQuery("The query has more than {most} values.", most=MOST_VALUES)
        self._skip()
        if not (quoted := _QUOTED.match(self.text, self.at)):
            return self._next(_UNRESERVED, "a value")[0]
        self.at = quoted.end()
        return _ESCAPED.sub(r"\1", quoted[quoted.lastgroup or 0])

    def _next(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        self._skip()
        if not (found := pattern.match(self.text, self.at)):
            raise self._expected(what)
        self.at = found.end()
        return found

    def _skip(self) -> None:
        if blank := _BLANK.match(self.text, self.at):
            self.at = blank.end()

    def _takes(self, pattern: re.Pattern[str]) -> bool:
        if found := pattern.match(self.text, self.at):
            self.at = found.end()
        return found is not None

    def _takes_sign(self, sign: str) -> bool:
        self._skip()
        if there := self.text.startswith(sign, self.at):
            self.at += 1
        return there

    def _expected(self, what: str) -> BadQuery:
        rest = self.text[self.at : self.at + 20]
        found = Sentence("“{rest}”", rest=rest) if rest.strip() else Sentence("the end")
        return BadQuery(
            "At character {at} of the query {what} should stand, and there is {found}.",
            at=self.at + 1, what=Sentence(what), found=found,
        )  # fmt: skip
