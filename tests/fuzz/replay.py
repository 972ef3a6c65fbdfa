"""Valid answers of a vendor, kept by their questions, and given again without a network, one of them changed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from unittest.mock import patch

from requests import Response

from fuzz.mutations import Node, frozen, mutated, parsed, written
from hooks.http.hook import VendorHook

Question = tuple[str, str, str]


@dataclass
class Replay:
    """A vendor's answers by question. ``changed`` is what one of the questions is answered instead."""

    answers: dict[Question, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    trees: dict[Question, Node] = field(default_factory=dict)
    frozen: dict[Question, bytes] = field(default_factory=dict)
    changed: tuple[Question, str] | None = None

    def change(self, random: Random) -> None:
        """One of the answers is another from now on."""
        question = random.choice(sorted(self.frozen))
        self.changed = (question, mutated(self.frozen[question], random))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Whatever a hook is answered meanwhile is kept."""
        ask = VendorHook.exchange

        def exchange(hook: VendorHook, method: str, endpoint: str, **how: Any) -> Response:
            response = ask(hook, method, endpoint, **how)
            kept = {name: text for name, text in response.headers.items() if name.startswith(("X-", "Content-Type"))}
            self.answers[_question(method, endpoint, how)] = (response.status_code, kept, response.content)
            return response

        with patch.object(VendorHook, "exchange", exchange):
            yield
        for question, (_, _, content) in self.answers.items():
            if content:
                self.trees[question] = parsed(content.decode())

    def rewrite(self) -> None:
        """From now on the answers are what their trees are."""
        for question, tree in self.trees.items():
            status, headers, _ = self.answers[question]
            self.answers[question] = (status, headers, written(tree).encode())
            self.frozen[question] = frozen(tree)

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Hooks are answered from here; what was never asked before is a server that has broken down."""

        def exchange(hook: VendorHook, method: str, endpoint: str, **how: Any) -> Response:
            hook.get_conn()
            question = _question(method, endpoint, how)
            status, headers, content = self.answers.get(question, (500, {}, b"unknown"))
            if self.changed and self.changed[0] == question:
                content = self.changed[1].encode(errors="surrogatepass")
            return response_of(status, headers, content)

        with patch.object(VendorHook, "exchange", exchange):
            yield


def response_of(status: int, headers: dict[str, str], content: bytes) -> Response:
    """An answer as requests gives it."""
    response = Response()
    response.status_code, response._content, response.elapsed = status, content, timedelta()
    response.headers.update(headers)
    return response


def _question(method: str, endpoint: str, how: dict[str, Any]) -> Question:
    data = how.get("data") or b""
    headers = {name: text for name, text in (how.get("headers") or {}).items() if name.startswith("X-")}
    asked = json.dumps([how.get("params"), headers], sort_keys=True, default=str)
    return method, endpoint, asked + (data.decode() if isinstance(data, bytes) else str(data))
