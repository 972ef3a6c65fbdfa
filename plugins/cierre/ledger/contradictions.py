"""What the ledger says of its days that its own rows contradict, though every link holds.

Whoever writes as the application writes is sealed as everybody is. So a reconciliation is compared again, an answer
must have been asked for, and what the code signs must be signed.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

import psycopg

from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import reconciliation, revisions
from cierre.ledger.signing import is_signed
from cierre.ledger.statements import Rows, Statements


class Contradiction(NamedTuple):
    """A reconciliation, a posting or an answer (``subject``) of a box's day that cannot be so, and why."""

    box: str
    business_date: date
    why: Sentence
    subject: int


class _Contradicted(NamedTuple):
    box: str
    business_date: date
    why: str
    subject: int


class Signatures(NamedTuple):
    """How many rows the code signed, how many are without a signature, and which are signed wrongly, or not though
    others were before."""

    signed: int
    unsigned: int
    wrong: list[Contradiction]


class _Reconciled(NamedTuple):
    box: str
    business_date: date
    run_id: int
    revision_id: int


class _ToBeSigned(NamedTuple):
    box: str
    business_date: date
    what: str
    subject: int
    signature: str | None
    said: list[str]
    sealed_at: datetime


class _Sql(Statements):
    contradictions: Rows[_Contradicted]
    last_reconciled: Rows[_Reconciled]
    to_be_signed: Rows[_ToBeSigned]


_sql = _Sql.of("contradictions")


def contradictions(connection: psycopg.Connection) -> Iterator[Contradiction]:
    """All that is known without a key. Call it within seals.as_of_one_instant."""
    for one in _sql.contradictions.stream(connection, 1000):
        yield Contradiction(one.box, one.business_date, _why(one.why, one.subject), one.subject)
    for run in _sql.last_reconciled.stream(connection, 1000):
        if not _has_the_figures_of_the_rows(connection, run):
            yield Contradiction(run.box, run.business_date, _why("other figures", run.run_id), run.run_id)


def _has_the_figures_of_the_rows(connection: psycopg.Connection, run: _Reconciled) -> bool:
    """Whether a day's last reconciliation compared what stands there now; what it read in the ERP comes after that."""
    revision = revisions.current(connection, run.box, run.business_date)
    if revision is None:
        return False
    try:
        now = reconciliation.compare_day(connection, revision)
    except ValueError:  # a kind of document that there is none of
        return False
    return reconciliation.comparisons_of(connection, run.run_id)[: len(now)] == now


def _why(code: str, subject: int) -> Sentence:
    return Sentence(WHY[code], subject=subject)


WHY = {
    "compared nothing": "reconciliation {subject} compared nothing",
    "differs": "reconciliation {subject} says that the day agrees, and its own figures do not",
    "other figures": "reconciliation {subject} has other figures than the rows that it compared",
    "not acknowledged": "posting {subject} is confirmed, and nobody acknowledged it",
    "answered before it was asked": "approval {subject} was answered before it was asked",
    "answered by nobody": "approval {subject} was given by nobody",
    "signed what there never was": "sign-off {subject} has figures or a head of a chain that there never were",
    "signed nothing": "sign-off {subject} has no day",
}
"""What is said of a contradiction, by its code in the statement."""


def signatures(connection: psycopg.Connection, public_key: str | None) -> Signatures:
    """Whether what the code signs is signed; without a public key, only whether there are signatures at all. What came
    before the first signature need not be. Call it within seals.as_of_one_instant."""
    signed, unsigned, wrong = 0, 0, []
    for row in _sql.to_be_signed.stream(connection, 1000):
        of_row = {"what": Sentence(row.what), "subject": row.subject}
        if row.signature is None:
            unsigned += 1
            why = Sentence("{what} {subject} is not signed", **of_row) if signed else None
        else:
            signed += 1
            right = public_key is None or is_signed(public_key, row.signature, row.what, *row.said)
            other = "{what} {subject} is signed by another key, or was changed"
            why = None if right else Sentence(other, **of_row)
        if why:
            wrong.append(Contradiction(row.box, row.business_date, why, row.subject))
    return Signatures(signed, unsigned, wrong)
