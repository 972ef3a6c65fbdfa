"""A year of the sandbox's bank and acquirers, read from its files and matched."""

import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml

from arrivals.judge import Verdict, judge_faults, judge_matches
from cierre.bookkeeping.matching.arrivals import announced_payments, bank_items, channel, identity, reported_sales
from cierre.bookkeeping.matching.banking_days import banking_days
from cierre.bookkeeping.matching.items import Item, Outcome, Rules
from cierre.bookkeeping.matching.match import match
from cierre.bookkeeping.statements.certificate import claims
from cierre.bookkeeping.statements.charges import Charge, charge_differences, kept
from cierre.bookkeeping.statements.format import AcquirerFormat, BankFormat
from cierre.bookkeeping.statements.lines import Settlement, Statement
from cierre.statement_files.described import read_settlement, read_statement
from sandbox.bank.files import report, statement
from sandbox.bank.model import Taken, Year
from sandbox.bank.weather import Weather
from sandbox.bank.year import ACCOUNTS, write_year

FORMATS = Path(__file__).parents[2] / "include" / "mappings" / "statements"

WALLET = Charge(valid_from=date(2025, 1, 1), fee=Decimal(2), vat=Decimal(15))

RULES = {
    "redcard": Rules(earliest=0, latest=3, grace=20),
    "deposit": Rules(earliest=0, latest=3, grace=20),
    "transfer": Rules(earliest=0, latest=3, grace=20),
    "pagoya": Rules(earliest=0, latest=3, grace=20, days_together=5),
}


def play(seed: int, boxes: int = 40, days: int = 365, weather: Weather | None = None) -> Verdict:
    """Writes a year, reads its files, matches them and says what came of it."""
    year = write_year(seed, boxes, days, weather)
    statements = {account: _read_account(year, account) for account in ACCOUNTS}
    settlement = _read_report(year)
    began = time.monotonic()
    sales = _match_sales(year, settlement)
    paid = _match_payments(year, settlement, statements)
    verdict = Verdict(lines=sum(map(len, year.movements.values())), seconds=time.monotonic() - began)
    _judge_sales(year, sales, settlement, verdict)
    _judge_payments(year, paid, statements, verdict)
    _judge_fees(year, settlement, verdict)
    return verdict


def _format(name: str) -> dict[str, object]:
    return {**yaml.load((FORMATS / f"{name}.yaml").read_text(), yaml.BaseLoader), "name": name}


def _read_account(year: Year, account: str) -> Statement:
    table = BankFormat.model_validate({**_format("banco_sandbox"), "account": account})
    read = read_statement(statement(year.movements[account], opening=123_456).encode(), table)
    assert claims(read)
    assert all(claim.holds for claim in claims(read))
    return read


def _read_report(year: Year) -> Settlement:
    return read_settlement(report(year.settled).encode(), AcquirerFormat.model_validate(_format("redcard_sandbox")))


def _match_sales(year: Year, settlement: Settlement) -> Outcome:
    sold_by = channel("redcard", "", "USD")
    slips = [
        Item(one.id, one.day.toordinal(), one.cents, sold_by, identity(one.terminal, one.batch, one.slip), one.terminal)
        for one in year.taken
        if one.who == "redcard"
    ]
    return match(
        slips,
        reported_sales(settlement, "redcard"),
        {sold_by: RULES["redcard"]},
        _calendar(year),
        year.last.toordinal(),
    )


def _match_payments(year: Year, settlement: Settlement, statements: dict[str, Statement]) -> Outcome:
    booked: list[Item] = []
    by_terminal = {one.terminal: ACCOUNTS[one.box % 4] for one in year.taken if one.terminal}
    for account in ACCOUNTS:
        rows = tuple(line for line in settlement.lines if by_terminal[line.terminal] == account)
        booked += announced_payments([Settlement("redcard", "USD", rows, settlement.sha256)], account)
    booked += [_to_arrive(one) for one in year.taken if one.who != "redcard"]
    arrived = [item for one in statements.values() for item in bank_items(one)]
    rules = {channel(name, account, "USD"): rule for name, rule in RULES.items() for account in ACCOUNTS}
    return match(booked, arrived, rules, _calendar(year), year.last.toordinal())


def _to_arrive(one: Taken) -> Item:
    gross = Decimal(one.cents) / 100
    net = gross - kept(WALLET, gross, "USD").total if one.who == "pagoya" else gross
    on = channel(one.who, ACCOUNTS[one.box % 4], "USD")
    return Item(one.id, one.day.toordinal(), int(net * 100), on, identity(one.number), one.terminal)


def _calendar(year: Year):
    return banking_days("EC", date(2025, 1, 1), year.last)


def _judge_sales(year: Year, outcome: Outcome, settlement: Settlement, verdict: Verdict) -> None:
    # The report's rows are in the order in which the truth has them.
    names = {
        f"{settlement.sha256[:12]}:{line.place}": one.truth
        for line, one in zip(settlement.lines, year.settled, strict=True)
    }
    pays = {row: {year.truth.sales[truth]} for row, truth in names.items() if truth in year.truth.sales}
    judge_matches(outcome.matches, pays, verdict)
    ids = {truth: row for row, truth in names.items()}
    known = {ids.get(name, name): fault for name, fault in year.truth.faults.items() if name in ids or name[0] == "c"}
    judge_faults(outcome, {name: fault for name, fault in known.items() if fault != "fee"}, verdict)


def _judge_payments(year: Year, outcome: Outcome, statements: dict[str, Statement], verdict: Verdict) -> None:
    ids: dict[str, str] = {}
    for account, read in statements.items():
        for line, movement in zip(read.lines, year.movements[account], strict=True):
            ids[movement.truth] = f"{read.sha256[:12]}:{line.place}"
    payments = {_payment_of(name): name for name in (*outcome.open_booked, *_booked(outcome)) if name[:8] == "redcard:"}
    pays = {ids[movement]: {payments.get(one, one) for one in booked} for movement, booked in year.truth.paid.items()}
    judge_matches(outcome.matches, pays, verdict)
    verdict.possible += len(pays)
    verdict.matched += len({one for match in outcome.matches for one in match.arrived}.intersection(pays))
    faults = {
        payments.get(ids.get(name, name), ids.get(name, name)): fault
        for name, fault in year.truth.faults.items()
        if name[0] not in "sc"
    }
    judge_faults(outcome, faults, verdict)


def _booked(outcome: Outcome) -> list[str]:
    return [name for one in outcome.matches for name in one.booked]


def _payment_of(name: str) -> str:
    return name.split(":")[1]


def _judge_fees(year: Year, settlement: Settlement, verdict: Verdict) -> None:
    charges = AcquirerFormat.model_validate(_format("redcard_sandbox")).charges
    told = {difference.place for difference in charge_differences(settlement, charges)}
    for line, one in zip(settlement.lines, year.settled, strict=True):
        planted = year.truth.faults.get(one.truth) == "fee"
        verdict.planted["fee"] += planted
        if planted != (line.place in told):
            verdict.misjudged.append(f"row {line.place}: fee planted {planted}, told {line.place in told}")
