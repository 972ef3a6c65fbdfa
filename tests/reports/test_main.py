"""The commands: what they print, and what their exit status says."""

import re
import shutil
import sys
from datetime import date

import pytest

import cierre.reports.__main__ as room
from cierre.accounting_files.loader import mappings_folder

SIXTH = date(2024, 9, 6)


@pytest.fixture
def run(ledger_dsn, monkeypatch, capsys):
    """Runs a command line on this test's ledger; returns exit status and output."""
    monkeypatch.setenv("CIERRE_LEDGER_DSN", ledger_dsn)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["books", *arguments])
        monkeypatch.setattr(room, "console", room.PlainConsole(file=sys.stdout))
        with pytest.raises(SystemExit) as ended:
            room.main()
        return ended.value.code or 0, capsys.readouterr().out

    return run


def test_preview_shows_the_journal_and_changes_nothing(run, stage, ledger, payment):
    stage(SIXTH, payment(1))
    status, output = run("preview", "--box", "itb_caja_164", "--date", "2024-09-06")
    assert status == 0
    assert "Caja general" in output
    assert "The day is not booked yet. Nothing was booked or posted now." in output
    assert ledger.execute("SELECT count(*) FROM ledger.revision").fetchone()[0] == 0


def test_preview_of_a_day_that_cannot_be_booked_says_what_to_paste_and_fails(run, stage, payment):
    stage(SIXTH, payment(1, form="19"))
    status, output = run("preview", "--box", "itb_caja_164", "--date", "2024-09-06")
    assert status == 1
    assert '"19": <account>' in output


def test_preview_says_what_closing_the_day_again_would_do(run, book, stage, payment):
    asked = ["preview", "--box", "itb_caja_164", "--date", "2024-09-06"]
    book(SIXTH, payment(1))
    assert "closing it again sends the ERP nothing" in run(*asked)[1]
    stage(SIXTH, payment(1), payment(2))
    assert "booked otherwise (revision 1): closing it again would replace that" in run(*asked)[1]
    stage(SIXTH, payment(1, form="19"))
    assert "stays so while it cannot be booked anew" in run(*asked)[1]


def test_preview_of_a_day_that_was_never_landed_says_how_to_get_it(run):
    status, output = run("preview", "--box", "itb_caja_164", "--date", "2024-09-06")
    assert status == 2
    assert "Trigger cash_close__itb_caja_164 for that date with dry_run" in output


def test_an_unknown_box_is_refused_with_the_known_ones(run):
    status, output = run("preview", "--box", "nowhere", "--date", "2024-09-06")
    assert status == 2
    assert "known are" in output


def test_unmapped_what_if_export_and_audit_each_have_their_command(run, book, payment, tmp_path):
    book(SIXTH, payment(1))
    assert run("unmapped") == (0, "Every staged day is booked.\n")
    assert "1 document of 1 day of" in run("what-if", "--since", "2024-09-06", "--mapping", "sga_ecuador")[1]
    asked = ["--box", "itb_caja_164", "--from", "2024-09-06", "--into", str(tmp_path)]
    assert "1 entry in " in run("export", *asked)[1]
    status, output = run("audit")
    assert status == 0
    assert "5 links checked, nothing broken." in output


def test_an_audit_says_where_one_login_may_change_everything_and_goes_on(run, book, payment, admin_dsn, monkeypatch):
    book(SIXTH, payment(1))
    assert "may change everything" not in run("audit")[1]
    monkeypatch.setenv("CIERRE_LEDGER_DSN", admin_dsn)
    status, output = run("audit")
    assert status == 0
    assert "cierre may change everything in the ledger" in output


def test_reports_log_in_as_the_reader_alone(run, book, payment, reader_dsn, monkeypatch, tmp_path):
    book(SIXTH, payment(1))
    monkeypatch.setenv("CIERRE_LEDGER_READER_DSN", reader_dsn)
    asked = ["--box", "itb_caja_164", "--from", "2024-09-06", "--into", str(tmp_path)]
    assert run("audit")[0] == run("unmapped")[0] == run("export", *asked)[0] == 0
    monkeypatch.setenv("CIERRE_LEDGER_DSN", "postgresql://nobody@127.0.0.1:1/none")
    assert run("audit")[0] == 0
    assert run("preview", "--box", "itb_caja_164", "--date", "2024-09-06")[0] == 0


def test_an_audit_writes_a_report_with_the_heads_and_compares_with_one(run, book, by_force, payment, tmp_path):
    book(SIXTH, payment(1))
    report = tmp_path / "report.txt"
    status, output = run("audit", "--out", str(report))
    assert status == 0
    assert "Nothing is signed" in output
    assert output.strip() in report.read_text()
    assert run("audit", "--heads", str(report))[0] == 0
    by_force("DELETE FROM ledger.seal")
    by_force("DELETE FROM staging.day")
    for table in ("landing.taken", "ledger.revision", "ledger.entry"):
        by_force(f"DELETE FROM {table}")
    assert run("audit")[0] == 0
    status, output = run("audit", "--heads", str(report))
    assert status == 1
    assert "were noted and 0 are there" in output
    (tmp_path / "other.txt").write_text("Nothing of the kind.")
    assert run("audit", "--heads", str(tmp_path / "other.txt"))[0] == 2


def test_an_audit_of_broken_books_fails(run, book, by_force, payment):
    book(SIXTH, payment(1))
    by_force("UPDATE ledger.line SET amount = 1")
    status, output = run("audit")
    assert status == 1
    assert "itb_caja_164: link 5" in output


def test_a_ledger_that_nobody_named_is_a_sentence(run, monkeypatch):
    monkeypatch.delenv("CIERRE_LEDGER_DSN")
    status, output = run("audit")
    assert status == 2
    assert "Say where the ledger is" in output


NAMES = ("Caja [/] 164", "Caja [sur] 164", "[red]Caja", ":apple: \\[x]")


@pytest.mark.parametrize("name", NAMES)
def test_a_boxs_name_is_printed_as_its_file_says_it(run, stage, payment, tmp_path, monkeypatch, name):
    folder = tmp_path / "mappings"
    shutil.copytree(mappings_folder(), folder)
    file = folder / "cash_boxes" / "itb_caja_164.yaml"
    file.write_text(re.sub(r"(?m)^name: .*", lambda _: f"name: '{name}'", file.read_text()))
    monkeypatch.setenv("CIERRE_MAPPINGS_DIR", str(folder))
    stage(SIXTH, payment(1))
    status, output = run("preview", "--box", "itb_caja_164", "--date", "2024-09-06")
    assert (status, output.startswith(f"{name}, 2024-09-06: ")) == (0, True)


def test_a_folders_name_is_printed_as_it_is(run, tmp_path):
    into = tmp_path / "[" / "x]"
    into.mkdir(parents=True)
    status, output = run("export", "--box=itb_caja_164", "--month=2024-09", "--format=zip", f"--into={into}")
    assert (status, str(into) in output) == (0, True)


@pytest.mark.parametrize("format", ["beancount", "xlsx", "zip"])
@pytest.mark.parametrize("month", ["9999-12", "0001-01", "1999-12", "2999-01"])
def test_a_month_that_nobody_can_mean_is_refused(run, tmp_path, month, format):
    status, output = run("export", "--box=itb_caja_164", f"--month={month}", f"--format={format}", f"--into={tmp_path}")
    assert (status, output.endswith("Nothing was done.\n")) == (2, True)


REFUSED = (
    ("export", "--box=itb_caja_164", "--month=2024-09", "--into=/proc/x"),
    ("export", "--box=itb_caja_164", "--month=2024-09", "--format=zip", "--into=/proc/x"),
    ("export", "--box=itb_caja_164", "--from=2024-09-01", "--into=/proc/x"),
    ("export", "--company=x\udce9", "--from=2024-09-01"),
    ("export", "--box=a\nb", "--from=2024-09-01"),
    ("audit", "--out=/proc/x"),
    ("audit", f"--heads={sys.executable}"),
    ("erase", "--why=caf\udce9", "--months=1", "--yes"),
    ("erase", "--why=x\x1b[31m", "--months=1", "--yes"),
)


@pytest.mark.parametrize("arguments", REFUSED, ids=str)
def test_what_cannot_be_used_is_refused_in_a_sentence(run, arguments):
    status, output = run(*arguments)
    told = output.splitlines()[-1]
    assert (status, told.endswith(("UTF-8.", "No such file or directory"))) == (2, True)
    assert "codec" not in output
