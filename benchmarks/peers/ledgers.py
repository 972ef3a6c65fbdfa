"""Plain-text accounting: what bean-check and hledger check do with a file of bookings."""

import csv
import resource
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core.data import Transaction

from benchmarks.measure import Watch


def bean_check(task: dict[str, Any]) -> dict[str, Any]:
    """Reads, books and validates."""
    loader.initialize(use_cache=False)
    with Watch() as watch:
        entries, errors, _ = loader.load_file(str(Path(task["folder"]) / "bookings.beancount"))
    if errors:
        raise RuntimeError(f"bean-check finds {errors[0].message}")
    balances: dict[str, Decimal] = defaultdict(Decimal)
    transactions = [entry for entry in entries if isinstance(entry, Transaction)]
    for transaction in transactions:
        for posting in transaction.postings:
            balances[posting.account] += posting.units.number
    return watch.result(rows=len(transactions), cents=_cents(balances))


def hledger_check(task: dict[str, Any]) -> dict[str, Any]:
    """The whole command; its memory is that of the process it is."""
    file = str(Path(task["folder"]) / "bookings.journal")
    with Watch() as watch:
        subprocess.run(["hledger", "-f", file, "check"], check=True)
    watch.peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    asked = ["hledger", "-f", file, "balance", "--no-total", "--flat", "-O", "csv"]
    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    balances = {account: Decimal(amount.split()[0]) for account, amount in list(csv.reader(said.splitlines()))[1:]}
    return watch.result(rows=task["count"], cents=_cents(balances))


def _cents(balances: dict[str, Decimal]) -> dict[str, int]:
    return {account: int(balance * 100) for account, balance in sorted(balances.items()) if balance}
