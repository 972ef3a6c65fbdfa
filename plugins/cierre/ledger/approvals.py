"""Approvals: what people were asked before a revision is posted, and what they decided."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg

from cierre.bookkeeping import approvals as rules
from cierre.bookkeeping.answers import Answer, Asked
from cierre.bookkeeping.approvals import Approval, Proposal, Reason, Standing
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import Books, Origin, Target
from cierre.bookkeeping.second_look import Outcome, goes_unasked
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import looks, reconciliation, revisions, sign_offs, signing, takeovers
from cierre.ledger.revisions import Revision
from cierre.ledger.sentences import stored
from cierre.ledger.statements import Change, Row, RowOrNone, Rows, Statements, Value, ValueOrNone
from cierre.ledger.takeovers import Doubt


class _StandingRow(NamedTuple):
    total: Decimal
    unposted: bool
    corrects: bool
    first_day: bool
    entry_date: date | None


class _BooksRow(NamedTuple):
    source: str
    site: str | None
    connection: str
    key: str | None
    tenant: str | None
    lot: str | None
    currency: str | None


class _Approved(NamedTuple):
    reason: str
    decided_by: str
    ran_by: list[str]


class _Question(NamedTuple):
    approval_id: int
    revision_id: int
    reason: str
    asked: Sentence


class _Sql(Statements):
    standing: Row[_StandingRow]
    moved: Value[Decimal]
    released: Value[int]
    unusual: Value[int]
    books: Row[_BooksRow]
    standing_books: Rows[_BooksRow]
    last_currency: ValueOrNone[str]
    approved: Rows[_Approved]
    ask: Change
    give_up: Change
    open_in: Rows[_Question]
    decide: Change
    last_asked: RowOrNone[Asked]
    leave: Change


_sql = _Sql.of("approvals")


def standing(connection: psycopg.Connection, box: CashBox, revision: Revision) -> Standing:
    """What the rules look at, as it stands now; nothing of it is asked of any vendor.

    What only rules of the box's file look at, and what takes long to count, is left out where the box has no such rule.
    """
    place = {"box": revision.box, "business_date": revision.business_date}
    row = _sql.standing(connection, **place, revision_id=revision.revision_id, site=revision.site)
    doubts = takeovers.open_doubts(connection, revision)
    signed = tuple(
        one._replace(at=one.at.astimezone(box.zone))
        for one in sign_offs.signed_months(
            connection, revision.box, box.company, (revision.business_date, row.entry_date)
        )
    )
    is_open = row.entry_date in (None, revision.business_date) and not signed
    return Standing(
        total=row.total,
        sends=row.unposted or bool(revisions.superseded(connection, revision)),
        corrects=row.corrects,
        first_day=row.first_day,
        released_rows=_sql.released(connection, **place) if box.approvals.two_forms else 0,
        unusual_invoices=_sql.unusual(connection, **place) if box.approvals.unusual_vat else 0,
        difference=None if box.approvals.discrepancy_up_to is None else _difference(connection, revision),
        books=_books(box, _sql.books(connection, revision_id=revision.revision_id)),
        standing=tuple(
            _books(box, books)
            for books in _sql.standing_books(connection, **place, revision_id=revision.revision_id, site=revision.site)
        ),
        last_currency=_sql.last_currency(connection, box=revision.box, revision_id=revision.revision_id),
        day=revision.business_date,
        entry_date=row.entry_date,
        doubts=tuple((one.document, one.address) for one in doubts if not _is_left(one, revision)),
        left_doubts=tuple(one.address for one in doubts if _is_left(one, revision)),
        proposal=_proposal(connection, box, revision, is_open=is_open),
        signed=signed,
    )


def _is_left(doubt: Doubt, revision: Revision) -> bool:
    """Whether it is in a lot that the books do not go to any more."""
    return (doubt.address.tenant, doubt.address.lot) != (revision.tenant, revision.lot)


def _proposal(connection: psycopg.Connection, box: CashBox, revision: Revision, *, is_open: bool) -> Proposal | None:
    """The correction that a look had prepared, where a person must approve it: always where the look said so; else
    where the box's file does not allow any more what is to be posted by now."""
    look = looks.proposed(connection, revision.box, revision.business_date)
    if look is None:
        return None
    if look.outcome is not Outcome.CORRECTED:
        return Proposal(len(look.found), look.size)
    day = revision.business_date
    moved = _sql.moved(connection, box=revision.box, business_date=day, revision_id=revision.revision_id)
    locks = box.erp.locks_on(day)
    is_open = is_open and (locks is None or datetime.now(box.zone).date() < locks)
    if goes_unasked(box.second_look, max(look.size, moved), is_open=is_open):
        return None
    return Proposal(len(look.found), look.size, moved)


def _difference(connection: psycopg.Connection, revision: Revision) -> Decimal | None:
    """The largest between source, staging and journal. What the ERP says comes after posting."""
    differences = [
        row.left_net - row.right_net
        for row in reconciliation.compare_day(connection, revision)
        if row.right != "ERP" and not row.agrees
    ]
    return max(map(abs, differences), default=None)


def _books(box: CashBox, row: _BooksRow) -> Books:
    """Books of a day; those without entries would belong to what the box's file says."""
    return Books(
        Origin(row.source, row.site, row.connection, row.key),
        Target(row.tenant or box.erp.tenant, row.lot or box.erp.lot),
        row.currency or box.currency,
    )


def approved(connection: psycopg.Connection, box: CashBox, revision: Revision) -> set[Reason]:
    """The reasons that persons who may have approved of this very revision, or, where that hangs on no date, of one of
    the same books that it only gives another date to. Who may is judged by the box's rules as they are now, from the
    record alone."""
    rows = _sql.approved(connection, revision_id=revision.revision_id)
    answers = [Approval(Reason(row.reason), row.decided_by, frozenset(row.ran_by)) for row in rows]
    return rules.approved(box.approvals, answers)


def unapproved(connection: psycopg.Connection, box: CashBox, revision: Revision) -> dict[Reason, Sentence]:
    """Why a person must still approve this very revision before it is posted, each reason with its sentence."""
    # What is in doubt is asked again where there are new doubts.
    known = approved(connection, box, revision) - {Reason.TAKE_OVER, Reason.OLD_LOT}
    asked = rules.questions(box.approvals, standing(connection, box, revision), box.currency)
    return {reason: sentence for reason, sentence in asked.items() if reason not in known}


def ask(connection: psycopg.Connection, revision: Revision, open_questions: Mapping[Reason, str], run: str) -> None:
    """Puts questions on the record, asked in a DAG run; what is open already is not asked twice there.

    Open questions about earlier books of the day are closed: an answer to this one must not count for those.
    """
    with connection.transaction():
        _sql.give_up(
            connection, box=revision.box, business_date=revision.business_date, revision_id=revision.revision_id
        )
        for reason, sentence in open_questions.items():
            _sql.ask(
                connection,
                box=revision.box,
                business_date=revision.business_date,
                revision_id=revision.revision_id,
                reason=reason,
                asked=stored(sentence),
                run=run,
            )


def last_asked(connection: psycopg.Connection, box: str, day: date, run: str) -> Asked | None:
    """What a DAG run asked last about a day; None where it has not."""
    return _sql.last_asked(connection, box=box, business_date=day, run=run)


def leave(connection: psycopg.Connection, box: str, day: date, run: str, answer: Answer) -> None:
    """Puts a person's answer on the record that decides nothing: the books that were asked about are no longer the
    day's, or the person may not approve."""
    _sql.leave(connection, box=box, business_date=day, run=run, **_given(answer))


def decide(connection: psycopg.Connection, revision: Revision, run: str, answer: Answer) -> bool:
    """Answers what a DAG run asked about the day.

    An approval to take a lot over, or to leave to others what stands in one that the box has left, is put on record
    there, too (cierre.ledger.takeovers). False where that was about other books than ``revision``: they changed since,
    or nothing was asked.
    """
    with connection.transaction():
        asked = list(_sql.open_in(connection, box=revision.box, business_date=revision.business_date, run=run))
        same = {row.revision_id for row in asked} == {revision.revision_id}
        for row in asked:
            said = (row.approval_id, row.revision_id, row.reason, run, answer.decision, answer.by)
            _sql.decide(
                connection,
                approval_id=row.approval_id,
                decision=answer.decision,
                signature=signing.signature(connection, "answer", *said, *_signed(answer)),
                **_given(answer),
            )
            if not (same and answer.decision == "approved"):
                continue
            if row.reason == Reason.TAKE_OVER:
                takeovers.take_over(
                    connection, revision.site, revision.tenant, revision.lot, by=answer.by, why=row.asked
                )
            if row.reason == Reason.OLD_LOT:
                _leave_to_others(connection, revision, row.asked)
    return same


def _leave_to_others(connection: psycopg.Connection, revision: Revision, asked: Sentence) -> None:
    """Where more is in doubt now than was asked about, nothing is left yet, and it is asked again."""
    left = [one for one in takeovers.open_doubts(connection, revision) if _is_left(one, revision)]
    if rules.about_old_lot(one.address for one in left) == asked:
        takeovers.leave_to_others(connection, left)


def _given(answer: Answer) -> dict[str, Any]:
    return {"decided_by": answer.by, "ran_by": sorted(answer.ran_by), "comment": answer.comment or None}


def _signed(answer: Answer) -> list[str]:
    """Who ran the run, and the comment, which is on a line of its own: no user's name has lines."""
    return [*sorted(answer.ran_by), *([f"\n{answer.comment}"] if answer.comment else [])]
