"""The sums of bookings by Polars: each account's balance, and whether each document balances."""

from pathlib import Path
from typing import Any

import polars

from benchmarks.measure import Watch


def sums(task: dict[str, Any]) -> dict[str, Any]:
    """Sums a data frame."""
    types = {"document": polars.String, "account": polars.String, "amount": polars.Decimal(18, 2)}
    rows = polars.read_csv(Path(task["folder"]) / "bookings.csv", schema_overrides=types)
    amount = polars.col("amount")
    with Watch() as watch:
        balances = rows.group_by("account").agg(amount.sum()).rows()
        by_document = rows.group_by("document", "currency").agg(amount.sum())
        documents, unbalanced = by_document["document"].n_unique(), by_document.filter(amount != 0).height
    if unbalanced:
        raise RuntimeError(f"{unbalanced} documents do not balance")
    return watch.result(rows=documents, cents={name: int(total * 100) for name, total in sorted(balances) if total})
