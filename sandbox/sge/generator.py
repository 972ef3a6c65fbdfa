"""Makes up the SGE's months: always the same for a seed, a project and a month, whatever is asked first."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from sandbox.sge.model import Cobro, Factura, MesEscrito, Prevision, Proyecto, Vinculo
from sandbox.sge.settings import Profile

EPOCH = date(2024, 1, 1)
"""The first day of the projects."""

LINKS = {
    "123456": ["11", "12"],
    "123457": ["11"],
    "123458": ["12", "21"],
    "200101": ["21"],
    "200102": ["22"],
}
"""The economic projects, each with its research projects."""

ENTITIES = [
    "Ayuntamiento de Cartagena",
    "Biotecnología Peñafiel, S.A.",
    "Construcciones Núñez y Ordóñez, S.L.",
    "Hospital Clínico «Virgen de la Arrixaca»",
    "Agroalimentaria O'Donnell, S.L.",
    "Consejería de Educación; Región de Murcia",
]
CONCEPTS = [
    "Contrato de investigación, hito de análisis",
    "Ensayos de laboratorio; 2.ª entrega",
    'Informe pericial "Mar Menor"',
    "Curso de formación de personal técnico",
]
VAT = 21
ITEMS_A_MONTH = 3

Row = dict[str, Any]
"""A row of a table, by column."""


def open_projects(session: Session) -> None:
    """The projects and their links, before anything happened in them."""
    session.add_all(Proyecto(id=project) for project in LINKS)
    session.flush()
    session.add_all(
        Vinculo(proyecto_id=project, proyecto_id_sgi=sgi) for project, sgis in LINKS.items() for sgi in sgis
    )


def write_until(session: Session, day: date, profile: Profile, seed: str) -> None:
    """Adds every month of every project up to the day's own, unless it is there already."""
    written = {(row.proyecto_id, row.mes) for row in session.execute(select(MesEscrito.proyecto_id, MesEscrito.mes))}
    asked = [(project, first) for project in sorted(LINKS) for first in _months(day)]
    missing = [(project, first) for project, first in asked if (project, f"{first:%Y-%m}") not in written]
    if not missing:
        return
    number = count((session.scalar(select(func.max(Factura.pk))) or 0) + 1)
    items, invoices, collections = list[Row](), list[Row](), list[Row]()
    for project, first in missing:
        month = _month(project, first, profile, seed)
        items += month.items
        for invoice, parts in month.invoices:
            pk = next(number)
            invoices.append(invoice | {"pk": pk})
            collections += [part | {"factura_pk": pk} for part in parts]
    session.execute(
        insert(MesEscrito), [{"proyecto_id": project, "mes": f"{first:%Y-%m}"} for project, first in missing]
    )
    # Several of the economic projects may have a research project, and its items are the same.
    session.execute(insert(Prevision).prefix_with("OR IGNORE"), items)
    for table, rows in ((Factura, invoices), (Cobro, collections)):
        if rows:
            session.execute(insert(table), rows)


def _months(day: date) -> Iterator[date]:
    first = EPOCH
    while first <= day:
        yield first
        first = (first + timedelta(days=31)).replace(day=1)


@lru_cache(maxsize=1_000)
def _month(project: str, first: date, profile: Profile, seed: str) -> "_Month":
    """A month, made up once: whoever empties the books and asks again finds the same."""
    return _Month(project, first, profile, seed)


class _Month:
    """One project's month, as rows: what was planned of it, and its invoices, each with what was collected for it."""

    def __init__(self, project: str, first: date, profile: Profile, seed: str) -> None:
        self.project, self.first, self.profile = project, first, profile
        self.rng = Random(f"{seed}/sge/{project}/{first:%Y-%m}")
        self.items = [item for sgi in LINKS[project] for item in self._planned(sgi)]
        self.invoices: list[tuple[Row, list[Row]]] = []
        for day in range(1, monthrange(first.year, first.month)[1] + 1):
            issued = first.replace(day=day)
            if issued.weekday() < 5:
                weights = profile.invoices
                for number in range(self.rng.choices(range(len(weights)), weights)[0]):
                    item = self.rng.choice(self.items) if self.rng.random() < 0.8 else None
                    self.invoices.append(self._invoice(issued, number, item))

    def _planned(self, sgi: str) -> list[Row]:
        """The month's items of a research project, the same whichever of its economic projects comes first."""
        elapsed = (self.first.year - EPOCH.year) * 12 + self.first.month - 1
        rng = Random(f"sge/{sgi}/{elapsed}")
        items = []
        for number in range(elapsed * ITEMS_A_MONTH + 1, (elapsed + 1) * ITEMS_A_MONTH + 1):
            # Its number is text: in one of the projects it begins with zeros.
            text = f"{number:03d}" if sgi == "21" else str(number)
            due, base = self.first.replace(day=rng.randint(1, 28)), rng.randrange(100_000, 900_000, 50)
            items.append({"proyecto_id_sgi": sgi, "numero": text, "vencimiento": due, "base": base})
        return items

    def _invoice(self, issued: date, number: int, item: Row | None) -> tuple[Row, list[Row]]:
        rng = self.rng
        # Projects write their invoices at the same time, so a number tells project, day and turn.
        serial = f"{issued.timetuple().tm_yday:03d}{sorted(LINKS).index(self.project)}{number}"
        base = rng.randrange(10_000, 500_000)
        if self.profile.corrected and rng.random() < 0.05:
            base = -base
        invoice = new_invoice(self.project, issued, base, serial, rng, item)
        return invoice, self._collected(invoice) if rng.random() < 0.85 else []

    def _collected(self, invoice: Row) -> list[Row]:
        rng, parts = self.rng, 1
        if self.profile.paid_in_parts and rng.random() < 0.2:
            parts = rng.choice([2, 3])
        day, left = invoice["emision"], invoice["total"]
        collections = []
        for part in range(parts):
            day += timedelta(days=rng.randint(0 if part == 0 else 1, 75 // parts))
            amount = left if part == parts - 1 else left // 2
            left -= amount
            collections.append({"fecha": day, "alta": self._entered(day), "importe": amount})
        if self.profile.returned and rng.random() < 0.1:
            last = collections[-1]
            back = last["alta"] + timedelta(days=rng.randint(1, 20))
            collections.append({"fecha": back, "alta": back, "importe": -last["importe"]})
        return collections

    def _entered(self, day: date) -> date:
        if self.profile.registered_late and self.rng.random() < 0.1:
            return day + timedelta(days=self.rng.randint(2, 10))
        return day


def new_invoice(project: str, issued: date, base: int, serial: str, rng: Random, item: Row | None) -> Row:
    """An invoice of ``base`` cents and 21 % VAT, entered on the day of its issue."""
    return {
        "id": f"{serial}-{issued.year}",
        "proyecto_id": project,
        "anualidad": str(issued.year),
        "numero": f"J{issued.year}/{serial}",
        "emision": issued,
        "alta": issued,
        "entidad": rng.choice(ENTITIES),
        "concepto": rng.choice(CONCEPTS),
        "base": base,
        "iva": VAT,
        "total": base + vat_of(base),
        "proyecto_id_sgi": item["proyecto_id_sgi"] if item else None,
        "prevision": item["numero"] if item else None,
    }


def vat_of(base: int, rate: int = VAT) -> int:
    """VAT in cents, half a cent upwards (downwards below zero)."""
    cents = (abs(base) * rate + 50) // 100
    return cents if base > 0 else -cents
