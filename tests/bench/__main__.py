"""`make bench`: how many documents a second are derived on one core, beside bean-check on the same bookings.

Seconds are those of the processor, the best of several runs; validation is part of what is measured on both sides.
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from bookkeeping.derive import derive
from bookkeeping.documents import Document, Kind
from bookkeeping.journal import JournalEntry, Side
from mappings import account_mapping, cash_box

DAY = date(2024, 9, 6)
BOX, MAPPING = "itb_caja_164", "sga_ecuador"
RUNS = 5


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    count = parser.parse_args().documents
    documents = [payment(number, random.Random(number)) for number in range(count)]
    box, mapping = cash_box(BOX), account_mapping(MAPPING)

    seconds, derivation = best_of(RUNS, time.process_time, lambda: derive(documents, mapping, box, DAY))
    assert derivation.problems == []
    lines = sum(len(entry.lines) for entry in derivation.entries)
    print(f"derive:     {count:,} payments make {lines} lines in {seconds:.2f} s: {count / seconds:,.0f} a second")

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bookings.beancount"
        path.write_text("\n".join(bookings(derivation.entries)), encoding="utf-8")
        checked, _ = best_of(1, children_time, lambda: subprocess.run(["bean-check", "--no-cache", path], check=True))
    print(f"bean-check: the same {count:,} bookings in {checked:.2f} s: {count / checked:,.0f} a second")
    print(f"derive is {checked / seconds:.0f} times as fast")


def payment(number: int, rng: random.Random) -> Document:
    """A payment as a school's day holds them: a fifth with a promotion or a scholarship, one in a thousand a fraud."""

    def cents(most: int, odds: float = 1) -> Decimal:
        return Decimal(rng.randint(1, most) if rng.random() < odds else 0).scaleb(-2)

    amounts = {"net": cents(50_000), "promotion": cents(5_000, 0.2), "scholarship": cents(5_000, 0.2)}
    attributes = {
        "form": rng.choice(["1", "2", "4", "5", "6", "9", "12", "16"]),
        "revenue_type": str(rng.randint(1, 10)),
        "programme": str(rng.randint(1, 5)),
        "fraud": "true" if rng.random() < 0.001 else "false",
    }
    return Document(
        source="sga", kind=Kind.PAYMENT, source_id=f"0-{number:012x}-1", business_date=DAY, currency="USD",
        form=attributes["form"], amounts=amounts | {"gross": sum(amounts.values(), Decimal(0))},
        attributes=attributes, place=f"0/PAGOS/{number}", reference=f"001-002-{number:09}",
    )  # fmt: skip


def bookings(entries: Iterable[JournalEntry]) -> Iterator[str]:
    """The entries as Beancount reads them, taken apart again into what each document booked."""
    postings: dict[str, list[str]] = defaultdict(list)
    accounts: set[str] = set()
    for entry in entries:
        for line in entry.lines:
            account = f"Assets:A{line.account.replace('.', '-')}"
            accounts.add(account)
            for share in line.sources:
                sign = "" if line.side is Side.DEBIT else "-"
                postings[share.document_key].append(f"  {account}  {sign}{share.amount} {entry.currency}")
    yield from (f"2024-01-01 open {account}" for account in sorted(accounts))
    for key, booked in postings.items():
        yield f'{DAY} * "{key}"'
        yield from booked


def best_of(runs: int, clock: Callable[[], float], work: Callable[[], object]) -> tuple[float, object]:
    """The fewest seconds that the work took, and what it gave."""
    best, given = float("inf"), None
    for _ in range(runs):
        start = clock()
        given = work()
        best = min(best, clock() - start)
    return best, given


def children_time() -> float:
    """Seconds of the processor that ended subprocesses used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
