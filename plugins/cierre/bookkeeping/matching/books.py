"""What matches make of the books: a clearing account is paid by the bank, by what was kept, and by what differs."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from cierre.bookkeeping.cash_box import CashBox, Matching, Slug
from cierre.bookkeeping.columns import Documents
from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.journal import JournalEntry, Side
from cierre.bookkeeping.lines import Booked, Slot, Slots, add, entry, pack
from cierre.bookkeeping.money import ZERO, rounded
from cierre.bookkeeping.personal import OpenFields
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.charges import Charge, charge_on, kept
from cierre.bookkeeping.validation import Model, Name, Text

SOURCE = "arrivals"
"""What these books are made of, in the place of a cashiers' system."""

LEDGER = "ledger"
"""The site of that: matches stand in the ledger itself."""

_OF_MATCHES = ("matches", "match", "arrived", "difference", "booked")
_OF_AMOUNTS = ("box", "day", "form", "currency", "channel", "gross", "fee", "vat", "withheld", "net")
OPEN_FIELDS = OpenFields(frozenset((*_OF_MATCHES, *_OF_AMOUNTS)))
"""There is nothing personal in what is landed of matches."""


class Account(Model):
    """Where one part of an arrival is booked."""

    account: Text
    cost_centre: str = ""
    item: str = ""
    value_class: str = ""


class ArrivalAccounts(Model):
    """How the arrivals of a channel are booked. ``clearing`` is, for each form of payment, the account that the box
    books it on; ``bank`` is where the money is then. ``difference`` is what a person accepted."""

    clearing: dict[str, Account]
    bank: Account
    fee: Account
    vat: Account
    withheld: Account
    difference: Account


class ArrivalBooks(Model):
    """Where a company's arrivals are booked: under ``box`` (an id that no box's file has), at the ERP, in the branch
    and currency of the box ``beside``, and into a ``lot`` of their own."""

    box: Slug
    name: Name
    beside: Slug
    lot: Annotated[str, Matching(r"[0-9A-Z]{1,20}", "a lot of capital letters and digits")]
    accounts: dict[Slug, ArrivalAccounts]


def digest(books: ArrivalBooks) -> str:
    """SHA-256 of where arrivals are booked."""
    return hashlib.sha256(books.model_dump_json().encode()).hexdigest()


class MatchedRow(NamedTuple):
    """The money of a form of a box's day as a match has it; ``arrived`` is all that came by the match, ``day`` when the
    last of it did."""

    match_id: int
    day: date
    arrived: Decimal
    box: str
    business_date: date
    form: str
    currency: str
    gross: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a match is not booked: ``account`` (of its channel or form), ``currency``."""

    match_id: int
    why: Literal["account", "currency"]

    @property
    def sentence(self) -> Sentence:
        """The same in words."""
        return Sentence(
            "match {n} is not booked: its money is in another currency than the books"
            if self.why == "currency"
            else "match {n} is not booked: `books` in arrivals.yaml has no account for its channel or form",
            n=self.match_id,
        )


def facts(
    rows: Iterable[MatchedRow], charges: Mapping[str, tuple[str, Sequence[Charge]]], known: Mapping[int, Any]
) -> dict[str, Any]:
    """What is landed of a bank's day: its matches, with what was kept of each amount by the contract.

    ``charges`` are by form: its channel and that one's charges. ``known`` are matches that were landed before: a match
    never changes, nor does what was made of it then.
    """
    by_match: dict[int, list[MatchedRow]] = {}
    for row in rows:
        by_match.setdefault(row.match_id, []).append(row)
    return {"matches": [known.get(number) or _match(own, charges) for number, own in sorted(by_match.items())]}


def _match(rows: Sequence[MatchedRow], charges: Mapping[str, tuple[str, Sequence[Charge]]]) -> dict[str, Any]:
    arrived = rows[0].arrived
    expected = sum((row.net for row in rows), ZERO)
    ordered = sorted(rows, key=lambda row: (row.business_date, row.box, row.form, row.currency))
    return {
        "match": rows[0].match_id,
        "arrived": str(arrived),
        "difference": str(arrived - expected),
        "booked": [_booked(row, *charges.get(row.form, ("", ()))) for row in ordered],
    }


def _booked(row: MatchedRow, channel: str, charges: Sequence[Charge]) -> dict[str, str]:
    fee, vat, withheld = _parts(row, charges)
    return {
        "box": row.box,
        "day": row.business_date.isoformat(),
        "form": row.form,
        "currency": row.currency,
        "channel": channel,
        "gross": str(row.gross),
        "fee": str(fee),
        "vat": str(vat),
        "withheld": str(withheld),
        "net": str(row.net),
    }


def _parts(row: MatchedRow, charges: Sequence[Charge]) -> tuple[Decimal, Decimal, Decimal]:
    """What was kept, by the contract's parts. Charges that were rounded sale by sale come to a cent more or less than
    those of the day's sum: the fee takes that."""
    total = row.gross - row.net
    charge = charge_on(charges, row.business_date, row.form)
    if not total or charge is None:
        return total, ZERO, ZERO
    by_sum = kept(charge, row.gross, row.currency)
    if by_sum.total == total or not by_sum.total:
        return total - by_sum.vat - by_sum.withheld, by_sum.vat, by_sum.withheld
    vat, withheld = (rounded(total * part / by_sum.total, row.currency) for part in (by_sum.vat, by_sum.withheld))
    return total - vat - withheld, vat, withheld


def documents(landed: Mapping[str, Any], day: date) -> list[Document]:
    """A landed day as documents: one for each amount of a match. What a person accepted stands on the match's first;
    ``net`` is what came, so that the nets of a match are its movements."""
    made = []
    for place, one in enumerate(landed["matches"]):
        for number, row in enumerate(one["booked"]):
            amounts = {part: Decimal(row[part]) for part in ("gross", "fee", "vat", "withheld", "net")}
            amounts["difference"] = Decimal(one["difference"]) if number == 0 else ZERO
            amounts["net"] += amounts["difference"]
            made.append(
                Document(
                    source=SOURCE,
                    kind=Kind.COLLECTION,
                    source_id=f"{one['match']}-{row['box']}-{row['day']}-{row['form']}",
                    business_date=day,
                    currency=row["currency"],
                    form=row["form"],
                    amounts=amounts,
                    attributes={"channel": row["channel"], "form": row["form"], "box": row["box"], "day": row["day"]},
                    place=f"matches/{place}/booked/{number}",
                    reference=str(one["match"]),
                )
            )
    return made


def unbookable(landed: Iterable[Document], books: ArrivalBooks, currency: str) -> list[Refusal]:
    """The matches that cannot be booked, since an account or another currency is in the way; each once."""
    refusals: dict[int, Refusal] = {}
    for one in landed:
        number = int(one.reference)
        accounts = books.accounts.get(one.attributes["channel"])
        if one.currency != currency:
            refusals.setdefault(number, Refusal(number, "currency"))
        elif accounts is None or one.form not in accounts.clearing:
            refusals.setdefault(number, Refusal(number, "account"))
    return list(refusals.values())


def entries(
    landed: Iterable[Document], books: ArrivalBooks, box: CashBox, day: date, max_lines: int
) -> list[JournalEntry]:
    """A bank's day as balanced entries of at most ``max_lines`` lines. Every document must be bookable."""
    slots, documents = Slots(), Documents.of(landed)
    for number, one in enumerate(documents.all()):
        add(number, _shares(one, books.accounts[one.attributes["channel"]], slots))
    packed = pack(slots.portions(), documents, max_lines)
    return [entry(box, day, part, some, slots) for part, some in enumerate(packed, start=1)]


def _shares(one: Document, accounts: ArrivalAccounts, slots: Slots) -> Booked:
    """Bank, charges and what is missing are debited; what was on its way is credited with all of it."""
    said = {
        "net": (Side.DEBIT, accounts.bank, one.amounts["net"]),
        "fee": (Side.DEBIT, accounts.fee, one.amounts["fee"]),
        "vat": (Side.DEBIT, accounts.vat, one.amounts["vat"]),
        "withheld": (Side.DEBIT, accounts.withheld, one.amounts["withheld"]),
        "difference": (Side.DEBIT, accounts.difference, -one.amounts["difference"]),
        "gross": (Side.CREDIT, accounts.clearing[one.form], one.amounts["gross"]),
    }
    sold = date.fromisoformat(one.attributes["day"])
    history = f"{one.attributes['channel'][:20]} {sold:%d/%m/%y}"
    shares: Booked = []
    for component, (side, where, money) in said.items():
        if not money:
            continue
        slot = Slot(side, where.account, where.cost_centre, where.item, where.value_class, (), history, "", "")
        portion = slots.portion(slot, one.kind, one.form, component)
        shares.append((slots.other_side(portion) if money < ZERO else portion, abs(money), None))
    return shares
