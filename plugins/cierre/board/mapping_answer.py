"""An answer to a gap before it is saved: the question, what is proposed, what files and days would make of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from pydantic import ValidationError

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.changes import Change
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.draft import draft_of, objections
from cierre.accounting_files.edited_text import comments, edited
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.gap_answers import ANSWERABLE, GivenAnswer, Question, changes, known_around
from cierre.accounting_files.loader import cash_box, mappings_folder
from cierre.accounting_files.saved_file import AccountingFile, accounting_file
from cierre.accounting_files.values import LONGEST
from cierre.accounting_files.yaml_places import CannotEdit
from cierre.board.gaps import Gap, gaps
from cierre.bookkeeping.account_proposals import Decision, Proposal, proposals
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.problems import ProblemKind
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import board
from cierre.ledger.mapping_proposals import ProposalRow
from cierre.reports.mapping_effect import DAYS, Effect, effect
from hooks.registry import SOURCES


@dataclass(frozen=True)
class Draft:
    """What an answer would be: its changes and the file's text with them; or why it cannot be, in ``objections``, which
    are those of `make check-mappings`. ``effect`` is None where there is an objection."""

    changes: list[Change]
    text: str
    objections: list[Sentence] = field(default_factory=list)
    effect: Effect | None = None


def gaps_of_mapping(ledger: psycopg.Connection, mapping: str, boxes: Sequence[CashBox]) -> list[Gap]:
    """What a mapping lacks, of the days of some boxes that wait for it."""
    found = gaps(board.problems(ledger, [box.id for box in boxes], date.min, date.max))
    return [gap for gap in found if gap.rows[0].mapping == mapping]


def question_of(gap: Gap) -> Question | None:
    """The gap as a question; None for one that no line of the mapping answers."""
    row = gap.rows[0]
    kind = ProblemKind(row.kind)
    if kind not in ANSWERABLE or not row.attributes:
        return None
    return Question(row.mapping, kind, row.posting, tuple(sorted(row.attributes.items())), row.mapping_table)


def codes_with_names(chart: Chart) -> dict[str, str]:
    """All codes of the chart's lists with their names, for comments."""
    lists = (chart.cost_centres, chart.items, chart.value_classes, chart.accounts)
    return {code: one.name for known in lists for code, one in (known or {}).items()}


def called_by_source(ledger: psycopg.Connection, boxes: Mapping[str, CashBox], gap: Gap, by: str) -> tuple[str, str]:
    """What the source calls the value that a gap is about, and its own account for it, as the first row says that it
    stops; "" where it says nothing."""
    row = gap.rows[0]
    description = SOURCES[boxes[row.box].source]
    day = board.Day(ledger, row.box, row.business_date)
    place = day.place_of(row.examples[0]) if row.examples else None
    landed = day.source_row(place.snapshot_id, place.place) if place else None
    fields = landed.row if landed and isinstance(landed.row, dict) else {}
    name, own = (fields.get(one.get(by, "")) for one in (description.called, description.own_accounts))
    if place and (beside := description.said_beside.get(by)):
        value = dict(row.attributes).get(by)
        listed = day.rows_beside(place.snapshot_id, place.place, beside.rows)
        found = [one for one in listed if str(one.get(beside.key)) == value]
        name, own = (
            next((one[field] for one in found if one.get(field)), "") for field in (beside.name, beside.own_account)
        )
    return _readable(name), _readable(own)


def _readable(value: object) -> str:
    text = str(value).strip() if isinstance(value, str | int) else ""
    return text if text.isprintable() and len(text) <= LONGEST else ""


def proposed(
    question: Question,
    mapping: AccountMapping,
    others: Sequence[AccountMapping],
    chart: Chart,
    earlier: Iterable[ProposalRow],
    name: str,
    own_code: str,
) -> list[Proposal]:
    """The codes that are probably right, the best first; of kinds of documents there are only four, none proposed."""
    if question.kind is ProblemKind.UNTREATED:
        return []
    texts = {one.name: _comments(one.name) for one in (mapping, *others)}
    before = list(_before(question, earlier))
    return proposals(name, known_around(question, mapping, others, chart, texts, before, own_code)) if name else []


def _comments(mapping: str) -> dict[tuple[str, str], str]:
    try:
        return comments(accounting_file(mapping).text)
    except (CannotEdit, LookupError, OSError, ValueError):
        return {}


def _before(question: Question, earlier: Iterable[ProposalRow]) -> Iterable[Decision]:
    """What was answered to the like and not refused."""
    for row in earlier:
        asked = row.question or {}
        if row.decision not in ("refused", "withdrawn") and asked.get("by") == question.by:
            codes = [change.get("to") or change.get("account") for change in row.changes]
            code = next((code for code in codes if isinstance(code, str)), "")
            yield Decision(str(asked.get("called", "")), code, row.mapping)


def draft(
    ledger: psycopg.Connection,
    boxes: Sequence[CashBox],
    question: Question,
    mapping: AccountMapping,
    file: AccountingFile,
    answer: GivenAnswer,
    waiting: Iterable[tuple[str, date]],
) -> Draft:
    """What an answer would make of the file, and of the days of some boxes."""
    try:
        said = changes(question, mapping, answer)
    except ValidationError as error:
        return Draft([], "", [Sentence(one["msg"]) for one in error.errors(include_url=False)])
    except ValueError as error:
        return Draft([], "", [_sentence(error.args[0])])
    return draft_of_changes(ledger, boxes, question.mapping, file, said, waiting)


def draft_of_changes(
    ledger: psycopg.Connection,
    boxes: Sequence[CashBox],
    mapping: str,
    file: AccountingFile,
    said: list[Change],
    waiting: Iterable[tuple[str, date]],
) -> Draft:
    """What changes would make of the file as it is now, and of the days of some boxes."""
    chart, _ = read_chart(mappings_folder())
    try:
        text = edited(file.text, said, codes_with_names(chart))
        if found := objections(file.name, text):
            return Draft(said, text, [_sentence(one.message) for one in found])
        changed = draft_of(mapping, text)
    except CannotEdit as error:
        return Draft(said, "", [_sentence(error.args[0])])
    except MappingError as error:
        return Draft(said, "", [_sentence(one.message) for one in error.findings])
    since = datetime.now(UTC).date() - timedelta(days=DAYS)
    whole = [cash_box(box.file) for box in boxes]  # with what the ERP's own model adds, which booking needs
    return Draft(said, text, [], effect(ledger, whole, changed, list(waiting), since))


def _sentence(message: str) -> Sentence:
    return message if isinstance(message, Sentence) else Sentence("{message}", message=message)


def as_kept(boxes: Sequence[CashBox], question: Question, called: str, gap: str) -> dict[str, Any]:
    """What was answered, as the ledger keeps it beside the answer; the what-if looked at these boxes."""
    return {
        "kind": str(question.kind),
        "posting": question.posting,
        "attributes": [list(pair) for pair in question.attributes],
        "table": question.table,
        "by": question.by,
        "called": called,
        "gap": gap,
        "boxes": [box.id for box in boxes],
    }


def other_mappings(mapping: str, names: Iterable[str]) -> list[AccountMapping]:
    """The sound ones of some mappings, without one."""
    found = []
    for name in names:
        try:
            found += [account_mapping(name)] if name != mapping else []
        except MappingError:
            continue
    return found
