"""What an SGA connection may set in its extra."""

import re

from hooks.http import hook as vendor
from hooks.sga.wire import PASSING


class Settings(vendor.Settings):
    """What an SGA connection may set in its extra.

    ``passing_errors`` is the pattern for the words of an ``ERROR`` that tells of a passing trouble inside of SGA, such
    as a lost database: the day is then asked for again before a person is.
    """

    passing_errors: re.Pattern[str] = re.compile(PASSING)
