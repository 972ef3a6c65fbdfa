"""Derivation: the documents of a box's day, by the accountants' mapping, as balanced journal entries. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bookkeeping.cash_box import CashBox
from bookkeeping.documents import Document, Kind
from bookkeeping.history import REFERENCE, fill, placeholders
from bookkeeping.journal import JournalEntry, Line, LineSource, Side
from bookkeeping.mapping import AccountMapping, Posting, Unresolved
from bookkeeping.money import ZERO
from bookkeeping.problems import Problem, ProblemKind, Problems

MAX_LINES = 999
"""Lines of one ERP document: CT2_LINHA has three characters (field-notes.md, Protheus)."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """The entries of a day, or the problems that keep it from being booked. Never both: nothing is half-posted.

    Neither means that there is nothing to book ("no activity").
    """

    entries: list[JournalEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _Slot(NamedTuple):
    """What makes a line: amounts that share all of it are summed."""

    side: Side
    account: str
    cost_centre: str
    item: str
    value_class: str
    entities: tuple[tuple[str, str], ...]
    history: str


class _Step(NamedTuple):
    """One posting, resolved for one combination of attributes: a line's slot, or why there is none.

    ``detail`` is what the slot's history still has to be filled with, besides each document's reference; None for
    a history that is the same for all documents.
    """

    component: str
    is_debit: bool
    slot: _Slot | None
    unresolved: list[Unresolved]
    detail: dict[str, str] | None
    posting: Posting


_Booked = list[tuple[_Slot, LineSource]]


def derive(
    documents: Iterable[Document], mapping: AccountMapping, box: CashBox, day: date, max_lines: int = MAX_LINES
) -> Derivation:
    """Books documents as the mapping says: entries of at most ``max_lines`` lines that each balance.

    Amounts in the box's currency. A line sums what shares side, account, dimensions and history, and names its
    sources; a document is never split over two entries. The result does not depend on the documents' order. With
    any problem there are no entries at all, and every problem is reported. Raises ValueError if the mapping is
    written for another source, or ``max_lines`` cannot hold a single document.
    """
    if mapping.source != box.source:
        raise ValueError(f"{box.id} reads {box.source}, but its mapping {mapping.name} is written for {mapping.source}")
    problems = Problems()
    packed = list(_pack(_Booker(mapping, box, day, problems).book(documents), max_lines))
    if found := problems.all():
        return Derivation(problems=found)
    return Derivation(entries=[_entry(box, day, part, lines) for part, lines in enumerate(packed, start=1)])


class _Booker:
    """Turns documents into what they book. Rules are resolved once for each combination of attributes they read."""

    def __init__(self, mapping: AccountMapping, box: CashBox, day: date, problems: Problems) -> None:
        self.mapping = mapping
        self.box = box
        self.day = day
        self.problems = problems
        self.constants = {
            "box": box.id,
            "box_key": box.key,
            "company": box.company,
            "date": f"{day:%d/%m/%Y}",
        }
        self.read = {
            kind: sorted(frozenset().union(*(mapping.attributes_read(posting) for posting in postings)))
            for kind, postings in mapping.postings.items()
        }
        self.plans: dict[tuple, list[_Step]] = {}

    def book(self, documents: Iterable[Document]) -> Iterator[_Booked]:
        """What each document books, in the order of the documents' keys. Documents with a problem book nothing."""
        for key, document in self._in_order(documents):
            if self._is_ours(document):
                attributes = document.attributes
                signature = (document.kind, *map(attributes.get, self.read[document.kind]))
                plan = self.plans.get(signature)
                if plan is None:
                    plan = self.plans[signature] = self._plan(document.kind, attributes)
                if booked := self._apply(plan, key, document):
                    yield booked

    def _in_order(self, documents: Iterable[Document]) -> Iterator[tuple[str, Document]]:
        documents = list(documents)
        by_key = {document.key: document for document in documents}
        if len(by_key) < len(documents):
            times = Counter(document.key for document in documents)
            for document in documents:
                if times[document.key] > 1:
                    by_key.pop(document.key, None)
                    self._refuse(document, ProblemKind.REPEATED, "with a key that another document of the day has")
        for key in sorted(by_key):
            yield key, by_key[key]

    def _is_ours(self, document: Document) -> bool:
        """Whether a document belongs to this box's day and the mapping books its kind; if not, says so."""
        box, name = self.box, self.mapping.name
        if document.currency != box.currency:
            self._refuse(document, ProblemKind.WRONG_CURRENCY, f"in box {box.id}, which keeps {box.currency}")
        elif document.business_date != self.day:
            self._refuse(document, ProblemKind.WRONG_DAY, f"dated {document.business_date}, not {self.day}")
        elif document.kind not in self.read:
            fix = f"add {document.kind} to the postings of mapping {name}"
            self._refuse(document, ProblemKind.UNMAPPED, f"for which mapping {name} has no postings", fix)
        else:
            return True
        return False

    def _refuse(self, document: Document, kind: ProblemKind, reason: str, fix: str = "") -> None:
        self.problems.add(document, kind, reason, document.amounts.get("net", ZERO), fix=fix)

    def _plan(self, kind: Kind, attributes: Mapping[str, str]) -> list[_Step]:
        return [self._step(posting, attributes) for posting in self.mapping.postings[kind]]

    def _step(self, posting: Posting, attributes: Mapping[str, str]) -> _Step:
        booking = self.mapping.resolve(posting, attributes, self.day)
        is_debit = posting.journal_side is Side.DEBIT
        if isinstance(booking, list):
            return _Step(posting.amount, is_debit, None, booking, None, posting)
        values = self._history_values(booking.history, attributes)
        detailed = REFERENCE in placeholders(booking.history)
        slot = _Slot(
            posting.journal_side,
            booking.account,
            booking.cost_centre,
            booking.item,
            booking.value_class,
            booking.entities,
            booking.history if detailed else fill(booking.history, values),
        )
        return _Step(posting.amount, is_debit, slot, [], values if detailed else None, posting)

    def _history_values(self, template: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """What the placeholders of a history stand for, all but the reference."""
        known = {**attributes, **self.constants, "form_name": self.mapping.form_name(attributes.get("form", ""))}
        return {name: known.get(name, "") for name in placeholders(template)}

    def _apply(self, plan: list[_Step], key: str, document: Document) -> _Booked:
        """One document's lines, each with its source: empty if it has a problem, or no money in any amount."""
        booked: _Booked = []
        balance = ZERO
        complete = True
        for component, is_debit, slot, unresolved, detail, posting in plan:
            amount = document.amounts.get(component)
            if amount is None or amount < ZERO:
                complete = False
                self._no_amount(document, posting, amount)
            elif amount:
                balance += amount if is_debit else -amount
                if slot is None:
                    self._nowhere(document, posting, amount, unresolved)
                    continue
                if detail is not None:
                    slot = slot._replace(history=fill(slot.history, {**detail, REFERENCE: document.reference}))
                booked.append((slot, LineSource(key, component, amount)))
        if balance and complete:
            self._refuse(document, ProblemKind.UNBALANCED, "whose amounts do not add up: debits and credits differ")
        return booked

    def _no_amount(self, document: Document, posting: Posting, amount: Decimal | None) -> None:
        if amount is None:
            kind, reason = ProblemKind.MISSING_AMOUNT, f"without an amount for {posting}"
        else:
            kind, reason = ProblemKind.NEGATIVE, f"in {posting}, where an amount below zero cannot be booked"
        self.problems.add(document, kind, reason, amount or ZERO, posting=str(posting))

    def _nowhere(self, document: Document, posting: Posting, amount: Decimal, unresolved: list[Unresolved]) -> None:
        for one in unresolved:
            self.problems.add(
                document,
                one.kind,
                one.reason,
                amount,
                posting=str(posting),
                attributes=one.attributes,
                fix=one.fix,
                table=one.table,
            )


def _pack(booked: Iterable[_Booked], max_lines: int) -> Iterator[dict[_Slot, list[LineSource]]]:
    """The lines of each entry: documents are added in order until the next one's lines no longer fit."""
    lines: dict[_Slot, list[LineSource]] = defaultdict(list)
    for document in booked:
        if len(lines) + len(document) > max_lines:
            own = {slot for slot, _ in document}
            if len(own) > max_lines:
                raise ValueError(f"{document[0][1].document_key} needs {len(own)} lines; an entry may have {max_lines}")
            if len(lines.keys() | own) > max_lines:
                yield lines
                lines = defaultdict(list)
        for slot, source in document:
            lines[slot].append(source)
    if lines:
        yield lines


def _entry(box: CashBox, day: date, part: int, lines: Mapping[_Slot, list[LineSource]]) -> JournalEntry:
    """An entry whose lines are in order: debits first, then by account, dimensions and history."""
    return JournalEntry(
        box=box.id,
        business_date=day,
        part=part,
        currency=box.currency,
        lines=tuple(
            Line(
                side=slot.side,
                account=slot.account,
                amount=sum((source.amount for source in lines[slot]), ZERO),
                history=slot.history,
                cost_centre=slot.cost_centre,
                item=slot.item,
                value_class=slot.value_class,
                entities=slot.entities,
                sources=tuple(lines[slot]),
            )
            for slot in sorted(lines, key=lambda slot: (slot.side is Side.CREDIT, *slot[1:]))
        ),
    )
