"""Settlement reports of acquirers: taken like statements, and held against contract, books and bank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.statement_formats import statement_format
from cierre.bookkeeping.matching.arrivals import channel, identity, payment_key, sale_identity, units
from cierre.bookkeeping.matching.banking_days import BankingDays
from cierre.bookkeeping.matching.by_report import Day, Payment, Reported, Sold, match_by_reports
from cierre.bookkeeping.matching.company import CompanyArrivals, Expected
from cierre.bookkeeping.matching.items import Item
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.certificate import settlement_claims
from cierre.bookkeeping.statements.charges import Charge, ChargeDifference, charge_differences
from cierre.bookkeeping.statements.dates import impossible_dates_of_report
from cierre.bookkeeping.statements.format import AcquirerFormat
from cierre.bookkeeping.statements.lines import Settlement, SettlementLine
from cierre.ledger import settlements as ledger_settlements
from cierre.ledger.settlements import LandedSettlement
from cierre.statement_files.described import read_settlement
from cierre.statement_files.faults import Fault, StatementFileError

Report = tuple[LandedSettlement, Settlement]


@dataclass(frozen=True, slots=True)
class Charged:
    """What a report says was kept otherwise than agreed."""

    report: LandedSettlement
    difference: ChargeDifference


def take_settlement(
    db: psycopg.Connection, company: str, rules: CompanyArrivals, table: AcquirerFormat, content: bytes, by: str
) -> int:
    """Lands an acquirer's report, if its rows add up and none of them is there already; returns its number.

    Raises StatementFileError with all that speaks against it. Call it within a transaction that holds the company's
    lock.
    """
    settlement = read_settlement(content, table)
    if faults := _objections(db, company, rules, table.name, settlement):
        raise StatementFileError(faults)
    return ledger_settlements.land(db, company, table.name, settlement, content, by)


def _objections(
    db: psycopg.Connection, company: str, rules: CompanyArrivals, format: str, settlement: Settlement
) -> list[Fault]:
    heads = ledger_settlements.settlements(db, company)
    if any(one.sha256 == settlement.sha256 for one in heads):
        return [Fault(0, Sentence("the report is here already"))]
    faults = [Fault(row, why) for row, why in impossible_dates_of_report(settlement, datetime.now(UTC).date())]
    faults += [Fault(0, Sentence("{claim}", claim=str(one))) for one in settlement_claims(settlement) if not one.holds]
    name = rules.channel_of_report(format)
    first = min(one.sold for one in settlement.lines)
    there = {
        key
        for _, known in reports_of(rules, ledger_settlements.reports(db, company, first), name)
        for key in (_row_key(line, known.currency) for line in known.lines)
        if key
    }
    for line in settlement.lines:
        key = _row_key(line, settlement.currency)
        if key and key in there:
            said = {"slip": key[1], "payment": line.payment}
            message = Sentence("the sale {slip} of payment {payment} is here already", **said)
            faults.append(Fault(line.place, message))
        there |= {key} if key else set()
    return faults


def _row_key(line: SettlementLine, currency: str) -> tuple[object, ...] | None:
    """What a row is told apart by: its sale within its payment; None where the acquirer gives it no number."""
    sale = sale_identity(line)
    return (payment_key("", currency, line), sale, line.sold, line.gross) if sale else None


def reports_of(rules: CompanyArrivals, reports: Sequence[Report], name: str) -> list[Report]:
    """The reports of a channel."""
    return [one for one in reports if rules.channel_of_report(one[0].format) == name]


def by_reports(
    rules: CompanyArrivals,
    reports: Sequence[Report],
    waiting: Sequence[Expected],
    arrived: Sequence[Item],
    calendar: BankingDays,
    as_of: Mapping[str, int],
) -> dict[str, Reported]:
    """What reports say of what is booked and did not arrive yet, by the channels that have any. ``as_of``: up to when
    the statements of each account go."""
    told = {}
    for name, how in rules.channels.items():
        if own := [settlement for _, settlement in reports_of(rules, reports, name)]:
            on = {channel(name, how.account, one.currency) for one in own}
            came = [item for item in arrived if item.channel in on]
            sold = [_sold(one, rules) for one in waiting if one.form in how.forms and one.box in rules.terminals]
            told[name] = match_by_reports(name, how.account, sold, own, came, how.rules, calendar, as_of[how.account])
    return told


def _sold(one: Expected, rules: CompanyArrivals) -> Sold:
    day: Day = (identity(rules.terminals[one.box]), one.day, one.currency)
    return Sold(one.id, day, units(one.gross, one.currency), units(one.net, one.currency))


def charged_otherwise(rules: CompanyArrivals, reports: Sequence[Report]) -> list[Charged]:
    """The rows of reports in which something else than agreed was kept."""
    found = []
    for head, settlement in reports:
        name = rules.channel_of_report(head.format)
        if name in rules.channels:
            charges = _contract(head.format) or rules.channels[name].charges
            found += [Charged(head, one) for one in charge_differences(settlement, charges)]
    return found


def _contract(format: str) -> tuple[Charge, ...]:
    """The charges that a format of reports writes down, by its own words for cards; none where its file is wrong: then
    the channel's are as good."""
    try:
        table = statement_format(format)
    except MappingError:
        return ()
    return table.charges if isinstance(table, AcquirerFormat) else ()


def announced(told: dict[str, Reported]) -> list[tuple[str, Payment]]:
    """The payments that acquirers announced and that did not arrive, by channel."""
    return [(name, one) for name, reported in told.items() for one in reported.payments if one.word != "arrived"]
