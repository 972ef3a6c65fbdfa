"""An answer ends at its deadline, however slowly it comes.

A socket's timeout starts anew with each byte, so an answer that drips never exceeds it, neither in its headers nor in
its body. Here the socket is shut down when the time is over, and whoever reads from it wakes up.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from socket import SHUT_RDWR
from threading import Event, Timer
from typing import TYPE_CHECKING, Any

from requests_toolbelt.adapters.socket_options import TCPKeepAliveAdapter
from urllib3.connection import HTTPConnection

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import HTTPResponse

_headers_until: ContextVar[float | None] = ContextVar("headers_until", default=None)


@contextmanager
def ends_at(instant: float, shut_down: Callable[[], object]) -> Iterator[None]:
    """Calls ``shut_down`` at an instant of the monotonic clock, unless the block is through before. Raises TimeoutError
    if it was not, whatever the block itself raised."""
    is_over = Event()

    def end() -> None:
        is_over.set()
        # The socket may just have been closed by its own side.
        with suppress(OSError, ValueError, RuntimeError):
            shut_down()

    timer = Timer(max(0.0, instant - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if is_over.is_set():
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
