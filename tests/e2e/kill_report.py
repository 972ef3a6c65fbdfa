"""The table of the kills that a session of tests did, printed at its end and kept beside the run's logs."""

import json
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

WIDTH = 160


@dataclass(frozen=True)
class Kill:
    """One kill: where, of what, how the day ended, and the ERP's live documents against the entries that it holds."""

    where: str
    killed: str
    ended: str
    entries: int
    live: int


class KillReport:
    """What was killed in this session; kept in ``file`` (JSON) as it grows."""

    def __init__(self) -> None:
        self.kills: list[Kill] = []

    def add(self, kill: Kill, file: Path) -> None:
        """Notes one more."""
        self.kills.append(kill)
        file.write_text(json.dumps([asdict(kill) for kill in self.kills], indent=1))

    def text(self) -> str:
        """The table, in Markdown."""
        table = Table(box=box.MARKDOWN)
        for heading in ("at this moment", "killed", "how it ended"):
            table.add_column(heading)
        for heading in ("entries", "live documents"):
            table.add_column(heading, justify="right")
        for kill in self.kills:
            table.add_row(kill.where, kill.killed, kill.ended, str(kill.entries), str(kill.live))
        printed = StringIO()
        Console(file=printed, width=WIDTH).print(table)
        wrong = sum(kill.entries != kill.live for kill in self.kills)
        return f"{printed.getvalue().strip()}\n\n{len(self.kills)} kills; not one document an entry: {wrong}\n"


REPORT = KillReport()
