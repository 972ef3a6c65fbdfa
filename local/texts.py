"""What the code and the board's pages say to people, found in their text, for the catalogues of translations."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, nodes

SPEAKERS: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("say", "Sentence", "_", ".language", "._language"), (0,)),
    **dict.fromkeys(("Unbookable", "_Unbookable", "HTTPException", "Matching"), (1,)),
    "Refused": (2,),
    "BadQuery": (0,),
    "._expected": (0,),
    "._next": (1,),
}
"""Who says a text (with a dot: as a method), and which of its arguments are texts."""

COUNTING = ("counted", ".counted")
"""Who says how many: the second argument is the text for one, the third that for any other number."""

ATTRIBUTES = ("about", "advice", "books_stand")
"""Attributes of classes whose values are said."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in English, with the one for many where it counts, and the file that says it."""

    text: str
    file: str
    plural: str = ""


def in_code(root: Path) -> Iterator[Text]:
    """The texts that Python files below ``root`` say."""
    for file in sorted(root.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        named = _named_in(tree) | _imported_in(tree, root)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield from _texts_of_call(node, named, str(file.relative_to(root)))
            if isinstance(node, ast.ClassDef):
                yield from _texts_of_attributes(node, str(file.relative_to(root)))


def in_pages(root: Path) -> Iterator[Text]:
    """The texts that Jinja templates below ``root`` say."""
    environment = Environment()
    for file in sorted(root.rglob("*.html")):
        name = str(file.relative_to(root))
        for call in environment.parse(file.read_text(encoding="utf-8")).find_all(nodes.Call):
            texts = [argument.value if isinstance(argument, nodes.Const) else "" for argument in call.args]
            if isinstance(call.node, nodes.Name) and call.node.name == "_" and texts[0]:
                yield Text(texts[0], name)
            if isinstance(call.node, nodes.Getattr) and call.node.attr == "counted":
                yield Text(texts[1], name, texts[2])


def needs_translation(text: str) -> bool:
    """Whether anything is left of a text without its values and punctuation."""
    return bool(re.search(r"[^\W\d_]", re.sub(r"\{\w+\}", "", text)))


def _texts_of_call(call: ast.Call, named: Mapping[str, set[str]], file: str) -> Iterator[Text]:
    name = call.func.id if isinstance(call.func, ast.Name) else f".{getattr(call.func, 'attr', '')}"
    if name in COUNTING and len(call.args) == 3:
        for one, many in zip(_texts_of(call.args[1], named), _texts_of(call.args[2], named), strict=True):
            yield Text(one, file, many)
    for place in SPEAKERS.get(name, ()):
        if place < len(call.args):
            yield from (Text(text, file) for text in _texts_of(call.args[place], named))


def _texts_of_attributes(owner: ast.ClassDef, file: str) -> Iterator[Text]:
    for node in owner.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) if name in ATTRIBUTES:
                yield from (Text(text, file) for text in _texts_of(node.value, {}) if text)


def _texts_of(node: ast.expr, named: Mapping[str, set[str]]) -> Iterator[str]:
    """The texts that an argument may stand for: a literal, one of two, or a name that is given one, in its module or in
    the one that it is imported from."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp():
            yield from _texts_of(node.body, named)
            yield from _texts_of(node.orelse, named)
        case ast.Name():
            yield from sorted(named.get(node.id, ()))


def _named_in(tree: ast.AST) -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, set()).update(_texts_of(node.value, {}))
    return named


def _imported_in(tree: ast.AST, root: Path) -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            origin = root.joinpath(*(node.module or "").split(".")).with_suffix(".py")
            texts = _named_in(ast.parse(origin.read_text(encoding="utf-8"))) if origin.is_file() else {}
            for alias in node.names:
                named.setdefault(alias.asname or alias.name, set()).update(texts.get(alias.name, ()))
    return named
