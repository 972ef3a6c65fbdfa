"""Whether the person who looks at a month may sign it, or take a signature back."""

from dataclasses import dataclass

import psycopg
from sqlalchemy.orm import Session

from cierre.board.access import Viewer
from cierre.board.boxes import dags_of
from cierre.board.runners import people_who_ran_days
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.month_checklist import is_green
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.sign_off import digest, objection
from cierre.ledger import sign_offs
from cierre.reports.month.checklist import MonthChecklist
from cierre.reports.month.scope import Scope

NOT_GREEN = Sentence("something is missing: the month can be signed when no line of its checklist says so")
NOT_ALL = Sentence("a month is signed for all boxes of the company, by whoever may decide about each of them")


@dataclass(frozen=True, slots=True)
class Signing:
    """Whether the person who looks may sign a company's month.

    ``seen`` says what they would sign (cierre.bookkeeping.sign_off.digest); ``ran_by`` who had run closes of its days.
    ``may_decide``: whether they may decide about every box of the company; who may, may take a signature back, too.
    ``objection``: why they may not sign now, None where they may.
    """

    seen: str
    ran_by: frozenset[str]
    may_decide: bool
    objection: Sentence | None


def signing(month: MonthChecklist, viewer: Viewer, session: Session, *, whole: bool) -> Signing:
    """What a person may do about the month of a company's boxes; ``whole``: these are all of them."""
    boxes = [box for box in month.scope.boxes if isinstance(box, CashBox)]
    ids = {box.id for box in boxes}
    may_decide = whole and bool(ids) and viewer.may_decide(ids) == ids
    ran_by = _ran_by(month.scope, month.ledger, session) if may_decide else frozenset()
    return Signing(
        digest(month.days), ran_by, may_decide, _why_not(month, boxes, viewer, ran_by, may_decide=may_decide)
    )


def _why_not(
    month: MonthChecklist, boxes: list[CashBox], viewer: Viewer, ran_by: frozenset[str], *, may_decide: bool
) -> Sentence | None:
    if not may_decide:
        return NOT_ALL
    if not is_green(month.lines):
        return NOT_GREEN
    return objection((box.approvals for box in boxes), viewer.user.get_name(), ran_by)


def _ran_by(scope: Scope, ledger: psycopg.Connection, session: Session) -> frozenset[str]:
    """Who had run closes of the month's days: by Airflow's records, and by the answers that the ledger keeps."""
    by_airflow = people_who_ran_days(session.connection(), dags_of(scope.ids), scope.first, scope.last)
    return frozenset(by_airflow | sign_offs.ran_by(ledger, scope.ids, scope.first, scope.last))
