from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.answers import (
    LONGEST_COMMENT,
    Answer,
    Asked,
    objection_to_comment,
    on_one_line,
    why_not_approved,
)

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


@given(st.text(max_size=2000))
def test_a_comment_is_kept_on_one_line_of_signs_that_are_seen(text):
    kept = on_one_line(text)
    assert kept.isprintable()
    assert kept == " ".join(kept.split())
    assert on_one_line(kept) == kept


@pytest.mark.parametrize("nothing", [None, 3, [], {"a": "b"}, "", "\n \t", "\u202e\u200b\x00"])
def test_what_is_no_text_is_no_comment_and_a_rejection_needs_one(nothing):
    assert on_one_line(nothing) == ""
    assert objection_to_comment(False, "") is not None
    assert objection_to_comment(True, "") is None


def test_the_longest_comment_is_taken_and_one_sign_more_is_not():
    for yes in (True, False):
        assert objection_to_comment(yes, "ñ" * LONGEST_COMMENT) is None
        assert "501" in objection_to_comment(yes, "ñ" * (LONGEST_COMMENT + 1))
