"""A month's journal, line by line, with its totals by box and by account as they come to stand while it is read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.journal import Line, Side
from cierre.bookkeeping.money import ZERO
from cierre.language.language import Language
from cierre.ledger.journal import StandingEntry
from cierre.reports.accounts import AccountNames
from cierre.reports.cells import Cell
from cierre.reports.tables import Table


class Journal:
    """The entries of a month, read once. Different currencies are never added up."""

    def __init__(self, entries: Iterable[StandingEntry], chart: Chart, _: Language) -> None:
        self._entries, self._names, self._ = entries, AccountNames(chart), _
        self.entries = 0
        self._by_box: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        self._counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._by_account: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])

    def lines(self) -> Table:
        """A row a line, the totals of each currency under them. Read it before the totals below."""
        _ = self._
        head = [
            _("Date in the ERP"), _("Business date"), _("Box"), _("Entry"), _("ERP document"), _("Reverses"),
            _("Account"), _("Account name"), _("Cost centre"), _("Text"), _("Currency"), _("Debit"), _("Credit"),
        ]  # fmt: skip
        return Table(_("Journal"), head, self._lines(), self._sums(_("Total"), head, 10, 11), name="journal")

    def totals(self) -> Table:
        """By box and currency: how many entries, how many of them the ERP has confirmed, debit and credit."""
        _ = self._
        head = [_("Box"), _("Currency"), _("Entries"), _("Confirmed by the ERP"), _("Debit"), _("Credit")]
        return Table(_("Totals"), head, self._of_boxes(), self._sums(_("Total"), head, 1, 4), name="totals")

    def accounts(self) -> Table:
        """By account and currency: debit, credit and balance."""
        _ = self._
        head = [_("Account"), _("Account name"), _("Currency"), _("Debit"), _("Credit"), _("Balance")]
        return Table(
            _("Balances by account"), head, self._of_accounts(), self._sums(_("Total"), head, 2, 3), name="accounts"
        )

    def _lines(self) -> Iterator[list[Cell]]:
        for standing in self._entries:
            self.entries += 1
            entry = standing.entry
            counts = self._counts[entry.box, entry.currency]
            counts[0] += 1
            counts[1] += bool(standing.erp_document)
            for line in entry.lines:
                self._add(line, entry.box, entry.currency)
                yield [standing.entry_date, entry.business_date, entry.box, standing.key, standing.erp_document,
                       standing.reverses, line.account, self._names.title(line.account), line.cost_centre, line.history,
                       entry.currency, *_sides(line)]  # fmt: skip

    def _add(self, line: Line, box: str, currency: str) -> None:
        for sums in (self._by_box[box, currency], self._by_account[line.account, currency]):
            sums[line.side is Side.CREDIT] += line.amount

    # Streams, so that they are taken once the lines are.

    def _of_boxes(self) -> Iterator[list[Cell]]:
        for (box, currency), sides in sorted(self._by_box.items()):
            yield [box, currency, *self._counts[box, currency], *sides]

    def _of_accounts(self) -> Iterator[list[Cell]]:
        for (account, currency), (debit, credit) in sorted(self._by_account.items()):
            yield [account, self._names.title(account), currency, debit, credit, debit - credit]

    def _sums(self, total: str, head: Sequence[str], currency_at: int, debit_at: int) -> Iterator[list[Cell]]:
        """A row a currency, with as many cells as ``head`` and three of them at their places."""
        for currency, sides in self._by_currency():
            row: list[Cell] = [total, *[None] * (len(head) - 1)]
            row[currency_at], row[debit_at : debit_at + 2] = currency, sides
            yield row

    def _by_currency(self) -> list[tuple[str, list[Decimal]]]:
        sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for (_, currency), sides in self._by_box.items():
            sums[currency] = [sum(pair, ZERO) for pair in zip(sums[currency], sides, strict=True)]
        return sorted(sums.items())


def _sides(line: Line) -> tuple[Decimal | None, Decimal | None]:
    return (line.amount, None) if line.side is Side.DEBIT else (None, line.amount)
