"""What the close board reads of the books, in rows of cierre.ledger.board_rows. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg

from cierre.bookkeeping.documents import Total
from cierre.bookkeeping.json_text import row_at
from cierre.bookkeeping.text import shown
from cierre.ledger import month, personal
from cierre.ledger.board_rows import (
    BookedLine,
    BookedRevision,
    BoxMonth,
    Compared,
    CorrectionReason,
    CurrencyDays,
    DayClosing,
    DayMoney,
    DayProblem,
    DebitPart,
    Discrepancy,
    DocumentBehind,
    HeldBack,
    JournalLine,
    LandedText,
    LineDifference,
    MonthEvidence,
    RowPlace,
    Sent,
    StagedDocument,
    Summary,
    Taken,
    Uncertain,
)
from cierre.ledger.month import Approval, Quarantined
from cierre.ledger.rows import TotalRow
from cierre.ledger.statements import RowOrNone, Rows, Statements, ValueOrNone, Values


class _Sql(Statements):
    months: Rows[BoxMonth]
    months_digest: ValueOrNone[Decimal]
    months_evidence: Rows[MonthEvidence]
    months_evidence_digest: ValueOrNone[Decimal]
    box_day: RowOrNone[Summary]
    currency_of: ValueOrNone[str]
    taken: RowOrNone[Taken]
    comparisons: Rows[Compared]
    line_differences: Rows[LineDifference]
    money_of_entries: Rows[TotalRow]
    lines: Rows[JournalLine]
    debit_parts: Rows[DebitPart]
    booked_money: Rows[TotalRow]
    behind_a_line: Rows[DocumentBehind]
    documents: Rows[StagedDocument]
    place_of: RowOrNone[RowPlace]
    landed_text_of: RowOrNone[LandedText]
    booked_lines_of: Rows[BookedLine]
    attempts: Rows[Sent]
    revisions: Rows[BookedRevision]
    problems: Rows[DayProblem]
    standing_out: Rows[Discrepancy]
    uncertain: Rows[Uncertain]
    held_back: Rows[HeldBack]
    boxes_in_work: Values[str]
    currencies: Rows[CurrencyDays]
    money_by_form: Rows[DayMoney]
    money_by_source: Rows[DayMoney]
    closing: Rows[DayClosing]
    correction_reasons: Rows[CorrectionReason]


_sql = _Sql.of("board")


_KEPT = 24
_months: dict[tuple[date, date], tuple[Decimal | None, list[BoxMonth]]] = {}


def months(connection: psycopg.Connection, first: date, last: date) -> list[BoxMonth]:
    """What the books know of every box from the month of ``first`` to that of ``last``, a row a box and month.

    Rows that did not change since they were last asked for are the same objects, not read again.
    """
    asked = (first.replace(day=1), last)
    digest, rows = _months.get(asked, (None, []))
    if digest is None or digest != _sql.months_digest(connection, first=asked[0], last=last):
        rows = list(_sql.months(connection, first=asked[0], last=last))
        if len(_months) >= _KEPT:
            _months.clear()
        _months[asked] = (rows[0].digest if rows else None, rows)
    return rows


_evidence: dict[tuple[date, date], tuple[Decimal | None, list[MonthEvidence]]] = {}


def months_evidence(connection: psycopg.Connection, first: date, last: date) -> list[MonthEvidence]:
    """How far the days of these months are read back, a row a box and month. Rows that did not change are not read
    again."""
    asked = (first.replace(day=1), last)
    digest, rows = _evidence.get(asked, (None, []))
    if digest is None or digest != _sql.months_evidence_digest(connection, first=asked[0], last=last):
        rows = list(_sql.months_evidence(connection, first=asked[0], last=last))
        if len(_evidence) >= _KEPT:
            _evidence.clear()
        _evidence[asked] = (rows[0].digest if rows else None, rows)
    return rows


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as its source sent it: parsed JSON (see cierre.bookkeeping.json_text), None where its place leads to
    none."""

    row: Any
    source: str
    received_at: datetime
    sha256: str


class Day:
    """One box's day. Each method is one query."""

    def __init__(self, connection: psycopg.Connection, box: str, day: date) -> None:
        self._connection, self._box, self._day = connection, box, day
        self._place = {"box": box, "business_date": day}

    def summary(self) -> Summary | None:
        """Where the day stands; None where the books do not know it."""
        return _sql.box_day(self._connection, **self._place)

    def currency(self) -> str | None:
        """The currency in which it was booked, or is staged; None where it has no money."""
        return _sql.currency_of(self._connection, **self._place)

    def taken(self) -> Taken | None:
        """The snapshot it was read from; None where it was never landed."""
        return _sql.taken(self._connection, **self._place)

    def comparisons(self) -> list[Compared]:
        """What its last reconciliation compared, in order."""
        return list(_sql.comparisons(self._connection, **self._place))

    def line_differences(self) -> list[LineDifference]:
        """What its last reconciliation read in the ERP otherwise than it was posted; none where its books are newer."""
        return list(_sql.line_differences(self._connection, **self._place))

    def lines(self) -> list[JournalLine]:
        """The current revision's journal lines, with how many documents stand behind each."""
        return list(_sql.lines(self._connection, **self._place))

    def debit_parts(self) -> list[DebitPart]:
        """What the current revision's debits are made of, by kind and part of documents."""
        return list(_sql.debit_parts(self._connection, **self._place))

    def booked_money(self) -> list[Total]:
        """The money of the documents in the current revision by kind, in the currency of its books; of no form."""
        return [row.total for row in _sql.booked_money(self._connection, **self._place)]

    def behind(self, entry_id: int, line: int) -> list[DocumentBehind]:
        """The documents behind one of its lines; none where the line is not this day's."""
        return list(_sql.behind_a_line(self._connection, **self._place, entry_id=entry_id, line=line))

    def documents(self, kind: str, form: str) -> list[StagedDocument]:
        """Its staged documents of a kind and form of payment."""
        return list(_sql.documents(self._connection, **self._place, kind=shown(kind), form=shown(form)))

    def place_of(self, document_key: str) -> RowPlace | None:
        """Where the row of a staged document lies; None for a document that is not the day's."""
        return _sql.place_of(self._connection, **self._place, document_key=shown(document_key))

    def source_row(self, snapshot_id: int, place: str, *, whole: bool = False) -> SourceRow | None:
        """A row as it was landed, tokens in the places of personal values; None for one that this day was not made of.

        ``whole``: joined with those that are not erased, for which the reader has no right.
        """
        # Not in PostgreSQL: its JSON takes neither a NUL nor half a character, and JSON with NaN not at all.
        asked = {"snapshot_id": snapshot_id, "place": shown(place)}
        landed = _sql.landed_text_of(self._connection, **self._place, **asked)
        if landed is None:
            return None
        body = personal.whole(self._connection, snapshot_id, landed.body) if whole else landed.body
        return SourceRow(row_at(body, place), landed.source, landed.received_at, landed.sha256)

    def rows_beside(self, snapshot_id: int, place: str, rows: str) -> list[dict[str, Any]]:
        """The objects of a list of the answer that a row was landed with, tokens in the places of personal values; none
        where the row is none that this day was made of, or there is no such list."""
        asked = {"snapshot_id": snapshot_id, "place": shown(place)}
        landed = _sql.landed_text_of(self._connection, **self._place, **asked)
        listed = row_at(landed.body, rows) if landed else None
        return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []

    def booked_lines_of(self, snapshot_id: int, place: str) -> list[BookedLine]:
        """The journal lines that a source row became part of."""
        asked = {"snapshot_id": snapshot_id, "place": shown(place)}
        return list(_sql.booked_lines_of(self._connection, **self._place, **asked))

    def attempts(self) -> list[Sent]:
        """What was sent to the ERP for it, oldest first."""
        return list(_sql.attempts(self._connection, **self._place))

    def revisions(self) -> list[BookedRevision]:
        """How it was booked, each time."""
        return list(_sql.revisions(self._connection, **self._place))

    def quarantined(self) -> list[Quarantined]:
        """Its rows that are not booked, those that stop the day first."""
        return month.quarantined_of_day(self._connection, self._box, self._day)

    def approvals(self) -> list[Approval]:
        """What people were asked about it before it was posted, and what they answered."""
        return month.approvals_of_day(self._connection, self._box, self._day)


def money_of_entries(connection: psycopg.Connection, entries: Sequence[int]) -> list[TotalRow]:
    """The money of entries by kind and form: kind, form, rows, net."""
    return list(_sql.money_of_entries(connection, entries=list(entries)))


def problems(connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date) -> list[DayProblem]:
    """Why staged days of boxes cannot be booked, oldest first."""
    return list(_sql.problems(connection, boxes=list(boxes), first=first, last=last))


def discrepancies(connection: psycopg.Connection, boxes: Sequence[str]) -> list[Discrepancy]:
    """Days whose last reconciliation found a difference, each with the first one."""
    return list(_sql.standing_out(connection, boxes=list(boxes)))


def uncertain(connection: psycopg.Connection, boxes: Sequence[str]) -> list[Uncertain]:
    """Postings whose outcome is not known yet, oldest first."""
    return list(_sql.uncertain(connection, boxes=list(boxes)))


def held_back(connection: psycopg.Connection, boxes: Sequence[str]) -> list[HeldBack]:
    """Quarantined rows that stop their days, oldest first."""
    return list(_sql.held_back(connection, boxes=list(boxes)))


def currencies(connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date) -> dict[str, int]:
    """In which currencies days of boxes were booked, with how many days each, the most first."""
    rows = _sql.currencies(connection, boxes=list(boxes), first=first, last=last)
    return {row.currency: row.days for row in rows}


def money_by_form(
    connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date, currency: str | None = None
) -> list[DayMoney]:
    """Staged net money of a currency, or of each, a day and form of payment: business_date, series (the form's id),
    amount."""
    return list(_sql.money_by_form(connection, boxes=list(boxes), first=first, last=last, currency=currency))


def money_by_source(
    connection: psycopg.Connection, sources: Mapping[str, str], first: date, last: date, currency: str | None = None
) -> list[DayMoney]:
    """Booked money of a currency, or of each, a day and source; ``sources`` names each box's."""
    boxes = {"boxes": list(sources), "sources": list(sources.values())}
    return list(_sql.money_by_source(connection, **boxes, first=first, last=last, currency=currency))


def closing(connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date) -> list[DayClosing]:
    """A row a day: days_to_close (average; None while none is closed), corrections, discrepancies."""
    return list(_sql.closing(connection, boxes=list(boxes), first=first, last=last))


def correction_reasons(
    connection: psycopg.Connection, boxes: Sequence[str], first: date, last: date
) -> list[CorrectionReason]:
    """Why days of boxes were booked anew, the most frequent reason first."""
    return list(_sql.correction_reasons(connection, boxes=list(boxes), first=first, last=last))


def boxes_in_work(connection: psycopg.Connection) -> list[str]:
    """The boxes that have a day that differs or a posting whose outcome is not known."""
    return list(_sql.boxes_in_work(connection))
