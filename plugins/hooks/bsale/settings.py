"""What a Bsale connection may set in its extra."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, PositiveInt

from hooks.http import hook as vendor


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone; write one like 'America/Santiago'") from None
    return name


class Settings(vendor.Settings):
    """A Bsale connection's extra; its password is the access_token.

    ``requests_per_second``: what the site allows; ``timezone``: of the company, for payments that have no date;
    ``ledger_connection``: where the limit is kept for all processes. ``rut``: of the company whose token it must be.
    ``credential_address``: of the service that tells whose a token is; Bsale's own where nothing is said and the API is
    Bsale's own; ``/`` is the base address.
    """

    requests_per_second: PositiveInt = 8
    timezone: Annotated[str, AfterValidator(_zone)] = "America/Santiago"
    ledger_connection: str = "ledger_db"
    rut: str = ""
    credential_address: str | None = None
