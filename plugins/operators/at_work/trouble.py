"""Errors that are none of ours (of the database, of a library, of the program): what people are told of them.

Such an error's own text may quote whole rows, with people's names in them. So it never reaches a person, a log or an
alert: a step says box, day, what it was about, and where the books stand. What helps to find the cause (kind, place in
the program, table and column, never a value) goes to the log at level debug.
"""

import traceback
from typing import TYPE_CHECKING

import psycopg
from airflow.sdk.exceptions import AirflowException

from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.refusal import Refused
from cierre.language.say import say
from cierre.ports.errors import VendorError

if TYPE_CHECKING:
    from airflow.sdk.types import Logger

PASSING = ("08", "40", "53", "55", "57", "58")
"""Classes of PostgreSQL's error codes for what passes: connection, conflict, resources, lock, operator."""

OF_THE_DATA = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, RecursionError)
"""Errors of Python's and of libraries that come back however often the same is done."""


def is_ours(error: BaseException) -> bool:
    """Whether an error's text is written for people and quotes no row."""
    return isinstance(error, (VendorError, AirflowException, MappingError, Refused)) or is_told(error)


def is_told(error: BaseException) -> bool:
    """Whether an error says a Sentence."""
    return bool(error.args) and isinstance(error.args[0], Sentence)


def may_pass(error: BaseException) -> bool:
    """Whether doing the same again may work."""
    if isinstance(error, psycopg.Error):
        lost = error.sqlstate is None and isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
        return lost or (error.sqlstate or "")[:2] in PASSING
    return not isinstance(error, OF_THE_DATA)


def what_happened(error: BaseException) -> Sentence:
    """The error in a part of a sentence, without its own words."""
    code = type(error).__name__
    if not isinstance(error, psycopg.Error):
        return Sentence("the program met an error ({code})", code=code)
    if error.sqlstate:
        code = f"{error.sqlstate} {code}"
    if may_pass(error):
        return Sentence("the database could not do it just now ({code})", code=code)
    return Sentence("the database refused it ({code})", code=code)


def why(error: BaseException, about: str) -> Sentence:
    """The error as a sentence that can be said in any language, for the record; ``about``: what was being done."""
    sentence = getattr(error, "sentence", None) or str(error)
    if isinstance(sentence, Sentence):
        return sentence
    if is_told(error):
        told: Sentence = error.args[0]
        return told
    if isinstance(error, (AirflowException, MappingError)):
        return Sentence("{told}", told=sentence)
    return Sentence("{about}, and {what}", about=Sentence(about), what=what_happened(error))


def note_details(log: "Logger", error: BaseException) -> None:
    """Writes to the log, at level debug, what helps to find the cause and quotes no value."""
    frames = (f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__))
    diagnosis = getattr(error, "diag", None)
    names = ("sqlstate", "schema_name", "table_name", "column_name", "datatype_name", "constraint_name")
    place = {name: value for name in names if (value := getattr(diagnosis, name, None))}
    text = "Details of the error {kind}, without contents of rows: {found}\n{frames}"
    log.debug(say(text, kind=type(error).__name__, found=place or "", frames="\n".join(frames)))


def cut_chain(error: BaseException) -> None:
    """Takes off what Airflow would print after an error of ours: causes that are not, whose texts may quote rows."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if before is None:
            return
        if not is_ours(before):
            error.__cause__ = None  # which also keeps the context from being printed
            return
        error = before
