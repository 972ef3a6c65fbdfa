"""Texts of sources in exported journals: whatever they hold, hledger and Beancount read one transaction an entry, and
come to the ledger's own balances day by day."""

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Open, Transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from cierre.bookkeeping.chart import Account, Chart
from cierre.bookkeeping.journal import JournalEntry, Line, LineSource, Side
from cierre.ledger.journal import SourceRow, StandingEntry
from cierre.reports import beancount, hledger
from cierre.reports.accounts import AccountNames
from cierre.reports.one_line import one_line

FIRST = date(2024, 9, 6)

SEEN = [
    "F[2024/13/45]", "F[9/12]", "[2024-09-12]", "[=9/12]", "[9/12=9/13] date:9/1", "[9/12] " * 500,
    "date:2024-09-12", "date2: 9/1", "date:", "x date:9/12, y", "type:C", "a:b, c:d", "::", ": :", "a\u00a0:b",
    "a\u200b:b", "F-1\nF-2", "\n2024-01-01 x\n  A  1 USD", "\r2024-01-01 open Assets:X",
    "a\x0bb\x0cc\x1cd\x1ee\x85f\u2028g\u2029h", "; comment", "a ; b", "a | b", "* x", "(1) x", "#1", "~ 2024",
    "P 2024-01-01 USD 2 EUR", "include other", "end comment",
    '"', '\\"', "\\", "a\\", '" #tag ^link', "'", "{", "}}", "@ 1 USD", "= 1 USD", "%s {0}",
    "", " ", "\t", "  two  blanks", "\u202eabc", "\u2066a\u2069", "\ufeffa", "\x00", "\x1b[31m", "\ud800", "\ufffe",
    "ñ – € œ № 你好 🧾", "e\u0301", "x" * 20_000,
]  # fmt: skip
"""Texts that an exported journal could be broken with."""

PARTS = st.sampled_from(
    [*'[]:;|,()*!"\\=@{}#^/-. \n\r\t\x00\u2028\u202e\u200b', "date", "date2", "9/12", "2024-13-45", "x"]
)
TEXTS = st.one_of(st.sampled_from(SEEN), st.lists(PARTS, max_size=12).map("".join), st.text(max_size=30))
CODES = st.sampled_from(["1.1.01", "1.1-01", "1|1 01", "1.1.02", "1.1", "2.1.01", "3.9", "4.1.01.002", "5.1", "6"])


@st.composite
def standing(draw, number: int) -> StandingEntry:
    """An entry of two or four lines with hostile texts wherever sources and mappings put theirs."""
    day = FIRST + timedelta(number // 2)
    lines, rows = [], {}
    for pair in range(draw(st.integers(1, 2))):
        amount = Decimal(draw(st.integers(1, 10**12))).scaleb(-2)
        for side in Side:
            key = f"sga:payment:{number}-{pair}-{side}"
            rows[key] = SourceRow(draw(TEXTS), draw(TEXTS))
            lines.append(
                Line(
                    side,
                    draw(CODES),
                    amount,
                    draw(TEXTS),
                    draw(TEXTS),
                    draw(TEXTS),
                    sources=(LineSource(key, "net", amount),),
                )
            )
    entry = JournalEntry("itb_caja_164", day, 1, "USD", tuple(lines))
    return StandingEntry(
        key=f"itb_caja_164|{day:%Y%m%d}|{number}|1", entry=entry, entry_date=day, revision=1, sha256="0" * 64,
        rows=rows, reverses="itb_caja_164|20240901|1|1" if draw(st.booleans()) else "",
        erp_document=draw(st.sampled_from(["", "008964/001/000001", "(1)/0 01/\n2"])),
    )  # fmt: skip


JOURNALS = st.integers(1, 5).flatmap(lambda count: st.tuples(*map(standing, range(count))))
CHARTS = st.dictionaries(CODES, TEXTS, max_size=4).map(
    lambda titles: Chart(
        {code: Account(code, title, code != "1.1", False, False) for code, title in titles.items()}, {}
    )
)


def of(*texts: str) -> list[StandingEntry]:
    """An entry for each text, which stands in all its places."""
    return [_of(text, part) for part, text in enumerate(texts, start=1)]


def _of(text: str, part: int) -> StandingEntry:
    amount = Decimal("35.30")
    lines = tuple(
        Line(side, account, amount, text, cost_centre=text, sources=(LineSource("sga:payment:1", "net", amount),))
        for side, account in ((Side.DEBIT, "1.1.01"), (Side.CREDIT, "4.1.01.002"))
    )
    entry = JournalEntry("itb_caja_164", FIRST, part, "USD", lines)
    return StandingEntry(f"key|{part}", entry, FIRST, 1, "", "", "0" * 64, {"sga:payment:1": SourceRow(text, text)})


def file_of(folder: Path, form, entries: Sequence[StandingEntry], chart: Chart) -> Path:
    path = folder / f"exported.{form.__name__}"
    lines = form.journal(iter(entries), AccountNames(chart), title="itb_caja_164", first=FIRST)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


Balances = dict[tuple[date, str], Decimal]


def ledgers(entries: Sequence[StandingEntry]) -> Balances:
    """Each day's balance of each account's code."""
    sums: Balances = defaultdict(Decimal)
    for one in entries:
        for line in one.entry.lines:
            sums[one.entry_date, line.account] += line.amount if line.side is Side.DEBIT else -line.amount
    return dict(sums)


def beancounts(path: Path) -> tuple[int, Balances]:
    """How many transactions Beancount reads, which must have no objection, and their balances."""
    entries, errors, _ = loader.load_file(str(path))
    assert [error.message for error in errors] == []
    codes = {one.account: one.meta["code"] for one in entries if isinstance(one, Open)}
    transactions = [one for one in entries if isinstance(one, Transaction)]
    sums: Balances = defaultdict(Decimal)
    for one in transactions:
        for posting in one.postings:
            sums[one.date, codes[posting.account]] += posting.units.number
    return len(transactions), dict(sums)


def hledgers(path: Path, run, names: dict[str, str]) -> tuple[int, Balances]:
    """The same of hledger, by the dates that postings have for it."""
    run(path, "check", "--strict", "ordereddates")
    rows = list(csv.DictReader(io.StringIO(run(path, "register", "-O", "csv", "-w", "1000"))))
    sums: Balances = defaultdict(Decimal)
    for row in rows:
        amount = Decimal(row["amount"].removesuffix(" USD"))
        sums[date.fromisoformat(row["date"]), names[row["account"]]] += amount
    return len({row["txnidx"] for row in rows}), dict(sums)


def codes_by_name(entries: Sequence[StandingEntry], chart: Chart) -> dict[str, str]:
    names = AccountNames(chart)
    return {names[line.account]: line.account for one in entries for line in one.entry.lines}


OURS = {"box", "entry", "business_date", "revision", "snapshot", "cost_centre", "item", "code"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=JOURNALS, chart=CHARTS)
def test_no_text_breaks_a_journal_or_moves_money_to_another_day(tmp_path, hledger_reads, entries, chart):
    here = len(entries), ledgers(entries)
    assert beancounts(file_of(tmp_path, beancount, entries, chart)) == here
    path = file_of(tmp_path, hledger, entries, chart)
    assert hledgers(path, hledger_reads, codes_by_name(entries, chart)) == here
    assert set(hledger_reads(path, "tags").split()) <= OURS


def test_each_text_that_was_ever_seen_to_break_a_journal_is_read(tmp_path, hledger_reads):
    entries, chart = of(*SEEN), Chart({}, {})
    here = len(SEEN), ledgers(entries)
    assert beancounts(file_of(tmp_path, beancount, entries, chart)) == here
    path = file_of(tmp_path, hledger, entries, chart)
    assert hledgers(path, hledger_reads, codes_by_name(entries, chart)) == here
    assert set(hledger_reads(path, "tags").split()) <= OURS


@pytest.mark.parametrize(
    ("text", "in_hledger"),
    [
        ("F[9/12]", "F(9/12)"),
        ("Factura: 12, date:9/1", "Factura : 12, date :9/1"),
        ("001-164-536200106", "001-164-536200106"),
        ("Recibo 3\nde Ñuñoa – 5 €", "Recibo 3 de Ñuñoa – 5 €"),
    ],
)
def test_a_text_stays_readable(tmp_path, text, in_hledger):
    assert f"; {in_hledger}, cost_centre:" in file_of(tmp_path, hledger, of(text), Chart({}, {})).read_text("utf-8")


def test_beancount_keeps_a_text_as_it_is_but_for_line_breaks_and_unseen_marks(tmp_path):
    entries, _, _ = loader.load_file(
        str(file_of(tmp_path, beancount, of('F[9/12] "date:" \\ ;\n\u202e|'), Chart({}, {})))
    )
    (transaction,) = [one for one in entries if isinstance(one, Transaction)]
    assert {posting.meta["history"] for posting in transaction.postings} == {'F[9/12] "date:" \\ ; |'}


@given(st.text())
def test_one_line_is_one_line_and_is_so_already(text):
    line = one_line(text)
    assert line.splitlines() in ([], [line])
    assert line == line.strip() == one_line(line)
    line.encode("utf-8")
