"""Dates that no statement and no report can have: the typo 2206, or 31/12/9999 for "not paid yet".

Whatever looks at what arrived counts the banking days between the first and the last date there is.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.lines import Settlement, Statement

EARLIEST = date(2000, 1, 1)

AHEAD = timedelta(days=7)
"""How far after today a movement or a sale may be dated: banks date a weekend's movements on the working day after it,
and clocks stand in other time zones."""

VALUE_AHEAD = timedelta(days=366)
"""The same of a movement's value date: a cheque may be good only months later."""

PAYMENT_AHEAD = timedelta(days=2 * 366)
"""The same of a payment that an acquirer announces: a sale in 24 instalments is paid over two years."""

Impossible = tuple[int, Sentence]
"""The row of a date, 0 for the file's own, and what is wrong with it."""


def impossible_dates(statement: Statement, today: date) -> Iterator[Impossible]:
    """Dates of a statement and its movements that cannot be."""
    booked = {line.booked for line in statement.lines}
    for day in sorted({statement.first, statement.last} - booked):  # of a table they are its movements'
        if not _is_possible(day, today + AHEAD):
            yield 0, _refused(day, today + AHEAD)
    for line in statement.lines:
        if not _is_possible(line.booked, today + AHEAD):
            yield line.place, _refused(line.booked, today + AHEAD)
        elif not _is_possible(line.value, today + VALUE_AHEAD):
            yield line.place, _refused(line.value, today + VALUE_AHEAD)


def impossible_dates_of_report(settlement: Settlement, today: date) -> Iterator[Impossible]:
    """The same of an acquirer's report."""
    for line in settlement.lines:
        if not _is_possible(line.sold, today + AHEAD):
            yield line.place, _refused(line.sold, today + AHEAD)
        elif not _is_possible(line.paid, today + PAYMENT_AHEAD):
            text = "{day} is no day of a payment: they go from {first} to {last}; leave out what is not paid yet"
            yield line.place, Sentence(text, day=line.paid, first=EARLIEST, last=today + PAYMENT_AHEAD)


def _is_possible(day: date, last: date) -> bool:
    return EARLIEST <= day <= last


def _refused(day: date, last: date) -> Sentence:
    text = "{day} cannot be: dates go from {first} to {last}; correct it in the file, or `date_format`"
    return Sentence(text, day=day, first=EARLIEST, last=last)
