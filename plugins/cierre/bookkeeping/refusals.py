"""What an ERP would refuse of a day's entries, told before anything is sent, by its own master data. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cierre.bookkeeping.journal import JournalEntry, Line
from cierre.bookkeeping.limits import EntryLimits
from cierre.bookkeeping.master_data import DIMENSIONS, MasterData, MasterKind, Record
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.problems import EXAMPLES, Problem, ProblemKind
from cierre.bookkeeping.sentence import Sentence


class _Reason(NamedTuple):
    """Why the ERP would refuse, and the field and the code that decide; both empty where it is the entry as a whole."""

    why: Sentence
    field: str = ""
    code: str = ""


@dataclass(slots=True)
class _Refused:
    """The lines that a reason stops."""

    reason: _Reason
    lines: int = 0
    amount: Decimal = ZERO
    documents: set[str] = field(default_factory=set)


def refusals(
    entries: Sequence[JournalEntry],
    entry_date: date,
    tenant: str,
    erp: MasterData,
    limits: EntryLimits,
    *,
    most_lines: int,
    mark: str = "",
) -> list[Problem]:
    """Everything for which the ERP would refuse the entries of a day on a date, each reason once; empty where it would
    take them as far as it tells.

    ``limits`` are those of its kind, ``most_lines`` is how many lines its site takes. ``mark`` is what each history
    will begin with.
    """
    found: dict[_Reason, _Refused] = {}
    for entry in entries:
        whole = [*_of_tenant(tenant, erp), *_of_currencies(entry, entry_date, erp), *_of_size(entry, most_lines)]
        _add(found, whole, entry.lines)
        for line in entry.lines:
            _add(found, _of_line(line, entry_date, erp, limits, mark), [line])
    currency = entries[0].currency if entries else ""
    return [
        _problem(one, currency) for one in sorted(found.values(), key=lambda one: (*one.reason[1:], one.reason.why))
    ]


def _add(found: dict[_Reason, _Refused], reasons: Iterable[_Reason], lines: Sequence[Line]) -> None:
    for reason in reasons:
        refused = found.setdefault(reason, _Refused(reason))
        refused.lines += len(lines)
        refused.amount += sum((line.amount for line in lines), ZERO)
        refused.documents.update(source.document_key for line in lines for source in line.sources)


def _problem(refused: _Refused, currency: str) -> Problem:
    reason, documents = refused.reason, sorted(refused.documents)
    lines = Sentence.counted(refused.lines, "{n} line", "{n} lines")
    return Problem(
        kind=ProblemKind.REFUSED,
        posting="",
        attributes=((reason.field, reason.code),) if reason.field else (),
        count=len(documents),
        amount=refused.amount,
        currency=currency,
        documents=tuple(documents[:EXAMPLES]),
        message=Sentence(
            "the ERP would refuse {lines} of {amount} {currency}: {why}",
            lines=lines,
            amount=refused.amount,
            currency=currency,
            why=reason.why,
        ),
    )


def _of_tenant(tenant: str, erp: MasterData) -> Iterator[_Reason]:
    if not erp.knows_tenant:
        yield _Reason(Sentence("it has no company and branch {tenant}", tenant=tenant.strip()), "tenant", tenant)
    if erp.may_post is False:
        yield _Reason(Sentence("its login may not post; have the ERP's people give it the right"))


def _of_size(entry: JournalEntry, most_lines: int) -> Iterator[_Reason]:
    if (lines := len(entry.lines)) > most_lines:
        yield _Reason(Sentence("an entry has {n} lines, and it takes {most}", n=lines, most=most_lines))


def _of_currencies(entry: JournalEntry, day: date, erp: MasterData) -> Iterator[_Reason]:
    known = erp.records.get(MasterKind.CURRENCY)
    if known is None:
        return
    foreign = {line.foreign.currency for line in entry.lines if line.foreign}
    for code in sorted({entry.currency, *foreign}):
        named = ("currency", code)
        if code not in known:
            yield _Reason(Sentence("it keeps no books in {currency}", currency=code), *named)
        elif known[code].blocked:
            yield _Reason(Sentence("its currency {currency} is blocked", currency=code), *named)
    if entry.currency in known:
        yield from _of_period(entry.currency, day, erp)


def _of_period(currency: str, day: date, erp: MasterData) -> Iterator[_Reason]:
    periods = erp.periods(currency)
    if periods is None:
        return
    on_the_day = [one for one in periods if one.is_there_on(day)]
    named = ("period", str(day))
    if not on_the_day:
        yield _Reason(
            Sentence("its calendar of {currency} has no period for {date}", currency=currency, date=day), *named
        )
    elif any(one.blocked for one in on_the_day):
        yield _Reason(Sentence("its period of {date} is closed for {currency}", currency=currency, date=day), *named)


def _of_line(line: Line, day: date, erp: MasterData, limits: EntryLimits, mark: str) -> Iterator[_Reason]:
    if not (mark + line.history).strip():
        yield _Reason(Sentence("a line has no history"), "history")
    if line.amount > limits.amount:
        why = Sentence("an amount of {amount} is more than it holds", amount=line.amount)
        yield _Reason(why, "amount", str(line.amount))
    account = None
    if (accounts := erp.records.get(MasterKind.ACCOUNT)) is not None:
        account = accounts.get(line.account)
        yield from _of_record(account, MasterKind.ACCOUNT, line.account, day)
    for kind in DIMENSIONS:
        value: str = getattr(line, kind)
        if account is not None:
            yield from _of_account(account, kind, value)
        if value and (known := erp.records.get(kind)) is not None:
            yield from _of_record(known.get(value), kind, value, day)


def _of_record(record: Record | None, kind: MasterKind, code: str, day: date) -> Iterator[_Reason]:
    """Why nothing can be booked to a code that a line has."""
    named = {"kind": kind.named, "code": code}
    if record is None:
        yield _Reason(Sentence("it has no {kind} {code}", **named), kind, code)
        return
    named["name"] = record.name
    if record.blocked:
        yield _Reason(Sentence("its {kind} {code} ({name}) is blocked", **named), kind, code)
    if record.heading:
        yield _Reason(Sentence("its {kind} {code} ({name}) is a heading, which takes no lines", **named), kind, code)
    if not record.is_there_on(day):
        yield _Reason(Sentence("its {kind} {code} ({name}) is not in force on {date}", **named, date=day), kind, code)


def _of_account(account: Record, kind: MasterKind, value: str) -> Iterator[_Reason]:
    """Why an account does not take a line with this value of a dimension, or without any."""
    named = {"account": account.code, "name": account.name, "kind": kind.named}
    if not value and kind in account.requires:
        why = Sentence("its account {account} ({name}) asks for a {kind}, and the lines have none", **named)
        yield _Reason(why, MasterKind.ACCOUNT, account.code)
    if value and kind in account.refuses:
        why = Sentence("its account {account} ({name}) takes no {kind}, and the lines have one", **named)
        yield _Reason(why, MasterKind.ACCOUNT, account.code)
