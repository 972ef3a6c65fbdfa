"""The one list of sources and ERPs. Light: it imports no hook, so that forms and DAG files can be read by it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from cierre.bookkeeping.vocabulary import declare
from cierre.ports.erp import ErpDescription
from cierre.ports.source import SourceDescription
from hooks.bsale.description import BSALE
from hooks.protheus.description import PROTHEUS
from hooks.sga.description import SGA
from hooks.sge.description import SGE
from hooks.zeta.description import ZETA

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

if both := SOURCES.keys() & ERPS.keys():
    raise ValueError(f"both a source and an ERP are called {', '.join(both)}")


def _all() -> list[SourceDescription | ErpDescription]:
    return [*SOURCES.values(), *ERPS.values()]


def connection_types() -> list[dict[str, Any]]:
    """Each vendor's connection type as Airflow's provider information has it: its hook, its label, its form."""
    return [
        {"connection-type": one.slug, "hook-class-name": str(one.hook), "hook-name": one.label, **one.form}
        for one in _all()
    ]


def open_fields(source: str) -> frozenset[str]:
    """The fields of a source's rows whose texts say nothing of a person; none of a source that is not known."""
    return SOURCES[source].open_fields if source in SOURCES else frozenset()


def tells_of_lockout(message: str) -> bool:
    """Whether a vendor says in these words that it has locked the company out."""
    return any(one.lockout.search(message) for one in SOURCES.values() if one.lockout)


def preloaded() -> list[str]:
    """The modules that a scheduler imports once, before it forks its tasks."""
    return [module for one in _all() for module in one.preloaded]
