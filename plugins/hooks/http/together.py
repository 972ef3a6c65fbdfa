"""Threads that read one thing together: once one of them has failed, nobody waits for the others."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from cierre.ports.allowance import GivenUp


@contextmanager
def together(most: int, given_up: Event) -> Iterator[Executor]:
    """At most so many threads. Where what one of them was given fails, or the block does, ``given_up`` is set, what has
    not begun is dropped, and what failed first is raised."""
    failed: list[BaseException] = []
    with _Threads(most, given_up, failed) as pool:
        try:
            yield pool
        except BaseException as error:
            given_up.set()
            pool.shutdown(cancel_futures=True)
            if isinstance(error, GivenUp) and failed:
                raise failed[0] from None
            raise


class _Threads(ThreadPoolExecutor):
    def __init__(self, most: int, given_up: Event, failed: list[BaseException]) -> None:
        super().__init__(most, thread_name_prefix="together")
        self._given_up, self._failed = given_up, failed

    def submit(self, *task, **arguments):  # type: ignore[no-untyped-def]  # as its base's
        """As its base does."""
        future = super().submit(*task, **arguments)
        future.add_done_callback(self._look)
        return future

    def _look(self, done: "Future[object]") -> None:
        error = None if done.cancelled() else done.exception()
        if error and not isinstance(error, GivenUp):
            self._failed.append(error)
            self._given_up.set()
