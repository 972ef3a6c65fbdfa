"""The one list of sources and ERPs. Light: it imports no hook, so that forms and DAG files can be read by it."""

from collections.abc import Iterable, Mapping
from functools import cache, reduce
from operator import or_
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cierre.bookkeeping.limits import EntryLimits
from cierre.bookkeeping.vocabulary import declare
from cierre.ports.erp import ErpDescription
from cierre.ports.named import Named
from cierre.ports.source import SourceDescription
from hooks.bsale.description import BSALE
from hooks.protheus.description import PROTHEUS
from hooks.sga.description import SGA
from hooks.sge.description import SGE
from hooks.zeta.description import ZETA

if TYPE_CHECKING:
    from cierre.bookkeeping.cash_box import CashBox

_Described = TypeVar("_Described", SourceDescription, ErpDescription)


def by_slug(descriptions: Iterable[_Described]) -> Mapping[str, _Described]:
    """Descriptions by their slugs. Raises ValueError where a slug is there twice, or is not its package's name."""
    found: dict[str, _Described] = {}
    for one in descriptions:
        if one.slug in found:
            raise ValueError(f"two vendors are called {one.slug}")
        strangers = [str(part) for part in one.named if not part.module.startswith(f"hooks.{one.slug}.")]
        if strangers:
            raise ValueError(f"{one.slug} has parts outside of its package: {', '.join(strangers)}")
        found[one.slug] = one
    return MappingProxyType(found)


SOURCES = by_slug([SGA, BSALE, ZETA, SGE])
"""The sources by the name that a box's file has."""

for _source in SOURCES.values():
    declare(_source.slug, _source.vocabulary)

ERPS = by_slug([PROTHEUS])
"""The ERPs by their kind."""

ERP_OF_OLD_FILES = "protheus"
"""The kind of ERP of a box's file that names none: all that there were before files could."""

if both := SOURCES.keys() & ERPS.keys():
    raise ValueError(f"both a source and an ERP are called {', '.join(both)}")


def _all() -> list[SourceDescription | ErpDescription]:
    return [*SOURCES.values(), *ERPS.values()]


def box_model() -> "type[CashBox]":
    """The model of a cash box's file: what it says under ``erp:`` is of one of the kinds known, by its ``kind``."""
    return _box_model(tuple((one.slug, one.box_section) for one in ERPS.values()))


@cache
def _box_model(sections: tuple[tuple[str, Named], ...]) -> "type[CashBox]":
    # Imported here: who reads the registry for the forms of connections needs neither.
    from pydantic import Discriminator, Tag, create_model

    from cierre.bookkeeping.cash_box import CashBox

    kinds = (Annotated[section.load(), Tag(kind)] for kind, section in sections)
    section: Any = reduce(or_, kinds)
    erp: Any = Annotated[section, Discriminator(_kind)]
    return create_model("CashBox", __base__=CashBox, __doc__=CashBox.__doc__, erp=(erp, ...))


def __getattr__(name: str) -> Any:
    """That model is found by its name too, as whoever sends boxes to another process must find it."""
    if name == "CashBox":
        return box_model()
    raise AttributeError(f"module {__name__} has no attribute {name}")


def _kind(said: Any) -> str | None:
    """Of what kind an ``erp:`` is: as its file says, or as its model has it."""
    return said.get("kind", ERP_OF_OLD_FILES) if isinstance(said, dict) else getattr(said, "kind", None)


def limits_of_any() -> EntryLimits:
    """What every ERP holds of a text, and the dimensions that any has: a mapping may be used by boxes of all."""
    limits = [one.box_section.load().limits for one in ERPS.values()]
    return EntryLimits(
        lines=min(one.lines for one in limits),
        history=min(one.history for one in limits),
        account=max(one.account for one in limits),
        dimensions=frozenset[str]().union(*(one.dimensions for one in limits)),
    )


def connection_types() -> list[dict[str, Any]]:
    """Each vendor's connection type as Airflow's provider information has it: its hook, its label, its form."""
    return [
        {"connection-type": one.slug, "hook-class-name": str(one.hook), "hook-name": one.label, **one.form}
        for one in _all()
    ]


def tells_of_lockout(message: str) -> bool:
    """Whether a vendor says in these words that it has locked the company out."""
    return any(one.lockout.search(message) for one in SOURCES.values() if one.lockout)


def preloaded() -> list[str]:
    """The modules that a scheduler imports once, before it forks its tasks."""
    return sorted({part.module for one in _all() for part in one.named})
