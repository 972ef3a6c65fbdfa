"""Nothing that a command says is cut off: on a narrow terminal, in a file, at any width."""

import io
import re
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import cierre.reports.__main__ as room
from cierre.accounting_files import mappings_folder
from cierre.bookkeeping.text import shown
from cierre.reports.plain_console import PlainConsole, coloured
from cierre.reports.what_if_table import DAYS
from cierre.reports.whole import WholeTable, print_whole

SIXTH = date(2024, 9, 6)
NARROW = 40


@pytest.fixture(params=["a file", "a terminal"])
def run(request, ledger_dsn, monkeypatch):
    """Runs a command for a narrow terminal, or into a file under the same settings; returns what comes out."""
    monkeypatch.setenv("CIERRE_LEDGER_DSN", ledger_dsn)
    monkeypatch.setenv("COLUMNS", str(NARROW))

    def run(*arguments: str) -> str:
        output = io.StringIO()
        terminal = request.param == "a terminal"
        console = PlainConsole(file=output, force_terminal=terminal, color_system=None)
        monkeypatch.setattr(room, "console", console)
        monkeypatch.setattr(sys, "argv", ["books", *arguments])
        with pytest.raises(SystemExit):
            room.main()
        return output.getvalue()

    run.into_a_file = request.param == "a file"
    return run


def test_an_audit_tells_every_head_whole_and_the_broken_link_in_a_sentence(run, book, ledger, by_force, payment):
    book(SIXTH, payment(1))
    (head,) = [row.hash for row in ledger.execute("SELECT hash FROM ledger.seal ORDER BY seal DESC LIMIT 1")]
    (line,) = [line for line in run("audit").splitlines() if head in line]
    assert line.split() == ["itb_caja_164", "5", head, "sound"]
    by_force("UPDATE ledger.line SET amount = 1")
    assert "is not what was sealed; it, or what belongs to it, was changed" in " ".join(run("audit").split())


def test_the_work_list_tells_every_day_and_its_lines_can_be_pasted(run, stage, payment):
    for ago in range(5):
        stage(SIXTH + timedelta(ago), payment(1, form="19", net="1234567.89", on=SIXTH + timedelta(ago)))
    output = run("unmapped")
    line = next(line for line in output.splitlines() if "6,172,839.45 USD" in line)
    assert "payment: debit net" in line
    assert '      "19": <account>  # 5 documents, 6,172,839.45 USD\n' in output
    assert {"2024-09-06", "2024-09-10", "account_of_form"} <= set(output.split())
    if run.into_a_file:
        assert "itb_caja_164 2024-09-06 to 2024-09-10" in line
        assert 'add "19": <code> to the values of table account_of_form' in line


def test_what_if_tells_every_figure_and_in_a_file_every_day(run, book, payment, tmp_path):
    days = [SIXTH + timedelta(ago) for ago in range(DAYS // 2 + 3)]
    for day in days:
        book(day, payment(1, net="1234567.89", on=day))
    draft = tmp_path / "sga_ecuador.yaml"
    inuse = (mappings_folder() / "accounts" / "sga_ecuador.yaml").read_text(encoding="utf-8")
    draft.write_text(inuse.replace("      1: 1.1.01.001", "      1: 1.1.01.002", 1), encoding="utf-8")
    lines = run("what-if", "--since", str(SIXTH), "--mapping", str(draft)).splitlines()
    (sums,) = [line.split() for line in lines if "-28,395,061.47" in line]
    assert sums[:2] == ["23", "1.1.01.001"]
    assert "28,395,061.47" in sums
    shown = [line for line in lines if re.match(r" *2024-09-\d\d itb_caja_164 ", line)]
    assert all("1,234,567.89" in line for line in shown)
    if run.into_a_file:
        assert len(shown) == 2 * len(days)
    else:
        assert any("6 more; DAYS=all shows them" in line for line in lines)


WORDS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=50), max_size=6
)
CELLS = st.tuples(WORDS.map(" ".join), WORDS.map(" ".join), st.booleans())


@given(st.lists(CELLS, min_size=1, max_size=5), st.integers(1, 200), st.booleans())
def test_no_cell_loses_a_letter_at_any_width(cells, width, terminal):
    table = WholeTable("Title")
    for number, (heading, _, no_wrap) in enumerate(cells):
        table.add_column(f"{number}{heading}", no_wrap=no_wrap)
    table.add_row(*(cell for _, cell, _ in cells))
    output = io.StringIO()
    print_whole(PlainConsole(file=output, width=width, force_terminal=terminal, color_system=None), table)
    for heading, cell, no_wrap in cells:
        for word in (*heading.split()[1:], *([cell] if no_wrap or not terminal else cell.split())):
            assert word in output.getvalue()


MARKUP = st.text("[]/\\\\=#@:()abredx1\x1b\x9b\x07", min_size=1, max_size=30)


@given(MARKUP, st.sampled_from(["", "bold red"]))
def test_a_text_is_printed_as_it_stands_wherever_it_stands(text, style):
    output = io.StringIO()
    console = PlainConsole(file=output, width=200, color_system=None)
    table = WholeTable(text)
    table.add_column(text)
    table.add_row(text)
    table.caption = text
    console.print(text, style=style)
    console.print(coloured(text, "red"))
    print_whole(console, table)
    assert output.getvalue().count(shown(text)) >= 6
    assert not set(output.getvalue()) & set("\x1b\x9b\x07")


def test_no_other_console_is_made():
    """But by benchmarks and tests, which print what they wrote themselves."""
    root = Path(__file__).parents[2]
    files = [path for room in ("plugins", "local") for path in (root / room).rglob("*.py")]
    assert [path for path in files if re.search(r"\bConsole\(", path.read_text(encoding="utf-8"))] == []
