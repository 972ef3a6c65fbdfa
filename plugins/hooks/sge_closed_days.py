"""Invoices of days that were read before, and that the SGE now tells otherwise: loud, or a sale is missed for good."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from hooks.sge_landing import Landing, Project, Row


def changed_days(readings: Sequence[Landing], projects: Sequence[str], currency: str) -> dict[date, list[str]]:
    """What is not as it was when its own day was read, by that day, in sentences; looked for in the last reading.

    ``readings`` in the order in which they were made. Days that were never read are not looked at: they will be.
    """
    last = readings[-1]
    changed: dict[date, list[str]] = {}
    for project in last.of(projects):
        # A day's latest reading counts: a day that was read again has what it then had.
        as_read = {reading.day: part for reading in readings[:-1] for part in reading.of([project.id])}
        for day in sorted(as_read):
            if last.since <= day < last.day:
                differences = _differences(_of(as_read[day], day), _of(project, day), currency)
                changed.setdefault(day, []).extend(differences)
    return {day: sentences for day, sentences in sorted(changed.items()) if sentences}


def _of(project: Project, day: date) -> dict[str, Row]:
    """A project's invoices of a day, by key."""
    return {row.key: row for row in project.invoices if row.issued_on == day}


def _differences(before: Mapping[str, Row], now: Mapping[str, Row], currency: str) -> Iterator[str]:
    for key in sorted(before.keys() | now.keys()):
        if key not in now:
            yield f"{before[key].number} is gone"
        elif key not in before:
            yield f"{now[key].number} is new"
        elif (was := _sums(before[key], currency)) != (shown := _sums(now[key], currency)):
            yield f"{now[key].number} was {was[0]} ({was[1]} with VAT) and is {shown[0]} ({shown[1]} with VAT)"


def _sums(row: Row, currency: str) -> tuple[Decimal | str, Decimal | str]:
    base, total = (
        str(row.cell(meaning)) if (found := row.money(meaning, currency)) is None else found
        for meaning in ("base", "total")
    )
    return base, total
