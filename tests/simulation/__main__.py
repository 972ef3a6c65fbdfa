"""Posting exactly once, simulated: `make simulate SEEDS=100000`, FROM=, SEED= for the story of one, TEETH=1."""

import argparse
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cierre.ledger.migrate import upgrade
from local.ports import free_port
from local.postgres import Cluster
from simulation import report
from simulation.campaign import OURS, campaign
from simulation.database import Server
from simulation.day import Day
from simulation.product import Product
from simulation.teeth import TEETH, bite
from simulation.weather import BEYOND

HOME = Path(__file__).parents[2] / ".run" / "simulation"
PATIENCE = 5_000
"""How many seeds a planted bug may survive before it counts as not caught."""

MARKDOWN_WIDTH = 200
"""Characters: a row of a table in Markdown must not be broken into two lines."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def main() -> int:
    """Runs what the command line asks for; returns 1 if anything broke, or a planted bug was not caught."""
    arguments = _parser().parse_args()
    if arguments.markdown:
        console.width = MARKDOWN_WIDTH
    logging.disable(logging.CRITICAL)
    with _server() as server:
        if arguments.seed is not None:
            return _one(server, arguments)
        if arguments.teeth:
            return _teeth(server, arguments)
        return _many(server, arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2_000, help="how many seeds to play (default: %(default)s)")
    parser.add_argument("--first", type=int, default=1, help="the first of them (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="play this one alone and tell its story")
    parser.add_argument("--teeth", action="store_true", help="plant each bug in turn and see it caught")
    parser.add_argument("--beyond", choices=BEYOND, default="", help="with a fault that no promise is made about")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    return parser


def _one(server: Server, arguments: argparse.Namespace) -> int:
    with server.database() as database:
        outcome = Day(arguments.seed, Product(database), beyond=arguments.beyond, telling=True).play()
    console.print("\n".join(outcome.story), markup=False, soft_wrap=True)
    return 1 if outcome.broken else 0


def _many(server: Server, arguments: argparse.Namespace) -> int:
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    with _progress() as progress:
        task = progress.add_task("seeds", total=len(seeds))
        figures = campaign(
            server, seeds, jobs=arguments.jobs, beyond=arguments.beyond,
            progress=lambda played: progress.advance(task, played),
        )  # fmt: skip
    ours = figures[OURS]
    for table in (report.faults(ours, markdown=arguments.markdown), report.ours(ours, markdown=arguments.markdown),
                  report.comparison(figures, markdown=arguments.markdown)):  # fmt: skip
        console.print(table)
    for seed, invariant, how in sorted(ours.broken)[:50]:
        console.print(f"seed {seed} breaks “{invariant}”: {how}", style="red", markup=False, soft_wrap=True)
    if ours.broken:
        beyond = f" ARGS='--beyond \"{arguments.beyond}\"'" if arguments.beyond else ""
        console.print(f"The story of a seed: make simulate SEED={min(ours.broken)[0]}{beyond}", soft_wrap=True)
    return 1 if ours.broken else 0


def _teeth(server: Server, arguments: argparse.Namespace) -> int:
    results = []
    with _progress() as progress:
        for tooth in progress.track(TEETH, description="planted bugs"):
            results.append((tooth, bite(tooth, server, range(tooth.first, tooth.first + PATIENCE))))
    console.print(report.teeth(results, markdown=arguments.markdown))
    missed = sum(caught is None for _, caught in results)
    console.print(f"{len(results) - missed} of {len(results)} planted bugs were caught.")
    return 1 if missed else 0


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
        console=console,
    )  # fmt: skip


@contextmanager
def _server() -> Iterator[Server]:
    """A PostgreSQL server for this command alone, with the ledger's schema in a database to copy from."""
    home = HOME / str(os.getpid())
    cluster = Cluster(home, free_port(), fast=True)
    try:
        cluster.start()
        cluster.create_database("simulated")
        upgrade(cluster.dsn("simulated"))
        yield Server(cluster.dsn("postgres"), "simulated")
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
