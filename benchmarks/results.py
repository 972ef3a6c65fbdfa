"""What was measured, as it is kept between runs (results.json) and as RESULTS.md is made of it."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

HOME = Path(__file__).parent
FILE = HOME / "results.json"


@dataclass
class Case:
    """One piece of work: the results of all rounds by contender. A result has seconds, rows, cents, peak_bytes, and
    what else there is to tell (calls, …)."""

    title: str
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, name: str, result: dict[str, Any]) -> None:
        """Another round of a contender."""
        self.results.setdefault(name, []).append(result)

    def median(self, name: str) -> float | None:
        """A contender's median seconds; None where it took no part."""
        seconds = [result["seconds"] for result in self.results.get(name, [])]
        return median(seconds) if seconds else None

    def last(self, name: str) -> dict[str, Any]:
        """A contender's last round; empty where it took no part."""
        return self.results.get(name, [{}])[-1]


@dataclass
class Verdict:
    """A target and what was measured; ``is_met`` is None where it was not. ``why`` says it where it is missed.

    ``beyond``: who does less than the work, and misses the target in the same run; then nobody who does all of it can
    meet it.
    """

    what: str
    measured: str
    target: str
    is_met: bool | None
    why: str = ""
    beyond: str = ""


@dataclass
class Part:
    """The results of one benchmark, with when and where they were measured."""

    number: str
    title: str
    intro: str = ""
    cases: list[Case] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: str = ""
    surroundings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Part":
        """A part as ``save`` wrote it."""
        cases = [Case(**case) for case in kept.pop("cases")]
        verdicts = [Verdict(**verdict) for verdict in kept.pop("verdicts")]
        return cls(**kept, cases=cases, verdicts=verdicts)


def load(file: Path = FILE) -> dict[str, Part]:
    """What was measured so far, by number."""
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {number: Part.of(part) for number, part in kept.items()}


def save(parts: dict[str, Part], file: Path = FILE) -> None:
    """Keeps all parts, in order."""
    kept = {number: asdict(parts[number]) for number in sorted(parts, key=lambda number: int(number[1:]))}
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
