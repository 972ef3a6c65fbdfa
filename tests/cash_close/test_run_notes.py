from cash_close.run_notes import first_line

MARK = "**2024-09-06** · Caja 164, ITB · "


def test_a_runs_note_is_one_line_that_changes_with_its_outcome():
    closing = first_line(None, MARK + "closing", MARK)
    assert closing == "**2024-09-06** · Caja 164, ITB · closing"
    assert first_line(closing, MARK + "reconciled", MARK) == "**2024-09-06** · Caja 164, ITB · reconciled"


def test_what_a_person_wrote_stays_below():
    written = "Asked for by Ana.\n\nSee the mail of the 7th."
    closing = first_line(written, MARK + "closing", MARK)
    assert first_line(closing, MARK + "reconciled", MARK) == f"{MARK}reconciled\n\n{written}"
