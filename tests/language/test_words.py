"""The catalogues beside the code: whoever says something new is told here what its Spanish is missing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from airflow.utils.state import DagRunState, TaskInstanceState
from airflow.utils.types import DagRunType

from cierre.board.states import STATES
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.evidence import Grade
from cierre.bookkeeping.journal import Side
from cierre.bookkeeping.read_back import Code
from cierre.language.language import catalogue
from cierre.ledger.capabilities import OBSTACLES
from cierre.ports.errors import DataError, FatalError, RetriableError, UncertainError
from hooks.bsale import words as bsale_shapes
from hooks.sga import words as sga_shapes
from hooks.sga.words import NO_CASH
from hooks.sge import rows as sge_rows
from hooks.zeta import words as zeta_shapes
from operators.approve import ApproveOperator
from operators.derive import DeriveOperator
from operators.land import LandOperator
from operators.post import PostOperator
from operators.reconcile import ReconcileOperator
from operators.stage import StageOperator

PLUGINS = Path(__file__).parents[2] / "plugins"
SPANISH = catalogue("es")

STEPS = (LandOperator, StageOperator, DeriveOperator, ApproveOperator, PostOperator, ReconcileOperator)

SPEAKERS = {
    **dict.fromkeys(("say", "Sentence", "_", ".language"), (0,)),
    **dict.fromkeys(("Unbookable", "_Unbookable"), (1,)),
    "counted": (1, 2),
    "Refused": (2,),
}
"""Who says a text (``.language``: the method of a page), and which of its arguments are texts."""

IN_TEMPLATES = re.compile(r"""\b_\(\s*"((?:[^"\\]|\\.)*)\"""")


def texts_of(node: ast.expr, named: dict[str, set[str]]) -> Iterator[str]:
    """The texts that an argument may stand for: a literal, one of two, or a name that is given one, in its module or in
    the one that it is imported from."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp():
            yield from texts_of(node.body, named)
            yield from texts_of(node.orelse, named)
        case ast.Name():
            yield from named.get(node.id, ())


def named_in(tree: ast.AST) -> dict[str, set[str]]:
    """The texts that a module gives names to."""
    named: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, set()).update(texts_of(node.value, {}))
    return named


def said_in(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = named_in(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            origin = PLUGINS.joinpath(*(node.module or "").split(".")).with_suffix(".py")
            texts = named_in(ast.parse(origin.read_text(encoding="utf-8"))) if origin.is_file() else {}
            for alias in node.names:
                named.setdefault(alias.asname or alias.name, set()).update(texts.get(alias.name, ()))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", f".{getattr(node.func, 'attr', '')}")
            places = SPEAKERS.get(name, ())
            if len(node.args) > max(places, default=-1):
                for place in places:
                    yield from texts_of(node.args[place], named)


def needs_words(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]", re.sub(r"\{\w+\}", "", text)))


SAID = {
    *(text for file in PLUGINS.rglob("*.py") for text in said_in(file)),
    *(text for file in PLUGINS.rglob("*.html") for text in IN_TEMPLATES.findall(file.read_text(encoding="utf-8"))),
}


def test_everything_that_is_said_has_its_spanish():
    assert len(SAID) > 300
    assert sorted(text for text in SAID if needs_words(text) and text not in SPANISH) == []


AS_THEY_COME = {
    *Kind,
    *(f"{kind}s" for kind in Kind),
    *(side.name.lower() for side in Side),
    *(reason for source in (bsale_shapes, sga_shapes, sge_rows, zeta_shapes) for reason in source.Reason),
    *NO_CASH.values(),
    *(text for step in STEPS for text in (step.about, step.books_stand)),
    *OBSTACLES.values(),
    *(text for grade in Grade for text in (grade, grade.meaning)),
    *(code.word for code in Code),
    *(text for state in STATES.values() for text in (state.word, state.meaning)),
    *(error.advice for error in (RetriableError, FatalError, UncertainError, DataError)),
    *("reconciled", "no activity", "discrepancy", "open", "not read", "uncertain"),
    "not taken",
    *("in all", "entries", "lines", "landed", "staged", "journal", "ERP", "unattested"),
}
"""What is said without standing as a text where it is said."""


def test_words_of_the_books_have_their_spanish():
    assert sorted(word for word in AS_THEY_COME if word.replace("_", " ") not in SPANISH) == []


def test_every_spanish_text_is_of_something_that_is_said():
    literals = {
        node.value
        for file in PLUGINS.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    of_airflow = (*TaskInstanceState, *DagRunState, *DagRunType)
    known = SAID | {word.replace("_", " ") for word in (*literals, *AS_THEY_COME, *of_airflow)}
    assert sorted(SPANISH.keys() - known) == []


def test_a_translation_has_the_same_values_to_fill_in():
    def values(text: str) -> set[str]:
        return set(re.findall(r"\{\w+\}", text))

    assert [english for english, spanish in SPANISH.items() if values(english) != values(spanish)] == []
