"""Runs the sandbox: for a person until it is stopped, for tests in a thread of its own."""

import contextlib
import socket
import threading
from pathlib import Path

import uvicorn

from sandbox.app import Sandbox, create_app
from sandbox.client import SandboxClient
from sandbox.connection import Connection
from sandbox.vendor import Options

LOOPBACK = "127.0.0.1"

KEPT_OPEN_SECONDS = 600
"""How long a connection that nobody uses stays open. Uvicorn's own 5 s end in the pause between two tests of a busy
machine, just when the next call is on its way; a server that hangs up is a fault of its own (sandbox.faults)."""


def server_of(app: Sandbox) -> uvicorn.Server:
    """A server for the sandbox. It logs no requests: a login's address carries a password."""
    config = uvicorn.Config(
        app,
        http=Connection,
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEPT_OPEN_SECONDS,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


class SandboxServer(SandboxClient):
    """A sandbox on a free port of this machine, for as long as the ``with`` block lasts."""

    def __init__(self, *, state: str | Path = ":memory:", options: Options | None = None, port: int = 0) -> None:
        self._socket = socket.create_server((LOOPBACK, port))
        super().__init__(f"http://{LOOPBACK}:{self._socket.getsockname()[1]}")
        self._app = create_app(str(state), options)
        self._server = server_of(self._app)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> "SandboxServer":
        # The port is bound already: a request waits until the thread takes it.
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._app.state.close()
        with contextlib.suppress(OSError):
            self._socket.close()


def serve(host: str, port: int, state: str, options: Options) -> None:
    """Serves until the process is told to stop."""
    with socket.create_server((host, port)) as listener:
        print(f"Sandbox on http://{host}:{listener.getsockname()[1]}, state in {state}", flush=True)
        server_of(create_app(state, options)).run(sockets=[listener])
