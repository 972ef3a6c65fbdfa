"""A real HTTP service on loopback that takes messages as Apprise's generic JSON service does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ChatServer:
    """Listens on 127.0.0.1 while the ``with`` block lasts."""

    def __init__(self) -> None:
        taken: dict[str, list[dict]] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                taken.setdefault(self.path.strip("/"), []).append(json.loads(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keeps the test's output quiet."""

        self._taken = taken
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def address(self, room: str) -> str:
        """A room's address, as Apprise wants it."""
        return f"json://127.0.0.1:{self._server.server_port}/{room}"

    def messages(self, room: str) -> list[dict]:
        """What a room has taken, oldest first: ``title``, ``message``, ``type``."""
        return self._taken.get(room, [])

    def __enter__(self) -> "ChatServer":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
