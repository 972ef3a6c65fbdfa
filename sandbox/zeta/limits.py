"""Zeta's watch over its API: who asks too often is locked out (``zeta.seed.txt``, VentasDetalladas and Metodología)."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.zeta.catalogue import HOME
from sandbox.zeta.model import ZetaBloqueo, ZetaLlamada
from sandbox.zeta.settings import Settings

DETAILS = "VentasDetalladas"
QUERIES = ("QueryVentas", "QuerySaldosPendientes", "QueryComprobantes")
SUNDAY = 6


class Locked(Exception):
    """The company is locked out; says why."""


def watch(session: Session, empresa: str, method: str, now: datetime, settings: Settings) -> None:
    """Counts a call and locks the company out if it is one too many. Raises Locked for whoever is locked out."""
    if locked := session.get(ZetaBloqueo, empresa):
        raise Locked(locked.motivo)
    if method != DETAILS and method not in QUERIES:
        return
    session.add(ZetaLlamada(empresa=empresa, metodo=method, instante=now.astimezone(UTC).replace(tzinfo=None)))
    session.flush()
    local = now.astimezone(HOME)
    why = ""
    if method == DETAILS and _calls(session, empresa, (DETAILS,), local, 0, 24) > settings.details_a_day:
        why = f"{DETAILS} se ejecutó más de {settings.details_a_day} vez en el día"
    elif method in QUERIES and _in_hours(local, settings):
        made = _calls(session, empresa, QUERIES, local, settings.opens, settings.closes)
        if made > settings.queries_in_hours:
            why = f"{made} consultas en horario comercial"
    if why:
        session.add(ZetaBloqueo(empresa=empresa, motivo=why))
        session.flush()
        raise Locked(why)


def _in_hours(local: datetime, settings: Settings) -> bool:
    return local.weekday() != SUNDAY and settings.opens <= local.hour < settings.closes


def _calls(session: Session, empresa: str, methods: tuple[str, ...], local: datetime, first: int, until: int) -> int:
    """How many calls the company made on a day in Montevideo, from one full hour until before another."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    begins, ends = ((midnight + timedelta(hours=hour)).astimezone(UTC).replace(tzinfo=None) for hour in (first, until))
    counted = select(func.count()).select_from(ZetaLlamada)
    counted = counted.where(ZetaLlamada.empresa == empresa, ZetaLlamada.metodo.in_(methods))
    return session.scalar(counted.where(ZetaLlamada.instante >= begins, ZetaLlamada.instante < ends)) or 0
