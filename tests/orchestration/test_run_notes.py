from hypothesis import given
from hypothesis.strategies import text

from cierre.orchestration.run_notes import noted

MARK = "**2024-09-06** · Caja 164, ITB · "


def test_a_runs_note_is_one_line_that_changes_with_its_outcome():
    closing = noted(None, MARK + "closing", MARK)
    assert closing == "**2024-09-06** · Caja 164, ITB · closing"
    assert noted(closing, MARK + "reconciled", MARK) == "**2024-09-06** · Caja 164, ITB · reconciled"


def test_what_a_person_wrote_stays_below():
    written = "Asked for by Ana.\n\nSee the mail of the 7th."
    closing = noted(written, MARK + "closing", MARK)
    assert noted(closing, MARK + "reconciled", MARK) == f"{MARK}reconciled\n\n{written}"


def test_a_persons_note_that_leaves_no_room_is_kept_alone():
    longest = "x" * 1000
    assert noted(longest, MARK + "closing", MARK) == longest
    nearly = "y" * 935
    closing = noted(nearly, MARK + "closing", MARK)
    assert closing.startswith(MARK)
    assert noted(closing, MARK + "ended; the close board says how the day stands", MARK) == nearly


@given(text(max_size=1000), text(min_size=1, max_size=1200))
def test_no_note_is_longer_than_airflow_takes_and_no_persons_word_is_lost(written, outcome):
    found = noted(written, MARK + outcome, MARK)
    assert len(found) <= 1000
    assert written.strip() in found
