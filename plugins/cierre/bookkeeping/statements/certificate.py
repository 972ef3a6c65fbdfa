"""Whether a statement is whole, and whether several of an account follow each other without a gap or an overlap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.lines import Identity, Settlement, Statement


def claims(statement: Statement) -> list[Claim]:
    """What the bank's own balances say its movements come to, beside the lines. Empty where it gives none."""
    if statement.opening is None or statement.closing is None:
        return []
    moved = sum((line.amount for line in statement.lines), Decimal(0))
    attested = statement.closing - statement.opening
    return [Claim(Sentence("movements of account {account}", account=statement.account), None, None, attested, moved)]


def settlement_claims(settlement: Settlement) -> list[Claim]:
    """The rows of a report whose charges do not add up to their net, and its own total beside that of its rows."""
    found = [
        Claim(Sentence("row {n}: net", n=line.place), None, None, line.net, line.net_by_charges)
        for line in settlement.lines
        if not line.adds_up
    ]
    if settlement.declared is not None:
        paid = sum((line.net for line in settlement.lines), Decimal(0))
        found.append(Claim(Sentence("the report's total"), None, None, settlement.declared, paid))
    return found


@dataclass(frozen=True, slots=True)
class Break:
    """Why a statement does not go on from another. ``kind``: ``same_file``, ``same_line``, ``gap``, ``overlap``,
    ``balance`` or ``other_currency``."""

    kind: str
    message: Sentence
    sha256: str


def breaks(statements: Sequence[Statement]) -> list[Break]:
    """All that keeps the statements of one account from being one chain, in the order of their dates.

    A day may be told in two statements, if the balance of the first is where the second begins.
    """
    ordered = sorted(statements, key=lambda one: (one.first, one.last))
    return [*_same_files(ordered), *_same_lines(ordered), *_apart(ordered)]


def _same_files(statements: Sequence[Statement]) -> Iterator[Break]:
    seen: set[str] = set()
    for one in statements:
        if one.sha256 in seen:
            message = Sentence("the file of {first} to {last} is here already", first=one.first, last=one.last)
            yield Break("same_file", message, one.sha256)
        seen.add(one.sha256)


def _same_lines(statements: Sequence[Statement]) -> Iterator[Break]:
    """Movements that were there before. Of a file that is there twice only the file is told."""
    seen: set[Identity] = set()
    files: set[str] = set()
    for one in statements:
        if one.sha256 in files:
            continue
        files.add(one.sha256)
        for line in one.lines:
            if line.identity is None:
                continue
            if line.identity in seen:
                message = Sentence("movement {id} of row {n} is here already", id=line.bank_id, n=line.place)
                yield Break("same_line", message, one.sha256)
            seen.add(line.identity)


def _apart(statements: Sequence[Statement]) -> Iterator[Break]:
    for before, after in pairwise({one.sha256: one for one in statements}.values()):
        said = {"last": before.last, "first": after.first}
        chained = before.closing is not None and before.closing == after.opening
        if before.currency != after.currency:
            message = Sentence("the statement from {first} is in another currency", first=after.first)
            yield Break("other_currency", message, after.sha256)
        elif after.first < before.last or (after.first == before.last and not chained):
            yield Break(
                "overlap", Sentence("a statement goes to {last}, and the next begins on {first}", **said), after.sha256
            )
        elif (after.first - before.last).days > 1 and not chained:
            message = Sentence("there is no statement between {last} and {first}", **said)
            yield Break("gap", message, after.sha256)
        elif not chained and before.closing is not None and after.opening is not None:
            message = Sentence(
                "the balance of {last} is {closing}, and the next statement begins with {opening}",
                closing=before.closing,
                opening=after.opening,
                **said,
            )
            yield Break("balance", message, after.sha256)
