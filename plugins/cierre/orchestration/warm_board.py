"""Prepares the close board before an API server's process begins to serve.

A thousand boxes' files take half a second to read, and the pages as long to import: nobody should wait for that after a
restart, or do it once more beside. It is done in the process that serves, since threads and connections do not survive
a fork.
"""

import asyncio
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MOST_SECONDS = 20.0
"""How long a server's start waits, as for a ledger that does not answer; then it begins to serve beside."""


class WarmBoard:
    """Passes everything on; the first thing that it is asked, which is Airflow's own start, after the preparation."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app
        self.begun = False

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Passes everything on."""
        if not self.begun:
            self.begun = True
            preparing = Thread(target=_warm, name="warm the close board", daemon=True)
            preparing.start()
            await asyncio.to_thread(preparing.join, MOST_SECONDS)
        await self.app(scope, receive, send)


def _warm() -> None:
    from cierre.board.warm import warm

    warm()
