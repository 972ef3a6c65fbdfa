"""Proposed changes of account mappings and of accountants' other files: who proposed and decided, what was written,
which days a version booked."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from cierre.ledger.statements import Change, RowOrNone, Rows, Statements, Value, ValueOrNone

MOST = 50
"""Proposals, or versions, that a list has at most: the newest."""


class ProposalRow(NamedTuple):
    """A proposal with its decision, and with what was written; None where there is none yet.

    ``changes`` are those of cierre.accounting_files.changes, as JSON; ``mapping`` is what
    cierre.accounting_files.saved_file calls the file, a mapping's name or that of another file.
    """

    proposal_id: int
    mapping: str
    file_sha256: str
    changes: Any
    question: Any
    what_if: Any
    proposed_by: str
    proposed_at: datetime
    decision: str | None
    decided_by: str | None
    four_eyes: bool | None
    comment: str | None
    decided_at: datetime | None
    how: str | None
    written_sha256: str | None
    mapping_digest: str | None
    commit: str | None
    written_at: datetime | None


class Version(NamedTuple):
    """What a mapping said once, by its digest: since when it booked, and which days."""

    mapping_digest: str
    first_used_at: datetime
    days: int
    first_day: date
    last_day: date


class Used(NamedTuple):
    """Staged documents with a value of an attribute."""

    value: str
    currency: str
    documents: int
    net: Decimal
    days: int
    last_day: date


class _Sql(Statements):
    add: Value[int]
    decide: ValueOrNone[int]
    note_write: Change
    lock_mapping: Value[bool]
    proposal: RowOrNone[ProposalRow]
    proposals_of: Rows[ProposalRow]
    proposals_of_other_files: Rows[ProposalRow]
    versions: Rows[Version]
    used: Rows[Used]


_sql = _Sql.of("mapping_proposals")


def add(
    connection: psycopg.Connection,
    mapping: str,
    file_sha256: str,
    changes: Sequence[dict[str, Any]],
    what_if: dict[str, Any],
    by: str,
    question: dict[str, Any] | None = None,
) -> int:
    """Puts a proposal on the record; returns its number."""
    return _sql.add(
        connection,
        mapping=mapping,
        file_sha256=file_sha256,
        changes=Jsonb(list(changes)),
        question=None if question is None else Jsonb(question),
        what_if=Jsonb(what_if),
        proposed_by=by,
    )


def decide(
    connection: psycopg.Connection,
    proposal_id: int,
    decision: Literal["accepted", "refused", "withdrawn"],
    by: str,
    *,
    four_eyes: bool,
    comment: str | None = None,
) -> bool:
    """Puts a decision on the record; False where somebody decided before. Raises psycopg.errors.CheckViolation where
    this person may not: her own proposal, where another must accept it; somebody else's, to withdraw it."""
    given = {"decision": decision, "decided_by": by, "four_eyes": four_eyes, "comment": comment}
    return _sql.decide(connection, proposal_id=proposal_id, **given) is not None


def note_write(
    connection: psycopg.Connection,
    proposal_id: int,
    how: Literal["committed", "written", "patch"],
    file_sha256: str,
    mapping_digest: str | None,
    commit: str | None = None,
) -> None:
    """Puts on the record what became of an accepted proposal; without a digest where no mapping books by it."""
    _sql.note_write(
        connection,
        proposal_id=proposal_id,
        how=how,
        file_sha256=file_sha256,
        mapping_digest=mapping_digest,
        commit=commit,
    )


def lock_mapping(connection: psycopg.Connection, mapping: str) -> None:
    """Waits until nobody else writes the file for a board; holds until the transaction ends."""
    _sql.lock_mapping(connection, mapping=mapping)


def proposal(connection: psycopg.Connection, proposal_id: int) -> ProposalRow | None:
    """A proposal by its number; None where there is none."""
    return _sql.proposal(connection, proposal_id=proposal_id)


def proposals_of(connection: psycopg.Connection, mappings: Collection[str], most: int = MOST) -> list[ProposalRow]:
    """The newest proposals of some mappings, newest first."""
    return list(_sql.proposals_of(connection, mappings=list(mappings), most=most))


def proposals_of_other_files(connection: psycopg.Connection, most: int = MOST) -> list[ProposalRow]:
    """The newest proposals for files that are no mapping's, newest first."""
    return list(_sql.proposals_of_other_files(connection, most=most))


def versions(connection: psycopg.Connection, mapping: str, boxes: Collection[str]) -> list[Version]:
    """The versions of a mapping that booked days of some boxes, the newest first."""
    return list(_sql.versions(connection, mapping=mapping, boxes=list(boxes), most=MOST))


def used(connection: psycopg.Connection, boxes: Collection[str], by: str, since: date) -> list[Used]:
    """Staged documents of some boxes from a day on, by the value of an attribute and by currency."""
    return list(_sql.used(connection, boxes=list(boxes), by=by, since=since))
