"""Whether an account mapping makes sense: held against the source's vocabulary and the chart of accounts.

Every problem at once, each with its place, so that an accountant mends the file in one go.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.history import BOX_PLACEHOLDERS, REFERENCE, objection
from cierre.bookkeeping.limits import EntryLimits
from cierre.bookkeeping.mapping import AccountMapping, Rounding
from cierre.bookkeeping.rule_checks import contradictions
from cierre.bookkeeping.rules import Code, FromTable, Posting, Rule, Table
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean, nearest
from cierre.bookkeeping.vocabulary import ANY, BOX, FRAUD, SOURCES, TREATMENT, Shape

Place = tuple[str | int, ...]


class Finding(NamedTuple):
    """What is wrong, and where: the path to it inside the mapping (``("postings", "payment", 0, "rules", 2)``)."""

    place: Place
    message: str


def check(
    mapping: AccountMapping,
    chart: Chart,
    limits: EntryLimits,
    boxes: Collection[str] = (),
    other_boxes: Collection[str] = (),
) -> list[Finding]:
    """Everything that keeps a mapping from being used, in the mapping's order; empty where it is sound.

    ``limits`` say how long a history may be, and which dimensions a line can have. ``boxes`` are the ids of those that
    it books, ``other_boxes`` further ones that its conditions may name; what it says of single boxes is not checked
    where none is given.
    """
    shapes = SOURCES[mapping.source]
    found: list[Finding] = []
    for kind, postings in mapping.postings.items():
        if kind not in shapes:
            message = Sentence(
                "{source} has no {kind} documents; known are {known}",
                source=mapping.source,
                kind=kind,
                known=", ".join(shapes),
            )
            found.append(Finding(("postings", kind), message))
            continue
        found.extend(_balance(kind, postings, shapes[kind]))
        found.extend(_fraud(mapping, kind, shapes[kind]))
        for number, posting in enumerate(postings):
            checker = _Checker(mapping, chart, limits, shapes[kind], boxes, other_boxes)
            found.extend(checker.posting(posting, ("postings", kind, number)))
    for kind in sorted(kind for kind, shape in shapes.items() if kind not in mapping.postings and not shape.optional):
        found.append(
            Finding(
                ("postings",),
                Sentence(
                    "{source} has {kind} documents, and none of them would be booked", source=mapping.source, kind=kind
                ),
            )
        )
    found.extend(_unused_tables(mapping))
    found.extend(_untreated(mapping, shapes))
    if mapping.rounding is not None:
        found.extend(_rounding(mapping.rounding, chart, limits))
    # A table or a rule can be used from several places; its problem is one.
    return list(dict.fromkeys(found))


def _balance(kind: Kind, postings: tuple[Posting, ...], shape: Shape) -> Iterator[Finding]:
    """Every document must balance by itself, so both sides must come to the same components, whatever the amounts."""
    place = ("postings", kind)
    known = [posting for posting in postings if posting.amount in shape.components]
    if len(known) < len(postings):
        return  # An unknown amount is a finding of its own, and the sides cannot be compared.
    debit, credit = (
        Counter(part for posting in known if posting.side == side for part in shape.parts(posting.amount))
        for side in ("debit", "credit")
    )
    if debit != credit:
        yield Finding(
            place,
            Sentence(
                "debits come to {debits} but credits to {credits}: a {kind} would not balance",
                debits=_sum(debit),
                credits=_sum(credit),
                kind=kind,
            ),
        )
    elif max(debit.values()) > 1:
        yield Finding(place, Sentence("each side books {sum}: an amount is booked more than once", sum=_sum(debit)))
    elif not any(posting.amount == "net" for posting in known):
        yield Finding(
            place, Sentence("no posting has the amount net, so the money of a {kind} would not be booked", kind=kind)
        )
    elif shape.pays_out and any(posting.amount == "net" and posting.side == "debit" for posting in known):
        message = Sentence(
            "a {kind} is money that goes out: its net is credited, and what it is for is debited", kind=kind
        )
        yield Finding(place, message)


def _untreated(mapping: AccountMapping, shapes: Mapping[Kind, Shape]) -> Iterator[Finding]:
    """What a mapping says of kinds of documents has a meaning only where its source tells them."""
    if not any(TREATMENT in shape.attributes for shape in shapes.values()):
        for name in ("vat", "document_types"):
            if getattr(mapping, name):
                yield Finding(
                    (name,),
                    Sentence("{source} tells VAT by itself, so nothing is looked up here", source=mapping.source),
                )


def _fraud(mapping: AccountMapping, kind: Kind, shape: Shape) -> Iterator[Finding]:
    """Fraud cases are booked apart from all others, or not at all; never by oversight like any other document."""
    looks = any(FRAUD in rule.when for posting in mapping.postings[kind] for rule in posting.rules)
    if FRAUD in shape.attributes and mapping.fraud_policy == "book" and not looks:
        message = (
            "fraud cases among {kind} documents would be booked like any other: give them rules of their own"
            " (when: {{fraud: true}}), or hold them (fraud_policy: hold)"
        )
        yield Finding(("postings", kind), Sentence(message, kind=kind))


def _unused_tables(mapping: AccountMapping) -> Iterator[Finding]:
    rules = (rule for postings in mapping.postings.values() for posting in postings for rule in posting.rules)
    used = {code.table for rule in rules for code in rule.codes.values() if isinstance(code, FromTable)}
    for name in mapping.tables:
        if name not in used:
            yield Finding(("tables", name), Sentence("no rule looks anything up in this table"))


def _rounding(to: Rounding, chart: Chart, limits: EntryLimits) -> Iterator[Finding]:
    for field in ("account", "cost_centre", "item", "value_class"):
        if (code := getattr(to, field)) and (message := chart.objection(field, code)):
            yield Finding(("rounding", field), message)
    if not to.cost_centre and chart.requires_cost_centre(to.account):
        yield Finding(
            ("rounding",), Sentence("account {account} requires a cost centre and none is given", account=to.account)
        )
    if unfit := objection(to.history, set(BOX_PLACEHOLDERS), limits.history):
        yield Finding(("rounding", "history"), unfit)


def _sum(parts: Counter[str]) -> str:
    return " + ".join(sorted(parts.elements())) or Sentence("nothing")


class _Checker:
    """The checks of one kind of document's postings."""

    def __init__(
        self,
        mapping: AccountMapping,
        chart: Chart,
        limits: EntryLimits,
        shape: Shape,
        boxes: Collection[str],
        other_boxes: Collection[str],
    ) -> None:
        self.mapping = mapping
        self.chart = chart
        self.limits = limits
        self.shape = shape
        self.boxes = boxes
        self.all_boxes = {*boxes, *other_boxes}
        # What each attribute can be; ANY where that is not known.
        self.attributes: Mapping[str, Collection[str]] = {**shape.attributes, BOX: self.all_boxes or ANY}
        self.placeholders = {*BOX_PLACEHOLDERS, REFERENCE, *shape.attributes}
        if "form" in shape.attributes:
            self.attributes["form"] = mapping.form_names
            self.placeholders.add("form_name")

    def posting(self, posting: Posting, place: Place) -> Iterator[Finding]:
        if posting.amount not in self.shape.components:
            yield Finding((*place, "amount"), _unknown("amount", posting.amount, self.shape.components))
        yield from self._history(posting.history, (*place, "history"))
        for number, rule in enumerate(posting.rules):
            yield from self._rule(rule, (*place, "rules", number))
        for number, message in contradictions(posting.rules):
            yield Finding((*place, "rules", number), message)

    def _rule(self, rule: Rule, place: Place) -> Iterator[Finding]:
        for name, values in rule.when.items():
            yield from self._condition(name, values, (*place, "when", name))
        if self.mapping.fraud_policy == "hold" and rule.when.get(FRAUD) == ("true",):
            yield Finding(
                (*place, "when", FRAUD), Sentence("this rule can never win: fraud cases are held (fraud_policy: hold)")
            )
        for field, code in rule.codes.items():
            if field != "account" and field not in self.limits.dimensions:
                yield Finding((*place, *field.split(".")), _unknown("dimension", field, sorted(self.limits.dimensions)))
            yield from self._code(code, field, (*place, *field.split(".")))
        if rule.cost_centre is None:
            for code, _ in self._possible(rule.account, (*place, "account")):
                if self.chart.requires_cost_centre(code):
                    message = Sentence("account {code} requires a cost centre and the rule gives none", code=code)
                    yield Finding(place, message)
        if rule.history is not None:
            yield from self._history(rule.history, (*place, "history"))

    def _condition(self, name: str, values: tuple[str, ...], place: Place) -> Iterator[Finding]:
        if name not in self.attributes:
            yield Finding(place, _unknown("attribute", name, self.attributes))
            return
        allowed = self.attributes[name]
        for value in values:
            if name == "form" and value not in allowed:
                yield Finding(place, Sentence("form {form} is not among form_names, which name every form of payment",
                                              form=repr(value)))  # fmt: skip
            elif allowed and value not in allowed:
                known = " or ".join(sorted(allowed))
                yield Finding(
                    place,
                    Sentence(
                        "{name} is never {value!r}; it can be {known}{hint}",
                        name=name,
                        value=value,
                        known=known,
                        hint=did_you_mean(value, allowed),
                    ),
                )

    def _code(self, code: Code, field: str, place: Place) -> Iterator[Finding]:
        if isinstance(code, FromTable):
            table = self.mapping.tables.get(code.table)
            if table is None:
                yield Finding(place, _unknown("table", code.table, self.mapping.tables))
                return
            yield from self._table(code.table, table)
        for possible, where in self._possible(code, place):
            if message := self.chart.objection(field, possible):
                yield Finding(where, message)

    def _table(self, name: str, table: Table) -> Iterator[Finding]:
        place = ("tables", name)
        if table.by not in self.attributes:
            known = ", ".join(self.attributes)
            message = "there is no attribute {name!r} where this table is used; known are {known}{hint}"
            hint = did_you_mean(table.by, self.attributes)
            yield Finding((*place, "by"), Sentence(message, name=table.by, known=known, hint=hint))
            return
        if table.by == BOX:
            yield from self._table_of_boxes(table, (*place, "values"))
            return
        allowed = self.attributes[table.by]
        for value in sorted(table.values.keys() - allowed) if allowed or table.by == "form" else ():
            named = "form_names" if table.by == "form" else Sentence("what {by} can be here", by=table.by)
            near = did_you_mean(value, allowed)
            yield Finding(
                (*place, "values", value),
                Sentence("{by} {value!r} is not among {named}{near}", by=table.by, value=value, named=named, near=near),
            )

    def _table_of_boxes(self, table: Table, place: Place) -> Iterator[Finding]:
        """What a table by box lacks: every box is listed. One that has no file yet may be, too: a new box is written
        into the table before its file is there."""
        others = table.values.keys() - self.all_boxes
        for box in sorted(set(self.boxes) - table.values.keys()):
            if near := nearest(box, others):
                message = Sentence(
                    "box {box} is booked by this mapping and not listed; {near}, which is, is none of its boxes",
                    box=box,
                    near=near,
                )
            else:
                message = Sentence("box {box} is booked by this mapping and not listed", box=box)
            yield Finding(place, message)

    def _possible(self, code: Code, place: Place) -> Iterator[tuple[str, Place]]:
        """The codes that a rule's field can come to, each with the place that says so."""
        if isinstance(code, str):
            yield code, place
        elif code.table in self.mapping.tables:
            for value, found in self.mapping.tables[code.table].values.items():
                yield found, ("tables", code.table, "values", value)

    def _history(self, template: str, place: Place) -> Iterator[Finding]:
        if message := objection(template, self.placeholders, self.limits.history):
            yield Finding(place, message)


def _unknown(what: str, name: str, known: Collection[str]) -> str:
    kind = Sentence(what)
    return Sentence(
        "there is no {kind} {name!r}; known are {known}{hint}",
        kind=kind,
        name=name,
        known=", ".join(known) or Sentence("none"),
        hint=did_you_mean(name, known),
    )
