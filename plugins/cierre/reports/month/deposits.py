"""Deposits to clear: what the month put on each account of money, and what other lots of the ERP booked there.

What was there before, and what arrived at a bank or an acquirer, is not seen: so no closing balance is given.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.chart import Chart
from cierre.bookkeeping.mapping import AccountMapping
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.money_accounts import money_accounts
from cierre.bookkeeping.sentence import Sentence
from cierre.language.regional import Regional
from cierre.ledger import tie_outs
from cierre.ledger.month_facts import MonthFacts, OnAccount
from cierre.reports.accounts import AccountNames
from cierre.reports.cells import Cell
from cierre.reports.month.scope import Scope, own_tie_outs
from cierre.reports.tables import Table, money

MEANING = Sentence(
    "What the month's documents in the ERP put on the accounts of money, by form of payment, and what other lots booked"
    " there, where the tie-out read it. The balance before the month, and what arrived at the bank or the acquirer, are"
    " not seen here: no closing balance is given."
)


def table(ledger: psycopg.Connection, scope: Scope, chart: Chart, _: Regional) -> Table:
    """By account and currency: what came and went by form of payment and by other lots, the totals under them."""
    accounts = sorted(money_accounts(_mappings(scope)))
    rows = MonthFacts(ledger, scope.ids, scope.first, scope.last).on_accounts(accounts)
    names, other_lots, own = AccountNames(chart), _other_lots(ledger, scope, accounts), _by_account(rows, scope)
    places = sorted({*own, *other_lots})
    parts = {place: list(_parts(own.get(place, {}), other_lots.get(place), _)) for place in places}

    def cells(place: _Place, what: str, amounts: tuple[Decimal, Decimal] | None) -> list[Cell]:
        account, currency = place
        came, went = amounts or (None, None)
        left = amounts and money(amounts[0] - amounts[1], currency)
        return [account, names.title(account), what, currency, money(came, currency), money(went, currency), left]

    return Table(
        _("Deposits to clear"),
        [_("Account"), _("Account name"), _("Form or lots"), _("Currency"), _("Came in"), _("Went out"), _("To clear")],
        (cells(place, *part) for place, of_account in parts.items() for part in of_account),
        (
            cells(place, _("Total"), _sum(amounts for _what, amounts in of_account))
            for place, of_account in parts.items()
        ),
        name="deposits_to_clear",
    )


_Place = tuple[str, str]
"""Account and currency."""

_Sides = tuple[Decimal, Decimal]
"""What came in, as debits, and what went out."""


def _mappings(scope: Scope) -> Iterator[AccountMapping]:
    """The boxes' mappings, as far as they can be read."""
    for name in sorted({box.mapping for box in scope.boxes}):
        try:
            yield account_mapping(name)
        except MappingError:
            continue


def _by_account(rows: Iterable[OnAccount], scope: Scope) -> dict[_Place, dict[str, _Sides]]:
    """By account and currency, then by the forms' names."""
    found: dict[_Place, dict[str, _Sides]] = defaultdict(dict)
    for row in rows:
        forms, name = found[row.account, row.currency], scope.form_name(row.box, row.form)
        forms[name] = _sum([forms.get(name), (row.debit, row.credit)])
    return found


def _parts(forms: dict[str, _Sides], other: Decimal | None, _: Regional) -> Iterator[tuple[str, _Sides | None]]:
    yield from sorted(forms.items())
    lots = _("other lots in the ERP") if other is not None else _("other lots in the ERP: not read")
    yield lots, other if other is None else (max(other, ZERO), max(-other, ZERO))


def _sum(sides: Iterable[_Sides | None]) -> _Sides:
    known = [one for one in sides if one is not None]
    return sum((came for came, _went in known), ZERO), sum((went for _came, went in known), ZERO)


def _other_lots(ledger: psycopg.Connection, scope: Scope, accounts: Collection[str]) -> dict[_Place, Decimal]:
    """What other lots booked on each of these accounts and currency, net, where a tie-out of these boxes alone read
    it; nothing of an account that neither they nor these boxes booked on."""
    sums: dict[_Place, Decimal] = {}
    for known in own_tie_outs(ledger, scope):
        for one in tie_outs.accounts(ledger, known.tie_out_id):
            if one.other_lots is not None and one.account in accounts:
                place = (one.account, one.currency)
                sums[place] = sums.get(place, ZERO) + one.other_lots
    return sums
