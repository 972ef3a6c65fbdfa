"""What the sandbox asks of a vendor: a package whose ``api.STAND_IN`` is a class with these members, and whose
``connections`` gives the Airflow connections that lead there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from fastapi import APIRouter

from sandbox.state import State

HOME = ZoneInfo("America/Guayaquil")


def today() -> date:
    """The day it is where the schools are."""
    return datetime.now(HOME).date()


@dataclass(frozen=True)
class Options:
    """How a sandbox is set up. ``seed`` makes the days; ``chart_dir`` holds the chart of accounts' CSV files.

    ``business_hours``: whether Zeta has hours in which it wants to be left alone; where people try things out all day,
    it has none.
    """

    seed: str = "cierre"
    chart_dir: Path = Path(__file__).parents[1] / "include" / "mappings" / "charts"
    login: str = "cierre"
    password: str = "sandbox"
    business_hours: bool = True
    today: Callable[[], date] = today


@dataclass(frozen=True)
class Request:
    """An HTTP request as faults and call counters see it; ``path`` is what follows the vendor's name."""

    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def parameters(self) -> dict[str, str]:
        """The query string's parameters."""
        return dict(parse_qsl(self.query))


class Vendor(Protocol):
    """One vendor's stand-in. ``name`` is its address: its API is under /<name>, its controls under /_sandbox/<name>."""

    name: str

    def __init__(self, state: State, options: Options) -> None: ...

    def api(self) -> APIRouter:
        """What the vendor itself offers."""

    def controls(self) -> APIRouter:
        """What only tests and people at the sandbox may use."""

    def recognise(self, request: Request) -> tuple[str, dict[str, str]]:
        """The operation that a request asks for, and the keys by which a fault may pick it out."""

    def reset(self) -> None:
        """Back to how it was set up; the state is cleared already."""
