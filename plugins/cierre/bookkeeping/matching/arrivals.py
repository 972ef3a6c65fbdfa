"""Statements and reports as items to match: a sale to its row in a report, a report's payment to the bank."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cierre.bookkeeping.matching.items import Item
from cierre.bookkeeping.money import quantum
from cierre.bookkeeping.statements.lines import Settlement, SettlementLine, Statement

_NOT_SAID = re.compile(r"[^0-9A-Z]")


def identity(*parts: str) -> str:
    """Numbers that name a movement, as both sides are compared: without blanks, signs and leading zeros.

    Empty if one of the parts is: terminal and batch alone do not name a sale.
    """
    plain = [_NOT_SAID.sub("", part.upper()).lstrip("0") for part in parts]
    return "/".join(plain) if all(plain) else ""


def units(money: Decimal, currency: str) -> int:
    """An amount in its currency's smallest unit."""
    return int(money / quantum(currency))


def bank_items(statement: Statement) -> list[Item]:
    """What arrived (or left) in an account, each line as one item; its id is the file's hash and the row."""
    return [
        Item(
            f"{statement.sha256[:12]}:{line.place}",
            line.booked.toordinal(),
            units(line.amount, statement.currency),
            channel(line.channel, statement.account, statement.currency),
            identity(line.reference),
            line.terminal,
        )
        for line in statement.lines
    ]


def channel(name: str, account: str, currency: str) -> str:
    """Whose money on which account and in which currency: only what has all of that in common is ever compared."""
    return f"{name}@{account}/{currency}"


def sale_identity(line: SettlementLine) -> str:
    """What names a sale at its acquirer: terminal, batch and slip; else its reference."""
    return identity(line.terminal, line.batch, line.slip) or identity(line.reference)


def reported_sales(settlement: Settlement, name: str) -> list[Item]:
    """The rows of a report, gross, as what answers to booked sales; on no account."""
    return [
        Item(
            f"{settlement.sha256[:12]}:{line.place}",
            line.sold.toordinal(),
            units(line.gross, settlement.currency),
            channel(name, "", settlement.currency),
            sale_identity(line),
            line.terminal,
        )
        for line in settlement.lines
    ]


class PaymentKey(NamedTuple):
    """What a payment of an acquirer is told apart by. ``terminal`` is empty where it has a ``number``."""

    acquirer: str
    currency: str
    number: str
    paid: date
    terminal: str

    @property
    def id(self) -> str:
        """Its id as an item."""
        return f"{self.acquirer}:{self.number or self.terminal}:{self.paid.isoformat()}:{self.currency}"


def payment_key(acquirer: str, currency: str, line: SettlementLine) -> PaymentKey:
    """What a row of a report is paid with; a payment is in one currency."""
    return PaymentKey(acquirer, currency, line.payment, line.paid, "" if line.payment else line.terminal)


def announced_payments(settlements: Iterable[Settlement], account: str) -> list[Item]:
    """What acquirers say they paid, one item for each of their payments, net, as what the bank must show.

    A payment of which several reports tell is one in each currency. Rows without a payment's number are paid by their
    terminal and day.
    """
    sums: dict[PaymentKey, int] = {}
    for one in settlements:
        for line in one.lines:
            key = payment_key(one.acquirer, one.currency, line)
            sums[key] = sums.get(key, 0) + units(line.net, one.currency)
    return [
        Item(
            key.id,
            key.paid.toordinal(),
            money,
            channel(key.acquirer, account, key.currency),
            identity(key.number),
            key.terminal,
        )
        for key, money in sums.items()
    ]
