"""The ERP's chart of accounts (CT1) and cost centres (CTT), read from the CSV files that the accountants own."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TRUE = {"1", "true", "yes", "y", "si", "sí", "s", "x"}


@dataclass(frozen=True)
class Account:
    """An account, and what an entry must heed when it uses it."""

    postable: bool
    requires_cost_centre: bool
    blocked: bool


@dataclass(frozen=True)
class Chart:
    """All accounts by code, and of each cost centre whether it is blocked."""

    accounts: dict[str, Account]
    cost_centres: dict[str, bool]


def read_chart(folder: Path) -> Chart:
    """The chart in ``chart_of_accounts.csv`` and ``cost_centres.csv``, read again when a file has changed.

    Raises FileNotFoundError where one is missing.
    """
    accounts, cost_centres = folder / "chart_of_accounts.csv", folder / "cost_centres.csv"
    return _read(accounts, accounts.stat().st_mtime_ns, cost_centres, cost_centres.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(accounts: Path, _changed: int, cost_centres: Path, _also_changed: int) -> Chart:
    return Chart(
        accounts={
            row["account"].strip(): Account(
                postable=_is_true(row["postable"]),
                requires_cost_centre=_is_true(row["requires_cost_centre"]),
                blocked=_is_true(row["blocked"]),
            )
            for row in _rows(accounts)
        },
        cost_centres={row["code"].strip(): _is_true(row["blocked"]) for row in _rows(cost_centres)},
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() in TRUE
