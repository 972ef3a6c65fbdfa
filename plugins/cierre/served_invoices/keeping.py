"""Keeps what is served of a company as its books are: days that were booked since, or are booked otherwise, anew."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.served_invoices import digest_of, served_companies
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Document
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.served_invoices import Part, ServedCompany, as_booked, parts_of
from cierre.closing.boxes_for import boxes_for
from cierre.ledger import served_invoices, staging


class NotServed(LookupError):
    """Nothing of a company is served; the sentence says so."""


@dataclass(frozen=True, slots=True)
class Served:
    """A company that is served: its rules, its boxes by id, and their account mappings by name."""

    company: str
    rules: ServedCompany
    boxes: dict[str, CashBox]
    mappings: dict[str, AccountMapping]

    @property
    def digest(self) -> str:
        """What tells these rules from others."""
        return digest_of(self.rules, self.mappings.values())

    def parts(self, box: CashBox, documents: Iterable[Document]) -> Iterator[Part]:
        """The parts of invoices that a box's documents are."""
        return parts_of(box, as_booked(documents, self.mappings[box.mapping]), self.rules)


def served(ledger: psycopg.Connection, company: str) -> Served:
    """A company that is served. Raises NotServed where no rules say so, MappingError where its files are wrong."""
    rules = served_companies().get(company)
    if rules is None:
        raise NotServed(Sentence("Nothing of company {company} is served: served_invoices.yaml has no rules for it.",
                                 company=company))  # fmt: skip
    boxes = {id: box for id, box in boxes_for(ledger, company).items() if box.company == company}
    mappings = {name: account_mapping(name) for name in {box.mapping for box in boxes.values()}}
    return Served(company, rules, boxes, mappings)


def is_stale(reader: psycopg.Connection, of: Served) -> bool:
    """Whether something was booked, or decided otherwise, since it was last kept."""
    return bool(
        served_invoices.stale_days(reader, of.company, of.boxes, of.digest)
        or served_invoices.strange_days(reader, of.company, of.boxes)
    )


def keep(ledger: psycopg.Connection, of: Served) -> None:
    """Makes anew what is not served as it is booked, by the application's login; others wait meanwhile."""
    with ledger.transaction():
        served_invoices.lock(ledger, of.company)
        touched: set[str] = set()
        for day in served_invoices.strange_days(ledger, of.company, of.boxes):
            touched |= served_invoices.replace_day(ledger, of.company, day, None, of.digest)
        for day in served_invoices.stale_days(ledger, of.company, of.boxes, of.digest):
            documents = staging.documents(ledger, day.box, day.business_date)
            parts = of.parts(of.boxes[day.box], documents)
            touched |= served_invoices.replace_day(ledger, of.company, day, parts, of.digest)
        if touched:
            served_invoices.add_up(ledger, of.company, touched)
