"""A bank's statement and an acquirer's settlement report, whatever kind of file they came in."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Identity = tuple[str, date, Decimal]
"""The bank's own number of a movement, its date and amount."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement on an account; ``amount`` is positive where money came in.

    ``place`` is where it stands in its file, from 1: its row in a table, in camt.053 and MT940 which movement it is.
    ``bank_id`` is the bank's own number of the movement, empty where it gives none. ``channel`` is whose money the line
    says it is (an acquirer's name, ``deposit``) by the format's rules, empty where it does not say. Texts are as the
    bank wrote them. ``is_reversal``: the bank says that it takes another movement back.
    """

    place: int
    booked: date
    value: date
    amount: Decimal
    bank_id: str = ""
    reference: str = ""
    text: str = ""
    channel: str = ""
    terminal: str = ""
    batch: str = ""
    slip: str = ""
    is_reversal: bool = False

    @property
    def identity(self) -> Identity | None:
        """What it is known by when it comes again; None where the bank gives no number.

        A reversal and a fee may have the number of what they belong to: the number alone does not tell."""
        return (self.bank_id, self.booked, self.amount) if self.bank_id else None


@dataclass(frozen=True, slots=True)
class Statement:
    """An account's movements from ``first`` to ``last``, both inclusive, in one currency, in the order of the file.

    The balances are None where the bank does not say them: then nothing attests that the lines are all.
    ``sha256`` is of the file as it came.
    """

    account: str
    currency: str
    first: date
    last: date
    opening: Decimal | None
    closing: Decimal | None
    lines: tuple[StatementLine, ...]
    sha256: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One sale (or its return, negative) as the acquirer settles it: ``gross - fee - vat - withheld`` is ``net``.

    ``payment`` is the acquirer's number of the payment to the bank that it is part of, made on ``paid``.
    """

    place: int
    sold: date
    paid: date
    gross: Decimal
    fee: Decimal
    vat: Decimal
    withheld: Decimal
    net: Decimal
    payment: str = ""
    reference: str = ""
    terminal: str = ""
    batch: str = ""
    slip: str = ""
    kind: str = ""

    @property
    def adds_up(self) -> bool:
        """Whether the charges are what lies between gross and net."""
        return self.net_by_charges == self.net

    @property
    def net_by_charges(self) -> Decimal:
        """What is left of the gross amount."""
        return self.gross - self.fee - self.vat - self.withheld


@dataclass(frozen=True, slots=True)
class Settlement:
    """An acquirer's report of what it settled. ``declared`` is its own total of what it pays, where it gives one."""

    acquirer: str
    currency: str
    lines: tuple[SettlementLine, ...]
    sha256: str
    declared: Decimal | None = None
    payments: dict[str, Decimal] = field(init=False, compare=False)
    """What it pays, by the number of the payment."""

    def __post_init__(self) -> None:
        """Adds up the payments."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.payment] = sums.get(line.payment, Decimal(0)) + line.net
        object.__setattr__(self, "payments", sums)
