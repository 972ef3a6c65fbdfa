"""P3: deriving and validating the journal of 100,000 documents."""

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.documents import BOX, DAY, MAPPING, payments
from benchmarks.harness import Bench, Contender
from benchmarks.measure import Watch
from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.journal import JournalEntry, Side

NUMBER, TITLE = "P3", "deriving and validating 100,000 documents"
INTRO = """
Cierre books a day's documents by the accountants' mapping, as entries that are checked to balance. The others check
what it booked, taken apart into one transaction a document: they are spared the mapping, and Cierre the reading of a
file. `bean-check` is what that command does, `beancount.loader` without its cache, its interpreter already started;
`hledger check` is the whole command, which starts in milliseconds. DuckDB and Polars sum the same bookings, in memory
as columns: by account, and by document, which must come to zero. They are spared all else: the mapping, the checks, and
which documents are behind a line. The cents are each account's balance as each contender makes it of the bookings.
"""


def run(bench: Bench) -> None:
    """One case."""
    count = bench.size(100_000, 500)
    made = bench.round(
        Contender("the bookings", "benchmarks.derivation:write"), {"count": count, "folder": str(bench.folder)}
    )
    contenders = [
        Contender("Cierre", "benchmarks.derivation:product"),
        Contender("bean-check", "benchmarks.peers.ledgers:bean_check"),
    ]
    if shutil.which("hledger"):
        contenders.append(Contender("hledger check", "benchmarks.peers.ledgers:hledger_check"))
    else:
        bench.note("hledger took no part: it is not on this machine (on Debian: apt install hledger).")
    contenders += [
        Contender("DuckDB, sums alone", "benchmarks.peers.duckdb_sums:sums", peer=True),
        Contender("Polars, sums alone", "benchmarks.peers.polars_sums:sums", peer=True),
    ]
    case = bench.rounds(TITLE, contenders, lambda _: made, times=3)
    bench.at_least(
        "as fast as bean-check", case, "Cierre", "bean-check", 10, "Both are Python, and derive maps besides."
    )
    bench.at_least("as fast as hledger", case, "Cierre", "hledger check", 3, "hledger is compiled, derive is Python.")


def product(task: dict[str, Any]) -> dict[str, Any]:
    """cierre.bookkeeping.derive."""
    documents = list(payments(task["count"]))
    mapping, box = account_mapping(MAPPING), cash_box(BOX)
    with Watch() as watch:
        derivation = derive(documents, mapping, box, DAY)
    if derivation.problems:
        raise RuntimeError(f"not derived: {derivation.problems[0]}")
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for entry in derivation.entries:
        for line in entry.lines:
            balances[line.account] += line.amount if line.side is Side.DEBIT else -line.amount
    return watch.result(rows=len(documents), cents=cents(balances))


def write(task: dict[str, Any]) -> dict[str, Any]:
    """The product's bookings as files for the others."""
    derivation = derive(list(payments(task["count"])), account_mapping(MAPPING), cash_box(BOX), DAY)
    folder = Path(task["folder"])
    (folder / "bookings.beancount").write_text("\n".join(as_beancount(derivation.entries)) + "\n", encoding="utf-8")
    (folder / "bookings.journal").write_text("\n".join(as_hledger(derivation.entries)) + "\n", encoding="utf-8")
    with open(folder / "bookings.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("document", "account", "currency", "amount"))
        for key, postings in by_document(derivation.entries).items():
            rows.writerows((key, account, currency, amount) for account, amount, currency in postings)
    return task


def as_beancount(entries: Iterable[JournalEntry]) -> Iterator[str]:
    """One transaction a document."""
    booked = by_document(entries)
    yield from (f"2000-01-01 open {account}" for account in accounts(booked))
    for key, postings in booked.items():
        yield f'\n{DAY} * "{key}"'
        yield from (f"  {account}  {amount} {currency}" for account, amount, currency in postings)


def as_hledger(entries: Iterable[JournalEntry]) -> Iterator[str]:
    """The same for hledger."""
    booked = by_document(entries)
    yield from (f"account {account}" for account in accounts(booked))
    for key, postings in booked.items():
        yield f"\n{DAY} * {key}"
        yield from (f"    {account}  {amount} {currency}" for account, amount, currency in postings)


Bookings = dict[str, list[tuple[str, Decimal, str]]]


def by_document(entries: Iterable[JournalEntry]) -> Bookings:
    """What each document booked: account, amount (credits below zero), currency."""
    booked: Bookings = defaultdict(list)
    for entry in entries:
        for line in entry.lines:
            account = account_name(line.account)
            for share in line.sources:
                amount = share.amount if line.side is Side.DEBIT else -share.amount
                booked[share.document_key].append((account, amount, entry.currency))
    return booked


def accounts(booked: Bookings) -> list[str]:
    """All accounts that are used."""
    return sorted({account for postings in booked.values() for account, _, _ in postings})


def account_name(code: str) -> str:
    """A code as both tools take it."""
    return f"Assets:A{code.replace('.', '-')}"


def cents(balances: dict[str, Decimal]) -> dict[str, int]:
    """Each account's balance in cents, but for those that are zero."""
    return {account_name(code): int(balance * 100) for code, balance in sorted(balances.items()) if balance}
