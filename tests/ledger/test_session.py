from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cierre.ledger import session

DAY = date(2024, 9, 6)


def test_a_box_day_is_closed_by_one_run_at_a_time(ledger, ledger_dsn):
    with (
        session.connect(ledger_dsn) as other,
        session.box_day(ledger, "itb_caja_164", DAY),
        pytest.raises(session.BoxDayBusy, match="itb_caja_164 for 2024-09-06"),
        session.box_day(other, "itb_caja_164", DAY, wait="50ms"),
    ):
        pass


def test_other_boxes_and_days_do_not_wait(ledger, ledger_dsn):
    with (
        session.connect(ledger_dsn) as other,
        session.box_day(ledger, "itb_caja_164", DAY),
        session.box_day(other, "itb_caja_165", DAY, wait="50ms"),
    ):
        assert not other.closed


def test_the_lock_goes_with_its_session(ledger, ledger_dsn):
    killed = session.connect(ledger_dsn)
    held = session.box_day(killed, "itb_caja_164", DAY)
    held.__enter__()
    killed.close()
    with session.box_day(ledger, "itb_caja_164", DAY, wait="5s"):
        assert not ledger.closed


def test_a_statement_that_is_asked_often_is_planned_for_its_own_values_each_time(ledger_dsn):
    with session.connect(ledger_dsn) as asking:
        for _ in range(30):
            asking.execute("SELECT count(*) FROM board.box_day WHERE box = ANY(%s)", (["itb_caja_164"] * 1000,))
        ((prepared,),) = asking.execute("SELECT count(*) FROM pg_prepared_statements").fetchall()
    assert prepared == 0


texts = st.lists(
    st.text(st.characters(exclude_characters="\x00", codec="utf-8"))
    | st.sampled_from(["", "NULL", "{}", "\\", '"', "\t", "\n"])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts, max_size=5))
def test_lists_of_texts_are_copied_as_they_are(ledger_dsn, lists):
    with session.connect(ledger_dsn) as writing:
        writing.execute("CREATE TEMPORARY TABLE written (number integer, texts text[])")
        rows = ((str(number), session.as_array(some)) for number, some in enumerate(lists))
        session.copy_texts(writing, "written (number, texts)", rows)
        assert [row.texts for row in writing.execute("SELECT texts FROM written ORDER BY number")] == lists
