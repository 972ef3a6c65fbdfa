import re
from datetime import date
from decimal import Decimal

import pytest

from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.language.say import in_language
from cierre.reports.journal_table import SHOWN_LINES, escaped, markdown


def entry(lines: int) -> JournalEntry:
    amount = Decimal("1000.50")
    both = (Line(Side.DEBIT, "1.1", amount, "Caja | 164", cost_centre="0101"), Line(Side.CREDIT, "4.1", amount, "Caja"))
    return JournalEntry("box", date(2024, 9, 6), 1, "USD", both * (lines // 2))


def test_the_request_shows_the_journal_as_a_table():
    table = markdown([entry(2)])
    assert "| 1.1 | 0101 | 1,000.50 |  | Caja / 164 |" in table
    assert "| | | **1,000.50** | **1,000.50** | |" in table


def test_a_long_journal_is_cut_and_says_so():
    assert "… and 20 more lines" in markdown([entry(SHOWN_LINES + 20)])
    assert "more lines" not in markdown([entry(SHOWN_LINES)])


def test_it_is_said_in_the_language_of_whoever_is_asked():
    with in_language("es"):
        table = markdown([entry(2)])
    assert "| Cuenta | Centro de costo | Debe | Haber | Texto |" in table
    assert "| 1.1 | 0101 | 1.000,50 |  | Caja / 164 |" in table


@pytest.mark.parametrize(
    "hostile",
    [
        "[Approve here](https://evil.example)",
        "![x](https://evil.example/pixel.png)",
        "<img src=x onerror=alert(1)>",
        "<https://evil.example>",
        "**ya aprobado**",
        "`x` ~~y~~ _z_",
        "a | b | 9.99 |\n| 1.1 | | 1.00",
        "\\[x\\](y)",
        "&lt;b&gt;",
        "x\n\n# Approved",
    ],
)
def test_a_text_of_the_source_is_read_as_it_is_and_makes_no_mark_up(hostile):
    shown = escaped(hostile)
    assert "\n" not in shown
    assert "|" not in shown
    assert re.sub(r"\\[\\`*_{}\[\]()<>#!~&$+=^]", "", shown) == re.sub(r"[\\`*_{}\[\]()<>#!~&$+=^]", "", shown)


@pytest.mark.parametrize(
    "address", ["https://evil.example", "HTTP://evil.example", "www.evil.example", "a@evil.example"]
)
def test_no_bare_address_becomes_a_link(address):
    links = r"(?i)https?://|www\.|[-.\w+]+@[-\w]+"
    assert re.search(links, address)
    assert not re.search(links, escaped(address))


def test_the_histories_of_a_request_are_escaped():
    amount = Decimal("1.00")
    lines = (Line(Side.DEBIT, "1.1", amount, "<b>[x](y)"), Line(Side.CREDIT, "4.1", amount, "x"))
    table = markdown([JournalEntry("box", date(2024, 9, 6), 1, "USD", lines)])
    assert r"| \<b\>\[x\]\(y\) |" in table
