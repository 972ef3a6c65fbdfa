"""An account mapping as tables that an accountant reads, with what each line had to do lately."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import psycopg

from cierre.accounting_files.snippet import holds
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.rules import Code, FromTable, Rule
from cierre.ledger import mapping_proposals
from cierre.ledger.mapping_proposals import Used


@dataclass(frozen=True, slots=True)
class TableLine:
    """A value of a table: what people call it, its code and that code's name, and its documents of late."""

    value: str
    name: str
    code: str
    code_name: str
    used: Sequence[Used]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table: its name, the attribute that it goes by, what its codes are, and its lines."""

    name: str
    by: str
    holds: str
    lines: list[TableLine]


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule in words: its conditions, its codes by field (a table's name in braces), since when it holds."""

    label: str
    conditions: str
    codes: dict[str, str]
    valid_from: date | None
    priority: int


@dataclass(frozen=True, slots=True)
class PostingView:
    """A posting of a kind of document, with its rules."""

    kind: str
    side: str
    amount: str
    history: str
    rules: list[RuleView]


def tables(
    ledger: psycopg.Connection,
    mapping: AccountMapping,
    boxes: Sequence[CashBox],
    names: Mapping[str, str],
    comments: Mapping[tuple[str, str], str],
    since: date,
) -> list[TableView]:
    """The mapping's tables; ``names`` are the codes' names, ``comments`` what stands behind values in the file."""
    by_attribute = {
        by: _by_value(mapping_proposals.used(ledger, [box.id for box in boxes], by, since))
        for by in {table.by for table in mapping.tables.values()}
    }
    return [
        TableView(
            name,
            table.by,
            holds(mapping, name),
            [
                TableLine(
                    value,
                    mapping.form_names.get(value, "") if table.by == "form" else comments.get((name, value), ""),
                    code,
                    names.get(code, ""),
                    by_attribute[table.by].get(value, []),
                )
                for value, code in table.values.items()
            ],
        )
        for name, table in mapping.tables.items()
    ]


def _by_value(rows: Sequence[Used]) -> dict[str, list[Used]]:
    found: dict[str, list[Used]] = defaultdict(list)
    for row in rows:
        found[row.value].append(row)
    return found


def postings(mapping: AccountMapping) -> list[PostingView]:
    """The mapping's postings, in its order."""
    return [
        PostingView(kind, posting.side, posting.amount, posting.history, [_rule(rule) for rule in posting.rules])
        for kind, of_kind in mapping.postings.items()
        for posting in of_kind
    ]


def _rule(rule: Rule) -> RuleView:
    conditions = ", ".join(f"{name} {' / '.join(values)}" for name, values in rule.when.items())
    codes = {field: _code(code) for field, code in rule.codes.items()}
    return RuleView(rule.label, conditions, codes, rule.valid_from, rule.priority)


def _code(code: Code) -> str:
    return f"{{{code.table}}}" if isinstance(code, FromTable) else code
