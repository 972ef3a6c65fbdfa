"""Whether an account mapping makes sense: held against the source's vocabulary and the chart of accounts.

Every problem at once, each with its place, so that an accountant mends the file in one go.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from bookkeeping.chart import Chart
from bookkeeping.documents import Kind
from bookkeeping.history import BOX_PLACEHOLDERS, REFERENCE, objection
from bookkeeping.mapping import AccountMapping, Code, FromTable, Posting, Rounding, Rule, Table
from bookkeeping.vocabulary import ANY, BOX, SOURCES, Shape

Place = tuple[str | int, ...]


class Finding(NamedTuple):
    """What is wrong, and where: the path to it inside the mapping (``("postings", "payment", 0, "rules", 2)``)."""

    place: Place
    message: str


def check(mapping: AccountMapping, chart: Chart) -> list[Finding]:
    """Everything that keeps a mapping from being used, in the mapping's order; empty where it is sound."""
    shapes = SOURCES[mapping.source]
    found: list[Finding] = []
    for kind, postings in mapping.postings.items():
        if kind not in shapes:
            known = ", ".join(shapes)
            found.append(Finding(("postings", kind), f"{mapping.source} has no {kind} documents; known are {known}"))
            continue
        found.extend(_balance(kind, postings, shapes[kind]))
        for number, posting in enumerate(postings):
            found.extend(_Checker(mapping, chart, shapes[kind]).posting(posting, ("postings", kind, number)))
    if mapping.rounding is not None:
        found.extend(_rounding(mapping.rounding, chart))
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
        yield Finding(place, f"debits come to {_sum(debit)} but credits to {_sum(credit)}: a {kind} would not balance")
    elif max(debit.values()) > 1:
        yield Finding(place, f"each side books {_sum(debit)}: an amount is booked more than once")
    elif not any(posting.amount == "net" for posting in known):
        yield Finding(place, f"no posting has the amount net, so the money of a {kind} would not be booked")


def _rounding(to: Rounding, chart: Chart) -> Iterator[Finding]:
    if message := chart.objection_to_account(to.account):
        yield Finding(("rounding", "account"), message)
    if to.cost_centre and (message := chart.objection_to_cost_centre(to.cost_centre)):
        yield Finding(("rounding", "cost_centre"), message)
    if not to.cost_centre and chart.requires_cost_centre(to.account):
        yield Finding(("rounding",), f"account {to.account} requires a cost centre and none is given")
    if message := objection(to.history, set(BOX_PLACEHOLDERS)):
        yield Finding(("rounding", "history"), message)


def _sum(parts: Counter[str]) -> str:
    return " + ".join(sorted(parts.elements())) or "nothing"


class _Checker:
    """The checks of one kind of document's postings."""

    def __init__(self, mapping: AccountMapping, chart: Chart, shape: Shape) -> None:
        self.mapping = mapping
        self.chart = chart
        self.shape = shape
        self.attributes = {**shape.attributes, BOX: ANY}
        self.placeholders = {*BOX_PLACEHOLDERS, REFERENCE, *shape.attributes}
        if "form" in shape.attributes:
            self.placeholders.add("form_name")

    def posting(self, posting: Posting, place: Place) -> Iterator[Finding]:
        if posting.amount not in self.shape.components:
            known = ", ".join(self.shape.components)
            yield Finding((*place, "amount"), f"there is no amount {posting.amount!r}; known are {known}")
        yield from self._history(posting.history, (*place, "history"))
        for number, rule in enumerate(posting.rules):
            yield from self._rule(rule, (*place, "rules", number))
        for (one, first), (other, second) in combinations(enumerate(posting.rules), 2):
            if _collide(first, second):
                yield Finding(
                    (*place, "rules", other),
                    f"this rule and rule {one + 1} of the same posting can fit the same document and are equally "
                    "specific: give one a priority, another condition or another valid_from",
                )

    def _rule(self, rule: Rule, place: Place) -> Iterator[Finding]:
        for name, values in rule.when.items():
            yield from self._condition(name, values, (*place, "when", name))
        for field, code in rule.codes.items():
            yield from self._code(code, field, (*place, *field.split(".")))
        if rule.cost_centre is None:
            for code, _ in self._possible(rule.account, (*place, "account")):
                if self.chart.requires_cost_centre(code):
                    yield Finding(place, f"account {code} requires a cost centre and the rule gives none")
        if rule.history is not None:
            yield from self._history(rule.history, (*place, "history"))

    def _condition(self, name: str, values: tuple[str, ...], place: Place) -> Iterator[Finding]:
        if name not in self.attributes:
            known = ", ".join(self.attributes)
            yield Finding(place, f"there is no attribute {name!r}; known are {known}")
            return
        allowed = self.mapping.form_names if name == "form" else self.attributes[name]
        for value in values:
            if name == "form" and value not in allowed:
                yield Finding(place, f"form {value!r} is not among form_names, which name every form of payment")
            elif allowed and value not in allowed:
                yield Finding(place, f"{name} is never {value!r}; it can be {' or '.join(sorted(allowed))}")

    def _code(self, code: Code, field: str, place: Place) -> Iterator[Finding]:
        if isinstance(code, FromTable):
            table = self.mapping.tables.get(code.table)
            if table is None:
                known = ", ".join(self.mapping.tables) or "none"
                yield Finding(place, f"there is no table {code.table!r}; known are {known}")
                return
            yield from self._table(code.table, table)
        objections = {"account": self.chart.objection_to_account, "cost_centre": self.chart.objection_to_cost_centre}
        if field in objections:
            for possible, where in self._possible(code, place):
                if message := objections[field](possible):
                    yield Finding(where, message)

    def _table(self, name: str, table: Table) -> Iterator[Finding]:
        place = ("tables", name)
        if table.by not in self.attributes:
            known = ", ".join(self.attributes)
            yield Finding(
                (*place, "by"), f"there is no attribute {table.by!r} where this table is used; known are {known}"
            )
        elif table.by == "form":
            for form in sorted(table.values.keys() - self.mapping.form_names.keys()):
                yield Finding((*place, "values", form), f"form {form!r} is not among form_names")

    def _possible(self, code: Code, place: Place) -> Iterator[tuple[str, Place]]:
        """The codes that a rule's field can come to, each with the place that says so."""
        if isinstance(code, str):
            yield code, place
        elif code.table in self.mapping.tables:
            for value, found in self.mapping.tables[code.table].values.items():
                yield found, ("tables", code.table, "values", value)

    def _history(self, template: str, place: Place) -> Iterator[Finding]:
        if message := objection(template, self.placeholders):
            yield Finding(place, message)


def _collide(first: Rule, second: Rule) -> bool:
    """Whether one document can fit both rules with neither winning, judged on rules that look at the same attributes.

    Rules that look at different ones may never meet; where they do, the derivation reports the very documents.
    """
    return (
        first.rank == second.rank
        and first.when.keys() == second.when.keys()
        and all(set(values) & set(second.when[name]) for name, values in first.when.items())
    )
