"""How requests travel: reads are tried again, writes never, and no password reaches a log."""

import logging
import re
from types import TracebackType
from typing import Self

from urllib3 import BaseHTTPResponse, Retry
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError

LONGEST_WAIT = 60
"""Seconds of Retry-After that are waited for at once; what is longer is left to the task's own retries."""


class ReadRetry(Retry):
    """Retries for reads alone; urllib3's ``allowed_methods`` would still repeat a POST that failed to connect.

    A read that timed out is not repeated either: the vendor is still at work on it.
    """

    @classmethod
    def of(cls, retries: int) -> "ReadRetry":
        """``retries`` of a GET: at once, then after about 1, 2, 4 seconds, or as Retry-After says."""
        return cls(
            total=retries,
            allowed_methods=["GET"],
            status_forcelist=[429, 502, 503, 504],
            backoff_factor=0.5,
            backoff_jitter=0.5,
            retry_after_max=LONGEST_WAIT,
            raise_on_status=False,
        )

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """The retries left after a failure; raises the failure itself where there is to be no retry."""
        left = self
        if method not in (self.allowed_methods or ()) or isinstance(error, ReadTimeoutError):
            left = type(self)(0, read=False)
        return super(ReadRetry, left).increment(method, url, response, error, _pool, _stacktrace)

    def parse_retry_after(self, retry_after: str) -> float:
        """The seconds that are waited for here; 0 where the header cannot be read: then the pause is our own."""
        return min(seconds_to_wait(retry_after) or 0, LONGEST_WAIT)


LONGEST_ASKED = Retry.DEFAULT_RETRY_AFTER_MAX
"""Seconds that anybody may ask to be waited for: six hours. Who asks for more has most likely written an instant."""


def seconds_to_wait(retry_after: str | None) -> float | None:
    """The Retry-After header (seconds, or a date) in seconds, at most urllib3's six hours; None if it is missing or
    unreadable, as a date that cannot be is."""
    try:
        return Retry().parse_retry_after(retry_after) if retry_after else None
    except (HTTPError, ValueError, ArithmeticError):
        return None


_SECRET = re.compile(r"(?<=password=)[^&\s'\"]+|(?<=/instances/basic/)[^\s?'\"]+")
"""What of an address is secret: a password in the query string, and the token that Bsale's service has in its path."""


def keep_passwords_out_of_logs() -> None:
    """Blots passwords out of the addresses that urllib3 writes to its log; calling it again changes nothing."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(_blot)


def _blot(record: logging.LogRecord) -> bool:
    record.msg, record.args = _SECRET.sub("***", record.getMessage()), ()
    return True
