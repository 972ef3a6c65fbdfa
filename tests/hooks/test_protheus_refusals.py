"""What the ERP would refuse is told before it is sent: held against a stand-in that refuses by its own tables."""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.journal import Foreign, JournalEntry, Line, Side
from cierre.bookkeeping.problems import Problem
from cierre.bookkeeping.refusals import refusals
from cierre.ports.errors import DataError, FatalError
from hooks.protheus.box_section import LIMITS
from hooks.protheus.hook import ProtheusHook
from sandbox.protheus.connections import CURRENCIES
from sandbox.server import SandboxServer

SEED = 84
TENANT, DAY = "T1,D MG 01 ", date(2024, 9, 6)
CHARTS = Path(__file__).parents[2] / "include" / "mappings" / "charts"


def rows(name: str) -> list[dict[str, str]]:
    with (CHARTS / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


ACCOUNTS = [row for row in rows("chart_of_accounts") if row["postable"] == "true" and row["blocked"] == "false"]
CODES = {
    field: [row["code"] for row in rows(name) if row["blocked"] == "false"]
    for field, name in (("cost_centre", "cost_centres"), ("item", "items"), ("value_class", "value_classes"))
}
TABLES = {"cost_centre": "CTT", "item": "CTD", "value_class": "CTH"}
ACCEPTED = {"cost_centre": "CT1_ACCUST", "item": "CT1_ACITEM", "value_class": "CT1_ACCLVL"}
REQUIRED = {"cost_centre": "CT1_CCOBRG", "item": "CT1_ITOBRG", "value_class": "CT1_CLOBRG"}


@dataclass
class Posting:
    """An entry on its way to the ERP, and what the site is known to take."""

    lines: list[Line]
    tenant: str = TENANT
    day: date = DAY
    currency: str = "USD"
    most_lines: int = LIMITS.lines
    planted: list[str] = field(default_factory=list)

    @property
    def entry(self) -> JournalEntry:
        return JournalEntry("caja", self.day, 1, self.currency, tuple(self.lines))

    def change(self, number: int, **fields: object) -> None:
        self.lines[number] = replace(self.lines[number], **fields)


def good(rng: random.Random) -> Posting:
    """An entry that the ERP takes: of random accounts, each with what it asks for."""
    amounts = [Decimal(rng.randrange(1, 10**7)) / 100 for _ in range(rng.randint(1, 4))]
    lines = [line(rng, Side.DEBIT, amount) for amount in amounts]
    return Posting([*lines, line(rng, Side.CREDIT, sum(amounts, Decimal(0)))])


def line(rng: random.Random, side: Side, amount: Decimal) -> Line:
    account = rng.choice(ACCOUNTS)
    wants = {name: rng.random() < 0.3 for name in CODES}
    wants["cost_centre"] |= account["requires_cost_centre"] == "true"
    dimensions = {name: rng.choice(codes) for name, codes in CODES.items() if wants[name]}
    return Line(side, account["account"], amount, f"Cierre {rng.randint(1, 999)}", **dimensions)


Plant = Callable[[SandboxServer, Posting, int, random.Random], None]
"""Makes something of a posting's line of that number, or of the whole, that the ERP refuses."""


def account_changed(**fields: str) -> Plant:
    return lambda site, posting, n, rng: site.change_master("CT1", posting.lines[n].account, TENANT, **fields)


def unknown_account(site, posting, n, rng) -> None:
    posting.change(n, account=f"9.9.{rng.randint(10, 99)}")


def account_gone(site, posting, n, rng) -> None:
    site.remove_master("CT1", posting.lines[n].account, TENANT)


def asked_for(name: str) -> Plant:
    def plant(site, posting, n, rng) -> None:
        site.change_master("CT1", posting.lines[n].account, TENANT, **{REQUIRED[name]: "1"})
        posting.change(n, **{name: ""})

    return plant


def not_taken(name: str) -> Plant:
    def plant(site, posting, n, rng) -> None:
        site.change_master("CT1", posting.lines[n].account, TENANT, **{ACCEPTED[name]: "2"})
        posting.change(n, **{name: rng.choice(CODES[name])})

    return plant


def value_changed(name: str, **fields: str) -> Plant:
    def plant(site, posting, n, rng) -> None:
        code, table = rng.choice(CODES[name]), TABLES[name]
        posting.change(n, **{name: code})
        site.change_master(table, code, TENANT, **{f"{table}_{field}": value for field, value in fields.items()})

    return plant


def unknown_value(name: str) -> Plant:
    return lambda site, posting, n, rng: posting.change(n, **{name: f"X{rng.randint(10, 99)}"})


def value_gone(name: str) -> Plant:
    def plant(site, posting, n, rng) -> None:
        code = rng.choice(CODES[name])
        posting.change(n, **{name: code})
        site.remove_master(TABLES[name], code, TENANT)

    return plant


def currency_blocked(site, posting, n, rng) -> None:
    site.change_master("CTO", "01", TENANT, CTO_BLOQ="1")


def foreign_currency_blocked(site, posting, n, rng) -> None:
    site.change_master("CTO", "04", TENANT, CTO_BLOQ="1")
    debits = sum((one.amount for one in posting.lines if one.side is Side.DEBIT), Decimal(0))
    assert debits
    posting.lines = [replace(one, foreign=Foreign("EUR", one.amount)) for one in posting.lines]


def currency_unknown(site, posting, n, rng) -> None:
    posting.currency = "MXN"


def period_closed(site, posting, n, rng) -> None:
    site.change_master("CTG", "001,20240901", TENANT, CTG_STATUS=rng.choice("234"))


def closed_day(site, posting, n, rng) -> None:
    site.set_protheus(closed_until=str(DAY))


def closed_month(site, posting, n, rng) -> None:
    site.set_protheus(closed_months=["2024-09"])


def no_period(site, posting, n, rng) -> None:
    site.remove_master("CTG", "001,20240901", TENANT)


def no_calendar(site, posting, n, rng) -> None:
    site.remove_master("CTE", "01,001", TENANT)


def too_many_lines(site, posting, n, rng) -> None:
    posting.most_lines = rng.randint(2, 6)
    site.set_protheus(max_lines=posting.most_lines)
    posting.lines *= posting.most_lines


def wrong_tenant(site, posting, n, rng) -> None:
    posting.tenant = f"T1,D XX {rng.randint(10, 99)} "


def no_right(site, posting, n, rng) -> None:
    site.set_protheus(may_post=False)


def no_history(site, posting, n, rng) -> None:
    posting.change(n, history="")


def amount_too_large(site, posting, n, rng) -> None:
    more = Decimal(10**13)
    credit = len(posting.lines) - 1
    posting.change(0, amount=posting.lines[0].amount + more)
    posting.change(credit, amount=posting.lines[credit].amount + more)


PLANTS: dict[str, Plant] = {
    "account blocked": account_changed(CT1_BLOQ="1"),
    "account a heading": account_changed(CT1_CLASSE="1"),
    "account ended": account_changed(CT1_DTEXSF="20240905"),
    "account not begun": account_changed(CT1_DTEXIS="20240907"),
    "account unknown": unknown_account,
    "account gone": account_gone,
    **{f"{name} asked for": asked_for(name) for name in CODES},
    **{f"{name} not taken": not_taken(name) for name in CODES},
    **{f"{name} blocked": value_changed(name, BLOQ="1") for name in CODES},
    **{f"{name} a heading": value_changed(name, CLASSE="1") for name in CODES},
    **{f"{name} ended": value_changed(name, DTEXSF="20240101") for name in CODES},
    **{f"{name} unknown": unknown_value(name) for name in CODES},
    **{f"{name} gone": value_gone(name) for name in CODES},
    "currency blocked": currency_blocked,
    "foreign currency blocked": foreign_currency_blocked,
    "currency unknown": currency_unknown,
    "period closed": period_closed,
    "day closed": closed_day,
    "month closed": closed_month,
    "no period": no_period,
    "no calendar": no_calendar,
    "too many lines": too_many_lines,
    "wrong tenant": wrong_tenant,
    "no right": no_right,
    "no history": no_history,
    "amount too large": amount_too_large,
}
FIRST = {"wrong tenant", "currency unknown", "too many lines"}
"""Those that leave nothing to plant a second one on."""


@pytest.fixture(scope="module")
def site():
    with SandboxServer() as server:
        yield server


@pytest.fixture
def erp(site, connection) -> ProtheusHook:
    site.reset()
    extra = {"currencies": CURRENCIES}
    return ProtheusHook(connection("protheus", f"{site.url}/protheus", extra, login="cierre", password="sandbox"))


def told(erp: ProtheusHook, posting: Posting) -> list[Problem]:
    """What is told of a posting before it is sent."""
    known = erp.master_data(posting.tenant)
    assert known is not None
    return refusals([posting.entry], posting.day, posting.tenant, known, LIMITS, most_lines=posting.most_lines)


def is_refused(erp: ProtheusHook, posting: Posting, sublot: str = "001") -> bool:
    try:
        erp.insert(Address(posting.tenant, posting.day, "008964", sublot), posting.entry, "key")
    except (DataError, FatalError):
        return True
    return False


def test_of_a_hundred_planted_refusals_at_least_99_are_told_before_they_are_sent(site, erp):
    rng, missed = random.Random(SEED), []
    for number in range(100):
        site.reset()
        posting = good(rng)
        first = [*PLANTS][number % len(PLANTS)]
        more = [] if first in FIRST else rng.sample(sorted(PLANTS.keys() - FIRST - {first}), rng.choice((0, 0, 1, 2)))
        for name in (first, *more):
            PLANTS[name](site, posting, rng.randrange(len(posting.lines)), rng)
            posting.planted.append(name)
        before = told(erp, posting)
        assert is_refused(erp, posting), posting.planted
        if not before:
            missed.append(posting.planted)
    assert len(missed) <= 1, missed


@pytest.mark.parametrize("name", PLANTS)
def test_every_kind_of_refusal_is_told_alone(site, erp, name):
    rng = random.Random(name)
    posting = good(rng)
    PLANTS[name](site, posting, rng.randrange(len(posting.lines)), rng)
    assert told(erp, posting)


def test_of_a_thousand_good_entries_none_is_held_back(site, erp):
    rng = random.Random(SEED)
    known = erp.master_data(TENANT)
    for number in range(1000):
        posting = good(rng)
        assert refusals([posting.entry], DAY, TENANT, known, LIMITS, most_lines=LIMITS.lines) == []
        assert not is_refused(erp, posting, f"{number:03d}")


@pytest.mark.parametrize("hides", ["CT1_CONTA", "CT1_BLOQ", "CTG_STATUS", "CTT_CUSTO", "CTE_CALEND", "CTO_MOEDA"])
def test_what_the_login_may_not_see_holds_no_good_entry_back_and_is_named(site, erp, hides):
    site.set_protheus(protected_fields=[hides])
    known = erp.master_data(TENANT)
    assert known.hidden == (hides,)
    rng = random.Random(SEED)
    for _ in range(50):
        assert refusals([good(rng).entry], DAY, TENANT, known, LIMITS, most_lines=LIMITS.lines) == []


def test_a_site_that_tells_nothing_is_told_nothing_of(site, erp):
    site.set_protheus(generic_query=False, tells_rights=False)
    assert erp.master_data(TENANT) is None
