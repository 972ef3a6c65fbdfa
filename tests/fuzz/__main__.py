"""Random mutations of the five vendors' valid answers: `make fuzz [COUNT=50000] [SEED=…] [VENDOR=…]`."""

import argparse
import logging
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from io import StringIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from fuzz.campaign import Tally, campaign
from fuzz.sites import Site, recorded, without_pauses
from sandbox.server import SandboxServer

SHARE = 200
"""Answers that a process takes at a time."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else 120, file=sys.stderr)


def main() -> int:
    """Plays what the command line asks for; returns 1 if anything happened that never should."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=50_000, help="how many answers to change (default: %(default)s)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="play this one alone and say what became of it")
    parser.add_argument("--vendor", default="", help="one vendor's answers alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _report(_share((range(asked.seed, asked.seed + 1), asked.vendor)))
    ranges = [
        range(at, min(at + SHARE, asked.first + asked.count))
        for at in range(asked.first, asked.first + asked.count, SHARE)
    ]
    total = Tally()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console) as progress, ProcessPoolExecutor(asked.jobs) as processes:
        task = progress.add_task("changed answers", total=asked.count)
        for tally in processes.map(_share, [(seeds, asked.vendor) for seeds in ranges]):
            total.join(tally)
            progress.advance(task, sum(1 for _ in range(min(SHARE, asked.count))))
    return _report(total)


_sites: list[Site] = []


def _share(asked: tuple[range, str]) -> Tally:
    """Some seeds, in a process that asks the stand-ins once."""
    seeds, vendor = asked
    logging.getLogger("airflow").setLevel(logging.WARNING)
    if not _sites:
        with SandboxServer() as server, without_pauses(), redirect_stdout(StringIO()):
            _sites.extend(recorded(server))
    sites = [site for site in _sites if vendor in ("", site.name)]
    tally = Tally()
    for tally in campaign(sites, seeds):  # noqa: B007
        pass
    return tally


def _report(tally: Tally) -> int:
    table = Table("vendor", "how it ended", "times")
    for vendor, ends in tally.ends.items():
        for end, times in ends.most_common():
            table.add_row(vendor, end, f"{times:,}")
    console.print(table)
    console.print(f"{tally.count:,} answers ended; {len(tally.faults)} that never should have ended so.")
    for fault in tally.faults[:50]:
        console.print(f"{fault.vendor}, SEED={fault.seed}: {fault.what}", markup=False)
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
