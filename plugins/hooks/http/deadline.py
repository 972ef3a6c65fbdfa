"""An answer ends at its deadline, however slowly it comes.

A socket's timeout starts anew with each byte, so an answer that drips never exceeds it, neither in its headers nor in
its body. Here the socket is shut down when the time is over, and whoever reads from it wakes up.
"""

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from socket import SHUT_RDWR
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from requests_toolbelt.adapters.socket_options import TCPKeepAliveAdapter
from urllib3.connection import HTTPConnection

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import HTTPResponse

LONGEST_SLEEP = 3600
"""Seconds; a connection may allow more than a clock can count."""


class _Watch:
    """Calls what is due at its instant: one thread for all deadlines of the process, started with the first."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._due: dict[int, tuple[float, Callable[[], None]]] = {}
        self._number = 0
        self._wakes_at = math.inf
        self._thread: Thread | None = None

    def begin_anew(self) -> None:
        """In a process that was just forked, which has no thread of its parent's, but what such a one had locked."""
        self._changed = Condition()
        self._due.clear()
        self._thread = None

    def add(self, instant: float, call: Callable[[], None]) -> int:
        """Has ``call`` made at an instant of the monotonic clock, unless it is taken off before; gives its number."""
        with self._changed:
            self._number += 1
            self._due[self._number] = (instant, call)
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif instant < self._wakes_at:
                self._changed.notify()
            return self._number

    def take_off(self, number: int) -> None:
        """Has a call not made any more. One that is being made is waited for."""
        with self._changed:
            self._due.pop(number, None)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for number in [number for number, (instant, _) in self._due.items() if instant <= now]:
                    _, call = self._due.pop(number)
                    call()
                self._wakes_at = min((instant for instant, _ in self._due.values()), default=math.inf)
                self._changed.wait(min(self._wakes_at - now, LONGEST_SLEEP))


_watch = _Watch()
os.register_at_fork(after_in_child=_watch.begin_anew)

_headers_until: ContextVar[float | None] = ContextVar("headers_until", default=None)


@contextmanager
def ends_at(instant: float, shut_down: Callable[[], object]) -> Iterator[None]:
    """Calls ``shut_down`` at an instant of the monotonic clock, unless the block is through before. Raises TimeoutError
    if it was not, whatever the block itself raised."""
    is_over = False

    def end() -> None:
        nonlocal is_over
        is_over = True
        # The socket may just have been closed by its own side; and the other deadlines must be kept in any case.
        with suppress(Exception):
            shut_down()

    number = _watch.add(instant, end)
    try:
        yield
    finally:
        _watch.take_off(number)
        if is_over:
            raise TimeoutError("the answer did not end in time") from None


@contextmanager
def headers_end_at(instant: float) -> Iterator[None]:
    """Requests of the block through a TimedAdapter raise ReadTimeout where headers are not there by then."""
    token = _headers_until.set(instant)
    try:
        yield
    finally:
        _headers_until.reset(token)


class _Timed(HTTPConnection):
    """A connection that heeds ``headers_end_at``."""

    def getresponse(self) -> "HTTPResponse":  # type: ignore[override]  # as urllib3's own
        instant, sock = _headers_until.get(), self.sock
        if instant is None or sock is None:
            return super().getresponse()
        with ends_at(instant, lambda: sock.shutdown(SHUT_RDWR)):
            return super().getresponse()


@cache
def _timed(kind: type[HTTPConnection]) -> type[HTTPConnection]:
    return type(f"Timed{kind.__name__}", (_Timed, kind), {})


class TimedAdapter(TCPKeepAliveAdapter):  # type: ignore[misc]  # without types
    """The http provider's adapter, whose connections heed ``headers_end_at``, through a proxy too."""

    def get_connection_with_tls_context(self, *request: Any, **settings: Any) -> "HTTPConnectionPool":
        """The pool of connections to a server."""
        pool: HTTPConnectionPool = super().get_connection_with_tls_context(*request, **settings)
        if not issubclass(pool.ConnectionCls, _Timed):
            pool.ConnectionCls = _timed(pool.ConnectionCls)
        return pool
