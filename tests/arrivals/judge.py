"""Holds what the product matched against a generator's truth."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cierre.bookkeeping.matching.items import Match, Outcome


@dataclass
class Verdict:
    """What came of a year. ``wrong`` matches and ``misjudged`` faults in words; ``lines`` of the bank's statements,
    ``possible`` those of them that pay something, ``matched`` those of these that were matched by themselves."""

    lines: int = 0
    possible: int = 0
    matched: int = 0
    wrong: list[str] = field(default_factory=list)
    misjudged: list[str] = field(default_factory=list)
    planted: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """How many of a hundred that could be matched were."""
        return 100 * self.matched / self.possible if self.possible else 100.0

    def __str__(self) -> str:
        planted = ", ".join(f"{name} {number}" for name, number in sorted(self.planted.items()))
        return (
            f"{self.lines:,} statement lines, {len(self.wrong)} wrong matches, {self.share:.2f} % of {self.possible:,}"
            f" matched without a person, {self.planted.total():,} faults planted ({planted}),"
            f" {len(self.misjudged)} misjudged ({self.seconds:.1f} s)"
        )


def judge_matches(matches: Iterable[Match], pays: Mapping[str, set[str]], verdict: Verdict) -> None:
    """A match is right if its arrived items pay its booked ones and nothing else, and all of them do.

    ``pays``: an arrived item -> the booked ones that it pays, by the same ids as the match has.
    """
    payers: dict[str, set[str]] = {}
    for arrived, booked in pays.items():
        for one in booked:
            payers.setdefault(one, set()).add(arrived)
    for one in matches:
        paid = set().union(*(pays.get(arrived, {"nothing"}) for arrived in one.arrived))
        by = set().union(*(payers.get(booked, {"nobody"}) for booked in one.booked))
        if paid != set(one.booked) or by != set(one.arrived):
            verdict.wrong.append(f"{one.why}: {one.booked[:3]} with {one.arrived[:3]}, but {sorted(paid)[:3]}")


def judge_faults(outcome: Outcome, faults: Mapping[str, str], verdict: Verdict) -> None:
    """Each planted fault must be what the product calls the item. A late one is matched, and marked."""
    late = {name for one in outcome.matches if one.late for name in (*one.booked, *one.arrived)}
    told = {**outcome.open_booked, **outcome.open_arrived}
    for name, fault in faults.items():
        verdict.planted[fault] += 1
        word = "late" if name in late else told.get(name, "matched")
        if word != fault:
            verdict.misjudged.append(f"{name} is {fault}, and was called {word}")
