"""What arrived of what was booked: statements are taken and matched, matches decided and taken back. A close never
waits for any of it."""

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg

from cierre.accounting_files.statement_formats import statement_format
from cierre.bookkeeping.answers import LONGEST_COMMENT
from cierre.bookkeeping.matching.arrivals import channel, identity, units
from cierre.bookkeeping.matching.banking_days import BankingDays, banking_days
from cierre.bookkeeping.matching.by_report import Reported
from cierre.bookkeeping.matching.company import CompanyArrivals, Expected, by_id, expected, gross_by_form, items
from cierre.bookkeeping.matching.items import Item, Outcome, Proposal
from cierre.bookkeeping.matching.match import match, waited_for
from cierre.bookkeeping.money import AmountError, amount
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.certificate import breaks, claims, repeated_days
from cierre.bookkeeping.statements.dates import impossible_dates
from cierre.bookkeeping.statements.format import AcquirerFormat
from cierre.bookkeeping.statements.lines import Statement
from cierre.closing.settlements import by_reports, take_settlement
from cierre.language.say import say
from cierre.ledger import arrivals as ledger_arrivals, settlements
from cierre.ledger.arrivals import LandedLine, LandedStatement, MatchedAmount
from cierre.statement_files.bank import read_bank
from cierre.statement_files.described import plain_number
from cierre.statement_files.faults import Fault, StatementFileError, refuse

log = logging.getLogger(__name__)

GAP = "gap"
"""What may be between two statements when they are taken: the one between them may still come."""

SAME_LINE = "same_line"
"""What is told of each movement by itself, with its row."""


@dataclass(frozen=True)
class Standing:
    """How a company's money stands. ``amounts`` is all that was booked of it since the rules begin, ``matched`` what of
    it arrived, by the amounts' ids; ``open_amounts`` and ``open_lines`` are the rest with its class; ``new`` are
    matches that the rules leave no other answer to and that nobody kept yet; ``until_of`` is up to when the statements
    of each account go; ``reported`` is what reports of acquirers say of what is open, by channel."""

    amounts: list[Expected]
    matched: dict[str, MatchedAmount]
    open_amounts: list[tuple[Expected, str]]
    open_lines: list[tuple[LandedLine, str]]
    proposals: list[tuple[list[Expected], list[LandedLine], Sentence]]
    new: list[tuple[str, bool, list[Expected], list[LandedLine]]]
    until_of: dict[str, date]
    reported: dict[str, Reported] = field(default_factory=dict)

    @property
    def until(self) -> date | None:
        """The last day that a statement tells of, whichever account it is of."""
        return max(self.until_of.values(), default=None)

    @property
    def changed(self) -> list[tuple[Expected, MatchedAmount]]:
        """What was matched and is to come otherwise since: taken back once its day is closed again
        (``take_back_rebooked``); where only the contract says otherwise now, a person may take it back."""
        pairs = ((one, self.matched.get(one.id)) for one in self.amounts)
        return [(one, known) for one, known in pairs if known is not None and known.net != one.net]


WAITED_FOR = ("in_transit", "late", "missing")
"""The classes of what was booked and did not arrive, by how long ago that was."""

WITHIN_RULE = ("in_transit", "announced")
"""The classes of what is merely on its way."""

LONGEST_OWNER = 100
"""Characters of a name."""

REPEATED = (
    "movements of {day} are in another statement already, and neither numbers nor balances show that these are others"
)

UNDONE = Sentence("a person took a match of these movements back; only a person matches them again")


def take_statement(
    db: psycopg.Connection, company: str, rules: CompanyArrivals, format: str, content: bytes, by: str
) -> int:
    """Lands a file of the company's bank or of an acquirer, if it is whole and goes on from what is there; returns its
    number.

    Raises StatementFileError with all that speaks against it, and MappingError for a format whose file is wrong.
    """
    if format not in rules.formats:
        raise refuse(Sentence("this company uploads no statements of that format"))
    table = statement_format(format)
    if isinstance(table, AcquirerFormat):
        with db.transaction():
            ledger_arrivals.lock(db, company)
            return take_settlement(db, company, rules, table, content, by)
    statements = read_bank(content, table)
    if len(statements) != 1:
        raise refuse(Sentence("the file has {n} statements; ask the bank for one in a file", n=len(statements)))
    with db.transaction():
        ledger_arrivals.lock(db, company)
        if faults := _objections(db, company, format, statements[0]):
            raise StatementFileError(faults)
        return ledger_arrivals.land(db, company, format, statements[0], content, by)


def _objections(db: psycopg.Connection, company: str, format: str, statement: Statement) -> list[Fault]:
    landed = ledger_arrivals.statements(db, company)
    known = [one for one in landed if one.account == statement.account]
    chain = [*(one.as_statement() for one in known), statement]
    before = {(one.kind, one.sha256) for one in breaks(chain[:-1])}
    new = [one for one in breaks(chain) if (one.kind, one.sha256) not in before]
    faults = [Fault(row, why) for row, why in impossible_dates(statement, datetime.now(UTC).date())]
    faults += [
        Fault(0, Sentence("the file is here already, as a statement of account {account}", account=one.account))
        for one in landed
        if one.sha256 == statement.sha256 and one.account != statement.account
    ]
    faults += [Fault(0, one.message) for one in new if one.kind not in (GAP, SAME_LINE)]
    if not faults:
        faults += [Fault(0, Sentence(REPEATED, day=day)) for day in _repeated(db, known, format, statement)]
    faults += [Fault(0, Sentence("{claim}", claim=str(claim))) for claim in claims(statement) if not claim.holds]
    numbers = {line.bank_id for line in statement.lines if line.bank_id}
    there = ledger_arrivals.known_movements(db, company, statement.account, numbers)
    times = Counter(line.identity for line in statement.lines)
    for line in statement.lines:
        if line.identity and (line.identity in there or times[line.identity] > 1):
            faults.append(Fault(line.place, Sentence("movement {id} is here already", id=line.bank_id)))
    return faults


def _repeated(
    db: psycopg.Connection, known: Sequence[LandedStatement], format: str, statement: Statement
) -> list[date]:
    """The days of a statement whose movements may be in a statement that is here."""
    days: set[date] = set()
    for one in known:
        if one.first_day <= statement.last and statement.first <= one.last_day:
            lines = ledger_arrivals.movements(db, one.statement_id)
            if one.format != format:  # Another kind of file has other numbers for the same movement.
                lines = [replace(line, reference="", bank_id="") for line in lines]
            days.update(repeated_days(one.as_statement(lines), statement))
    return sorted(days)


def standing(db: psycopg.Connection, company: str, boxes: Sequence[str], rules: CompanyArrivals) -> Standing:
    """How a company's money stands, by what is landed and what is matched; changes nothing."""
    forms = [form for one in rules.channels.values() for form in one.forms]
    amounts = expected(ledger_arrivals.taken(db, boxes, forms, rules.since, date.max), rules)
    kept = ledger_arrivals.booked(db, company, rules.since, date.max)
    matched = {Expected(one.box, one.day, one.form, one.currency, one.net, one.net).id: one for one in kept}
    lines = ledger_arrivals.lines(db, company, rules.since)
    statements = ledger_arrivals.statements(db, company)
    waiting = [one for one in amounts if one.id not in matched]
    free = [one for one in lines if not one.is_matched]
    if not statements:
        return Standing(amounts, matched, [(one, "in_transit") for one in waiting], [], [], [], {})
    until: dict[str, date] = {}
    for statement in statements:
        until[statement.account] = max(statement.last_day, until.get(statement.account, statement.last_day))
    reports = settlements.reports(db, company, rules.since)
    paid = [line.paid for _, report in reports for line in report.lines]
    days = [one.day for one in amounts] + [one.booked for one in lines] + paid + list(until.values())
    calendar = banking_days(rules.country, min(days), max(days))
    # Nothing is late on an account of which no statement is here.
    as_of = {one.account: min(days).toordinal() for one in rules.channels.values()}
    as_of |= {account: last.toordinal() for account, last in until.items()}
    # What is matched already stays in: a part of a report is judged as a whole.
    told = by_reports(rules, reports, amounts, [_item(one) for one in lines], calendar, as_of)
    named, lines_named = (set[str]().union(*(getattr(one, of) for one in told.values())) for of in ("told", "lines"))
    rest = [one for one in waiting if one.id not in named]
    outcome = _match(rest, [one for one in free if one.id not in lines_named], rules, calendar, as_of)
    for reported in told.values():
        _add(outcome, reported, {one.id for one in waiting} | {one.id for one in free})
    matched_now = {id for one in outcome.matches for id in one.booked}
    for one in waiting:
        found = rules.channel_of(one.form)
        if found and one.id not in matched_now and one.id not in outcome.open_booked:
            word = waited_for(one.day.toordinal(), found[1].rules, calendar, as_of[found[1].account])
            outcome.open_booked[one.id] = word
    _tell_strange_currencies(waiting, statements, rules, outcome)
    return _standing(amounts, matched, waiting, free, outcome, until, told)


def _match(
    waiting: Sequence[Expected],
    free: Sequence[LandedLine],
    rules: CompanyArrivals,
    calendar: BankingDays,
    as_of: Mapping[str, int],
) -> Outcome:
    """Matches each account by itself, as of the day up to which its own statements go."""
    outcome = Outcome([], [], {}, {})
    by_name = rules.rules({one.currency for one in waiting} | {one.currency for one in free})
    for account, last in as_of.items():
        channels = [one for one in rules.channels.values() if one.account == account]
        ours = [one for one in waiting if any(one.form in channel.forms for channel in channels)]
        came = [_item(one) for one in free if one.account == account]
        own = match(items(ours, rules), came, by_name, calendar, last)
        outcome.matches.extend(own.matches)
        outcome.proposals.extend(own.proposals)
        outcome.open_booked.update(own.open_booked)
        outcome.open_arrived.update(own.open_arrived)
    return outcome


def _tell_strange_currencies(
    waiting: Sequence[Expected], statements: Sequence[LandedStatement], rules: CompanyArrivals, outcome: Outcome
) -> None:
    """Says of what was booked in another currency than that of its account's statements that it waits in vain."""
    currencies: dict[str, set[str]] = {}
    for statement in statements:
        currencies.setdefault(statement.account, set()).add(statement.currency)
    for one in waiting:
        found = rules.channel_of(one.form)
        known = currencies.get(found[1].account) if found else None
        if known and one.currency not in known and outcome.open_booked.get(one.id) in WAITED_FOR:
            outcome.open_booked[one.id] = "other_currency"


def _add(outcome: Outcome, told: Reported, still_open: set[str]) -> None:
    """Adds what a channel's reports tell of what is open to what matching told of the rest."""
    outcome.matches.extend(one for one in told.matches if still_open.issuperset((*one.booked, *one.arrived)))
    outcome.proposals.extend(one for one in told.proposals if still_open.issuperset((*one.booked, *one.arrived)))
    outcome.open_booked.update((id, word) for id, word in told.open_booked.items() if id in still_open)
    outcome.open_arrived.update((id, word) for id, word in told.open_arrived.items() if id in still_open)
    known = {id for one in outcome.matches for id in one.arrived} | outcome.open_arrived.keys()
    outcome.open_arrived.update(dict.fromkeys((told.lines & still_open) - known, "announced"))


def _item(line: LandedLine) -> Item:
    on = channel(line.channel, line.account, line.currency)
    reference = identity(line.reference)
    return Item(line.id, line.booked.toordinal(), units(line.amount, line.currency), on, reference, line.terminal)


def _standing(
    amounts: list[Expected],
    matched: dict[str, MatchedAmount],
    waiting: list[Expected],
    free: list[LandedLine],
    outcome: Outcome,
    until: dict[str, date],
    told: dict[str, Reported],
) -> Standing:
    ours, came = by_id(waiting), {one.id: one for one in free}
    new, proposals = [], [_told(one, ours, came, one.reason) for one in outcome.proposals]
    open_amounts, open_lines = dict(outcome.open_booked), dict(outcome.open_arrived)
    for one in outcome.matches:
        pair = [ours[id] for id in one.booked], [came[id] for id in one.arrived]
        if any(line.was_undone for line in pair[1]):
            proposals.append((*pair, UNDONE))
            open_amounts.update(dict.fromkeys(one.booked, "proposed"))
            open_lines.update(dict.fromkeys(one.arrived, "proposed"))
        else:
            new.append((one.why, one.late, *pair))
    return Standing(
        amounts,
        matched,
        [(ours[id], word) for id, word in open_amounts.items()],
        [(came[id], word) for id, word in open_lines.items()],
        proposals,
        new,
        until,
        told,
    )


def _told(
    one: Proposal, ours: dict[str, Expected], came: dict[str, LandedLine], why: Sentence
) -> tuple[list[Expected], list[LandedLine], Sentence]:
    return [ours[id] for id in one.booked], [came[id] for id in one.arrived], why


def take_back_rebooked(db: psycopg.Connection, company: str) -> list[int]:
    """Takes back the matches, also a person's, of days that were closed again with another amount: what they said is
    not so any more. Returns their numbers.

    A day that is read or booked anew and not closed yet changes nothing, nor does a contract. What was taken back so
    may be matched again by the rules.
    """
    again = ledger_arrivals.closed_since(db, company)
    if not again:
        return []
    boxes, forms = ({getattr(one, of) for one in again} for of in ("box", "form"))
    days = [one.day for one in again]
    now = gross_by_form(ledger_arrivals.taken(db, sorted(boxes), sorted(forms), min(days), max(days)))
    why: dict[int, list[str]] = {}
    for one in again:
        gross = now.get((one.box, one.day, one.form, one.currency), Decimal(0))
        if gross != one.gross:
            text = f"{one.box} {one.day} {one.form}: {one.gross} → {gross} {one.currency}"
            why.setdefault(one.match_id, []).append(text)
    for number, texts in why.items():
        ledger_arrivals.undo(db, company, number, by=None, reason="; ".join(texts)[:LONGEST_COMMENT])
    return list(why)


def keep_new_matches(db: psycopg.Connection, company: str, boxes: Sequence[str], rules: CompanyArrivals) -> int:
    """Keeps the matches that the rules leave no other answer to; returns how many there were. What is not so any more
    is taken back first."""
    with db.transaction():
        ledger_arrivals.lock(db, company)
        if stale := take_back_rebooked(db, company):
            numbers = ", ".join(str(one) for one in stale)
            log.info(say("Taken back, since their days were closed with another amount: matches {n}.", n=numbers))
        new = standing(db, company, boxes, rules).new
        for why, late, amounts, lines in new:
            ledger_arrivals.keep_match(db, company, why, amounts, lines, late=late)
    return len(new)


def match_by_person(
    db: psycopg.Connection,
    company: str,
    boxes: Sequence[str],
    rules: CompanyArrivals,
    booked: Collection[str],
    arrived: Collection[str],
    *,
    by: str,
    comment: str,
    difference: str = "",
) -> Sentence | None:
    """Keeps a person's decision that amounts and movements (by the ids of their items) belong together, whatever the
    rules say of it; gives the reason where it cannot be kept.

    What they come to must be equal, or else the person writes the difference: no match hides one.
    """
    with db.transaction():
        ledger_arrivals.lock(db, company)
        now = standing(db, company, boxes, rules)
        ours = {one.id: one for one, _ in now.open_amounts} | {one.id: one for new in now.new for one in new[2]}
        came = {one.id: one for one, _ in now.open_lines} | {one.id: one for new in now.new for one in new[3]}
        if not booked or not arrived or not ours.keys() >= set(booked) or not came.keys() >= set(arrived):
            return Sentence("something of it is not open any more; look at the page again")
        amounts, lines = [ours[id] for id in sorted(booked)], [came[id] for id in sorted(arrived)]
        if len({one.currency for one in amounts} | {one.currency for one in lines}) > 1:
            return Sentence("these are amounts of several currencies")
        expected_sum, arrived_sum = (
            sum((one.net for one in amounts), Decimal(0)),
            sum((one.amount for one in lines), Decimal(0)),
        )
        if expected_sum != arrived_sum and not _is_written(difference, arrived_sum - expected_sum, lines[0].currency):
            return Sentence(
                "{booked} were to arrive, and {arrived} did; to accept that, write the difference: {difference}",
                booked=expected_sum,
                arrived=arrived_sum,
                difference=arrived_sum - expected_sum,
            )
        ledger_arrivals.keep_match(db, company, "person", amounts, lines, by=by, comment=comment)
    return None


def name_owner(
    db: psycopg.Connection,
    company: str,
    boxes: Sequence[str],
    rules: CompanyArrivals,
    items: Collection[str],
    *,
    owner: str,
    reason: str,
    by: str,
) -> Sentence | None:
    """Keeps who looks after open amounts and movements (by the ids of their items), and why they are open; gives the
    reason where that cannot be kept."""
    if not 1 <= len(owner) <= LONGEST_OWNER:
        return Sentence("write who looks after it, in up to {n} characters", n=LONGEST_OWNER)
    now = standing(db, company, boxes, rules)
    known = {one.id for one, _ in now.open_amounts} | {one.id for one, _ in now.open_lines}
    if not items or not known.issuperset(items):
        return Sentence("something of it is not open any more; look at the page again")
    ledger_arrivals.name_owner(db, company, items, owner=owner, reason=reason, by=by)
    return None


def without_owner(now: Standing, owners: Collection[str]) -> int:
    """How much is older than its rule allows, or belongs to nothing, and nobody is named who looks after it."""
    open_items = [(one.id, word) for one, word in now.open_amounts] + [(one.id, word) for one, word in now.open_lines]
    return sum(word not in WITHIN_RULE and id not in owners for id, word in open_items)


def _is_written(text: str, difference: Decimal, currency: str) -> bool:
    """Whether a person wrote an amount, with either decimal mark."""
    for mark in (",", "."):
        try:
            if amount(plain_number(text.replace("\u2212", "-"), mark), currency) == difference:
                return True
        except AmountError:
            continue
    return False


@dataclass(frozen=True, slots=True)
class Sign:
    """How the money of a form of a day stands, in whatever currencies it came: ``arrived`` is the day on which the last
    of it came, None before that; ``changed`` where it is booked otherwise since it was matched."""

    arrived: date | None
    changed: bool

    def beside(self, other: "Sign") -> "Sign":
        """Both together: arrived once all of it is."""
        last = max(self.arrived, other.arrived) if self.arrived and other.arrived else None
        return Sign(last, self.changed or other.changed)


def signs_of_day(db: psycopg.Connection, company: str, rules: CompanyArrivals, box: str, day: date) -> dict[str, Sign]:
    """The forms of payment of a closed day whose money is to arrive, each with its sign."""
    forms = [form for one in rules.channels.values() for form in one.forms]
    amounts = expected(ledger_arrivals.taken(db, [box], forms, day, day), rules)
    known = {(one.form, one.currency): one for one in ledger_arrivals.booked(db, company, day, day) if one.box == box}
    signs: dict[str, Sign] = {}
    for one in amounts:
        found = known.get((one.form, one.currency))
        sign = Sign(found.arrived if found else None, found is not None and found.net != one.net)
        signs[one.form] = signs[one.form].beside(sign) if one.form in signs else sign
    return signs


def gaps(statements: Sequence[LandedStatement]) -> list[Sentence]:
    """What is missing between the statements of each account."""
    found: list[Sentence] = []
    for account in sorted({one.account for one in statements}):
        chain = [one.as_statement() for one in statements if one.account == account]
        found += [Sentence("account {account}: {what}", account=account, what=one.message) for one in breaks(chain)]
    return found
