"""One request and its answer, taken apart, so that faults can come between them."""

from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.connection import HANG_UP


@dataclass
class Answer:
    """What the vendor answered."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


@dataclass
class Exchange:
    """A request whose body has been read, before the vendor has seen it."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    body: bytes

    async def carry_out_and_answer(self) -> None:
        """Undisturbed."""
        await self.app(self.scope, self._replay(), self.send)

    async def carry_out(self) -> Answer:
        """The vendor does what it is asked; the answer goes no further."""
        answer = Answer()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                answer.body += message.get("body", b"")

        await self.app(dict(self.scope), self._replay(), keep)
        return answer

    async def answer(self, response: Response) -> None:
        """Answers in the vendor's stead."""
        await response(self.scope, self.receive, self.send)

    async def begin_to_answer(self, answer: Answer) -> None:
        """The headers, which promise the whole answer, and half of it."""
        await self.send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        half = answer.body[: len(answer.body) // 2]
        await self.send({"type": "http.response.body", "body": half, "more_body": True})

    async def hang_up(self) -> None:
        """Closes the TCP connection and waits until the server has noticed, lest it answers after all."""
        self.scope[HANG_UP]()
        while (await self.receive())["type"] != "http.disconnect":
            pass

    def _replay(self) -> Receive:
        unread = [{"type": "http.request", "body": self.body, "more_body": False}]

        async def receive() -> Message:
            return unread.pop() if unread else await self.receive()

        return receive


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request; raises ConnectionError if the client goes before it is all there."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client hung up in the middle of its request")
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body
