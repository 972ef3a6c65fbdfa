"""Mutations of answers: JSON with everything that JSON can hold, fields that stand twice included."""

import copy
import json
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any


class Object(list):
    """A JSON object as a list of [name, value], so that a name may stand in it more than once."""


class Literal(str):
    """A text that stands in the answer as it is, without quotes: ``NaN``, ``1e400``, ``35.300000000000004``."""


Node = Any
"""An Object, a list, or a value of JSON."""

Place = tuple[Node, int, str]
"""A container, the position in it, and the name of the field (empty in a list)."""


def parsed(text: str) -> Node:
    """An answer as a tree, its numbers as they are written."""
    return json.loads(
        text,
        object_pairs_hook=lambda pairs: Object(list(pair) for pair in pairs),
        parse_float=Literal,
        parse_int=Literal,
    )


def written(node: Node) -> str:
    """A tree as text. Control characters and half characters stand as escapes, as most writers of JSON do it."""
    if isinstance(node, Object):
        return "{" + ", ".join(f"{json.dumps(name)}: {written(value)}" for name, value in node) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(written, node)) + "]"
    return str(node) if isinstance(node, Literal) else json.dumps(node)


def places(node: Node) -> Iterator[Place]:
    """Every value below a node, where it stands."""
    for at, entry in enumerate(node if isinstance(node, list) else ()):
        name, value = entry if isinstance(node, Object) else ("", entry)
        yield node, at, name
        yield from places(value)


def somewhere(root: Node, random: Random, *, inner: float = 0.9) -> Place:
    """Any place below a node that is not empty, found by going down; ``inner`` is how likely it goes on."""
    node = root
    while True:
        at = random.randrange(len(node))
        place = (node, at, node[at][0] if isinstance(node, Object) else "")
        below = value_at(place)
        if not (isinstance(below, list) and below and random.random() < inner):
            return place
        node = below


def value_at(place: Place) -> Node:
    """What stands at a place."""
    node, at, _ = place
    return node[at][1] if isinstance(node, Object) else node[at]


def put(place: Place, value: Node) -> None:
    """Puts something else there."""
    node, at, _ = place
    if isinstance(node, Object):
        node[at][1] = value
    else:
        node[at] = value


TEXTS = (
    "", " ", "\x00", "Ana\x00", "\ud83d", "\udc00x", "\x07", "\x1b[31m", "\x7f", "\x9b", "a\nb", "\r\n", "\t", "\u2028",
    "\u202e",
    "null", "true", "NaN", "Infinity", "1e3", "1.234", "12.990", "1,234.50", "1.234,50", "1 234", "1_000", "١٢٣",
    "１２",
    "0x10", "-", "+5", "-5", "5.", ".5", "--", "€ 5", "0", "-0", "00", "2024-13-45", "0000-00-00", "31/02/2024", "now",
    "x" * 41, "x" * 300, "y" * 5000, "{about}", "{0}", "{}", "%s", "=1+1", "<b>", "'; --", "/", "..", "#", "ñ€–œ№",
    "👍", "e\u0301",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "-0.0", "1", "-1", "1.005", "990.5", "333.5", "0.1", "35.300000000000004", "1e3", "1E-7", "1e308",
    "1e400",
    "-1e999999", "1e999999999", "1e-999999999",
    "1e99999999999999999999", "999999999999999", "1000000000000000", "123456789012345678901234567890",
    "9" * 400, "9" * 5000, "0." + "1" * 300, "NaN", "Infinity", "-Infinity", "2147483648", "-9223372036854775809",
)  # fmt: skip


def _other_text(place: Place, random: Random, _root: Node) -> None:
    value, text = value_at(place), random.choice(TEXTS)
    put(place, value + text if isinstance(value, str) and random.random() < 0.5 else text)


def _other_number(place: Place, random: Random, _root: Node) -> None:
    put(place, Literal(random.choice(NUMBERS)))


def _other_digits(place: Place, random: Random, _root: Node) -> None:
    """A digit more, less or another, a point, a sign, in whatever stands there."""
    text = list(str(value_at(place)) if isinstance(value_at(place), str) else "0")
    at = random.randrange(len(text) + 1)
    text[at:at] = random.choice((".", ",", "-", "0", "9", "00", "5", " ", "e2"))
    made = "".join(text)
    put(place, Literal(made) if isinstance(value_at(place), Literal) and _is_number(made) else made)


def _null(place: Place, _random: Random, _root: Node) -> None:
    put(place, None)


def _other_type(place: Place, random: Random, _root: Node) -> None:
    value = value_at(place)
    made: list[Node] = [True, False, None, Object(), [], [value], Object([["valor", value]]), Literal("7"), "7"]
    if isinstance(value, Literal):
        made.append(str(value))
    elif isinstance(value, str) and _is_number(value):
        made.append(Literal(value))
    put(place, random.choice(made))


def _twice(place: Place, random: Random, root: Node) -> None:
    """A field twice: alike, or with another value."""
    node, at, name = place
    if isinstance(node, Object):
        node.insert(random.randrange(len(node) + 1), [name, copy.deepcopy(node[at][1])])
        if random.random() < 0.7:
            random.choice((_other_number, _other_text, _null))(place, random, root)
    else:
        node.insert(at, copy.deepcopy(node[at]))


def _missing(place: Place, _random: Random, _root: Node) -> None:
    del place[0][place[1]]


def _renamed(place: Place, random: Random, _root: Node) -> None:
    node, at, name = place
    if isinstance(node, Object):
        node[at][0] = random.choice((name.upper(), name.lower(), f"{name} ", f"{name}\x00", "", "\ud83d", name[::-1]))


def _moved(place: Place, random: Random, root: Node) -> None:
    """What stands somewhere else. Not a text alone: a name in the place of a code is a code for all that one knows."""
    other = value_at(somewhere(root, random, inner=0.6))
    if isinstance(other, (list, Literal, bool)):
        put(place, copy.deepcopy(other))


def _row_in_it(place: Place, random: Random, root: Node) -> None:
    """A whole row where a value should stand."""
    for _ in range(5):
        other = value_at(somewhere(root, random, inner=0.6))
        if isinstance(other, Object):
            put(place, copy.deepcopy(other))
            return


def _nested(place: Place, random: Random, _root: Node) -> None:
    value = value_at(place)
    for _ in range(random.choice((1, 2, 5, 50, 300))):
        value = random.choice(([value], Object([["a", value]])))
    put(place, value)


def _shuffled(place: Place, random: Random, _root: Node) -> None:
    random.shuffle(place[0])


MUTATIONS: tuple[Callable[[Place, Random, Node], None], ...] = (
    _other_text, _other_text, _other_number, _other_number, _other_digits, _null, _other_type, _other_type,
    _twice, _twice,
    _missing, _renamed, _moved, _row_in_it, _nested, _shuffled,
)  # fmt: skip


@contextmanager
def _room_for_nesting() -> Iterator[None]:
    """Trees that were nested three times are deeper than Python goes by itself; whoever reads them must say so."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit * 20)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def mutated(tree: bytes, random: Random) -> str:
    """The text of an answer (a ``frozen`` tree) in which one to three things are not as they were."""
    root = [pickle.loads(tree)]
    with _room_for_nesting():
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            if root:
                random.choice(MUTATIONS)(somewhere(root, random), random, root)
        text = written(root[0]) if root else ""
    if random.random() < 0.02:
        return text[: random.randrange(len(text) + 1)]
    if random.random() < 0.02:
        at = random.randrange(len(text) + 1)
        return text[:at] + random.choice(("\x00", "\t", "\n", '"', "{", "]", "\ufeff", "\\")) + text[at:]
    return text


def frozen(tree: Node) -> bytes:
    """A tree to be changed again and again, each time from the beginning."""
    return pickle.dumps(tree)


def _is_number(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return text[:1] in "-0123456789" and text != ""
