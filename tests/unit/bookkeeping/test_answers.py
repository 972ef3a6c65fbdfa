from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cierre.bookkeeping.answers import Answer, Asked, why_not_approved

NOON = datetime(2024, 9, 7, 12, tzinfo=UTC)
YES = Answer("Ana", yes=True, at=NOON)
OPEN = Asked(revision_id=7, asked_at=NOON - timedelta(hours=1), decision=None, decided_by=None)


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        (YES, "approved"),
        (replace(YES, yes=False), "rejected"),
        (replace(YES, by=None), "timed out"),  # whatever Airflow's default would be
        (replace(YES, by=None, yes=False), "timed out"),
    ],
)
def test_only_a_persons_yes_approves(answer, decision):
    assert answer.decision == decision


@pytest.mark.parametrize("at", [OPEN.asked_at, NOON])
def test_an_open_question_is_answered_by_what_came_after_it(at):
    assert OPEN.is_answered_by(replace(YES, at=at), revision_id=7)


@pytest.mark.parametrize(
    ("asked", "revision_id"),
    [
        (OPEN, 8),
        (replace(OPEN, asked_at=NOON + timedelta(seconds=1)), 7),
        (replace(OPEN, decision="approved", decided_by="Luis"), 7),
        (replace(OPEN, decision="timed out"), 7),
    ],
    ids=["other books", "asked after the answer", "decided already", "closed already"],
)
def test_no_other_question_is_answered(asked, revision_id):
    assert not asked.is_answered_by(YES, revision_id)


@pytest.mark.parametrize(
    ("outcome", "refused"),
    [("rejected", True), ("timed out", True), ("approved", False), ("not taken", False), (None, False)],
)
def test_books_were_refused_by_a_no_or_by_nobody_and_no_others_were(outcome, refused):
    asked = replace(OPEN, decision=outcome)
    assert asked.was_refused(7) is refused
    assert not asked.was_refused(8)


def test_why_books_are_not_approved_names_who_or_says_that_nobody_answered():
    assert str(why_not_approved("rejected", "Ana")) == "Ana rejected it"
    assert str(why_not_approved("timed out", None)) == "nobody answered within 3 days"
    assert "approval is of other books" in str(why_not_approved("approved", "Ana"))
    assert str(why_not_approved("not taken", None)).startswith("? answered")
