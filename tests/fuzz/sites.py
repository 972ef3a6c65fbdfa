"""The five vendors: what each is asked on valid days, recorded from the stand-ins once."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Event
from typing import Any
from unittest.mock import PropertyMock, patch

from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.address import Address
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.closing.wiring import source_hook
from cierre.ports.allowance import NEVER, KeptAnswer
from cierre.ports.errors import RetriableError, VendorError
from fuzz.mutations import Node, Object, places, value_at
from fuzz.people import NAMES, plant
from fuzz.replay import Replay
from hooks.bsale.wire import BsaleClient
from hooks.protheus.hook import ProtheusHook
from hooks.zeta.hook import ZetaHook
from sandbox.bsale import settings as bsale_settings
from sandbox.server import SandboxServer
from sandbox.sga import profile as sga_profile
from sandbox.zeta import settings as zeta_settings

DAY = date(2024, 9, 6)
SOURCES = {
    "sga": "itb_caja_164",
    "zeta": "itb_uruguay_1_2",
    "bsale": "austral_oficina_1",
    "sge": "universidad_contratos",
}
SALES = 8
"""Sales of Zeta's day that are enough."""

TENANT, LOT = "T1,D MG 01 ", "008964"


@dataclass
class Site:
    """A vendor's valid answers. ``ask`` puts all the questions again and gives what the hook makes of the answers."""

    name: str
    ask: Callable[[], Any]
    box: CashBox | None = None
    day: date = DAY
    replay: Replay = field(default_factory=Replay)
    planted: int = 0


def recorded(server: SandboxServer) -> list[Site]:
    """All five, asked once for real."""
    server.set_profile(sga_profile.Profile(payments=(4, 6)))
    server.zeta.set_profile(zeta_settings.Profile(sales=(2, 3)))
    server.bsale.set_profile(bsale_settings.Profile(payments=(3, 4)))
    server.bsale.set(requests_per_second=10_000)
    server.sge.set(today=DAY)
    server.set_protheus(generic_query=True)
    with patch.dict(os.environ, connections(server.url)):
        return [*(_source(name, box_id) for name, box_id in SOURCES.items()), _erp()]


@contextmanager
def without_pauses() -> Iterator[None]:
    """Hooks that ask as often and as fast as they like, and need no ledger for it."""
    with ExitStack() as patches:
        patches.enter_context(patch.object(BsaleClient, "_find_pace", lambda _: _Unhurried()))
        patches.enter_context(patch.object(ZetaHook, "calls", PropertyMock(return_value=_Uncounted())))
        yield


class _Unhurried:
    """Bsale's turns, none of which waits."""

    @contextmanager
    def turn(self, given_up: Event = NEVER) -> Iterator[None]:
        yield

    def pause(self, seconds: float) -> None:
        pass


class _Uncounted:
    """Zeta's calls, none of which counts."""

    def query(self, _method: str, _subject: str, ask: Callable[[], Any]) -> Any:
        return ask()

    def kept(self, _method: str, _subject: str) -> None:
        return None

    def daily(self, _method: str, _subject: str, ask: Callable[[], tuple], *, beyond: KeptAnswer | None) -> Any:
        if beyond is not None:
            return None
        asked, text = ask()
        return KeptAnswer(1, datetime(2024, 9, 8, tzinfo=UTC), 1, asked, datetime(2024, 9, 8, tzinfo=UTC), text)

    def used_up(self, _method: str, about: str) -> VendorError:
        return RetriableError(f"{about}: the day's call is used up", vendor="Zeta")


def connections(url: str) -> dict[str, str]:
    """The connections to the stand-ins at an address, as Airflow reads them from the environment."""
    quick = {"retries": 0, "read_timeout": 20}
    fields: dict[str, dict[str, Any]] = {
        "sga_itb": {"conn_type": "sga", "host": f"{url}/sga/itb", "extra": quick},
        "zeta": {"conn_type": "zeta", "host": f"{url}/zeta", "login": "ITBUY", "password": "sandbox",
                 "extra": {**quick, "developer_code": "cierre", "developer_password": "sandbox"}},
        "bsale": {"conn_type": "bsale", "host": f"{url}/bsale", "password": "sandbox", "extra": quick},
        "sge": {"conn_type": "sge", "host": f"{url}/sge", "password": "sandbox",
                "extra": {**quick, "lookback_days": 2}},
        "protheus": {"conn_type": "protheus", "host": f"{url}/protheus", "login": "cierre", "password": "sandbox",
                     "extra": quick},
    }  # fmt: skip
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(connection) for name, connection in fields.items()}


def _source(name: str, box_id: str) -> Site:
    box = cash_box(box_id)
    hook = source_hook(box)
    site = Site(name, lambda: hook.fetch(box.key, DAY), box)
    with site.replay.recording():
        site.ask()
    _keep_the_day(site.replay)
    columns = frozenset(_columns_of_people(site.replay))
    for tree in site.replay.trees.values():
        site.planted += plant(tree, columns)
    site.replay.rewrite()
    return site


def _keep_the_day(replay: Replay) -> None:
    """Takes the other days off Zeta's answers of a month: they would only be read again and again."""
    trees = list(replay.trees.values())
    of_the_day: list[str] = []
    for row in (dict(row) for row in _rows(trees) if "FacturaId" in dict(row)):
        box = str(row.get("LocalCodigo")), str(row.get("CajaCodigo"))
        if str(row.get("FacturaFecha", "")).startswith(DAY.isoformat()) and box in (("1", "2"), ("2", "1")):
            of_the_day.append(str(row["FacturaId"]))
    of_the_day = list(dict.fromkeys(of_the_day))[:SALES]
    for rows in (value_at(place) for tree in trees for place in places([tree])):
        if isinstance(rows, list) and not isinstance(rows, Object) and rows and _is_of_a_sale(rows[0]):
            rows[:] = [row for row in rows if _sale_of(row) in of_the_day]


def _rows(trees: list[Node]) -> Iterator[Object]:
    for place in (place for tree in trees for place in places([tree])):
        if _is_of_a_sale(value_at(place)):
            yield value_at(place)


def _is_of_a_sale(row: Node) -> bool:
    return isinstance(row, Object) and bool(_sale_of(row))


def _sale_of(row: Object) -> str:
    return next((str(value) for name, value in row if name in ("FacturaId", "RegistroId")), "")


def _columns_of_people(replay: Replay) -> Iterator[str]:
    """The ids of the SGE's columns that name a customer."""
    for (_, endpoint, _), tree in replay.trees.items():
        if endpoint.endswith("/columnas"):
            for column in map(dict, tree):
                if "entidad" in str(column.get("nombre", "")).lower():
                    yield str(column["id"])


def _erp() -> Site:
    """An entry that is posted, read back, reversed and deleted."""
    hook = ProtheusHook("protheus")
    lines = (
        Line(Side.DEBIT, "1.1.01.001", Decimal("35.30"), f"Caja 164 {NAMES[0]}"[:40]),
        Line(Side.CREDIT, "2.1.01.002", Decimal("35.30"), "Caja 164"),
    )
    entry = JournalEntry("itb_caja_164", DAY, 1, "USD", lines)
    first, second = (Address(TENANT, DAY, LOT, sublot) for sublot in ("001", "002"))

    def everything() -> list[Any]:
        said: list[Any] = []
        for ask in (
            lambda: hook.insert(first, entry, "itb_caja_164|20240906|1|1"),
            lambda: hook.read_back(TENANT, DAY, LOT),
            lambda: hook.reverse(first, "000001", second),
            lambda: hook.delete(first, "000001"),
            lambda: hook.delete(second, "000009"),
        ):
            try:
                said.append(ask())
            except VendorError as error:
                said.append(error)
        return said

    site = Site("protheus", everything)
    with site.replay.recording():
        everything()
    site.replay.rewrite()
    site.planted = 1
    return site
