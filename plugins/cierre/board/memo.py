"""Results kept for the next time that the same is asked, where what is asked are lists and dictionaries."""

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def kept(number: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keeps the last so many results of a function and gives one again where the arguments equal those it was made of.
    They are compared, not hashed: where most of what they hold are the same objects, that takes no time. Neither they
    nor the results may be changed afterwards; by position only."""

    def keeping(function: Callable[P, R]) -> Callable[P, R]:
        known: deque[tuple[tuple[object, ...], R]] = deque(maxlen=number)

        @wraps(function)
        def answer(*asked: P.args, **none: P.kwargs) -> R:
            for place, (before, result) in enumerate(tuple(known)):
                if before == asked:
                    known[place] = (asked, result)  # so that next time what is asked are the same objects
                    return result
            result = function(*asked, **none)
            known.appendleft((asked, result))
            return result

        return answer

    return keeping
