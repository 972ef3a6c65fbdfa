"""The account mapping: what an accountant writes to say where each kind of money is booked.

For each kind of document it lists postings (debit or credit, of one of the document's amounts), and for each posting
rules. Of the rules that fit a document the most specific wins: the highest ``priority``, then the most conditions,
then the latest ``valid_from`` that is not after the business date. Two that are equally specific are a problem, and
so is none: nothing is booked by guessing.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from cierre.bookkeeping.cash_box import Matching
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.history import placeholders
from cierre.bookkeeping.problems import ProblemKind
from cierre.bookkeeping.rules import Code, FromTable, Lines, Posting, Rule, Table
from cierre.bookkeeping.sentence import Sentence, together
from cierre.bookkeeping.treatment import UNKNOWN, Taxes, Treatments, VatRates, country_of, taxes
from cierre.bookkeeping.validation import Amount, Model, Source, Text
from cierre.bookkeeping.vocabulary import SOURCES, TREATMENT


class Rounding(Model):
    """Where the cents go that are left when a document in another currency is converted, or that its source rounds off.

    ``up_to`` is the most by which a source may round a document's total, in the document's currency: half a peso where
    totals are whole pesos.
    """

    account: Text
    cost_centre: str = ""
    item: str = ""
    value_class: str = ""
    history: Text
    up_to: Amount = Decimal("0.50")


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What the mapping lacks for one combination of attributes.

    ``attributes`` are those that decide, as sorted pairs; ``reason`` completes "3 payments …"; ``fix`` says what to
    write in the mapping. ``table`` is the one that lacks a value, "" where it is a rule that is missing.
    """

    kind: ProblemKind
    attributes: tuple[tuple[str, str], ...]
    reason: Sentence
    fix: Sentence
    table: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """Where one posting goes: the codes of its line, and the template of its history."""

    account: str
    cost_centre: str
    item: str
    value_class: str
    entities: tuple[tuple[str, str], ...]
    history: str
    lines: Lines


class AccountMapping(Model):
    """How the documents of a source are booked. ``name`` is the file's stem.

    ``document_types`` says what money is for the kinds of documents of a source that tells only those (taxed, exempt,
    an advance, not a sale), ``vat`` at which rates; what they leave out is as the country's list has it.
    ``rounding`` is needed where documents come in other currencies than their box's, or with rounded totals.
    ``at_par`` names the currencies (ISO 4217) of which one is rightly worth one of the box's: of all others a rate of
    1, or near it, is refused. ``fraud_policy``: whether fraud cases are booked, by rules of their own, or hold the day
    until people have decided.

    Being valid by itself is not enough: ``cierre.bookkeeping.checks`` also holds it against the source's vocabulary and
    the chart of accounts. Raises pydantic's ValidationError with every problem at once.
    """

    name: Text
    source: Source
    form_names: dict[str, Text] = Field(default_factory=dict)
    tables: dict[str, Table] = Field(default_factory=dict)
    vat: VatRates = ()
    document_types: dict[str, Treatments] = Field(default_factory=dict)
    rounding: Rounding | None = None
    at_par: tuple[Annotated[str, Matching(r"[A-Z]{3}", "the code of a currency, like 'USD'")], ...] = ()
    fraud_policy: Literal["book", "hold"] = "book"
    postings: dict[Kind, Annotated[tuple[Posting, ...], Field(min_length=1)]]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the mapping says, whatever its comments and layout: stored beside each entry."""
        # What a mapping says nothing of leaves no trace, so that fields that came later change no digest of old ones.
        later = {name for name in ("vat", "document_types") if not getattr(self, name)}
        said = json.dumps(self.model_dump(mode="json", exclude={"name", *later}), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """What its lines carry besides their account: cost_centre, item, value_class, entities.05 …"""
        rules = (rule for postings in self.postings.values() for posting in postings for rule in posting.rules)
        of_rounding = {name for name in ("cost_centre", "item", "value_class") if getattr(self.rounding, name, "")}
        return frozenset(name for rule in rules for name in rule.codes if name != "account") | of_rounding

    def codes(self, field: str) -> frozenset[str]:
        """All codes that a line's field can come to: ``account``, ``cost_centre``, ``item``, ``value_class``."""
        rules = (rule for postings in self.postings.values() for posting in postings for rule in posting.rules)
        said = [rule.codes[field] for rule in rules if field in rule.codes]
        written = {code for code in said if isinstance(code, str)} | {getattr(self.rounding, field, "")}
        looked_up = {code.table for code in said if isinstance(code, FromTable)} & self.tables.keys()
        return frozenset(written.union(*(self.tables[name].values.values() for name in looked_up)) - {""})

    def form_name(self, form: str) -> str:
        """What people call a form of payment; its id where the mapping does not name it, "" for no form."""
        return self.form_names.get(form, form)

    def taxes(self, document_type: str, day: date, currency: str) -> Taxes | None:
        """How money for a kind of document is taxed on a day; None where neither the mapping nor the country says."""
        return taxes(document_type, day, currency, self.document_types, self.vat)

    def treats(self, kind: Kind) -> bool:
        """Whether documents of this kind are booked by what their kind of document is."""
        shape = SOURCES[self.source].get(kind)
        return shape is not None and TREATMENT in shape.attributes

    def untreated(self, document_type: str, currency: str, day: date) -> Unresolved:
        """What the mapping lacks for a kind of document of which nobody says what it is."""
        value = document_type or UNKNOWN
        said = self.document_types.get(value) or _of_the_country(value, currency)
        key = (("document_type", value),)
        if said:
            return Unresolved(
                ProblemKind.UNTREATED,
                key,
                Sentence("{key}, for which no treatment or rate of VAT holds on {day}", key=_with(key), day=day),
                Sentence("give document_types or vat of the mapping a value with an earlier valid_from"),
            )
        return Unresolved(
            ProblemKind.UNTREATED,
            key,
            Sentence("{key}, which document_types does not list", key=_with(key)),
            Sentence('add "{value}": <taxed, exempt, advance or not_a_sale> to document_types', value=value),
        )

    def attributes_read(self, posting: Posting) -> frozenset[str]:
        """The attributes of a document that decide how a posting is booked, its history included."""
        conditions = {name for rule in posting.rules for name in rule.when}
        tables = {
            self.tables[code.table].by
            for rule in posting.rules
            for code in rule.codes.values()
            if isinstance(code, FromTable)
        }
        named = {name for rule in posting.rules for name in placeholders(rule.history or posting.history)}
        forms = {"form"} if "form_name" in named else set()
        return frozenset((conditions | tables | forms | named) & _attributes_of(self.source))

    def resolve(self, posting: Posting, attributes: Mapping[str, str], day: date) -> Booking | list[Unresolved]:
        """Where a posting goes for a document with these attributes on business date ``day``.

        Returns every reason it goes nowhere, where it does: no rule, several that are equally specific, or values
        that the winning rule's tables lack.
        """
        fitting = [rule for rule in posting.rules if rule.fits(attributes, day)]
        best = [rule for rule in fitting if rule.rank == max(one.rank for one in fitting)]
        if len(best) != 1:
            return [_undecided(posting, best, attributes, day)]
        rule = best[0]
        codes: dict[str, str] = {}
        missing: list[Unresolved] = []
        for field, code in rule.codes.items():
            found = self._look_up(code, attributes)
            if isinstance(found, Unresolved):
                missing.append(found)
            else:
                codes[field] = found
        return missing or Booking(
            account=codes["account"],
            cost_centre=codes.get("cost_centre", ""),
            item=codes.get("item", ""),
            value_class=codes.get("value_class", ""),
            entities=tuple((number, codes[f"entities.{number}"]) for number in sorted(rule.entities)),
            history=rule.history or posting.history,
            lines=rule.lines or posting.lines,
        )

    def _look_up(self, code: Code, attributes: Mapping[str, str]) -> str | Unresolved:
        if isinstance(code, str):
            return code
        table = self.tables[code.table]
        value = attributes.get(table.by, "")
        if value in table.values:
            return table.values[value]
        return Unresolved(
            ProblemKind.UNMAPPED,
            ((table.by, value),),
            Sentence("{key}, which table {table} does not list", key=_with(((table.by, value),)), table=code.table),
            Sentence('add "{value}": <code> to the values of table {table}', value=value, table=code.table),
            code.table,
        )


def _undecided(posting: Posting, best: list[Rule], attributes: Mapping[str, str], day: date) -> Unresolved:
    deciding = {name for rule in posting.rules for name in rule.when}
    key = tuple(sorted((name, attributes[name]) for name in deciding & attributes.keys()))
    if not best:
        when = ", ".join(f'{name}: "{value}"' for name, value in key)
        return Unresolved(
            ProblemKind.UNMAPPED,
            key,
            Sentence(
                "{key}, for which {posting} has no rule in force on {day}", key=_with(key), posting=posting, day=day
            ),
            Sentence("add to {posting}: {rule}", posting=posting, rule=f"- {{when: {{{when}}}, account: <account>}}"),
        )
    return Unresolved(
        ProblemKind.AMBIGUOUS,
        key,
        Sentence(
            "{key}, for which {posting} has equally specific rules: {rules}",
            key=_with(key),
            posting=posting,
            rules=together(best),
        ),
        Sentence("give one of these rules of {posting} a priority, or another condition", posting=posting),
    )


def _with(key: tuple[tuple[str, str], ...]) -> Sentence:
    if not key:
        return Sentence("of any kind")
    named = (
        Sentence("{name} {value}", name=Sentence(name.replace("_", " ")), value=value or Sentence("(none)"))
        for name, value in key
    )
    return Sentence("with {attributes}", attributes=together(named))


def _of_the_country(document_type: str, currency: str) -> bool:
    country = country_of(currency)
    return country is not None and document_type in country.document_types


def _attributes_of(source: str) -> frozenset[str]:
    return frozenset(name for shape in SOURCES[source].values() for name in shape.attributes)
