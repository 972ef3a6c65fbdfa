"""Problems: why staged days could not be booked, as derive last found it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from cierre.bookkeeping.money import quantum
from cierre.bookkeeping.problems import Problem, ProblemKind
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger.sentences import stored
from cierre.ledger.session import copy
from cierre.ledger.statements import Change, Rows, Statements


@dataclass(frozen=True, slots=True)
class StoppedDay:
    """One problem of a box's day, the mapping it was found with, and when."""

    box: str
    business_date: date
    mapping: str
    found_at: datetime
    problem: Problem


@dataclass(frozen=True, slots=True)
class UnbookedDay:
    """A staged day that is not booked. ``quarantined``: rows of it must be corrected in the source first."""

    box: str
    business_date: date
    staged_at: datetime
    quarantined: bool


class _ProblemRow(NamedTuple):
    box: str
    business_date: date
    mapping: str
    kind: str
    posting: str
    attributes: dict[str, str]
    documents: int
    amount: Decimal
    currency: str
    examples: list[str]
    message: Sentence
    fix: Sentence
    mapping_table: str
    found_at: datetime


class _Sql(Statements):
    clear: Change
    unbooked: Rows[UnbookedDay]
    stopped: Rows[_ProblemRow]


_sql = _Sql.of("problems")


def replace(connection: psycopg.Connection, box: str, day: date, mapping: str, problems: Sequence[Problem]) -> None:
    """What derive found of a staged day replaces what it found before; nothing, where the day can be booked."""
    with connection.transaction():
        _sql.clear(connection, box=box, business_date=day)
        copy(
            connection,
            "staging.problem (box, business_date, problem, mapping, kind, posting, attributes, documents, amount,"
            " currency, examples, message, fix, mapping_table)",
            (
                (box, day, number, mapping, problem.kind, problem.posting, Jsonb(dict(problem.attributes)),
                 problem.count, problem.amount, problem.currency, list(problem.documents),
                 stored(problem.message), stored(problem.fix), problem.table)
                for number, problem in enumerate(problems, start=1)
            ),
        )  # fmt: skip


def stopped(connection: psycopg.Connection) -> list[StoppedDay]:
    """All problems that stop days now, by box and day, each as derive last found it."""
    return [
        StoppedDay(row.box, row.business_date, row.mapping, row.found_at, _problem(row))
        for row in _sql.stopped(connection)
    ]


def unbooked(connection: psycopg.Connection) -> list[UnbookedDay]:
    """The staged days that were never booked, or that derive last refused, by box and day."""
    return list(_sql.unbooked(connection))


def _problem(row: _ProblemRow) -> Problem:
    return Problem(
        kind=ProblemKind(row.kind),
        posting=row.posting,
        attributes=tuple(sorted(row.attributes.items())),
        count=row.documents,
        amount=row.amount.quantize(quantum(row.currency)),
        currency=row.currency,
        documents=tuple(row.examples),
        message=row.message,
        fix=row.fix,
        table=row.mapping_table,
    )
