"""Commands speak the terminal's language: to a Spanish one they print Spanish, also where something is wrong."""

import sys
from datetime import date

import pytest

import cierre.reports.__main__ as room
from cierre.bookkeeping.documents import Kind, QuarantinedRow
from cierre.bookkeeping.sentence import Sentence, together
from cierre.language.say import in_language, say
from cierre.ledger.contradictions import WHY
from cierre.ledger.sealed_rows import KINDS
from cierre.ledger.seals import DESCRIBED
from cierre.reports import command_line, heads
from cierre.reports.audit import WRONG
from cierre.reports.connection import TOO_MUCH
from support.spanish import not_spanish

SIXTH, SEVENTH = date(2024, 9, 6), date(2024, 9, 7)
MADE_FOR_A_SHELL = {
    *("sga_ecuador", "sga_itb", "itb_caja_164", "cash_close__itb_caja_164", "dry_run", "unmapped"),
    *("form_names", "account_of_form", "tables", "values", "account", "name", "form"),
    *("payment", "debit", "credit", "net", "gross"),
    *("format", "box", "company", "date", "from", "to", "since", "month", "months", "why", "person", "snapshot"),
    "client",
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
        monkeypatch.setattr(room, "console", room.PlainConsole(file=sys.stdout))
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
        monkeypatch.setattr(sys, "argv", ["command_line", name, "DATE"])
        monkeypatch.setenv("DATE", "6/9/2024")
        assert command_line.main() == 2
        said = capsys.readouterr().err
        assert (
            not_spanish(
                said,
                allowed=MADE_FOR_A_SHELL
                | {*name.split("-"), "asked", "for", "by", "letter", "of", "may", "whole", "teeth"},
            )
            == []
        )
        assert f"make {name} " in said
        assert "DATE=6/9/2024" in said


def test_an_audit_is_spanish_whether_the_books_are_sound_or_not(run, book, payment, ledger, by_force, tmp_path):
    book(SIXTH, payment(1))
    status, output = run("audit", "--out", str(tmp_path / "audit.txt"))
    assert status == 0
    assert spanish(output)
    assert "íntegra" in output
    noted = heads.read((tmp_path / "audit.txt").read_text())
    assert noted
    (last,) = {head.links for head in noted}
    (tmp_path / "noted").write_text(f"itb_caja_164 {last + 1234:,} {'0' * 64}".replace(",", "."))
    by_force("UPDATE ledger.line SET account = '1.2' WHERE account = '1.1.01.001'")
    by_force("DELETE FROM ledger.seal WHERE what = 'snapshot'")
    status, output = run("audit", "--heads", str(tmp_path / "noted"))
    assert status == 1
    assert spanish(output)
    assert "rota" in output
    assert "se anotaron 1.23" in output
    assert "captura 1 (" in output


def test_everything_that_an_audit_may_object_to_has_a_spanish():
    with in_language("es"):
        said = [say(one) for one in (*KINDS, *DESCRIBED.values(), *WHY.values(), *WRONG.values())]
    assert not_spanish("\n".join(said), allowed={"subject"}) == []


def test_what_a_login_may_and_where_there_is_no_ledger_is_told_in_spanish(run, monkeypatch):
    monkeypatch.setattr(room, "one_login_for_all", lambda: Sentence(TOO_MUCH, names=together(["ana", "eva"])))
    output = run("audit")[1]
    assert spanish(output)
    assert "ana y eva" in output
