"""Approvals: what people were asked before a revision is posted, and what they decided."""

from collections.abc import Mapping
from typing import Literal

import psycopg

from bookkeeping.approvals import Reason, Standing, questions
from bookkeeping.cash_box import CashBox
from bookkeeping.sentence import Sentence
from store import ledger, reconciliation
from store.ledger import Revision
from store.session import named

_sql = named("approvals")

Decision = Literal["approved", "rejected", "timed out"]


def standing(connection: psycopg.Connection, revision: Revision) -> Standing:
    """What the rules look at, as it stands now; nothing of it is asked of any vendor."""
    row = _sql.standing(
        connection, box=revision.box, business_date=revision.business_date, revision_id=revision.revision_id
    )
    # What the ERP says comes after posting; here only what is known before.
    differences = [
        row.left_net - row.right_net
        for row in reconciliation.compare_day(connection, revision)
        if row.right != "ERP" and not row.agrees
    ]
    return Standing(
        total=row.total,
        sends=row.unposted or bool(ledger.superseded(connection, revision)),
        corrects=row.corrects,
        first_day=row.first_day,
        released_rows=row.released,
        difference=max(map(abs, differences), default=None),
    )


def approved(connection: psycopg.Connection, revision: Revision) -> set[Reason]:
    """The reasons for which a person has approved this very revision."""
    return {Reason(row.reason) for row in _sql.approved(connection, revision_id=revision.revision_id)}


def unapproved(connection: psycopg.Connection, box: CashBox, revision: Revision) -> dict[Reason, Sentence]:
    """Why a person must still approve this very revision before it is posted, each reason with its sentence."""
    known = approved(connection, revision)
    asked = questions(box.approvals, standing(connection, revision), box.currency)
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
                asked=sentence,
                run=run,
            )


def decide(connection: psycopg.Connection, revision: Revision, run: str, decision: Decision, by: str | None) -> bool:
    """Answers what a DAG run asked about the day; ``by`` is the Airflow user, None where nobody answered in time.

    False where that was about other books than ``revision``: they changed since, or nothing was asked.
    """
    decided = _sql.decide(
        connection,
        box=revision.box,
        business_date=revision.business_date,
        run=run,
        decision=decision,
        decided_by=by,
    )
    return {row.revision_id for row in decided} == {revision.revision_id}
