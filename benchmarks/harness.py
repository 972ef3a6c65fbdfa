"""Rounds: the product and what it is compared with, in turn, each round in a process of its own."""

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import psycopg
from rich.progress import Progress

from benchmarks.results import Case, Part, Verdict
from benchmarks.round import play
from cierre.ledger.migrate import upgrade
from local.files import tail
from local.postgres import Cluster
from local.settings import PROJECT

PEERS = PROJECT / ".cache" / "bench" / "bin" / "python"
"""The interpreter of the tools compared with; benchmarks/setup.sh makes it."""

PATIENCE_SECONDS = 900
TEMPLATE = "benchmark_template"


class RoundFailed(RuntimeError):
    """A contender's round did not end well; the message has the end of what it said."""


@dataclass(frozen=True)
class Contender:
    """Who takes part: a name for people, and the function that does a round (``module:function``).

    ``peer``: it lives in the environment of the tools compared with. ``settings`` go into its task. ``times``: it takes
    part in the first so many rounds, where it is too slow for all.
    """

    name: str
    place: str
    peer: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    times: int | None = None

    @property
    def is_there(self) -> bool:
        """Whether its interpreter is."""
        return not self.peer or PEERS.exists()


@dataclass
class Bench:
    """What a benchmark works with: sizes, a PostgreSQL server, rounds; and ``part``, where its results go.

    ``full`` is the size that counts; the other keeps the benchmarks alive in the tests. ``folder`` is for files.
    """

    part: Part
    cluster: Cluster
    folder: Path
    full: bool
    progress: Progress

    def version(self) -> str:
        """PostgreSQL's."""
        with psycopg.connect(self.cluster.dsn("postgres")) as connection:
            return connection.execute("SHOW server_version").fetchone()[0]

    def size(self, full: Any, small: Any) -> Any:
        """The one of the two that is asked for."""
        return full if self.full else small

    def rounds(
        self,
        title: str,
        contenders: Sequence[Contender],
        task: Callable[[Contender], dict[str, Any]],
        *,
        times: int,
        after: Callable[[dict[str, Any]], dict[str, Any]] = lambda result: result,
        same: str = "cents",
    ) -> Case:
        """Lets contenders do the same task in turn, so many times; who fails is out, with the reason in the notes.

        ``task`` prepares one round of a contender and gives what the function gets; ``after`` completes a result by
        what only the harness knows; ``same`` is what all must have come to (their ``cents``, or another count).
        """
        case = self.case(title)
        times = self.size(times, 1)
        out: set[str] = {contender.name for contender in contenders if not contender.is_there}
        for name in sorted(out):
            self.note(f"{name} took no part: its packages are not installed (benchmarks/setup.sh).")
        with self.bar(f"{self.part.number} {title}", times * len(contenders)) as advance:
            for number in range(times):
                # Each begins as often as the others.
                shift = number % len(contenders)
                for contender in (*contenders[shift:], *contenders[:shift]):
                    if contender.name not in out and number < (contender.times or times):
                        try:
                            case.add(contender.name, after(self.round(contender, task(contender))))
                        except (RoundFailed, psycopg.Error) as error:
                            out.add(contender.name)
                            self.note(f"{contender.name} failed: {error}")
                    advance()
        self.check_cents(case, same)
        return case

    def round(
        self, contender: Contender, task: dict[str, Any], environ: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """One round in a process of its own, whose environment also has ``environ``. Raises RoundFailed.

        At the small size, where nothing is kept, that of the product is forked and has its imports already.
        """
        asked, result, log = (self.folder / name for name in ("task.json", "result.json", "round.log"))
        asked.write_text(json.dumps(task | contender.settings), encoding="utf-8")
        result.unlink(missing_ok=True)
        place = [contender.place, str(asked), str(result)]
        environ = surroundings(self.folder) | dict(environ or {})
        with open(log, "w", encoding="utf-8") as said:
            if self.full or contender.peer:
                status = _started(str(PEERS) if contender.peer else sys.executable, place, environ, said)
            else:
                status = _forked(place, environ, said)
        if status:
            raise RoundFailed(f"exit status {status}: {tail(log, 6)}")
        return json.loads(result.read_text(encoding="utf-8"))

    def database(self, name: str) -> str:
        """A fresh ledger; its libpq URI."""
        with psycopg.connect(self.cluster.dsn("postgres"), autocommit=True) as admin:
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone():
                admin.execute(f"CREATE DATABASE {TEMPLATE}")
                upgrade(self.cluster.dsn(TEMPLATE))
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.cluster.dsn(name)

    def settle(self, dsn: str) -> None:
        """So that no round pays for what the one before wrote."""
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def case(self, title: str) -> Case:
        """A new table of the results."""
        case = Case(title)
        self.part.cases.append(case)
        return case

    def check_cents(self, case: Case, same: str = "cents") -> None:
        """All who took part must have come to the same cents (or whatever else there is to count)."""
        said = {name: [result["cents"] for result in results] for name, results in case.results.items()}
        most = max(map(len, said.values()), default=0)
        # Round by round, as rounds may be of different days; whose rounds were fewer is held to the last of them.
        rounds = zip(*(sums + sums[-1:] * (most - len(sums)) for sums in said.values()), strict=True)
        differ = any(len({json.dumps(cents, sort_keys=True) for cents in one}) > 1 for one in rounds)
        self.part.verdicts.append(
            Verdict(
                f"{case.title}: the same {same}",
                "differ" if differ else "the same",
                "the same",
                not differ,
                f"The contenders came to different sums: {said}." if differ else "",
            )
        )

    def at_most(
        self, what: str, case: Case, name: str, floor: float | str, limit: float, if_missed: str, *, less: str = ""
    ) -> None:
        """A ratio of medians that may not be above ``limit``: of ``name`` to another contender, or to some seconds.

        ``less`` is a contender who does only a part of the work: where its ratio is above the limit, nobody meets it.
        """
        ratio, part = _ratio(case, name, floor), _ratio(case, less, floor) or 0.0
        beyond = f"{less.capitalize()} come to {part:.2f} ×." if part > limit else ""
        self._verdict(what, ratio, limit, "≤", ratio is not None and ratio <= limit, if_missed, beyond)

    def at_least(self, what: str, case: Case, name: str, other: str, limit: float, if_missed: str) -> None:
        """How many times as fast ``name`` is as another contender."""
        ratio = _ratio(case, other, name)
        self._verdict(what, ratio, limit, "≥", ratio is not None and ratio >= limit, if_missed)

    def holds(self, what: str, measured: str, target: str, is_met: bool, if_missed: str, *, beyond: str = "") -> None:
        """A target that is no ratio. ``beyond`` says who does only a part of the work and misses it, too."""
        why = ("", "") if is_met else (if_missed, beyond)
        self.part.verdicts.append(Verdict(what, measured, target, is_met, *why))

    def note(self, sentence: str) -> None:
        """Something that readers must know."""
        if sentence not in self.part.notes:
            self.part.notes.append(sentence)

    @contextmanager
    def bar(self, what: str, steps: int) -> Iterator[Callable[[], None]]:
        """A line of the progress bar; the function given moves it on by a step."""
        line = self.progress.add_task(what, total=steps)
        yield lambda: self.progress.advance(line)
        self.progress.update(line, completed=steps)

    def _verdict(
        self, what: str, ratio: float | None, limit: float, side: str, is_met: bool, if_missed: str, beyond: str = ""
    ) -> None:
        target = f"{side} {limit:g} ×"
        if ratio is None:
            self.part.verdicts.append(Verdict(what, "not measured", target, None, "One of the two took no part."))
        else:
            digits = 2 if is_met or f"{ratio:.2f}" != f"{limit:.2f}" else 4  # nobody sees why 1.08 misses 1.08
            self.holds(what, f"{ratio:.{digits}f} ×", target, is_met, if_missed, beyond=beyond)


def _started(python: str, place: list[str], environ: Mapping[str, str], said: TextIO) -> int:
    """A round by an interpreter of its own; its exit status."""
    return subprocess.run(
        [python, "-m", "benchmarks.round", *place],
        cwd=PROJECT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        timeout=PATIENCE_SECONDS,
    ).returncode


def _forked(place: list[str], environ: Mapping[str, str], said: TextIO) -> int:
    """A round by a copy of this process; its exit status."""

    def run() -> None:
        sys.stdout = sys.stderr = said
        os.environ.update(environ)
        play(*place)

    copy = multiprocessing.get_context("fork").Process(target=run)
    copy.start()
    copy.join(PATIENCE_SECONDS)
    if copy.is_alive():
        copy.kill()
        copy.join()
    return copy.exitcode or 0


def _ratio(case: Case, name: str, base: float | str) -> float | None:
    """One median over another, or over seconds; None where one is missing."""
    divisor = case.median(base) if isinstance(base, str) else base
    dividend = case.median(name)
    return dividend / divisor if dividend and divisor else None


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a round: the project to import from, no proxy, no settings of anybody's Airflow."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "CIERRE_"))}
    return own | {
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "plugins")]),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__FERNET_KEY": "",
        "TMPDIR": str(folder),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
