"""make bench: the product beside what people would use otherwise, into RESULTS.md.

python -m benchmarks [--only P2] [--small]
"""

import argparse
import importlib
import os
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.harness import PEERS, Bench
from benchmarks.machine import surroundings
from benchmarks.report import markdown
from benchmarks.results import HOME, Part, load, save
from local.postgres import Cluster
from local.settings import RUN, Ports

BENCHMARKS = {
    "P1": "bsale",
    "P2": "staging",
    "P3": "derivation",
    "P4": "posting",
    "P5": "closing",
    "P6": "scheduling",
    "P7": "growth",
    "P9": "matching",
    "P10": "board",
    "P11": "served_invoices",
    "P12": "airflow_settings",
    "P13": "night",
    "P14": "looks",
}
LONG = {"P12", "P13"}
"""Those that run only where they are asked for by name."""


def main() -> int:
    """Runs what is asked for; the exit status tells whether all of it could be run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=BENCHMARKS, help="one benchmark alone")
    parser.add_argument("--small", action="store_true", help="a size that only shows that it works; nothing is kept")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    command = f"make bench{f' ONLY={asked.only}' if asked.only else ''}"
    console = Console()
    parts = {} if asked.small else load()
    chosen = [asked.only] if asked.only else [number for number in BENCHMARKS if number not in LONG]
    cluster = Cluster(RUN / "benchmarks" / f"postgres-{os.getpid()}", Ports.free().postgres)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    cluster.start()
    try:
        with Progress(*columns, console=console) as progress, tempfile.TemporaryDirectory(dir=RUN) as folder:
            for number in chosen:
                bench = make_bench(number, cluster, Path(folder), full=not asked.small, progress=progress)
                run(bench, command)
                parts[number] = bench.part
                console.print(markdown([bench.part]).split("\n", 10)[-1], markup=False, highlight=False, soft_wrap=True)
                if not asked.small:
                    save(parts)
                    (HOME / "RESULTS.md").write_text(markdown(parts.values()), encoding="utf-8")
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home, ignore_errors=True)
    return int(any(parts[number].error for number in chosen))


def make_bench(number: str, cluster: Cluster, folder: Path, *, full: bool, progress: Progress) -> Bench:
    """What a benchmark works with, its part of the results still empty."""
    module = importlib.import_module(f"benchmarks.{BENCHMARKS[number]}")
    return Bench(Part(number, module.TITLE, module.INTRO), cluster, folder, full, progress)


def run(bench: Bench, command: str) -> None:
    """One benchmark; what goes wrong in it is kept in its part, and the others go on."""
    module = importlib.import_module(f"benchmarks.{BENCHMARKS[bench.part.number]}")
    bench.part.surroundings = surroundings(command, bench.version(), PEERS)
    try:
        module.run(bench)
    except Exception:
        bench.part.error = traceback.format_exc(limit=-4)


if __name__ == "__main__":
    sys.exit(main())
