"""What arrived of the demo's day: the sandbox's bank and acquirer write of the cards that a box took, and the files are
taken and matched as people's uploads are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import psycopg
import requests

from cierre.accounting_files.arrivals import all_known_rules
from cierre.accounting_files.companies import companies
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.matching.company import CompanyArrivals
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.arrivals import Sign, keep_new_matches, signs_of_day, take_statement
from cierre.closing.transit import OnItsWay, on_its_way
from cierre.language.say import money, say
from cierre.ledger import arrivals, identity
from cierre.statement_files.faults import StatementFileError

BOX, TENANT, CAJA = "educacion_continua_caja_7", "educacion_continua", 7
STATEMENT, CARDS = "banco_sandbox", "redcard"
BY = "demo"
"""Whom the ledger names as who took the files."""


@dataclass
class Arrived:
    """What is known of the day's money at the bank: the signs by box and form, what is on its way, by company, and why
    a file was refused."""

    signs: dict[str, dict[str, Sign]] = field(default_factory=dict)
    on_its_way: list[OnItsWay] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)

    def told(self) -> list[str]:
        """The same in words, line by line; nothing where nobody looks at what arrives."""
        if not self.signs:
            return [say(one) for one in self.refused]
        names = {id: one.name for id, one in companies().items()}
        lines = [say("✓ booked, ✓✓ booked and arrived at the bank.")]
        for one in self.on_its_way:
            total = money(one.total, one.currency)
            company = names.get(one.company, one.company)
            lines.append(say("{company}: {money} on its way.", company=company, money=total))
        return lines + [say(one) for one in self.refused]


def arrive(ledger: psycopg.Connection, boxes: Mapping[str, CashBox], day: date, sandbox: str) -> Arrived:
    """Lets the day's cards arrive at the sandbox's bank, unless its statement of the day is here, and says how the
    money of all boxes stands whose companies look at it. ``sandbox`` is its address: a box that is read from anywhere
    else gets no file. Needs the application's connection."""
    known, arrived = all_known_rules(), Arrived()
    box = boxes.get(BOX)
    if box and (rules := known.get(box.company)):
        own = [one.id for one in boxes.values() if one.company == box.company]
        if _is_of(ledger, BOX, sandbox) and not _is_here(ledger, box.company, day):
            _take(ledger, box.company, rules, day, sandbox, arrived)
            keep_new_matches(ledger, box.company, own, rules)
    for company, rules in known.items():
        own = [one.id for one in boxes.values() if one.company == company]
        for id in own:
            if signs := signs_of_day(ledger, company, rules, id, day):
                arrived.signs[id] = signs
        arrived.on_its_way += on_its_way(ledger, company, own, day)
    return arrived


def _is_of(ledger: psycopg.Connection, box: str, sandbox: str) -> bool:
    seen = identity.last_seen(ledger, box)
    return seen is not None and seen.source_site.startswith(f"{sandbox}/")


def _is_here(ledger: psycopg.Connection, company: str, day: date) -> bool:
    return any(one.last_day == day + timedelta(days=1) for one in arrivals.statements(ledger, company))


def _take(
    ledger: psycopg.Connection, company: str, rules: CompanyArrivals, day: date, sandbox: str, arrived: Arrived
) -> None:
    channel = rules.channels.get(CARDS)
    if channel is None or day < rules.since or STATEMENT not in rules.statements or not channel.reports:
        return
    asked: dict[str, str | int] = {
        "tenant": TENANT,
        "caja": CAJA,
        "fecha": day.isoformat(),
        "forms": ",".join(channel.forms),
        "terminal": rules.terminals.get(BOX, "T007"),
        **_balance(ledger, company, day),
    }
    answer = requests.get(f"{sandbox}/_sandbox/sga/cards", params=asked, timeout=10)
    answer.raise_for_status()
    try:
        for format, text in zip((STATEMENT, channel.reports[0]), answer.json(), strict=False):
            take_statement(ledger, company, rules, format, text.encode(), BY)
    except StatementFileError as error:
        arrived.refused += [fault.__str__() for fault in error.faults]


def _balance(ledger: psycopg.Connection, company: str, day: date) -> dict[str, int]:
    """What the account's neighbouring statements say of its balance on the day after, in cents: where that of the day
    before ends, else where that of the day after next begins."""
    here = arrivals.statements(ledger, company)
    before = next((one.closing for one in here if one.last_day <= day), None)
    after = next((one.opening for one in here if one.first_day == day + timedelta(days=2)), None)
    if after is not None:
        return {"closing": int(after * 100)}
    return {"opening": int(before * 100) if before is not None else 0}
