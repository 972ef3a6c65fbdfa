"""Whether landed answers, joined with their personal values, are still what came: for who has the key."""

import hashlib
from collections.abc import Iterator
from hmac import compare_digest
from typing import NamedTuple

import psycopg

from cierre.ledger import personal
from cierre.ledger.landing import keyed_hash
from cierre.ledger.statements import Rows, Statements


class _Answer(NamedTuple):
    snapshot_id: int
    answer: str | None
    body_was: str | None
    body: str


class _Sql(Statements):
    whole_answers: Rows[_Answer]


_sql = _Sql.of("whole_answers")


def changed_answers(connection: psycopg.Connection, key: bytes | None) -> Iterator[int]:
    """The first snapshot of each answer that is not what came. Call it within a transaction.

    Looked at are those of which nothing was erased, and which have a hash that can be checked: by ``key``, or, where
    they were converted, that of the text before.
    """
    for one in _sql.whole_answers.stream(connection, 20):
        text = personal.whole(connection, one.snapshot_id, one.body)
        if one.body_was:
            is_same = hashlib.sha256(text.encode()).hexdigest() == one.body_was
        else:
            is_same = key is None or one.answer is None or compare_digest(keyed_hash(text, key), one.answer)
        if not is_same:
            yield one.snapshot_id
