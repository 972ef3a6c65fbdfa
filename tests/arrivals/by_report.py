"""Days of cards in the generated years, matched through the acquirer's report and held against the truth.

A match of a day is right if all that pays it is in it, and nothing else; and if the day was settled as it was booked,
slip by slip, with the contract's charges. Anything of a day that was not so must stay a person's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from arrivals import sandbox_year, town_year
from arrivals.judge import Verdict, judge_matches
from arrivals.other_town import Town, camt
from cierre.bookkeeping.matching.arrivals import bank_items, channel, identity
from cierre.bookkeeping.matching.by_report import Reported, Sold, match_by_reports
from cierre.bookkeeping.statements.charges import charge_on, kept
from cierre.bookkeeping.statements.format import AcquirerFormat
from cierre.bookkeeping.statements.lines import Settlement
from cierre.statement_files.camt import read_camt
from sandbox.bank.weather import Weather
from sandbox.bank.year import ACCOUNTS, write_year


@dataclass(frozen=True)
class _Told:
    """What the truth says of one channel: which days a payment pays, which payments a movement is, and the days that
    were not settled as they were booked."""

    days: Mapping[str, set[str]]
    payments: Mapping[str, set[str]]
    otherwise: set[str]


def sandbox(seed: int, boxes: int = 40, days: int = 365, weather: Weather | None = None) -> Verdict:
    """A year of the sandbox's bank and its acquirer, account by account."""
    year, verdict = write_year(seed, boxes, days, weather), Verdict()
    report = sandbox_year._read_report(year)
    charges = AcquirerFormat.model_validate(sandbox_year._format("redcard_sandbox")).charges
    calendar = sandbox_year._calendar(year)
    for place, account in enumerate(ACCOUNTS):
        statement = sandbox_year._read_account(year, account)
        terminals = {one.terminal for one in year.taken if one.box % 4 == place and one.who == "redcard"}
        rows = tuple(line for line in report.lines if line.terminal in terminals)
        sold, slip_day = _sold(
            (one.id, one.terminal, one.day, Decimal(one.cents) / 100)
            for one in year.taken
            if one.who == "redcard" and one.terminal in terminals
        )
        nets: dict[str, Decimal] = defaultdict(Decimal)
        for one in year.taken:
            if one.id in slip_day:
                gross, charge = Decimal(one.cents) / 100, charge_on(charges, one.day, "")
                assert charge
                nets[slip_day[one.id]] += gross - kept(charge, gross, "USD").total
        sold = [one._replace(net=int(nets[one.id] * 100)) for one in sold]
        days_of, otherwise = defaultdict(set), set[str]()
        settled = set[str]()
        for row in (one for one in year.settled if one.terminal in terminals):
            day = f"{row.terminal}|{row.sold}"
            days_of[row.payment].add(day)
            slip = year.truth.sales.get(row.truth)
            settled.update([slip] if slip else [])
            if slip is None or row.truth in year.truth.faults:
                otherwise.add(day)
        otherwise |= {day for slip, day in slip_day.items() if slip not in settled}
        ids = {one.truth: f"{statement.sha256[:12]}:{line.place}"
               for line, one in zip(statement.lines, year.movements[account], strict=True)}  # fmt: skip
        paid = {ids[one]: what for one, what in year.truth.paid.items() if one in ids and what & days_of.keys()}
        came = [one for one in bank_items(statement) if one.channel == channel("redcard", account, "USD")]
        told = match_by_reports(
            "redcard", account, sold, [replace(report, lines=rows)], came,
            sandbox_year.RULES["redcard"], calendar, year.last.toordinal(),
        )  # fmt: skip
        verdict.lines += len(came)
        _judge(told, _Told(days_of, paid, otherwise), verdict)
    return verdict


def town(seed: int, shops: int = 40, days: int = 365, trouble: float = 1.0) -> Verdict:
    """A year of the other town, whose acquirer pays all shops of a day at once: one slip makes a day of all a
    person's."""
    played, verdict = Town(seed, shops, days, trouble), Verdict()
    (statement,) = read_camt(camt(played.entries, 1_000_00))
    lines = tuple(replace(line, channel=line.text.split()[0].lower()) for line in statement.lines)
    statement = replace(statement, lines=lines)
    rows = tuple(
        replace(row, terminal=one.code[:3]) for row, one in zip(town_year._rows(played), played.vouchers, strict=True)
    )
    own = [one for one in played.claims if one.payer == "luna"]
    sold, slip_day = _sold((one.key, one.code[:3], one.day, Decimal(one.money) / 100) for one in own)
    keeps = {slip: one for one in played.vouchers for slip in played.settles.get(one.key, ())}
    nets: dict[str, int] = defaultdict(int)
    for one in own:
        agreed = keeps.get(one.key)
        nets[slip_day[one.key]] += one.money - (agreed.keeps if agreed else 0)
    sold = [one._replace(net=nets[one.id]) for one in sold]
    days_of, otherwise, settled = defaultdict(set), set[str](), set[str]()
    for one in played.vouchers:
        day = f"{one.code[:3]}|{one.day}"
        days_of[one.bundle].add(day)
        slips = played.settles.get(one.key, frozenset())
        settled |= slips
        if not slips or one.key in played.planted:
            otherwise.add(day)
    otherwise |= {day for slip, day in slip_day.items() if slip not in settled}
    names = {line.bank_id: f"{statement.sha256[:12]}:{line.place}" for line in lines}
    paid = {names[one]: set(what) for one, what in played.settles.items() if one in names and what & days_of.keys()}
    calendar = town_year.banking_days("UY", date(2024, 6, 1), played.today)
    came = [one for one in bank_items(statement) if one.channel == channel("luna", town_year.ACCOUNT, "UYU")]
    told = match_by_reports(
        "luna", town_year.ACCOUNT, sold, [Settlement("luna", "UYU", rows, "f" * 64)], came,
        town_year.RULES, calendar, played.today.toordinal(),
    )  # fmt: skip
    verdict.lines = len(came)
    _judge(told, _Told(days_of, paid, otherwise), verdict)
    return verdict


def _sold(slips: Iterable[tuple[str, str, date, Decimal]]) -> tuple[list[Sold], dict[str, str]]:
    """Slips (id, terminal, day, gross) as days, and the day of each."""
    gross: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    slip_day: dict[str, str] = {}
    for id, terminal, day, money in slips:
        gross[terminal, day] += money
        slip_day[id] = f"{terminal}|{day}"
    currency = "USD" if not gross or next(iter(gross))[0].startswith("T") else "UYU"
    days = [
        Sold(f"{terminal}|{day}", (identity(terminal), day, currency), int(money * 100), 0)
        for (terminal, day), money in gross.items()
    ]
    return days, slip_day


def _judge(told: Reported, truth: _Told, verdict: Verdict) -> None:
    arrived: Sequence[str] = sorted({payment for payments in truth.payments.values() for payment in payments})
    otherwise = set(truth.otherwise)
    for payment, days in truth.days.items():
        if payment not in arrived:
            otherwise |= days
    pays = {one: set().union(*(truth.days[payment] for payment in what)) for one, what in truth.payments.items()}
    # What hangs together with a day that is otherwise is a person's, too.
    grew = True
    while grew:
        touched = set().union(*(days for days in pays.values() if days & otherwise), otherwise)
        grew, otherwise = touched != otherwise, touched
    marked = {one: days | ({"not as booked"} if days & otherwise else set()) for one, days in pays.items()}
    judge_matches(told.matches, marked, verdict)
    clean = {one for one, days in marked.items() if "not as booked" not in days}
    verdict.possible += len(clean)
    verdict.matched += len(clean.intersection(id for one in told.matches for id in one.arrived))
    verdict.planted["otherwise"] += len(otherwise)
