"""The sandbox as an ASGI application: each vendor under its own name, the controls under ``/_sandbox``."""

from fastapi import APIRouter, FastAPI, Request as HttpRequest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.calls import Call, Calls
from sandbox.exchange import Exchange, read_body
from sandbox.faults import Fault, Faults
from sandbox.packages import parts
from sandbox.state import State
from sandbox.vendor import Options, Request, Vendor

VENDORS: tuple[type[Vendor], ...] = tuple(parts("api", "STAND_IN"))
"""All vendors of the sandbox: a new one is a package beside the others, whose ``api`` names its ``STAND_IN``."""


class Sandbox:
    """An ASGI application that hands each vendor its calls, unless a fault comes between them."""

    def __init__(self, state: State, options: Options) -> None:
        self.state = state
        self.calls, self.faults = Calls(), Faults()
        self.vendors = {vendor.name: vendor(state, options) for vendor in VENDORS}
        self.site: ASGIApp = self._site()

    def reset(self) -> None:
        """As if just started on an empty state."""
        self.faults.forget()
        self.calls.clear()
        self.state.forget(self._reset_vendors)

    def _reset_vendors(self) -> None:
        for vendor in self.vendors.values():
            vendor.reset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, _, path = scope.get("path", "").lstrip("/").partition("/")
        if name not in self.vendors:
            await self.site(scope, receive, send)
            return
        body = await read_body(receive)
        request = Request(path, scope["query_string"].decode("latin-1"), Headers(scope=scope), body)
        operation, keys = self.vendors[name].recognise(request)
        call = Call(name, operation, keys)
        self.calls.add(call)
        await self.faults.conduct(call, Exchange(self.site, scope, receive, send, body))

    def _site(self) -> FastAPI:
        site = FastAPI(title="Cierre's sandbox")
        site.include_router(self._controls(), prefix="/_sandbox")
        for name, vendor in self.vendors.items():
            site.include_router(vendor.api(), prefix=f"/{name}", tags=[name])
            site.include_router(vendor.controls(), prefix=f"/_sandbox/{name}", tags=[f"{name}: controls"])
        return site

    def _controls(self) -> APIRouter:
        router = APIRouter(tags=["controls"])

        @router.get("/health")
        def health() -> dict[str, str]:
            return {"status": "ok"}

        @router.post("/reset")
        async def reset() -> None:
            self.reset()

        @router.get("/calls")
        def calls(request: HttpRequest, vendor: str = "", operation: str = "") -> dict[str, dict[str, int]]:
            """How many, by vendor and operation; any other parameter is a key that they must have."""
            keys = {name: value for name, value in request.query_params.items() if name not in ("vendor", "operation")}
            return self.calls.count(vendor, operation, keys)

        @router.get("/faults")
        async def faults() -> list[dict]:
            return self.faults.shown()

        @router.post("/faults")
        async def add_fault(fault: Fault) -> int:
            return self.faults.add(fault)

        @router.delete("/faults")
        async def remove_faults(number: int | None = None) -> None:
            self.faults.remove(number)

        @router.post("/faults/release")
        async def release_calls(number: int | None = None) -> int:
            return await self.faults.release(number)

        return router


def create_app(state: str = ":memory:", options: Options | None = None) -> Sandbox:
    """The sandbox on a state file (or in memory); faults need a server that runs ``sandbox.connection``."""
    return Sandbox(State(state), options or Options())
