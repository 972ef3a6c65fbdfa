"""Derivation: the documents of a box's day, by the accountants' mapping, as balanced journal entries. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.collector import collector_at_rest
from cierre.bookkeeping.columns import Common, Documents
from cierre.bookkeeping.conversion import ROUNDING, Converter
from cierre.bookkeeping.documents import Document
from cierre.bookkeeping.history import REFERENCE, Filler, fill, placeholders
from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.lines import Booked, Portion, Slot, Slots, add, entry, pack
from cierre.bookkeeping.mapping import AccountMapping, Booking, Unresolved
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.problems import Problem, ProblemKind, Problems
from cierre.bookkeeping.rules import Posting
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.treatment import UNKNOWN, Taxes, taxes, treated_amounts, treated_attributes
from cierre.bookkeeping.vocabulary import BOX, FRAUD, SOURCES


@dataclass(frozen=True, slots=True)
class Derivation:
    """The entries of a day, or the problems that keep it from being booked. Never both: nothing is half-posted.

    Neither means that there is nothing to book ("no activity"). ``documents`` are those of the day, where there is
    no problem: the entries' lines name them by their numbers there.
    """

    entries: list[JournalEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    documents: Documents = field(default_factory=Documents, compare=False)


def derive(
    documents: Iterable[Document] | Documents,
    mapping: AccountMapping,
    box: CashBox,
    day: date,
    max_lines: int | None = None,
) -> Derivation:
    """Books documents as the mapping says: entries of at most ``max_lines`` lines that each balance (None: as many as
    the box's ERP holds). Who has the documents as columns gives them so: a million take time to make.

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
        columns = _columns(documents, problems).in_order()
        booker.book(columns)
        if found := problems.all():
            return Derivation(problems=found)
        packed = pack(booker.slots.portions(), columns, max_lines or box.erp.limits.lines)
        entries = [entry(box, day, part, some, booker.slots) for part, some in enumerate(packed, start=1)]
        return Derivation(entries, documents=columns)


def _columns(documents: Iterable[Document] | Documents, problems: Problems) -> Documents:
    """Documents without those whose key another has: these are a problem."""
    if isinstance(documents, Documents):
        return documents
    documents = list(documents)
    times = Counter(document.key for document in documents)
    once = [document for document in documents if times[document.key] == 1]
    if len(once) < len(documents):
        for document in documents:
            if times[document.key] > 1:
                reason = Sentence("with a key that another document of the day has")
                problems.add(document, ProblemKind.REPEATED, reason, document.amounts.get("net", ZERO))
    return Documents.of(once)


class _Step(NamedTuple):
    """One posting, resolved for one combination of attributes, where that is not simply a portion of a line.

    ``template`` is the slot of lines that are each document's own, but for their history, which ``history`` makes of a
    document's reference. None where the posting goes nowhere, for the reasons in ``unresolved``.
    """

    posting: Posting
    template: Slot | None = None
    history: Filler | None = None
    unresolved: Sequence[Unresolved] = ()


_Taxes = tuple[Taxes | None, Taxes | None]
"""How a kind of document is taxed: as the mapping says, and as the country does."""


class _Plan(NamedTuple):
    """What is done with the documents of a kind and form that have one combination of attributes.

    ``steps`` are the kind's postings: amount, what it is where it is not there (None: it must be), whether it is a
    debit, the portion that all share. ``signed`` are the amounts that may be below zero, ``unbooked`` the rare ones
    that no posting has. ``taxes`` are those of a kind that is booked by its treatment. ``stop`` says why none of the
    documents is booked, where that is so.
    """

    steps: Sequence[tuple[str, Decimal | None, bool, Portion | None, _Step]] = ()
    signed: frozenset[str] = frozenset()
    unbooked: frozenset[str] = frozenset()
    taxes: tuple[Taxes, Taxes | None] | None = None
    stop: Callable[[Document], None] | None = None


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
        self.known_plans: dict[int, _Plan] = {}
        shapes = SOURCES[mapping.source]
        self.rare = {kind: shapes[kind].rare if kind in shapes else frozenset() for kind in mapping.postings}
        self.by_treatment = {kind for kind in mapping.postings if mapping.treats(kind)}
        self.taxes: dict[tuple[str, str], _Taxes] = {}
        self.documents = Documents()

    def book(self, documents: Documents) -> None:
        """Adds what each document books to its portions of lines. Where there is a problem, they are not complete."""
        self.documents = documents
        known, own = self.known_plans, self.box.currency
        for number, (common, amounts) in enumerate(zip(documents.commons, documents.amounts, strict=True)):
            # The same one, not an equal one: that is quick to know, and documents keep it from being forgotten.
            plan = known.get(id(common))
            if plan is None:
                plan = self._known_plan(common)
            if plan.stop:
                plan.stop(documents.nth(number))
                continue
            if plan.taxes:
                amounts = treated_amounts(amounts, common.currency, *plan.taxes)
            if common.currency == own:
                self._apply(plan, number, amounts)
            else:
                booked: Booked = []
                if self._apply(plan, number, amounts, booked) and booked:
                    add(number, self.converter.converted(documents.nth(number), booked))

    def _known_plan(self, common: Common) -> _Plan:
        """The plan for all documents with what these have in common, kept for those that have it together."""
        plan = self._plan_of(common)
        if len(self.known_plans) == _KNOWN:
            self.known_plans.clear()
        self.known_plans[id(common)] = plan
        return plan

    def _plan_of(self, common: Common) -> _Plan:
        """The plan for documents, made once for all that are alike in what it depends on."""
        held = self.mapping.fraud_policy == "hold" and common.attributes.get(FRAUD) == "true"
        if common.kind not in self.read or held or common.business_date != self.day:
            return _Plan(stop=self._stop)
        treatment = None
        # A refund of a collection pays a debt, not a document.
        if common.kind in self.by_treatment and common.attributes.get("refund_of") != "collection":
            own, of_the_country = self._taxes(common)
            if own is None:
                return _Plan(stop=self._untreated)
            treatment = own, of_the_country
            common = common._replace(attributes=treated_attributes(common.attributes, own))
        attributes = map(common.attributes.get, self.read[common.kind])
        signature = (common.kind, common.form, common.currency, treatment, *attributes)
        plan = self.plans.get(signature)
        if plan is None:
            plan = self.plans[signature] = self._plan(common)._replace(taxes=treatment)
        return plan

    def _taxes(self, common: Common) -> _Taxes:
        document_type, currency = common.attributes.get("document_type", UNKNOWN), common.currency
        key = (document_type, currency)
        if key not in self.taxes:
            own = self.mapping.taxes(document_type, self.day, currency)
            self.taxes[key] = (own, taxes(document_type, self.day, currency))
        return self.taxes[key]

    def _untreated(self, document: Document) -> None:
        """Says that nobody says what a document's kind of document is."""
        document_type = document.attributes.get("document_type", UNKNOWN)
        one = self.mapping.untreated(document_type, document.currency, self.day)
        self.problems.add(
            document, one.kind, one.reason, document.net, attributes=one.attributes, fix=one.fix,
            called=_called(document),
        )  # fmt: skip

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

    def _plan(self, common: Common) -> _Plan:
        foreign = "" if common.currency == self.box.currency else common.currency
        postings, rare = self.mapping.postings[common.kind], self.rare[common.kind]
        steps = [
            (posting.amount, ZERO if posting.amount in rare else None, posting.side == "debit",
             *self._step(posting, common, foreign))
            for posting in postings
        ]  # fmt: skip
        unbooked = rare - {posting.amount for posting in postings}
        return _Plan(steps, self.signed.get(common.kind, frozenset()), unbooked)

    def _step(self, posting: Posting, common: Common, foreign: str) -> tuple[Portion | None, _Step]:
        attributes = common.attributes
        booking = self.mapping.resolve(posting, {**attributes, BOX: self.box.id}, self.day)
        if isinstance(booking, list):
            return None, _Step(posting, unresolved=booking)
        values = self._history_values(booking.history, attributes)
        template = _slot(posting, booking, foreign)
        if REFERENCE in placeholders(booking.history) or booking.lines == "detail":
            return None, _Step(posting, template, Filler(booking.history, values, self.history))
        slot = template._replace(history=fill(booking.history, values, self.history))
        return self.slots.portion(slot, common.kind, common.form, posting.amount), _Step(posting)

    def _history_values(self, template: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """What the placeholders of a history stand for, all but the reference."""
        known = {**attributes, **self.constants, "form_name": self.mapping.form_name(attributes.get("form", ""))}
        return {name: known.get(name, "") for name in placeholders(template)}

    def _apply(self, plan: _Plan, number: int, amounts: Mapping[str, Decimal], apart: Booked | None = None) -> bool:
        """Adds a document's shares to their portions, or to ``apart`` where they are still to be converted. Whether all
        is well; where a document has a problem its shares do not count, since the day then has no entries."""
        steps, signed, unbooked, _, _ = plan
        balance = ZERO
        complete = mapped = True
        for component, missing, is_debit, portion, step in steps:
            amount = amounts.get(component, missing)
            if not amount:
                if amount is None:
                    complete = False
                    self._no_amount(number, step.posting, amount)
                continue
            turned = amount < ZERO
            if turned and component not in signed:
                complete = False
                self._no_amount(number, step.posting, amount)
                continue
            balance = balance + amount if is_debit else balance - amount
            if portion is None:
                if step.template is None:
                    mapped = False
                    self._nowhere(number, step.posting, abs(amount), step.unresolved)
                    continue
                portion = self._own_portion(step, number)
            if turned:
                portion, amount = self.slots.other_side(portion), -amount
            if apart is None:
                portion.numbers.append(number)
                portion.amounts.append(amount)
            else:
                apart.append((portion, amount, None))
        if complete and ROUNDING in amounts and abs(balance) == abs(amounts[ROUNDING]) > ZERO:
            rounded = self.converter.rounded_by_its_source(self.documents.nth(number), balance)
            mapped = mapped and bool(rounded)
            if apart is None:
                add(number, rounded)
            else:
                apart += rounded
            balance = ZERO
        if balance and complete:
            reason = Sentence("whose amounts do not add up: debits and credits differ")
            self._refuse(self.documents.nth(number), ProblemKind.UNBALANCED, reason)
        for component in unbooked:
            if amounts.get(component):
                complete = False
                self._nobody_books(number, component, amounts[component])
        return complete and mapped

    def _own_portion(self, step: _Step, number: int) -> Portion:
        """The portion of a document that is not summed with all others of its kind."""
        if step.template is None or step.history is None:
            raise ValueError(f"{step.posting} goes nowhere, so no line is its own")
        documents, template = self.documents, step.template
        own = documents.all_keys[number] if template.document else ""
        slot = template._replace(history=step.history(documents.references[number]), document=own)
        common = documents.commons[number]
        return self.slots.portion(slot, common.kind, common.form, step.posting.amount)

    def _no_amount(self, number: int, posting: Posting, amount: Decimal | None) -> None:
        if amount is None:
            kind, reason = ProblemKind.MISSING_AMOUNT, Sentence("without an amount for {posting}", posting=posting)
        else:
            reason = Sentence("in {posting}, where an amount below zero cannot be booked", posting=posting)
            kind = ProblemKind.NEGATIVE
        self.problems.add(self.documents.nth(number), kind, reason, amount or ZERO, posting=str(posting))

    def _nobody_books(self, number: int, component: str, amount: Decimal) -> None:
        """A rare amount that the mapping has no posting for."""
        document = self.documents.nth(number)
        reason = Sentence("with an amount {component}, which no posting has", component=component)
        fix = Sentence(
            "add a debit and a credit of {component} to the postings of {kind} in mapping {name}",
            component=component,
            kind=document.kind,
            name=self.mapping.name,
        )
        self.problems.add(document, ProblemKind.UNMAPPED, reason, amount, fix=fix)

    def _nowhere(self, number: int, posting: Posting, amount: Decimal, unresolved: Sequence[Unresolved]) -> None:
        document = self.documents.nth(number)
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
