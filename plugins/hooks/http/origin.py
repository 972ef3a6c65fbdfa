"""Where an answer may come from, and to where a password may go."""

from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from requests import Response, Session

_USUAL_PORTS = {"http": 80, "https": 443}


class UnfollowingSession(Session):
    """A session that follows no redirect, and reads none's body: who follows which is for its user to say."""

    def get_redirect_target(self, resp: Response) -> None:
        """None: the library would read a redirect's body whole, however large, before it gave it away."""


def site_of(address: str) -> str:
    """An address as a site: ``HTTP://cierre:x@ERP.example:80/rest/?a=b`` is ``http://erp.example/rest``."""
    return f"{origin_of(address)}{urlsplit(address).path.rstrip('/')}"


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, the usual port left out. Raises ValueError for what is no address."""
    parts = urlsplit(address)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port and parts.port != _USUAL_PORTS.get(scheme) else ""
    return f"{scheme}://{host}{port}"


def redirect_of(response: Response) -> str:
    """The address that a response redirects to. Raises ValueError where it names none."""
    if not (location := response.headers["Location"].strip()):
        raise ValueError("no address")
    return urljoin(response.url, location)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or number, so that nobody stands in between."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def sends_in_clear(address: str) -> bool:
    """Whether what is sent to an address can be read on its way."""
    parts = urlsplit(address)
    return parts.scheme.lower() != "https" and not is_loopback((parts.hostname or "").lower())
