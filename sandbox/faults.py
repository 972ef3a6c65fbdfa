"""Faults: rules that make a vendor slow, silent or wrong for the calls that they fit."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Literal

from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from sandbox.calls import Call
from sandbox.exchange import Exchange
from sandbox.paging import PAGE_FAULT

PROXY_PAGE = "<html><head><title>Gateway</title></head><body><h1>{}</h1></body></html>"


class Fault(BaseModel):
    """A fault, the calls that it fits (blank: any), and how many of those it spares (``skip``) and strikes (``times``).

    Actions:
    - ``latency``: carried out and answered ``seconds`` later, or, where None, when released; with ``executes`` carried
      out at once, and only the answer waits. A client that has gone by then does not stop it.
    - ``drop_before``: connection closed, never carried out.
    - ``drop_after``: carried out, connection closed without an answer.
    - ``late``: connection closed at once, carried out ``seconds`` later, or, where None, when released.
    - ``status``: answers ``status`` (with ``Retry-After: retry_after``, if given) and an HTML page.
    - ``html_200``, ``empty_200``: 200 with a page that is not the API's, or with nothing.
    - ``body``: 200 with ``body`` as JSON.
    - ``truncated_json``: carried out, but half of the answer's text is missing.
    - ``cut_off``: carried out, and the connection closed in the middle of the answer.
    - ``page_missing``, ``page_repeated``, ``page_shifted``: where the vendor answers in pages, this one comes empty, or
      with the rows of the page before, or begins a row too late, as ``sandbox.paging`` tells.

    Where an action does not say so itself, ``executes`` decides whether the call is carried out nonetheless.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal[
        "latency",
        "drop_before",
        "drop_after",
        "late",
        "status",
        "html_200",
        "empty_200",
        "body",
        "truncated_json",
        "cut_off",
        "page_missing",
        "page_repeated",
        "page_shifted",
    ]
    vendor: str = ""
    operation: str = ""
    match: dict[str, str] = Field(default_factory=dict)
    skip: int = 0
    times: int | None = 1
    seconds: float | None = None
    status: int = 500
    retry_after: int | None = None
    body: Any = None
    executes: bool = False


class Rule:
    """A fault that is switched on, and how often it has been met."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number, self.fault, self.met = number, fault, 0

    def strikes(self, call: Call) -> bool:
        """Whether this call gets the fault; counts it."""
        if not call.fits(self.fault.vendor, self.fault.operation, self.fault.match):
            return False
        self.met += 1
        struck = self.met - self.fault.skip
        return struck > 0 and (self.fault.times is None or struck <= self.fault.times)


class Faults:
    """The faults that are switched on; the first that fits strikes."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._rules: list[Rule] = []
        # The calls that wait: of which fault, and what tells them whether to go on.
        self._waiting: dict[asyncio.Task, tuple[int, asyncio.Future[bool]]] = {}

    def add(self, fault: Fault) -> int:
        """Switches a fault on; gives its number."""
        rule = Rule(next(self._numbers), fault)
        self._rules.append(rule)
        return rule.number

    def shown(self) -> list[dict]:
        """The faults that are on, with number and how many calls they have fitted."""
        return [{"number": rule.number, "met": rule.met, **rule.fault.model_dump()} for rule in self._rules]

    def remove(self, number: int | None = None) -> None:
        """Switches one fault off, or all."""
        self._rules = [rule for rule in self._rules if number is not None and rule.number != number]

    async def release(self, number: int | None = None) -> int:
        """Lets the calls go on that still wait, of one fault or of all, to their end; gives their number."""
        waiting = self._tell(number, go_on=True)
        await asyncio.gather(*waiting)
        return len(waiting)

    def forget(self) -> None:
        """All faults off; calls that still wait never happen."""
        self._rules.clear()
        self._tell(None, go_on=False)
        self._waiting.clear()

    async def conduct(self, call: Call, exchange: Exchange) -> None:
        """Lets the exchange happen as the first fault that fits will have it, or undisturbed."""
        for rule in self._rules:
            if rule.strikes(call):
                await self._actions()[rule.fault.action](exchange, rule)
                return
        await exchange.carry_out_and_answer()

    def _actions(self) -> dict[str, Callable[[Exchange, Rule], Awaitable[None]]]:
        return {
            "latency": self._latency,
            "drop_before": _drop_before,
            "drop_after": _drop_after,
            "late": self._late,
            "status": _answer_instead,
            "html_200": _answer_instead,
            "empty_200": _answer_instead,
            "body": _answer_instead,
            "truncated_json": _truncated_json,
            "cut_off": _cut_off,
            "page_missing": _wrong_page,
            "page_repeated": _wrong_page,
            "page_shifted": _wrong_page,
        }

    async def _late(self, exchange: Exchange, rule: Rule) -> None:
        self._keep_waiting(asyncio.create_task(self._carry_out_late(exchange, rule)), rule)
        await exchange.hang_up()

    async def _carry_out_late(self, exchange: Exchange, rule: Rule) -> None:
        if await self._goes_on(rule):
            await exchange.carry_out()

    async def _latency(self, exchange: Exchange, rule: Rule) -> None:
        self._keep_waiting(asyncio.current_task(), rule)
        answer = await exchange.carry_out() if rule.fault.executes else None
        if not await self._goes_on(rule):
            await exchange.hang_up()
        elif answer is None:
            await exchange.carry_out_and_answer()
        else:
            await exchange.answer(Response(answer.body, answer.status, media_type="application/json"))

    def _keep_waiting(self, task: asyncio.Task, rule: Rule) -> None:
        self._waiting[task] = rule.number, asyncio.get_running_loop().create_future()
        task.add_done_callback(lambda done: self._waiting.pop(done, None))

    async def _goes_on(self, rule: Rule) -> bool:
        """Waits for the fault's seconds, or until the call is released; False if it was forgotten meanwhile."""
        _, told = self._waiting[asyncio.current_task()]
        with suppress(TimeoutError):
            return await asyncio.wait_for(told, rule.fault.seconds)
        return True

    def _tell(self, number: int | None, *, go_on: bool) -> list[asyncio.Task]:
        """Tells the calls that wait, of one fault or of all, whether to go on; gives them."""
        waiting = {task: told for task, (of, told) in self._waiting.items() if number in (None, of)}
        for told in waiting.values():
            if not told.done():
                told.set_result(go_on)
        return list(waiting)


async def _drop_before(exchange: Exchange, _rule: Rule) -> None:
    await exchange.hang_up()


async def _drop_after(exchange: Exchange, _rule: Rule) -> None:
    await exchange.carry_out()
    await exchange.hang_up()


async def _answer_instead(exchange: Exchange, rule: Rule) -> None:
    if rule.fault.executes:
        await exchange.carry_out()
    match rule.fault.action:
        case "status":
            headers = {} if rule.fault.retry_after is None else {"Retry-After": str(rule.fault.retry_after)}
            answer: Response = HTMLResponse(PROXY_PAGE.format(rule.fault.status), rule.fault.status, headers)
        case "html_200":
            answer = HTMLResponse(PROXY_PAGE.format("Iniciar sesión"))
        case "empty_200":
            answer = Response()
        case _:
            answer = JSONResponse(rule.fault.body)
    await exchange.answer(answer)


async def _wrong_page(exchange: Exchange, rule: Rule) -> None:
    exchange.scope[PAGE_FAULT] = rule.fault.action
    await exchange.carry_out_and_answer()


async def _truncated_json(exchange: Exchange, _rule: Rule) -> None:
    answer = await exchange.carry_out()
    half = answer.body[: len(answer.body) // 2]
    await exchange.answer(Response(half, answer.status, media_type="application/json"))


async def _cut_off(exchange: Exchange, _rule: Rule) -> None:
    await exchange.begin_to_answer(await exchange.carry_out())
    await exchange.hang_up()
