"""A bank's file by its format, whatever kind of file that is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.format import BankFormat
from cierre.bookkeeping.statements.lines import Statement, StatementLine
from cierre.statement_files.camt import read_camt
from cierre.statement_files.described import channel_of, read_statement
from cierre.statement_files.faults import Fault, StatementFileError
from cierre.statement_files.mt940 import read_mt940

STANDARD = {"camt053": read_camt, "mt940": read_mt940}
"""Files that say themselves what stands where."""


def read_bank(content: bytes, table: BankFormat) -> list[Statement]:
    """The statements of a file, in its order. Raises StatementFileError with all that is wrong in it, also for one of
    another account or currency than the format's."""
    if table.file not in STANDARD:
        return [read_statement(content, table)]
    read = STANDARD[table.file](content)
    faults = [fault for one in read for fault in _strange(one, table)]
    if faults:
        raise StatementFileError(faults)
    return [replace(one, lines=tuple(_with_channels(one.lines, table))) for one in read]


def _strange(statement: Statement, table: BankFormat) -> list[Fault]:
    said = {"account": statement.account, "currency": statement.currency}
    if (statement.account, statement.currency) == (table.account, table.currency):
        return []
    message = Sentence(
        "the file is of account {account} in {currency}, and the format of {own} in {own_currency}",
        own=table.account,
        own_currency=table.currency,
        **said,
    )
    return [Fault(0, message)]


def _with_channels(lines: Sequence[StatementLine], table: BankFormat) -> Iterator[StatementLine]:
    """The movements with their channels, but none where one takes the other back: nothing arrived, and what is to be
    done is for a person."""
    undone = _undone(lines)
    for line in lines:
        yield line if line.place in undone else replace(line, channel=channel_of(line.text, table))


def _undone(lines: Sequence[StatementLine]) -> set[int]:
    """Which movements are reversals of others of the same file, or may be what these take back: those of the opposite
    amount, if some of them have the reversal's number only those."""
    by_amount: dict[Decimal, list[StatementLine]] = {}
    for line in lines:
        if not line.is_reversal:
            by_amount.setdefault(line.amount, []).append(line)
    undone: set[int] = set()
    for back in lines:
        if back.is_reversal and (originals := by_amount.get(-back.amount)):
            named = [one for one in originals if _numbers(one) & _numbers(back)]
            undone |= {back.place, *(one.place for one in named or originals)}
    return undone


def _numbers(line: StatementLine) -> set[str]:
    return {line.bank_id, line.reference} - {""}
