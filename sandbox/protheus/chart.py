"""The ERP's chart of accounts (CT1), cost centres (CTT), items (CTD) and value classes (CTH) as they are at first: read
from the CSV files that the accountants own."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

NEEDED = ("chart_of_accounts.csv", "cost_centres.csv")
OPTIONAL = ("items.csv", "value_classes.csv")

TRUE = {"1", "true", "yes", "y", "si", "sí", "s", "x"}


@dataclass(frozen=True)
class Account:
    """An account, and what an entry must heed when it uses it."""

    postable: bool
    requires_cost_centre: bool
    blocked: bool
    name: str


@dataclass(frozen=True)
class Entity:
    """A cost centre, an item or a value class."""

    name: str
    blocked: bool


@dataclass(frozen=True)
class Chart:
    """All accounts, cost centres, items and value classes by code."""

    accounts: dict[str, Account]
    cost_centres: dict[str, Entity]
    items: dict[str, Entity]
    value_classes: dict[str, Entity]


def read_chart(folder: Path) -> Chart:
    """The chart in a folder's files, read again when one has changed; ``items.csv`` and ``value_classes.csv`` may be
    absent.

    Raises FileNotFoundError where another is missing.
    """
    needed = tuple((folder / name, (folder / name).stat().st_mtime_ns) for name in NEEDED)
    optional = tuple((folder / name, _changed_at(folder / name)) for name in OPTIONAL)
    return _read(needed + optional)


def _changed_at(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int], ...]) -> Chart:
    accounts, cost_centres, items, value_classes = (path for path, _ in files)
    return Chart(
        accounts={
            row["account"].strip(): Account(
                postable=_is_true(row["postable"]),
                requires_cost_centre=_is_true(row["requires_cost_centre"]),
                blocked=_is_true(row["blocked"]),
                name=row["name"].strip(),
            )
            for row in _rows(accounts)
        },
        cost_centres=_entities(cost_centres),
        items=_entities(items),
        value_classes=_entities(value_classes),
    )


def _entities(path: Path) -> dict[str, Entity]:
    if not path.is_file():
        return {}
    return {row["code"].strip(): Entity(row["name"].strip(), _is_true(row["blocked"])) for row in _rows(path)}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() in TRUE
