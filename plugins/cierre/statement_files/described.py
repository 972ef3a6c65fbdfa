"""Tables read by a format that an accountant wrote."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from cierre.bookkeeping.money import AmountError, amount
from cierre.bookkeeping.sentence import Sentence, listing
from cierre.bookkeeping.statements.format import AcquirerFormat, BankColumns, BankFormat, date_pattern, read_date
from cierre.bookkeeping.statements.lines import Settlement, SettlementLine, Statement, StatementLine
from cierre.bookkeeping.suggestions import did_you_mean
from cierre.bookkeeping.text import UnfitText, line as fit_line, quoted, whole_line
from cierre.statement_files.faults import Fault, StatementFileError, refuse
from cierre.statement_files.tables import UNSAID, DateCell, Row, rows

T = TypeVar("T")

LONGEST_TEXT = 120
"""Characters that are kept of a number or name that a bank gives; the whole file is kept as it came."""

_DATES = ("booked", "value", "sold", "paid")


def read_statement(content: bytes, table: BankFormat) -> Statement:
    """A bank's table, by a format with columns. Raises StatementFileError with all that is wrong in it."""
    columns = table.columns
    if columns is None:
        raise refuse(Sentence("the format says nothing of columns"))
    reader = _Reader(content, table, columns.model_dump(exclude_defaults=True))
    found = [(line, balance) for line, balance in reader.each(lambda row: _movement(row, table, columns))]
    if table.newest_first:
        found.reverse()
    reader.finish(found)
    lines = tuple(line for line, _ in found)
    opening = closing = None
    if columns.balance:
        opening, closing = _balances(found, reader)
        reader.finish(found)
    dates = [line.booked for line in lines]
    sha256 = hashlib.sha256(content).hexdigest()
    return Statement(table.account, table.currency, min(dates), max(dates), opening, closing, lines, sha256)


def read_settlement(content: bytes, table: AcquirerFormat) -> Settlement:
    """An acquirer's table. Raises StatementFileError with all that is wrong in it."""
    reader = _Reader(content, table, table.columns.model_dump(exclude_defaults=True))
    lines = list(reader.each(_settled))
    reader.finish(lines)
    sha256 = hashlib.sha256(content).hexdigest()
    return Settlement(table.acquirer, table.currency, tuple(lines), sha256, reader.declared)


def channel_of(text: str, table: BankFormat) -> str:
    """Whose money a movement is by what the bank wrote beside it; empty where no channel says."""
    return next((channel.name for channel in table.channels if channel.contains.casefold() in text.casefold()), "")


def _movement(row: "_Cells", table: BankFormat, columns: BankColumns) -> tuple[StatementLine, Decimal | None]:
    moved = _moved(row, table, columns)
    booked = row.date("booked")
    text = row.whole_text("text")
    made = StatementLine(
        row.number,
        booked,
        row.date("value") if columns.value and row.text("value") else booked,
        moved,
        row.text("id"),
        row.text("reference"),
        text,
        channel_of(text, table),
        row.text("terminal"),
        row.text("batch"),
        row.text("slip"),
    )
    return made, row.money("balance") if columns.balance else None


def _moved(row: "_Cells", table: BankFormat, columns: BankColumns) -> Decimal:
    """What came in, negative where it went. A row must say it in one way: whatever else it could be is refused.

    A row that tells only where the account stands moves nothing, which the other rows' balances then prove.
    """
    if columns.balance and row.has("balance") and not any(map(row.has, ("amount", "credit", "debit"))):
        return Decimal(0)
    if columns.amount:
        money = row.money("amount")
        return money if table.came_in == "plus" else -money
    came, went = (row.money(name) if row.has(name) else None for name in ("credit", "debit"))
    if came is None and went is None:
        raise _CellError(Sentence("the row has no amount; write it there, or take the row out of the file"))
    if came and went:
        raise _CellError(Sentence("the row has two amounts, one that came (`credit`) and one that went (`debit`)"))
    if went is not None and went < 0:
        text = "{value} (`debit`) has a minus: say without it whether money went (`debit`) or came back (`credit`)"
        raise _CellError(Sentence(text, value=went))
    return (came or Decimal(0)) - (went or Decimal(0))


def _settled(row: "_Cells") -> SettlementLine:
    return SettlementLine(
        row.number,
        row.date("sold"),
        row.date("paid"),
        row.money("gross"),
        row.money("fee", Decimal(0)),
        row.money("vat", Decimal(0)),
        row.several("withheld"),
        row.money("net"),
        row.text("payment"),
        row.text("reference"),
        row.text("terminal"),
        row.text("batch"),
        row.text("slip"),
        row.text("kind"),
    )


def _balances(found: Sequence[tuple[StatementLine, Decimal | None]], reader: "_Reader") -> tuple[Decimal, Decimal]:
    """Where the account stood before and after; each row's own balance must be the one before and its amount."""
    first, balance = found[0]
    before = opening = (balance or Decimal(0)) - first.amount
    for line, said in found:
        if said is not None and before + line.amount != said:
            message = Sentence("the balance is {said}, and the rows come to {sum}", said=said, sum=before + line.amount)
            hint = Sentence("{message}: a row is missing or doubled, or `newest_first` is wrong", message=message)
            reader.faults.append(Fault(line.place, hint))
            break
        before = said if said is not None else before + line.amount
    return opening, before


class _CellError(Exception):
    def __init__(self, message: Sentence) -> None:
        self.message = message


@dataclass
class _Reader:
    """Reads a table's rows below its headings, and collects what is wrong with each."""

    content: bytes
    table: BankFormat | AcquirerFormat
    headings: dict[str, str | Sequence[str]]
    faults: list[Fault] = field(default_factory=list)
    declared: Decimal | None = None
    """What the table's own row of totals says of ``net``, where it has one that says it."""

    def each(self, make: Callable[["_Cells"], T]) -> Iterable[T]:
        """What ``make`` makes of each row that can be read."""
        found = rows(self.content, self.table)
        head = next(found, None)
        if head is None:
            raise refuse(Sentence("the file has no rows; correct `skip_rows` or send the file anew"))
        places = self._places(head)
        pattern = date_pattern(self.table.date_format)
        for number, cells in found:
            row = _Cells(number, cells, places, self.table, pattern)
            if row.is_total():
                self._total(row)
                continue
            try:
                yield make(row)
            except _CellError as error:
                self.faults.append(Fault(number, error.message))

    def _total(self, row: "_Cells") -> None:
        try:
            self.declared = row.money("net") if row.text("net") else self.declared
        except _CellError as error:
            self.faults.append(Fault(row.number, error.message))

    def finish(self, made: Sequence[object]) -> None:
        """Raises what was collected, and for a table without a row."""
        if self.faults:
            raise StatementFileError(self.faults)
        if not made:
            raise refuse(Sentence("there is no movement below the headings; nothing was taken"))

    def _places(self, head: Row) -> dict[str, tuple[int, ...]]:
        number, cells = head
        known = [cell.casefold() for cell in cells]
        wanted = [
            (column, name, name.strip().casefold())
            for column, named in self.headings.items()
            for name in ([named] if isinstance(named, str) else named)
        ]
        there = [name for _, name, key in wanted if key in known]
        if 2 * len(there) < len(wanted):
            # Not the row of headings, then: what stands in it is not repeated, it may be a person's.
            text = "here should be the headings {names}, and {n} of them are; correct `skip_rows`, or `columns`"
            raise refuse(Sentence(text, names=listing(name for _, name, _ in wanted), n=len(there)), number)
        for column, name, key in wanted:
            if known.count(key) > 1:
                text = "there is more than one column {name} (for `{column}`); rename the others in the file"
                self.faults.append(Fault(number, Sentence(text, name=repr(name), column=column)))
            elif key not in known:
                message = Sentence(
                    "there is no column {name} (for `{column}`){hint}; there are {columns}",
                    name=repr(name),
                    column=column,
                    hint=did_you_mean(name, [cell for cell in cells if cell]),
                    columns=listing(cell[:40] for cell in cells if cell),
                )
                self.faults.append(Fault(number, message))
        if self.faults:
            raise StatementFileError(self.faults)
        places: dict[str, tuple[int, ...]] = {}
        for column, _, key in wanted:
            places[column] = (*places.get(column, ()), known.index(key))
        return places


@dataclass(slots=True)
class _Cells:
    """One row, its cells by the names of the format."""

    number: int
    cells: list[str]
    places: dict[str, tuple[int, ...]]
    table: BankFormat | AcquirerFormat
    pattern: re.Pattern[str]

    def is_total(self) -> bool:
        """Whether it is a row of totals: it begins with the format's word and has no date.

        Where a payer's name may stand, in ``text``, the word must be all there is: TOTAL may be a company's name.
        """
        word = self.table.total_word.strip().casefold()
        first = next((place for place, cell in enumerate(self.cells) if cell), 0)
        begins = self.cells[first].casefold()
        if not word or not begins.startswith(word):
            return False
        rest = begins.removeprefix(word)
        if rest[:1].isalnum() or (first in self.places.get("text", ()) and any(one.isalnum() for one in rest)):
            return False
        dates = (place for name in _DATES for place in self.places.get(name, ()) if place != first)
        return not any(self.cells[place] for place in dates if place < len(self.cells))

    def has(self, column: str) -> bool:
        """Whether something stands in a cell."""
        return bool(self._raw(column))

    def text(self, column: str) -> str:
        """A cell's text on one line; what is longer is cut, as banks' texts may be."""
        raw = self._raw(column)
        try:
            return fit_line(raw[:LONGEST_TEXT])
        except UnfitText as unfit:
            raise _CellError(Sentence("`{column}` cannot be kept: {why}", column=column, why=unfit.why)) from None

    def whole_text(self, column: str) -> str:
        """The same, uncut: whose money it is may be said at its end."""
        self.text(column)
        return whole_line(self._raw(column))

    def date(self, column: str) -> date:
        """A cell's date by the format's pattern."""
        found = read_date(self._raw(column), self.pattern)
        if found is None:
            message = Sentence(
                "{value} (`{column}`) is no date as {format}; correct the row, or `date_format`",
                value=quoted(self._raw(column)),
                column=column,
                format=self.table.date_format,
            )
            raise _CellError(message)
        return found

    def money(self, column: str, empty: Decimal | None = None) -> Decimal:
        """A cell's amount in the format's currency; ``empty`` where it has none, which without it is a mistake."""
        raw = self._raw(column)
        if not raw and empty is not None:
            return empty
        return self._amount(raw, column)

    def several(self, column: str) -> Decimal:
        """The sum of the amounts of all cells that make up a column."""
        cells = (self._cell(place, column) for place in self.places.get(column, ()))
        return sum((self._amount(cell, column) for cell in cells if cell), Decimal(0))

    def _raw(self, column: str) -> str:
        places = self.places.get(column)
        return self._cell(places[0], column) if places else ""

    def _cell(self, place: int, column: str) -> str:
        cell = self.cells[place] if place < len(self.cells) else ""
        if cell == UNSAID:
            text = "`{column}` has an error, or a formula without its value; correct it in a spreadsheet, and save it"
            raise _CellError(Sentence(text, column=column))
        return cell

    def _amount(self, raw: str, column: str) -> Decimal:
        try:
            if isinstance(raw, DateCell):
                raise AmountError(f"{quoted(raw)} is a date")
            return amount(plain_number(raw, self.table.decimal_mark), self.table.currency)
        except AmountError:
            message = Sentence(
                "{value} (`{column}`) is no amount in {currency}; correct the row, or `decimal_mark`",
                value=quoted(raw),
                column=column,
                currency=self.table.currency,
            )
            raise _CellError(message) from None


_BLANKS = " \u00a0\u202f"
_CURRENCY = re.compile(rf"^(US\$|\$U|\$|€)[\s{_BLANKS}]*|[\s{_BLANKS}]*(USD|UYU|EUR|CLP)$")
_NUMBER = {
    ".": re.compile(rf"(\d+|\d{{1,3}}(,\d{{3}})+|\d{{1,3}}([{_BLANKS}]\d{{3}})+)(\.\d+)?", re.ASCII),
    ",": re.compile(rf"(\d+|\d{{1,3}}(\.\d{{3}})+|\d{{1,3}}([{_BLANKS}]\d{{3}})+)(,\d+)?", re.ASCII),
}


def plain_number(raw: str, mark: str) -> str:
    """An amount as people write it (``1.234,50``, ``(12,00)``, ``12,00-``, ``$ 5``) as ``-1234.50``.

    Raises AmountError where thousands do not stand in groups of three: 1.5 is no amount where the comma is the mark,
    nor is 1 2 3.
    """
    text = _CURRENCY.sub("", raw.strip())
    sign = ""
    if text.startswith("(") and text.endswith(")"):
        text, sign = text[1:-1], "-"
    elif text.endswith("-"):
        text, sign = text[:-1], "-"
    elif text.startswith(("-", "+")):
        text, sign = text[1:], text[0]
    text = text.strip()
    if not _NUMBER[mark].fullmatch(text):
        raise AmountError(f"{quoted(raw)} is not an amount")
    thousands = "." if mark == "," else ","
    return sign + re.sub(rf"[{thousands}{_BLANKS}]", "", text).replace(mark, ".")
