"""What a mapping lacks, as YAML that an accountant pastes into it and fills with codes. Pure."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.problems import Problem, ProblemKind
from cierre.bookkeeping.rules import FromTable
from cierre.bookkeeping.treatment import TREATMENTS
from cierre.bookkeeping.vocabulary import SOURCES, Shape
from cierre.language.say import counted, money, say

_Stopped = dict[str, dict[str, tuple[int, Decimal]]]


def snippet(mapping: AccountMapping, problems: Iterable[Problem]) -> str:
    """The lines that ``accounts/<mapping>.yaml`` lacks, under the headings where they belong; each ``<…>`` is a code
    that only an accountant knows. Problems of several days and boxes come to one line each, with documents and money.

    "" where there is nothing that a line could mend.
    """
    problems = list(problems)
    lacking = [problem for problem in problems if problem.kind is ProblemKind.UNMAPPED]
    untreated = [problem for problem in problems if problem.kind is ProblemKind.UNTREATED]
    said = "\n".join(
        [
            *_form_names(mapping, lacking),
            *_document_types(mapping, untreated),
            *_tables(mapping, lacking),
            *_postings(mapping, lacking),
        ]
    )
    # Short lines: one that a narrow screen wraps could not be pasted.
    title = [
        f"# {say('accounts/{mapping}.yaml lacks the lines with <…>.', mapping=mapping.name)}",
        f"# {say('Put them under the headings that are there.')}",
    ]
    return "\n".join([*title, said]) if said else ""


def _form_names(mapping: AccountMapping, lacking: Iterable[Problem]) -> Iterator[str]:
    """A form of payment that is booked must have a name too."""
    forms = {value for problem in lacking for name, value in problem.attributes if name == "form"}
    if unnamed := sorted(forms - mapping.form_names.keys()):
        yield "form_names:"
        yield from (f"  {_quoted(form)}: <name>" for form in unnamed)


def _document_types(mapping: AccountMapping, untreated: Iterable[Problem]) -> Iterator[str]:
    """What a kind of document is, the mapping must say: one word of four."""
    missing: dict[str, _Stopped] = defaultdict(dict)
    for problem in untreated:
        if (value := problem.attributes[0][1]) not in mapping.document_types:
            _count(missing[value], problem)
    if missing:
        yield "document_types:"
    for value, stopped in sorted(missing.items()):
        yield f"  {_quoted(value)}: <{' | '.join(TREATMENTS)}>  # {_told(stopped)}"


def _tables(mapping: AccountMapping, lacking: Iterable[Problem]) -> Iterator[str]:
    missing: dict[str, dict[str, _Stopped]] = defaultdict(lambda: defaultdict(dict))
    for problem in lacking:
        if problem.table:
            _count(missing[problem.table][problem.attributes[0][1]], problem)
    if missing:
        yield "tables:"
    for table, values in sorted(missing.items()):
        yield f"  {table}:"
        yield "    values:"
        for value, stopped in sorted(values.items()):
            yield f"      {_quoted(value)}: <{holds(mapping, table)}>  # {_told(stopped)}"


_Attributes = tuple[tuple[str, str], ...]


def _postings(mapping: AccountMapping, lacking: Iterable[Problem]) -> Iterator[str]:
    missing: dict[str, dict[str, dict[_Attributes, _Stopped]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(dict))
    )
    for problem in lacking:
        if not problem.table:
            kind, _, posting = problem.posting.partition(": ")
            _count(missing[kind][posting][problem.attributes], problem)
    if missing:
        yield "postings:"
    for kind, postings in sorted(missing.items()):
        yield f"  {kind}:"
        for posting, keys in sorted(postings.items()):
            for side, amount in [posting.split(" ", 1)] if posting else _both_sides(SOURCES[mapping.source], kind):
                yield f"    - side: {side}"
                yield f"      amount: {amount}"
                yield from () if posting else ['      history: "<text> {date}"']
                yield "      rules:"
                for attributes, stopped in sorted(keys.items()):
                    yield from _rule(attributes, stopped)


def _both_sides(shapes: Mapping[Kind, Shape], kind: str) -> list[tuple[str, str]]:
    """The postings that a kind without any lacks: where its money goes out, the till is what is credited."""
    shape = shapes.get(Kind(kind))
    if shape is not None and shape.pays_out:
        return [("credit", "net"), *(("debit", part) for part in shape.parts("net"))]
    return [("debit", "net"), ("credit", "net")]


def _rule(attributes: tuple[tuple[str, str], ...], stopped: _Stopped) -> Iterator[str]:
    conditions = ", ".join(f"{name}: {_quoted(value)}" for name, value in attributes)
    if conditions:
        yield f"        - when: {{{conditions}}}"
    yield f"        {' ' if conditions else '-'} account: <account>  # {_told(stopped)}"


def _count(stopped: _Stopped, problem: Problem) -> None:
    """Adds a problem's documents and money to those of the same posting: the same documents stop in several."""
    by_currency = stopped.setdefault(problem.posting, {})
    documents, amount = by_currency.get(problem.currency, (0, ZERO))
    by_currency[problem.currency] = (documents + problem.count, amount + problem.amount)


def _told(stopped: _Stopped) -> str:
    """The posting that the most money is stopped in stands for all: ``5 documents, 341.51 USD``."""
    most = max(stopped.values(), key=lambda by_currency: max(amount for _, amount in by_currency.values()))
    return "; ".join(
        f"{counted(count, '{n} document', '{n} documents')}, {money(amount, currency)}"
        for currency, (count, amount) in sorted(most.items())
    )


def holds(mapping: AccountMapping, table: str) -> str:
    """What a table's values are: account, cost_centre, …; code where no rule looks there."""
    rules = (rule for postings in mapping.postings.values() for posting in postings for rule in posting.rules)
    used = (field for rule in rules for field, code in rule.codes.items() if code == FromTable(table=table))
    return next(used, "code")


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
