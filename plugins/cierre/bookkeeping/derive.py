"""Derivation: the documents of a box's day, by the accountants' mapping, as balanced journal entries. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from operator import itemgetter, le
from typing import NamedTuple

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.collector import collector_at_rest
from cierre.bookkeeping.conversion import ROUNDING, Converter
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.history import REFERENCE, Filler, fill, placeholders
from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.lines import Booked, Portion, Slot, Slots, entry, pack
from cierre.bookkeeping.mapping import AccountMapping, Booking, Unresolved
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.problems import Problem, ProblemKind, Problems
from cierre.bookkeeping.rules import Posting
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.treatment import UNKNOWN, Taxes, taxes, treated
from cierre.bookkeeping.vocabulary import BOX, FRAUD, SOURCES


@dataclass(frozen=True, slots=True)
class Derivation:
    """The entries of a day, or the problems that keep it from being booked. Never both: nothing is half-posted.

    Neither means that there is nothing to book ("no activity"). ``documents`` are those of the day by key, where there
    is no problem: the same keys as in the entries, since making a million of them anew takes time and memory.
    """

    entries: list[JournalEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    documents: Mapping[str, Document] = field(default_factory=dict, compare=False)


def derive(
    documents: Iterable[Document] | Mapping[str, Document],
    mapping: AccountMapping,
    box: CashBox,
    day: date,
    max_lines: int | None = None,
) -> Derivation:
    """Books documents as the mapping says: entries of at most ``max_lines`` lines that each balance (None: as many as
    the box's ERP holds). Who has the documents by key gives them so: keys of a million take time to make.

    Entries are in the box's currency; documents in another are converted by their own rate (see Converter). A line
    sums what shares side, account, dimensions, history and original currency, and names its sources; a document is
    never split over two entries. The result does not depend on the documents' order. With any problem
    there are no entries at all, and every problem is reported. Raises ValueError if the mapping is written for another
    source or for an ERP with other dimensions, or ``max_lines`` cannot hold a single document.
    """
    if mapping.source != box.source:
        raise ValueError(
            Sentence("{box} reads {source}, but its mapping {mapping} is written for {other}", box=box.id,
                     source=box.source, mapping=mapping.name, other=mapping.source)
        )  # fmt: skip
    if strange := mapping.dimensions - box.erp.limits.dimensions:
        raise ValueError(
            Sentence("mapping {mapping} books {dimensions}, which the ERP of {box} does not have", mapping=mapping.name,
                     dimensions=", ".join(sorted(strange)), box=box.id)
        )  # fmt: skip
    problems = Problems()
    booker = _Booker(mapping, box, day, problems)
    with collector_at_rest():
        by_key = _by_key(documents, problems)
        packed = list(pack(booker.book(by_key), max_lines or box.erp.limits.lines))
        if found := problems.all():
            return Derivation(problems=found)
        entries = [entry(box, day, part, portions, booker.slots) for part, portions in enumerate(packed, start=1)]
        return Derivation(entries, documents=by_key)


def _by_key(documents: Iterable[Document] | Mapping[str, Document], problems: Problems) -> Mapping[str, Document]:
    """Documents by key, without those whose key another has: these are a problem."""
    if isinstance(documents, Mapping):
        return documents
    documents = list(documents)
    by_key = {document.key: document for document in documents}
    if len(by_key) < len(documents):
        times = Counter(document.key for document in documents)
        for document in documents:
            if times[document.key] > 1:
                by_key.pop(document.key, None)
                reason = Sentence("with a key that another document of the day has")
                problems.add(document, ProblemKind.REPEATED, reason, document.amounts.get("net", ZERO))
    return by_key


def _in_order(by_key: Mapping[str, Document]) -> Iterable[tuple[str, Document]]:
    """Documents in the order of their keys, which is mostly the one that they come in."""
    if all(map(le, by_key, islice(by_key, 1, None))):
        return by_key.items()
    return sorted(by_key.items(), key=itemgetter(0))


class _Step(NamedTuple):
    """One posting, resolved for one combination of attributes, where that is not simply a portion of a line.

    ``template`` is the slot of lines that are each document's own, but for their history, which ``history`` makes of a
    document's reference. None where the posting goes nowhere, for the reasons in ``unresolved``.
    """

    posting: Posting
    template: Slot | None = None
    history: Filler | None = None
    unresolved: Sequence[Unresolved] = ()


class _Plan(NamedTuple):
    """What is done with the documents of a kind and form that have one combination of attributes.

    ``steps`` are the kind's postings: amount, what it is where it is not there (None: it must be), whether it is a
    debit, the portion that all share. ``signed`` are the amounts that may be below zero, ``unbooked`` the rare ones
    that no posting has.
    """

    steps: list[tuple[str, Decimal | None, bool, Portion | None, _Step]]
    signed: frozenset[str]
    unbooked: frozenset[str]


_KNOWN = 10_000
"""Plans that are remembered by the attributes that documents have together."""


class _Booker:
    """Turns documents into what they book. Rules are resolved once for each combination of attributes they read."""

    def __init__(self, mapping: AccountMapping, box: CashBox, day: date, problems: Problems) -> None:
        self.mapping = mapping
        self.box = box
        self.day = day
        self.problems = problems
        self.slots = Slots()
        self.history = box.erp.limits.history
        self.constants = {
            "box": box.id,
            "box_key": box.key,
            "company": box.company,
            "date": f"{day:%d/%m/%Y}",
        }
        self.converter = Converter(mapping, box, self.slots, self.constants, problems)
        self.read = {
            kind: sorted(frozenset().union(*(mapping.attributes_read(posting) for posting in postings)))
            for kind, postings in mapping.postings.items()
        }
        self.signed = {kind: shape.signed for kind, shape in SOURCES[mapping.source].items()}
        self.plans: dict[tuple[object, ...], _Plan] = {}
        self.known_plans: dict[tuple[int, Kind, str, str], _Plan] = {}
        shapes = SOURCES[mapping.source]
        self.rare = {kind: shapes[kind].rare if kind in shapes else frozenset() for kind in mapping.postings}
        self.by_treatment = {kind for kind in mapping.postings if mapping.treats(kind)}
        self.taxes: dict[tuple[str, str], tuple[Taxes | None, Taxes | None]] = {}

    def book(self, by_key: Mapping[str, Document]) -> Iterator[tuple[str, Booked]]:
        """What each document books, by key, in the keys' order. Documents with a problem book nothing."""
        holds_fraud = self.mapping.fraud_policy == "hold"
        day, read, by_treatment, known, own = (
            self.day,
            self.read,
            self.by_treatment,
            self.known_plans,
            self.box.currency,
        )
        for key, document in _in_order(by_key):
            kind, attributes, currency = document.kind, document.attributes, document.currency
            held = holds_fraud and attributes.get(FRAUD) == "true"
            if kind not in read or held or document.business_date != day:
                self._stop(document)
                continue
            # The same attributes, not equal ones: these are quick to know, and by_key keeps them from being forgotten.
            alike = (id(attributes), kind, document.form, currency)
            if kind in by_treatment:
                treated = self._treat(document)
                if treated is None:
                    continue
                document = treated
            plan = known.get(alike)
            if plan is None:
                plan = self._known_plan(alike, document)
            if booked := self._apply(plan, key, document):
                if currency != own:
                    booked = self.converter.converted(document, booked)
                yield key, booked

    def _known_plan(self, alike: tuple[int, Kind, str, str], document: Document) -> _Plan:
        """The plan for all documents with the same of what it depends on, kept for those that have it together."""
        attributes = document.attributes
        signature = (document.kind, document.form, document.currency, *map(attributes.get, self.read[document.kind]))
        plan = self.plans.get(signature)
        if plan is None:
            plan = self.plans[signature] = self._plan(document)
        if len(self.known_plans) == _KNOWN:
            self.known_plans.clear()
        self.known_plans[alike] = plan
        return plan

    def _treat(self, document: Document) -> Document | None:
        """The document as its kind of document is to be booked; None, with a problem, where nobody says what it is."""
        if document.attributes.get("refund_of") == "collection":
            return document  # It pays a debt, not a document.
        document_type = document.attributes.get("document_type", UNKNOWN)
        key = (document_type, document.currency)
        if key not in self.taxes:
            own = self.mapping.taxes(document_type, self.day, document.currency)
            self.taxes[key] = (own, taxes(document_type, self.day, document.currency))
        own, of_the_country = self.taxes[key]
        if own is None:
            one = self.mapping.untreated(document_type, document.currency, self.day)
            self.problems.add(
                document, one.kind, one.reason, document.net, attributes=one.attributes, fix=one.fix,
                called=_called(document),
            )  # fmt: skip
            return None
        return treated(document, own, of_the_country)

    def _stop(self, document: Document) -> None:
        """Says why a document is none that the mapping books on this day."""
        name = self.mapping.name
        if document.business_date != self.day:
            self._refuse(
                document,
                ProblemKind.WRONG_DAY,
                Sentence("dated {day}, not {this}", day=document.business_date, this=self.day),
            )
        elif document.kind not in self.read:
            fix = Sentence("add {kind} to the postings of mapping {name}", kind=document.kind, name=name)
            reason = Sentence("for which mapping {name} has no postings", name=name)
            called = _called(document) if self.mapping.treats(document.kind) else None
            self._refuse(document, ProblemKind.UNMAPPED, reason, fix, called)
        else:
            held = Sentence("marked as fraud, which mapping {name} holds for people to decide", name=name)
            self._refuse(document, ProblemKind.HELD, held)

    def _refuse(
        self, document: Document, kind: ProblemKind, reason: str, fix: str = "", called: Sentence | None = None
    ) -> None:
        self.problems.add(document, kind, reason, document.amounts.get("net", ZERO), fix=fix, called=called)

    def _plan(self, document: Document) -> _Plan:
        foreign = "" if document.currency == self.box.currency else document.currency
        postings, rare = self.mapping.postings[document.kind], self.rare[document.kind]
        steps = [
            (posting.amount, ZERO if posting.amount in rare else None, posting.side == "debit",
             *self._step(posting, document, foreign))
            for posting in postings
        ]  # fmt: skip
        unbooked = rare - {posting.amount for posting in postings}
        return _Plan(steps, self.signed.get(document.kind, frozenset()), unbooked)

    def _step(self, posting: Posting, document: Document, foreign: str) -> tuple[Portion | None, _Step]:
        attributes = document.attributes
        booking = self.mapping.resolve(posting, {**attributes, BOX: self.box.id}, self.day)
        if isinstance(booking, list):
            return None, _Step(posting, unresolved=booking)
        values = self._history_values(booking.history, attributes)
        template = _slot(posting, booking, foreign)
        if REFERENCE in placeholders(booking.history) or booking.lines == "detail":
            return None, _Step(posting, template, Filler(booking.history, values, self.history))
        history = fill(booking.history, values, self.history)
        return self.slots.portion(template._replace(history=history), document, posting.amount), _Step(posting)

    def _history_values(self, template: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """What the placeholders of a history stand for, all but the reference."""
        known = {**attributes, **self.constants, "form_name": self.mapping.form_name(attributes.get("form", ""))}
        return {name: known.get(name, "") for name in placeholders(template)}

    def _apply(self, plan: _Plan, key: str, document: Document) -> Booked:
        """One document's shares of lines: none if it has a problem, or no money in any amount."""
        booked: Booked = []
        amounts = document.amounts
        steps, signed, unbooked = plan
        balance = ZERO
        complete = mapped = True
        for component, missing, is_debit, portion, step in steps:
            amount = amounts.get(component, missing)
            if not amount:
                if amount is None:
                    complete = False
                    self._no_amount(document, step.posting, amount)
                continue
            turned = amount < ZERO
            if turned and component not in signed:
                complete = False
                self._no_amount(document, step.posting, amount)
                continue
            balance = balance + amount if is_debit else balance - amount
            if portion is None:
                if step.template is None:
                    mapped = False
                    self._nowhere(document, step.posting, abs(amount), step.unresolved)
                    continue
                portion = self._own_portion(step, key, document)
            if turned:
                booked.append((self.slots.other_side(portion), -amount, None))
            else:
                booked.append((portion, amount, None))
        if complete and ROUNDING in amounts and abs(balance) == abs(amounts[ROUNDING]) > ZERO:
            rounded = self.converter.rounded_by_its_source(document, balance)
            mapped = mapped and bool(rounded)
            booked += rounded
            balance = ZERO
        if balance and complete:
            reason = Sentence("whose amounts do not add up: debits and credits differ")
            self._refuse(document, ProblemKind.UNBALANCED, reason)
        for component in unbooked:
            if amounts.get(component):
                complete = False
                self._nobody_books(document, component)
        return booked if complete and mapped else []

    def _own_portion(self, step: _Step, key: str, document: Document) -> Portion:
        """The portion of a document that is not summed with all others of its kind."""
        if step.template is None or step.history is None:
            raise ValueError(f"{step.posting} goes nowhere, so no line is its own")
        side, account, cost_centre, item, value_class, entities, _, currency, detail = step.template
        history, own = step.history(document.reference), key if detail else ""
        slot = Slot(side, account, cost_centre, item, value_class, entities, history, currency, own)
        return self.slots.portion(slot, document, step.posting.amount)

    def _no_amount(self, document: Document, posting: Posting, amount: Decimal | None) -> None:
        if amount is None:
            kind, reason = ProblemKind.MISSING_AMOUNT, Sentence("without an amount for {posting}", posting=posting)
        else:
            reason = Sentence("in {posting}, where an amount below zero cannot be booked", posting=posting)
            kind = ProblemKind.NEGATIVE
        self.problems.add(document, kind, reason, amount or ZERO, posting=str(posting))

    def _nobody_books(self, document: Document, component: str) -> None:
        """A rare amount that the mapping has no posting for."""
        reason = Sentence("with an amount {component}, which no posting has", component=component)
        fix = Sentence(
            "add a debit and a credit of {component} to the postings of {kind} in mapping {name}",
            component=component,
            kind=document.kind,
            name=self.mapping.name,
        )
        self.problems.add(document, ProblemKind.UNMAPPED, reason, document.amounts[component], fix=fix)

    def _nowhere(self, document: Document, posting: Posting, amount: Decimal, unresolved: Sequence[Unresolved]) -> None:
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


def _called(document: Document) -> Sentence:
    """How people find a payment at its source."""
    if document.reference in ("", document.source_id):
        return Sentence("payment {id}", id=document.source_id)
    return Sentence("payment {id} of document {document}", id=document.source_id, document=document.reference)


def _slot(posting: Posting, booking: Booking, foreign: str) -> Slot:
    return Slot(
        posting.journal_side,
        booking.account,
        booking.cost_centre,
        booking.item,
        booking.value_class,
        booking.entities,
        booking.history,
        foreign,
        "detail" if booking.lines == "detail" else "",
    )
