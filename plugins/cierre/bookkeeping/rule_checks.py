"""Whether the rules of one posting make sense beside each other: which can never win, which leave the choice open."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from cierre.bookkeeping.rules import Rule
from cierre.bookkeeping.sentence import Sentence


def contradictions(rules: Sequence[Rule]) -> Iterator[tuple[int, Sentence]]:
    """Each rule (by its position) that stands in another's way, with a sentence; rules are counted from 1 in it."""
    for number, rule in enumerate(rules):
        for other, over in enumerate(rules):
            if _always_beats(over, rule):
                message = "this rule can never win: rule {other} fits whenever it does, with a higher priority"
                yield number, Sentence(message, other=other + 1)
                break
    for (one, first), (other, second) in combinations(enumerate(rules), 2):
        if _collide(first, second):
            message = (
                "this rule and rule {one} of the same posting can fit the same document and are equally specific: give"
                " one a priority, another condition or another valid_from"
            )
            yield other, Sentence(message, one=one + 1)


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
