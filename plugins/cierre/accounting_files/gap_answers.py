"""A gap in a mapping as a question that a person can answer, and the answer as changes of the file. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from cierre.accounting_files.changes import Change, DocumentType, FormName, NewRule, TableValue, VatRate
from cierre.accounting_files.snippet import holds
from cierre.bookkeeping.account_proposals import Decision, Known
from cierre.bookkeeping.chart import Account, Chart, Dimension
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.problems import ProblemKind
from cierre.bookkeeping.rules import FromTable
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.treatment import Treatment

ANSWERABLE = (ProblemKind.UNMAPPED, ProblemKind.UNTREATED)
"""The problems that a line of the mapping mends; of two rules that are equally specific a person must see the file."""


VAT = "vat"
"""What a question goes by that is about the rate of VAT, and what its answer is."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a mapping does not say: of ``posting`` (``payment: debit net``) for documents with these attributes, or in
    ``table``, "" where a rule is missing."""

    mapping: str
    kind: ProblemKind
    posting: str
    attributes: tuple[tuple[str, str], ...]
    table: str

    @property
    def by(self) -> str:
        """The attribute that decides; the first, where several do."""
        return self.attributes[0][0] if self.attributes else ""

    @property
    def value(self) -> str:
        """Its value."""
        return self.attributes[0][1] if self.attributes else ""

    def asks_for(self, mapping: AccountMapping) -> str:
        """What the answer is: ``account``, ``cost_centre``, ``item``, ``value_class``, ``treatment``, or ``vat``."""
        if self.by == VAT:
            return VAT
        if self.kind is ProblemKind.UNTREATED:
            return "treatment"
        return holds(mapping, self.table) if self.table else "account"

    def is_unnamed_form(self, mapping: AccountMapping) -> bool:
        """Whether it is about a form of payment that has no name yet."""
        return any(name == "form" and value not in mapping.form_names for name, value in self.attributes)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a person chose: the code (or treatment), the name of a form that has none, the cost centre of a rule, and
    from when on; no date: for all days."""

    code: str
    name: str = ""
    cost_centre: str = ""
    valid_from: date | None = None


def changes(question: Question, mapping: AccountMapping, answer: GivenAnswer) -> list[Change]:
    """The changes of the file that an answer is. Raises pydantic's ValidationError for what no file can say, ValueError
    for a question that no line answers."""
    said: list[Change] = []
    if question.by == VAT:
        return [_rate(answer)]
    if question.is_unnamed_form(mapping):
        form = next(value for name, value in question.attributes if name == "form")
        said.append(FormName(form=form, name=answer.name or form))
    if question.kind is ProblemKind.UNTREATED:
        treatment = cast(Treatment, answer.code)  # pydantic holds it to that
        return [DocumentType(value=question.value, treatment=treatment, valid_from=answer.valid_from)]
    if question.table and answer.valid_from:
        return [*said, *_dated(question, mapping, answer)]
    if question.table:
        return [*said, TableValue(table=question.table, value=question.value, to=answer.code)]
    kind, _, posting = question.posting.partition(": ")
    side, _, amount = posting.partition(" ")
    if not amount:
        raise ValueError(Sentence("no rule can be added to {posting}", posting=question.posting))
    return [
        *said,
        NewRule(
            kind=Kind(kind),
            side=cast(Literal["debit", "credit"], side),
            amount=amount,
            when=dict(question.attributes),
            account=answer.code,
            cost_centre=answer.cost_centre or None,
            valid_from=answer.valid_from,
        ),
    ]


def _rate(answer: GivenAnswer) -> VatRate:
    if not re.fullmatch(r"\d{1,2}(\.\d{1,4})?", answer.code):
        raise ValueError(Sentence("{rate!r} is no rate in percent, such as 19 or 10.5", rate=answer.code))
    if answer.valid_from is None:
        raise ValueError(Sentence("say from which day on the rate holds"))
    return VatRate(rate=answer.code, valid_from=answer.valid_from)


def _dated(question: Question, mapping: AccountMapping, answer: GivenAnswer) -> list[NewRule]:
    """Rules for a value of a table that is another from a day on, as tables have no dates: one for each posting that
    looks it up. Raises ValueError where such a rule would have to repeat more than it can."""
    looked_up, by, found = FromTable(table=question.table), mapping.tables[question.table].by, []
    for kind, postings in mapping.postings.items():
        for posting in postings:
            for rule in posting.rules:
                fields = {field for field, code in rule.codes.items() if code == looked_up}
                if not fields or question.value not in rule.when.get(by, (question.value,)):
                    continue
                more = rule.priority or rule.history or rule.lines or set(rule.when) - {by}
                if more or rule.codes.keys() - {"account", "cost_centre"}:
                    name = f"{kind}: {posting}"
                    raise ValueError(
                        Sentence("{posting} has a rule with more than the form can repeat from a date on", posting=name)
                    )
                found.append(
                    NewRule(
                        kind=kind,
                        side=posting.side,
                        amount=posting.amount,
                        when={by: question.value},
                        account=answer.code if "account" in fields else rule.account,
                        cost_centre=answer.code if "cost_centre" in fields else rule.cost_centre,
                        valid_from=answer.valid_from,
                    )
                )
    return found


def bookable(chart: Chart, field: str) -> dict[str, str]:
    """The codes that lines can take in a field, with their names; none where there is no list of them."""
    lists: dict[str, Mapping[str, Account | Dimension] | None] = {
        "account": chart.accounts,
        "cost_centre": chart.cost_centres,
        "item": chart.items,
        "value_class": chart.value_classes,
    }
    known = lists.get(field) or {}
    return {code: one.name for code, one in known.items() if chart.objection(field, code) is None}


def known_around(
    question: Question,
    mapping: AccountMapping,
    others: Iterable[AccountMapping],
    chart: Chart,
    comments: Mapping[str, Mapping[tuple[str, str], str]],
    before: Sequence[Decision] = (),
    own_code: str = "",
) -> Known:
    """What proposals are made of: the chart, what this mapping and others say of the like, what was answered before.

    ``comments`` are what stands behind the values of tables, by mapping.
    """
    field = question.asks_for(mapping)
    beside = [one for one in _decisions(mapping, question, field, comments) if one.name != question.value]
    sisters = [one for other in others for one in _decisions(other, question, field, comments)]
    return Known(bookable(chart, field), beside, sisters, before, own_code)


def _decisions(
    mapping: AccountMapping, question: Question, field: str, comments: Mapping[str, Mapping[tuple[str, str], str]]
) -> list[Decision]:
    """What a mapping says of other values of the same attribute, taxed like this one where that is known."""
    treated = mapping.document_types.get(question.value) if question.by == "document_type" else None
    found: list[Decision] = []
    for table, values in _tables_by(mapping, question.by, field).items():
        for value, code in values.items():
            if treated is not None and mapping.document_types.get(value) != treated:
                continue
            comment = comments.get(mapping.name, {}).get((table, value), "").partition(":")[0]
            name = mapping.form_names.get(value, "") if question.by == "form" else comment
            if value != question.value:
                found.append(Decision(name or value, code, mapping.name))
    return found


def _tables_by(mapping: AccountMapping, by: str, field: str) -> dict[str, Mapping[str, str]]:
    """The tables by an attribute, with their values, and the rules that have it as their only condition, as one."""
    tables = {
        name: table.values for name, table in mapping.tables.items() if table.by == by and holds(mapping, name) == field
    }
    rules: dict[str, str] = {}
    for postings in mapping.postings.values():
        for rule in (rule for posting in postings for rule in posting.rules if list(rule.when) == [by]):
            code = rule.codes.get(field)
            if isinstance(code, FromTable) or code is None:
                continue
            rules.update(dict.fromkeys(rule.when[by], code))
    return {**tables, **({"": rules} if rules else {})}
