"""Many seeds: played in a few processes, a chunk at a time, each chunk in a database of its own."""

import logging
import multiprocessing
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from simulation.database import Server
from simulation.day import Day, Outcome
from simulation.figures import Figures
from simulation.naive import DeleteThenInsert, Retry
from simulation.product import Product

CHUNK = 100
OURS, RETRY, DELETE_THEN_INSERT = "Cierre", "retry", "delete, then insert"
NAIVE = {RETRY: Retry, DELETE_THEN_INSERT: DeleteThenInsert}


def play(
    server: Server,
    seeds: Iterable[int],
    *,
    beyond: str = "",
    changes: Sequence[str] = (),
    only: Callable[[Day], bool] = lambda day: True,
    faults: Collection[str] = (),
) -> Iterator[Outcome]:
    """Plays the product's seeds one by one, or ``only`` those that make such days; with no other ``faults`` than
    those named, if any are.

    A broken one leaves its database to itself: what it left undone there must not be met by the sweeps of the next.
    """
    remaining = iter(seeds)
    broken = True
    while broken:
        broken = False
        with server.database(*changes) as database:
            product = Product(database)
            for seed in remaining:
                day = Day(seed, product, beyond=beyond)
                day.weather.only = faults
                if only(day):
                    outcome = day.play()
                    yield outcome
                    if broken := bool(outcome.broken):
                        break


def play_chunk(server: Server, seeds: Sequence[int], beyond: str, naive: bool) -> dict[str, Figures]:
    """The figures of some seeds: the product's, and those of the naive ways if asked for."""
    logging.disable(logging.CRITICAL)
    figures = {OURS: Figures()}
    for outcome in play(server, seeds, beyond=beyond):
        figures[OURS].add(outcome)
    for name, kind in NAIVE.items() if naive else ():
        figures[name] = Figures()
        for seed in seeds:
            figures[name].add(Day(seed, kind(), beyond=beyond).play())
    return figures


def campaign(
    server: Server,
    seeds: Sequence[int],
    *,
    jobs: int,
    beyond: str = "",
    naive: bool = True,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, Figures]:
    """Plays all seeds in ``jobs`` processes; ``progress`` is told how many more were played."""
    chunks = [seeds[first : first + CHUNK] for first in range(0, len(seeds), CHUNK)]
    total: dict[str, Figures] = {}
    # Not forked: the caller may have threads.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = [pool.submit(play_chunk, server, chunk, beyond, naive) for chunk in chunks]
        for done in as_completed(waiting):
            for name, figures in done.result().items():
                total.setdefault(name, Figures()).merge(figures)
            progress(done.result()[OURS].seeds)
    return total
