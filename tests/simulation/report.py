"""The closing tables."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from rich import box
from rich.table import Table

from simulation.day import ALONE, LOCKED
from simulation.figures import Figures
from simulation.surroundings import AROUND
from simulation.teeth import Caught, Tooth


def comparison(figures: Mapping[str, Figures], *, markdown: bool = False) -> Table:
    """The product beside the naive ways, in the same weather."""
    table = _table("The same days in the same weather", markdown, "", *figures)
    for heading, counted in (("ended with a duplicate", "duplicates"), ("ended with something missing", "missing"),
                             ("touched documents of others", "touched")):  # fmt: skip
        cells = ((getattr(each, counted), each.seeds) for each in figures.values())
        table.add_row(f"box-days that {heading}", *(f"{count:,} ({count / seeds:.1%})" for count, seeds in cells))
    return table


def ours(figures: Figures, *, markdown: bool = False) -> Table:
    """The product's figures."""
    mean, longest = fmean(figures.converged or [0]), max(figures.converged, default=0)
    writes = figures.calls["insert"] + figures.calls["reversal"]
    table = _table("Figures", markdown, "", "")
    for name, value in (
        ("seeds (box-days) played", f"{figures.seeds:,}"),
        ("… with the day's lock / by the protocol alone",
         f"{figures.traits[LOCKED]:,} / {figures.traits[ALONE]:,}"),
        *((f"… with: {trait}", f"{figures.traits[trait]:,}") for trait in AROUND),
        ("runs and sweeps", f"{figures.tasks:,}"),
        ("attempts", f"{figures.attempts:,}"),
        ("calls of the ERP: writes, deletes", f"{writes:,}, {figures.calls['delete']:,}"),
        ("faults injected", f"{figures.faults.total():,}"),
        ("points of the code where a process died, slept or lost its connection", f"{len(figures.struck):,}"),
        ("duplicates", f"{figures.duplicates:,}"),
        ("missing", f"{figures.missing:,}"),
        ("uncertain at the end", f"{figures.uncertain:,}"),
        ("documents of others touched", f"{figures.touched:,}"),
        ("seeds that broke an invariant", f"{len({seed for seed, *_ in figures.broken}):,}"),
        ("time to converge, virtual: mean, longest", f"{_span(mean)}, {_span(longest)}"),
    ):  # fmt: skip
        table.add_row(name, value)
    return table


def faults(figures: Figures, *, markdown: bool = False) -> Table:
    """How often each fault struck."""
    table = _table("Faults injected", markdown, "fault", "times")
    for fault, times in figures.faults.most_common():
        table.add_row(fault, f"{times:,}")
    return table


def teeth(results: Sequence[tuple[Tooth, Caught | None]], *, markdown: bool = False) -> Table:
    """Which planted bug was caught when, and by what."""
    table = _table("Planted bugs", markdown, "bug", "caught at seed", "days played", "by the invariant")
    for tooth, caught in results:
        bug = tooth.bug + (", the database's guards taken away" if tooth.without else "")
        if caught:
            table.add_row(bug, str(caught.seed), str(caught.played), caught.invariant)
        else:
            table.add_row(bug, "NOT CAUGHT", "", "")
    return table


def _table(title: str, markdown: bool, *headings: str) -> Table:
    table = Table(title=None if markdown else title, box=box.MARKDOWN if markdown else box.HEAVY_HEAD)
    for number, heading in enumerate(headings):
        table.add_column(
            heading, justify="right" if number == 1 and title != "Planted bugs" else "left", overflow="fold"
        )
    return table


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
