from datetime import date
from decimal import Decimal

from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.language.say import in_language
from cierre.reports.journal_table import SHOWN_LINES, markdown


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
