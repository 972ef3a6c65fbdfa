"""The table of the kills that a session of tests did, printed at its end and kept beside the run's logs."""

import json
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from e2e.holds import BoxDay
from e2e.oracle import attempts, live_documents

WIDTH = 240


@dataclass(frozen=True)
class Recovery:
    """How a run ended that something happened to: its state, the most tries of a step, and whether a person helped."""

    state: str
    tries: int
    cleared: bool

    def __str__(self) -> str:
        return f"{self.state} at try {self.tries}{', cleared by hand' if self.cleared else ''}"


@dataclass(frozen=True)
class Kill:
    """One kill: when, of what, how the run went on, what became of the attempts, and the ERP's live documents."""

    moment: str
    killed: str
    run: str
    attempts: str
    entries: int
    live: int


class KillReport:
    """What was killed in this session."""

    def __init__(self) -> None:
        self.kills: list[Kill] = []

    def note(self, moment: str, killed: str, recovery: Recovery, it: BoxDay) -> None:
        """Adds a kill of a task of the day, by what stands now; ``kills.json`` in the run folder has them all."""
        states = attempts(it)
        kill = Kill(
            moment, killed, str(recovery), ", ".join(states), states.count("confirmed"), len(live_documents(it))
        )
        self.kills.append(kill)
        Path(it.home / "kills.json").write_text(json.dumps([asdict(kill) for kill in self.kills], indent=1))

    def text(self) -> str:
        """The table, in Markdown, and the sum of it."""
        table = Table(box=box.MARKDOWN)
        for heading in ("at this moment", "killed", "the run then", "posting attempts"):
            table.add_column(heading)
        for heading in ("entries", "live documents"):
            table.add_column(heading, justify="right")
        for kill in self.kills:
            table.add_row(*map(str, asdict(kill).values()))
        printed = StringIO()
        Console(file=printed, width=WIDTH).print(table)
        survived = sum(kill.entries == kill.live for kill in self.kills)
        return (
            f"{printed.getvalue().strip()}\n\nOne live document an entry after {survived} of {len(self.kills)} kills.\n"
        )


REPORT = KillReport()
