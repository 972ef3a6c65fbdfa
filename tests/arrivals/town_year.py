"""A year of the other town, read from its camt.053 and matched."""

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

from arrivals.judge import Verdict, judge_faults, judge_matches
from arrivals.other_town import Claim, Town, camt
from cierre.bookkeeping.matching.arrivals import announced_payments, bank_items, channel, identity, reported_sales
from cierre.bookkeeping.matching.banking_days import banking_days
from cierre.bookkeeping.matching.items import Item, Rules
from cierre.bookkeeping.matching.match import match
from cierre.bookkeeping.statements.certificate import claims
from cierre.bookkeeping.statements.lines import Settlement, SettlementLine
from cierre.statement_files.camt import read_camt

ACCOUNT = "0019"
RULES = Rules(earliest=0, latest=3, grace=20)


def play(seed: int, shops: int = 40, days: int = 365, trouble: float = 1.0) -> Verdict:
    """Plays a year, reads its statement, matches it and says what came of it."""
    town = Town(seed, shops, days, trouble)
    (statement,) = read_camt(camt(town.entries, 1_000_00))
    assert all(claim.holds for claim in claims(statement))
    lines = tuple(replace(line, channel=line.text.split()[0].lower()) for line in statement.lines)
    statement = replace(statement, lines=lines)
    report = Settlement("luna", "UYU", tuple(_rows(town)), "f" * 64)
    calendar = banking_days("UY", date(2024, 6, 1), town.today)
    began = time.monotonic()
    sold_by = channel("luna", "", "UYU")
    vouchers = [_item(one, sold_by) for one in town.claims if one.payer == "luna"]
    sales = match(vouchers, reported_sales(report, "luna"), {sold_by: RULES}, calendar, town.today.toordinal())
    booked = [_item(one, channel(one.payer, ACCOUNT, "UYU")) for one in town.claims if one.payer != "luna"]
    booked += announced_payments([report], ACCOUNT)
    rules = {channel(name, ACCOUNT, "UYU"): RULES for name in ("sol", "luna", "bag", "wire")}
    paid = match(booked, bank_items(statement), rules, calendar, town.today.toordinal())
    verdict = Verdict(lines=len(lines), seconds=time.monotonic() - began)

    rows = {one.key: f"{'f' * 12}:{place}" for place, one in enumerate(town.vouchers, start=1)}
    judge_matches(sales.matches, {rows[k]: set(v) for k, v in town.settles.items() if k in rows}, verdict)
    own = {one.key for one in town.claims if one.payer == "luna"}
    judge_faults(sales, {rows.get(k, k): v for k, v in town.planted.items() if k in rows or k in own}, verdict)

    bundles = {item.id.split(":")[1]: item.id for item in booked if item.id.startswith("luna:")}
    names = {line.bank_id: f"{statement.sha256[:12]}:{line.place}" for line in lines}
    pays = {names[k]: {bundles.get(one, one) for one in v} for k, v in town.settles.items() if k in names}
    judge_matches(paid.matches, pays, verdict)
    verdict.possible = len(pays)
    verdict.matched = len({one for match in paid.matches for one in match.arrived}.intersection(pays))
    rest = {k: v for k, v in town.planted.items() if k not in rows and k not in own}
    judge_faults(paid, {names.get(k, bundles.get(k, k)): v for k, v in rest.items()}, verdict)
    return verdict


def _item(one: Claim, on: str) -> Item:
    return Item(one.key, one.day.toordinal(), one.money, on, identity(one.code))


def _rows(town: Town):
    for place, one in enumerate(town.vouchers, start=1):
        gross, fee = Decimal(one.money) / 100, Decimal(one.keeps) / 100
        nothing = Decimal(0)
        yield SettlementLine(
            place, one.day, one.due, gross, fee, nothing, nothing, gross - fee, one.bundle, reference=one.code
        )
