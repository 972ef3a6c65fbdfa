"""Whether a statement is whole, and whether several of an account follow each other without a gap or an overlap."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.lines import Identity, Settlement, Statement, StatementLine


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


def repeated_days(known: Statement, statement: Statement) -> list[date]:
    """The days of a statement whose movements may be those of one that is known.

    Equal balances alone do not show that a statement goes on from another: on an account that is swept, a day ends as
    it began. A movement is the same one if amount and balance after it are; and where a day comes to nothing, whatever
    their order, if all movements of one statement are among those of the other. Numbers that differ tell two apart.
    What is known may be in its file's order, the newest movement first.
    """
    told = _told(statement, statement.lines)
    orders = [_told(known, known.lines), _told(known, known.lines[::-1])]
    days = {line.booked for line in statement.lines} & {line.booked for line in known.lines}
    return sorted(day for day in days if any(_repeats(_of(day, told), _of(day, order)) for order in orders))


_Told = tuple[StatementLine, Decimal | None]
"""A movement and the balance after it."""


def _told(statement: Statement, lines: Sequence[StatementLine]) -> list[_Told]:
    if statement.opening is None:
        return [(line, None) for line in lines]
    balances = accumulate((line.amount for line in lines), initial=statement.opening)
    return list(zip(lines, list(balances)[1:], strict=True))


def _of(day: date, told: Sequence[_Told]) -> list[_Told]:
    return [one for one in told if one[0].booked == day]


def _repeats(ours: Sequence[_Told], theirs: Sequence[_Told]) -> bool:
    return _meet(ours, theirs) or _differ_in_order([line for line, _ in ours], [line for line, _ in theirs])


def _meet(ours: Sequence[_Told], theirs: Sequence[_Told]) -> bool:
    """Whether a movement is in both."""
    there: dict[tuple[Decimal, Decimal | None], list[StatementLine]] = {}
    for line, balance in theirs:
        there.setdefault((line.amount, balance), []).append(line)
    return any(
        line.amount and balance is not None and _may_be_one(line, other)
        for line, balance in ours
        for other in there.get((line.amount, balance), ())
    )


def _differ_in_order(ours: Sequence[StatementLine], theirs: Sequence[StatementLine]) -> bool:
    """Whether one tells all or a part of what the other does, and a day comes to nothing."""
    few, many = sorted((ours, theirs), key=len)
    amounts = [Counter(line.amount for line in lines) for lines in (few, many)]
    if amounts[0] - amounts[1] or all(sum(line.amount for line in lines) for lines in (few, many)):
        return False
    return all(any(_may_be_one(line, other) for other in many) for line in few)


def _may_be_one(ours: StatementLine, theirs: StatementLine) -> bool:
    """Whether two movements of a day have one amount, and no number tells them apart."""
    numbers = ((ours.bank_id, theirs.bank_id), (ours.reference, theirs.reference))
    return ours.amount == theirs.amount and all(not mine or not other or mine == other for mine, other in numbers)
