"""News: what a company's people are told once, as soon as a message can be sent."""

from collections import defaultdict
from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

import psycopg

from cierre.ledger.statements import Change, Rows, Statements


class Kind(StrEnum):
    """What people are told of, and so whose number ``subject`` is."""

    LOOK = "look"
    LATE_CHANGE = "late change"
    MASTER_FINDING = "master finding"
    TIE_OUT = "tie-out"


class _UntoldRow(NamedTuple):
    company: str
    subject: int


class _Sql(Statements):
    add: Change
    untold: Rows[_UntoldRow]
    settle: Change


_sql = _Sql.of("news")


def add(connection: psycopg.Connection, kind: Kind, subjects: Collection[int], companies: Collection[str]) -> None:
    """Notes that companies are to be told of subjects; in the transaction that keeps these."""
    _sql.add(connection, kind=kind, subjects=list(subjects), companies=list(companies))


def untold(connection: psycopg.Connection, kind: Kind) -> dict[str, list[int]]:
    """What companies are still to be told of a kind, oldest first."""
    subjects = defaultdict[str, list[int]](list)
    for company, subject in _sql.untold(connection, kind=kind):
        subjects[company].append(subject)
    return subjects


def settle(connection: psycopg.Connection, kind: Kind, company: str, subjects: Collection[int]) -> None:
    """Records that a company need not be told of subjects any more: it was, or they do not hold now."""
    _sql.settle(connection, kind=kind, company=company, subjects=list(subjects))
