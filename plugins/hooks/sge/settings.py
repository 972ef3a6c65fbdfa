"""What an SGE connection may set in its extra."""

from typing import Literal

from pydantic import PositiveInt

from hooks.http import hook as vendor


class Settings(vendor.Settings):
    """What an SGE connection may set in its extra; its password is the key.

    ``auth``: the key goes as ``X-API-Key``, or as a bearer token. ``lookback_days``: how many days before the business
    date invoices are read again, to see their late collections. ``page_size``: rows a page; blank where lists are read
    whole. ``details_at_once``: how many invoices are asked for by their id at the same time.
    """

    auth: Literal["api_key", "bearer"] = "api_key"
    lookback_days: PositiveInt = 120
    page_size: PositiveInt | None = None
    details_at_once: PositiveInt = 4
