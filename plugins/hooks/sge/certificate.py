"""The SGE's completeness certificate: what it says of a day on other ways than its list of invoices."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from hooks.sge.snapshot import Landing, Project, cell_of, fields_of, money

IN_DETAILS = "project {project}, {column} in the invoices' details"


def claims(landing: Landing, projects: Sequence[str], currency: str) -> Iterator[Claim]:
    """Project by project: the count that the server announced, the day asked alone, each sum against the details.

    A sum counts every invoice once; an amount that cannot be read adds nothing.
    """
    for project in landing.of(projects):
        if project.announced is not None:
            announced = Sentence("project {project}, rows announced", project=project.id)
            yield Claim(announced, project.announced, len(project.rows), None, None)
        yield _day_alone(project, landing.day, currency)
        yield from _against_details(project, currency)


def _day_alone(project: Project, day: date, currency: str) -> Claim:
    """The day asked alone against the list. Where the list lacks one of its invoices, only those that it has count as
    landed: one that does not belong there, and costs as much, must not stand in for it."""
    misdated = project.misdated(day)
    alone, among = (
        {row.key: row for row in rows if row.issued_on == day or row.key in misdated}
        for rows in (project.of_the_day, project.rows)
    )
    if alone.keys() - among.keys():
        among = {key: row for key, row in among.items() if key in alone}
    return Claim(
        Sentence("project {project}, invoices of {day} asked alone", project=project.id, day=day),
        len(alone),
        len(among),
        _sum(row.money("base", currency) for row in alone.values()),
        _sum(row.money("base", currency) for row in among.values()),
    )


def _against_details(project: Project, currency: str) -> Iterator[Claim]:
    """Each column that the SGE adds up: its sum in the list beside its sum in the details that were asked for."""
    invoices = project.detailed
    if not invoices and not project.all_detailed:
        return
    details = [fields_of(detail) for detail in project.details]
    for column in project.columns:
        if column.accumulable:
            yield Claim(
                Sentence(IN_DETAILS, project=project.id, column=column.name),
                len(details),
                len(invoices),
                _sum(money(fields.get(column.name), currency) for fields in details),
                _sum(money(cell_of(row.value, column.id), currency) for row in invoices),
            )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount or ZERO for amount in amounts), ZERO)
