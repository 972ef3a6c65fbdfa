"""HTTP connections that the sandbox can hang up on, as a broken network would."""

from asyncio import Transport
from socket import IPPROTO_TCP, TCP_NODELAY

from uvicorn.protocols.http.h11_impl import H11Protocol

HANG_UP = "sandbox.hang_up"
"""In an ASGI scope: closes the TCP connection."""


class Connection(H11Protocol):
    """uvicorn's own, except that it hands the application a way to close it: ASGI itself knows none."""

    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        # asyncio forgets this on sockets that it did not open itself, and then every answer waits 40 ms for an ACK.
        transport.get_extra_info("socket").setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        app = self.app

        async def with_a_way_out(scope, receive, send) -> None:
            await app({**scope, HANG_UP: transport.close}, receive, send)

        self.app = with_a_way_out
