"""What arrived of a company's month, as tables of its files: each amount, the clearing accounts, and what is of nobody.

A month has them where the company's arrivals are looked at and all of its boxes are in it: money is matched across
boxes. States are those of when the month is taken away, not of its last day.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import psycopg

from cierre.accounting_files.arrivals import known_rules
from cierre.bookkeeping.matching.books import MatchedRow
from cierre.bookkeeping.matching.clearing import Roll, roll_forward
from cierre.bookkeeping.matching.company import CompanyArrivals, Expected
from cierre.bookkeeping.matching.words import WORDS
from cierre.bookkeeping.money import ZERO, quantum
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.arrivals import Standing, standing
from cierre.closing.clearing_accounts import Account, clearing_items, held_in_erp
from cierre.language.regional import Regional
from cierre.ledger import arrivals
from cierre.reports.cells import Cell
from cierre.reports.month.scope import Scope
from cierre.reports.tables import Table, money

MEANING = Sentence(
    "Money that was booked in the month, or was still on its way when it began, and what arrived of it, as known when"
    " this was taken away. What a person accepted as a difference, and who looks after what is open, stand beside it."
)


def tables(ledger: psycopg.Connection, scope: Scope, _: Regional) -> Iterator[Table]:
    """The tables; none where there are no rules, or the month is not of a whole company."""
    rules = known_rules(scope.company) if scope.name == scope.company else None
    if rules is None:
        return
    now = standing(ledger, scope.company, scope.ids, rules)
    matched = _matched(arrivals.matched_rows(ledger, scope.company))
    owners = arrivals.owners(ledger, scope.company)
    decisions = arrivals.decisions(ledger, scope.company)
    words = {one.id: word for one, word in now.open_amounts}

    def amount(one: Expected) -> list[Cell]:
        row, difference = matched.get(one.id, (None, ZERO))
        decided, owner = decisions.get(row.match_id) if row else None, owners.get(one.id) if row is None else None
        return [
            one.box, one.day, scope.form_name(one.box, one.form), money(one.gross, one.currency),
            money(one.net, one.currency), one.currency,
            _("arrived") if row else _(WORDS[words.get(one.id, "proposed")]), row and row.day, row and row.match_id,
            money(difference, one.currency) if difference else None,
            decided.decided_by if decided else owner and owner.owner,
            decided.comment if decided else owner and owner.reason,
        ]  # fmt: skip

    yield Table(
        _("Arrived and on its way"),
        [_("Box"), _("Business date"), _("Form"), _("Booked"), _("To arrive"), _("Currency"), _("State"), _("Arrived"),
         _("Match number"), _("Accepted difference"), _("Looked after by"), _("Reason")],
        (amount(one) for one in _of_month(now, scope)),
        name="arrivals",
    )  # fmt: skip
    yield _clearing(now, rules, scope, _)
    yield _held(ledger, now, rules, scope, _)
    yield Table(
        _("Arrived, of nobody known"),
        [_("Date"), _("Account"), _("Channel"), _("Reference"), _("Amount"), _("Currency"), _("State"),
         _("Looked after by"), _("Reason")],
        (
            [one.booked, one.account, one.channel, one.reference, money(one.amount, one.currency), one.currency,
             _(WORDS[word]), owner and owner.owner, owner and owner.reason]
            for one, word in sorted(now.open_lines, key=lambda row: (row[0].booked, row[0].id))
            for owner in [owners.get(one.id)]
            if one.booked <= scope.last
        ),
        name="arrived_of_nobody",
    )  # fmt: skip


def _of_month(now: Standing, scope: Scope) -> list[Expected]:
    """The amounts of the month, after those that were on their way when it began."""
    return sorted(
        (
            one
            for one in now.amounts
            if one.day <= scope.last
            and (one.day >= scope.first or one.id not in now.matched or now.matched[one.id].arrived >= scope.first)
        ),
        key=lambda one: (one.day, one.box, one.form, one.currency),
    )


def _matched(rows: list[MatchedRow]) -> dict[str, tuple[MatchedRow, Decimal]]:
    """Matched amounts by their ids as items; with the first of each match stands what a person accepted of it."""
    expected: dict[int, Decimal] = {}
    for row in rows:
        expected[row.match_id] = expected.get(row.match_id, ZERO) + row.net
    found: dict[str, tuple[MatchedRow, Decimal]] = {}
    for row in rows:
        id = Expected(row.box, row.business_date, row.form, row.currency, row.gross, row.net).id
        found[id] = (row, row.arrived - expected.pop(row.match_id) if row.match_id in expected else ZERO)
    return found


def _held(ledger: psycopg.Connection, now: Standing, rules: CompanyArrivals, scope: Scope, _: Regional) -> Table:
    held = held_in_erp(ledger, scope.company, scope.ids, now, rules, scope.last)
    return Table(
        _("Clearing accounts in the ERP"),
        [_("Account"), _("Currency"), _("On its way, as booked"), _("In the ERP, our lots"), _("Other lots"),
         _("In the ERP since {day}", day=_.day(rules.since, "medium")), _("Difference"), _("Read")],
        (
            [one.account, one.currency, *(money(part, one.currency) for part in (one.expected, one.erp, one.other_lots,
             one.balance, one.difference)), one.read_at and one.read_at.astimezone(scope.zone).replace(microsecond=0)]
            for one in held
        ),
        name="clearing_accounts_in_the_erp",
    )  # fmt: skip


def _clearing(now: Standing, rules: CompanyArrivals, scope: Scope, _: Regional) -> Table:
    def cells(account: Account, roll: Roll) -> list[Cell]:
        name, currency = account
        parts = (roll.opening, roll.booked, roll.arrived, roll.closing)
        return [name, currency, *(money(units * quantum(currency), currency) for units in parts)]

    months = [scope.first, scope.last + timedelta(days=1)]
    return Table(
        _("Clearing accounts"),
        [_("Channel"), _("Currency"), _("Opening"), _("Booked, less charges"), _("Arrived, or accepted"), _("Closing")],
        (
            cells(account, roll)
            for account, items in clearing_items(now, rules).items()
            for roll in roll_forward([one for one in items if one.booked <= scope.last], months)
        ),
        name="clearing_accounts",
    )
