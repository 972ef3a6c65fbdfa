"""A real HTTP server that answers what a test tells it, the vendors' stand-ins, and connections to them."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.server import SandboxServer
from sandbox.vendor import Options
from support import tls


@dataclass(frozen=True)
class Reply:
    """What the server does with one request. ``cut`` ends the connection after that many bytes of the body.

    ``drip`` sends ``head`` and then a blank each so many seconds, for ever.
    """

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    silent: bool = False
    hang_up: bool = False
    drip: float | None = None
    head: bytes = b"HTTP/1.1 200 OK\r\nX-Slow: "


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str
    client: tuple[str, int]

    @property
    def json(self) -> dict:
        return json.loads(self.body)


class Vendor:
    """The server: ``replies`` are given in turn and the last one for ever; ``asked`` keeps what came."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[Asked] = []
        self.over = threading.Event()
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                headers = dict(self.headers.items())
                vendor.asked.append(Asked(self.command, parts.path, query, headers, body, self.client_address))
                reply = vendor.replies.pop(0) if len(vendor.replies) > 1 else vendor.replies[0]
                if reply.silent:
                    vendor.over.wait()
                if reply.silent or reply.hang_up:
                    self.close_connection = True
                    return
                if reply.drip is not None:
                    self.drip(reply)
                    return
                content = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(content)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content[: reply.cut])
                self.close_connection |= reply.cut is not None

            def drip(self, reply: Reply) -> None:
                self.close_connection = True
                try:
                    self.wfile.write(reply.head)
                    while not vendor.over.wait(reply.drip):
                        self.wfile.write(b" ")
                except OSError:
                    pass  # the other side has had enough

            do_GET = do_POST = answer

            def log_message(self, *args) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answers(self, *replies: Reply | str | dict | list) -> None:
        """Tells what to answer: a Reply, a text, or what is to be sent as JSON."""
        self.replies = [self._reply(reply) for reply in replies]

    @staticmethod
    def _reply(reply: Reply | str | dict | list) -> Reply:
        if isinstance(reply, Reply):
            return reply
        body = reply if isinstance(reply, str) else json.dumps(reply, ensure_ascii=False)
        return Reply(body, headers={"Content-Type": "application/json"})


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """A vendor that does as it is told."""
    vendor = Vendor()
    thread = threading.Thread(target=vendor.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield vendor
    vendor.over.set()
    vendor.server.shutdown()
    vendor.server.server_close()
    thread.join()


@pytest.fixture
def reply() -> type[Reply]:
    """The Reply type, for tests that tell the vendor more than a body."""
    return Reply


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Makes an Airflow connection from its fields and returns its id."""

    def make(conn_type: str, host: str, extra: dict | None = None, **fields) -> str:
        settings = {"read_timeout": 60, "retries": 0, "trust_env": False, **(extra or {})}
        value = {"conn_type": conn_type, "host": host, "extra": settings, **fields}
        monkeypatch.setenv("AIRFLOW_CONN_UNDER_TEST", json.dumps(value))
        return "under_test"

    return make


@pytest.fixture
def self_signed(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS on 127.0.0.1, and the certificate that trusts it."""
    return tls.self_signed(tmp_path)


@pytest.fixture
def nobody() -> str:
    """An address that refuses connections."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://127.0.0.1:{server.server_port}"


CHART = """account,name,postable,requires_cost_centre,blocked
1,Activo,false,false,false
1.1,Caja,true,false,false
1.2,Banco cerrado,true,false,true
4.1,Matrículas,true,true,false
"""
COST_CENTRES = """code,name,blocked
0101,Administración,false
0199,Carrera cerrada,true
"""


@pytest.fixture(scope="module")
def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    charts = tmp_path_factory.mktemp("charts")
    (charts / "chart_of_accounts.csv").write_text(CHART)
    (charts / "cost_centres.csv").write_text(COST_CENTRES)
    with SandboxServer(options=Options(chart_dir=charts, today=lambda: date(2024, 12, 2))) as server:
        yield server


@pytest.fixture
def sandbox(_sandbox: SandboxServer) -> SandboxServer:
    """The vendors' stand-ins, with empty books."""
    _sandbox.reset()
    return _sandbox
