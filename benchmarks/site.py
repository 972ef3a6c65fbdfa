"""A vendor's stand-in that costs next to nothing, so that on two cores the server is not what is measured."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from local.ports import free_port
from local.settings import PROJECT


@dataclass(frozen=True)
class Request:
    """One request: method, path, its query, headers (names in lower case) and body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is answered."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Awaitable[Answer | None]]
"""What a site does with a request; None breaks the connection without an answer."""


def serve(handler: Handler, port: int) -> None:
    """Serves on loopback until the process is ended."""

    async def run() -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while (request := await _read(reader)) is not None:
                    answer = await handler(request)
                    if answer is None:
                        break
                    head = "".join(f"{name}: {said}\r\n" for name, said in answer.headers.items())
                    writer.write(
                        f"HTTP/1.1 {answer.status} .\r\nContent-Type: application/json\r\n"
                        f"Content-Length: {len(answer.body)}\r\n{head}\r\n".encode()
                        + answer.body
                    )
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        async with await asyncio.start_server(talk, "127.0.0.1", port, backlog=512) as server:
            await server.serve_forever()

    asyncio.run(run())


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None at its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): said.strip() for name, _, said in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    address = urlsplit(target)
    return Request(method, address.path, dict(parse_qsl(address.query)), headers, body)


@contextmanager
def running(module: str, **settings: object) -> Iterator[str]:
    """Runs ``python -m module port settings`` meanwhile; gives its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([sys.executable, "-m", module, str(port), json.dumps(settings)], cwd=PROJECT)
    try:
        patience = time.monotonic() + 60
        while True:
            try:
                figures(address)
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > patience:
                    raise
                time.sleep(0.05)
        yield address
    finally:
        server.terminate()
        server.wait()


def figures(address: str) -> dict:
    """What a site has counted, at ``/_figures``."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{address}/_figures", timeout=10) as answer:
        return json.load(answer)
