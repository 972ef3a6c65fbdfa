"""Commands speak the terminal's language: to a Spanish one they print Spanish, also where something is wrong."""

import sys
from datetime import date

import pytest

import cierre.reports.__main__ as room
from cierre.bookkeeping.documents import Kind, QuarantinedRow
from cierre.bookkeeping.sentence import Sentence
from cierre.reports import command_line
from support.spanish import not_spanish

SIXTH, SEVENTH = date(2024, 9, 6), date(2024, 9, 7)
MADE_FOR_A_SHELL = {
    *("sga_ecuador", "itb_caja_164", "cash_close__itb_caja_164", "dry_run", "unmapped"),
    *("form_names", "account_of_form", "tables", "values", "account", "name", "form"),
    *("payment", "debit", "credit", "net", "gross"),
    *("format", "box", "company", "date", "from", "to", "since", "month", "months", "why", "person", "snapshot"),
}
"""What is typed, or stands in a mapping's lines."""


@pytest.fixture
def run(ledger_dsn, monkeypatch, capsys):
    """Runs a command line on this test's ledger in an Ecuadorian's terminal; returns exit status and output."""
    monkeypatch.setenv("CIERRE_LEDGER_DSN", ledger_dsn)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LC_ALL", "es_EC.UTF-8")

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["books", *arguments])
        monkeypatch.setattr(room, "console", room.Console(highlight=False, file=sys.stdout))
        with pytest.raises(SystemExit) as ended:
            room.main()
        return ended.value.code or 0, capsys.readouterr().out

    return run


PREVIEW = ("preview", "--box", "itb_caja_164", "--date", "2024-09-06")
SINCE = ("what-if", "--since", "2024-09-01")


def spanish(output: str) -> bool:
    assert len(output) > 20
    assert not_spanish(output, allowed=MADE_FOR_A_SHELL) == []
    return True


def test_preview_is_spanish_whether_the_day_can_be_booked_or_not(run, stage, payment):
    assert spanish(run(*PREVIEW)[1])
    stage(SIXTH, payment(1), payment(2, net="64.70"))
    status, output = run(*PREVIEW, "--rows")
    assert status == 0
    assert spanish(output)
    assert "100,00" in output
    assert "PAGOS 3 (1)" in output
    stage(SIXTH, payment(1, form="19"))
    status, output = run(*PREVIEW)
    assert status == 1
    assert spanish(output)
    assert "# 1 documento, " in output


def test_preview_of_rows_that_are_held_back_is_spanish(run, stage, payment):
    why = Sentence("the row lacks {fields}", fields="pagoValor")
    row = QuarantinedRow("0/PAGOS/9", Kind.PAYMENT, "1", "missing_field", why, None, {}, blocking=True)
    stage(SIXTH, payment(1), quarantined=[row])
    output = run(*PREVIEW)[1]
    assert spanish(output)
    assert "PAGOS 10 (1): a la fila le falta pagoValor" in output


def test_the_work_list_is_spanish(run, stage, payment):
    assert spanish(run("unmapped")[1])
    stage(SIXTH, payment(1, form="19"))
    stage(SEVENTH, payment(3, on=SEVENTH))
    assert spanish(run("unmapped")[1])


def test_a_what_if_is_spanish(run, book, stage, payment):
    book(SIXTH, payment(1))
    stage(SIXTH, payment(1, net="12.00"), payment(2, form="19"))
    assert spanish(run(*SINCE)[1])


def test_mistakes_of_who_types_are_told_in_spanish_by_the_names_that_they_typed(run, monkeypatch, capsys):
    assert spanish(run("export", "--box", "itb_caja_164")[1])
    assert spanish(run("erase", "--why", "x")[1])
    for name in command_line.COMMANDS:
        monkeypatch.setattr(sys, "argv", ["command_line", name, "DATE=6/9/2024"])
        assert command_line.main() == 2
        said = capsys.readouterr().err
        assert (
            not_spanish(
                said, allowed=MADE_FOR_A_SHELL | {*name.split("-"), "asked", "for", "by", "letter", "of", "may"}
            )
            == []
        )
        assert f"make {name} " in said
        assert "DATE=6/9/2024" in said
