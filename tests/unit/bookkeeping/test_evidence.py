"""The grade of a day's evidence is that of its weakest document."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from cierre.bookkeeping.evidence import Grade, Posted, evidence

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def posted(read: float | None) -> Posted:
    return Posted(days_ago(30), None if read is None else days_ago(read))


@pytest.mark.parametrize(
    ("read", "grade", "since"),
    [
        ([None], Grade.ACKNOWLEDGED, 30),
        ([1], Grade.READ_BACK, 1),
        ([7], Grade.READ_BACK, 7),
        ([7.01], Grade.STALE, 7.01),
        ([1, 3], Grade.READ_BACK, 3),
        ([1, 8], Grade.STALE, 8),
        ([1, None], Grade.ACKNOWLEDGED, 30),
        ([8, None], Grade.ACKNOWLEDGED, 30),
    ],
)
def test_the_weakest_document_decides(read, grade, since):
    assert evidence(map(posted, read), NOW, WEEK) == (grade, days_ago(since))


def test_a_day_of_which_nothing_stands_in_the_erp_has_no_grade():
    assert evidence([], NOW, WEEK) is None


@given(st.lists(st.none() | st.floats(0, 30), min_size=1), st.none() | st.floats(0, 30), st.floats(0, 30))
def test_a_further_document_and_time_that_passes_never_make_it_stronger(read, another, passing):
    strength = [Grade.ACKNOWLEDGED, Grade.STALE, Grade.READ_BACK]
    before = evidence(map(posted, read), NOW, WEEK)
    more = evidence(map(posted, [*read, another]), NOW, WEEK)
    later = evidence(map(posted, read), NOW + timedelta(days=passing), WEEK)
    assert strength.index(more.grade) <= strength.index(before.grade)
    assert strength.index(later.grade) <= strength.index(before.grade)
