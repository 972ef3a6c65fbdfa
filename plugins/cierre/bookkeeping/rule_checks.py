"""Whether the rules of one posting make sense beside each other: which can never win, which leave the choice open."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from cierre.bookkeeping.rules import Rule


def contradictions(rules: Sequence[Rule]) -> Iterator[tuple[int, str]]:
    """Each rule (by its position) that stands in another's way, with a sentence; rules are counted from 1 in it."""
    for number, rule in enumerate(rules):
        for other, over in enumerate(rules):
            if _always_beats(over, rule):
                yield number, f"this rule can never win: rule {other + 1} fits whenever it does, with a higher priority"
                break
    for (one, first), (other, second) in combinations(enumerate(rules), 2):
        if _collide(first, second):
            yield (
                other,
                f"this rule and rule {one + 1} of the same posting can fit the same document and are equally "
                "specific: give one a priority, another condition or another valid_from",
            )


def _always_beats(winner: Rule, loser: Rule) -> bool:
    """Whether, whatever the document and the day, ``winner`` fits where ``loser`` does, and goes before it.

    What fits less often has more conditions, so it is a priority alone that puts it behind for ever.
    """
    in_force = (winner.valid_from or date.min) <= (loser.valid_from or date.min)
    implied = all(name in loser.when and set(loser.when[name]) <= set(values) for name, values in winner.when.items())
    return winner.priority > loser.priority and in_force and implied


def _collide(first: Rule, second: Rule) -> bool:
    """Whether some document can fit both rules with neither winning."""
    shared = first.when.keys() & second.when.keys()
    return first.rank == second.rank and all(set(first.when[name]) & set(second.when[name]) for name in shared)
