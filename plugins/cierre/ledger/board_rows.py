"""The rows that the close board reads of the books. Money is in the currency in which it was booked, instants are
aware."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from cierre.bookkeeping.facts import Why
from cierre.bookkeeping.sentence import Sentence


class BoxMonth(NamedTuple):
    """A box's month, a value for each of 31 days: ``states`` has a letter (cierre.board.states.BOOKS; a point where the
    day is not known), ``booked`` the journal totals and ``currency`` their currencies, as Postgres writes arrays, or
    one for all. ``month`` is its first day, ``digest`` that of all rows that were asked for."""

    box: str
    month: date
    states: str
    booked: str
    currency: str
    digest: Decimal


class MonthEvidence(NamedTuple):
    """How far a box's month is read back: a minute (since 1970) for each of 31 days, as Postgres writes an array; -1
    where a document was never read, NULL where none stands in the ERP."""

    box: str
    month: date
    read_back: str
    digest: Decimal


class Summary(NamedTuple):
    """Where a day stands."""

    state: str
    documents: int
    quarantined: int
    booked: Decimal
    revision: int | None
    staged_at: datetime | None
    first_closed_at: datetime | None
    watched_until: datetime | None
    currency: str | None


class Taken(NamedTuple):
    """The snapshot that a day was read from; ``certificate`` is its state, None where it has none."""

    snapshot_id: int
    source: str
    received_at: datetime
    sha256: str
    certificate: str | None


class Compared(NamedTuple):
    """What a reconciliation compared; ``currency`` is None where it is the box's."""

    kind: str
    form: str
    left: str
    right: str
    left_rows: int
    right_rows: int
    left_net: Decimal
    right_net: Decimal
    difference: Decimal
    agrees: bool
    reconciled_at: datetime
    currency: str | None


class LineDifference(NamedTuple):
    """What a reconciliation read in the ERP otherwise than it was posted (cierre.ledger.reconciliation.Difference),
    with the line's text, and its kind and form where all of its money is of one."""

    code: str
    entry_id: int | None
    entry_key: str | None
    reversal: bool
    lot: str
    sublot: str
    document: str
    line: int | None
    side: str | None
    account: str | None
    amount: Decimal | None
    booked_line: str | None
    booked_side: str | None
    booked_account: str | None
    booked_amount: Decimal | None
    booked_currency: str | None
    balance_type: str
    currency: str
    size: Decimal
    total: Decimal | None
    history: str | None
    kind: str | None
    form: str | None


class JournalLine(NamedTuple):
    """A line of a day's journal, and how many documents stand behind it."""

    entry_id: int
    entry_key: str
    part: int
    lot: str
    entry_date: date
    line: int
    side: str
    account: str
    cost_centre: str
    history: str
    amount: Decimal
    documents: int


class DebitPart(NamedTuple):
    """How much of a journal's debits a part of the documents of a kind makes; both empty for what is of no document."""

    kind: str
    component: str
    amount: Decimal


class DocumentBehind(NamedTuple):
    """A document behind a line, with its share of it and the line itself."""

    document_key: str
    kind: str
    form: str
    component: str
    amount: Decimal
    place: str
    snapshot_id: int
    account: str
    side: str
    history: str
    line_amount: Decimal


class StagedDocument(NamedTuple):
    """A staged document and its place in the snapshot."""

    document_key: str
    kind: str
    form: str
    reference: str
    net: Decimal
    place: str
    snapshot_id: int
    currency: str


class LandedText(NamedTuple):
    """A landed text, and when it came."""

    body: str
    source: str
    received_at: datetime
    sha256: str


class BookedLine(NamedTuple):
    """A journal line that a source row became part of, with the row's share."""

    entry_key: str
    entry_id: int
    line: int
    side: str
    account: str
    history: str
    component: str
    amount: Decimal
    reversal: bool


class Sent(NamedTuple):
    """Something that was sent to the ERP, and what became of it."""

    entry_key: str
    reversal: bool
    total: Decimal
    lot: str
    sublot: str
    state: str
    document: str | None
    outcome: Sentence | None
    claimed_at: datetime
    decided_at: datetime | None
    reaped_at: datetime | None
    removed: int
    verified_at: datetime | None


class BookedRevision(NamedTuple):
    """How a day was booked once."""

    revision: int
    frozen_at: datetime
    mapping: str
    mapping_digest: str
    snapshot_id: int
    booked: Decimal


class DayProblem(NamedTuple):
    """Why a staged day cannot be booked."""

    business_date: date
    box: str
    kind: str
    posting: str
    attributes: dict[str, str]
    documents: int
    amount: Decimal
    currency: str
    message: Sentence
    fix: Sentence
    found_at: datetime
    mapping: str = ""
    mapping_table: str = ""
    examples: list[str] = []  # noqa: RUF012  a default of a NamedTuple's field, which nobody changes


class RowPlace(NamedTuple):
    """A row of a landed answer."""

    snapshot_id: int
    place: str


class Discrepancy(NamedTuple):
    """A day whose last reconciliation found a difference, with the first comparison that differs."""

    box: str
    business_date: date
    reconciled_at: datetime
    left: str
    right: str
    kind: str
    form: str
    difference: Decimal
    left_rows: int
    right_rows: int
    currency: str | None


class Uncertain(NamedTuple):
    """A posting whose outcome is not known yet."""

    box: str
    business_date: date
    entry_key: str
    total: Decimal
    currency: str
    lot: str
    sublot: str
    claimed_at: datetime
    outcome: Sentence | None


class HeldBack(NamedTuple):
    """A quarantined row that stops its day; ``currency`` is its own, or, of a day that was staged before that was kept,
    that of the day's other money; None where there is none."""

    box: str
    business_date: date
    place: str
    kind: str
    form: str
    reason: str
    message: Sentence
    net: Decimal | None
    snapshot_id: int
    staged_at: datetime
    currency: str | None


class CurrencyDays(NamedTuple):
    """In how many days a currency was booked."""

    currency: str
    days: int


class DayMoney(NamedTuple):
    """A day's money of a series: a form of payment, or a source."""

    business_date: date
    series: str
    amount: Decimal


class CorrectionReason(NamedTuple):
    """Why days were booked anew: a word of cierre.bookkeeping.facts.Why, ``target`` (another place in the ERP) or
    ``other``. How many ``corrections``, on how many ``days`` of a box."""

    reason: str
    corrections: int
    days: int

    @property
    def word(self) -> Sentence:
        """The reason, for people."""
        if self.reason == "target":
            return Sentence("it is posted elsewhere in the ERP")
        return Sentence("another reason") if self.reason == "other" else Why(self.reason).word


class DayClosing(NamedTuple):
    """How long after its end a day was first closed (days, on average; None while none is), how often days were
    corrected or differed."""

    business_date: date
    days_to_close: Decimal | None
    corrections: int
    discrepancies: int
