"""A company's digest: closed days of all its boxes in one mail, in order, with figures."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
from airflow.sdk.exceptions import AirflowException

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.companies import language_of, name_of, stale_after
from cierre.accounting_files.findings import MappingError
from cierre.alerts.alert import Alert
from cierre.alerts.figures import (
    by_day,
    chart,
    heads as heads_table,
    stages,
    table,
    tie_outs as tie_outs_table,
    transit,
)
from cierre.alerts.people import deliver
from cierre.bookkeeping.evidence import Grade
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.reconcile import added_up
from cierre.closing.company_day import CompanyDay, company_day
from cierre.closing.tie_out import of_company
from cierre.closing.transit import OnItsWay, on_its_way
from cierre.closing.unclosed import spans
from cierre.language.say import counted, in_language, money, say
from cierre.ledger import digests, seals
from cierre.ledger.seals import Head
from cierre.ledger.tie_outs import Known

log = logging.getLogger(__name__)


class NotSent(AirflowException):
    """A digest could not be sent by any way; it is owed still, so that it is tried again."""


def send(ledger: psycopg.Connection, company: str, days: Sequence[CompanyDay], link: str) -> None:
    """Tells a company of closed days in one digest, and keeps that it was told.

    What is about to be sent is noted before: whoever dies in between leaves a digest that is sent again, and says that
    it may be a repetition. Raises NotSent where there is a way to tell people and none works.
    """
    dates = [one.day for one in days]
    doubtful = any(digests.owed(ledger, company).get(day) for day in dates)
    boxes = {box.id for one in days for box in one.boxes}
    waits = on_its_way(ledger, company, sorted(boxes), max(dates))
    alert = digest(
        company, days, link, seals.heads(ledger, boxes), of_company(ledger, company, dates), waits, repeated=doubtful
    )
    digests.begin(ledger, company, dates)
    delivery = deliver(alert)
    if delivery.failed and not delivery.told:
        if not doubtful:
            digests.not_begun(ledger, company, dates)
        raise NotSent(say("{subject}: the digest could not be sent. It is tried again.", subject=alert.subject))
    digests.told(ledger, company, dates)


def send_overdue(ledger: psycopg.Connection, company: str, link: str) -> None:
    """Tells a company of closed days whose own run, which should have told them, is gone. What cannot be sent now is
    tried the next time."""
    with in_language(language_of(company)), digests.one_at_a_time(ledger, company):
        overdue = [company_day(ledger, company, day) for day in digests.overdue(ledger, company)]
        if closed := [one for one in overdue if not one.open]:
            try:
                send(ledger, company, closed, link)
            except NotSent as error:
                log.warning(str(error))


def digest(
    company: str,
    days: Sequence[CompanyDay],
    link: str,
    heads: Sequence[Head] = (),
    months: Sequence[Known] = (),
    waits: Sequence[OnItsWay] = (),
    *,
    repeated: bool = False,
) -> Alert:
    """The digest of days in a row or not, in the language that is spoken now, with the heads of its boxes' chains,
    how their ``months`` stand beside the ERP's balances, and what money ``waits`` to arrive."""
    name = name_of(company)
    taken_in = _amounts([one.taken_in for one in days])
    first, last = days[0], days[-1]
    if len(days) == 1:
        subject = say("{company}, {day}: closed, taken in {total}", company=name, day=first.day, total=taken_in)
        happened = say(
            "The day of {company} is closed ({boxes}): {documents}, taken in {total}. {proof}",
            boxes=counted(len(first.boxes), "{n} cash box", "{n} cash boxes"),
            company=name,
            documents=_documents(days),
            total=taken_in,
            proof=_proof(days),
        )
        figures = table(first.boxes, first.found)
    else:
        subject = say(
            "{company}, {first} to {last}: {n} days closed, taken in {total}",
            company=name,
            first=first.day,
            last=last.day,
            n=len(days),
            total=taken_in,
        )
        happened = say(
            "{n} days of {company} are closed ({days}): {documents}, taken in {total}. {proof}",
            n=len(days),
            company=name,
            days=spans(one.day for one in days),
            documents=_documents(days),
            total=taken_in,
            proof=_proof(days),
        )
        figures = by_day(days)
    if repeated:
        subject = say("{subject} (perhaps repeated)", subject=subject)
        warning = "A digest of these days may have been sent before: whoever sent it was stopped in the middle."
        happened = f"{happened}\n{say(warning)}"
    figures += stages(added_up(one.sums for one in days)) + chart(say("Money by form of payment"), _by_form(days))
    figures += transit(waits) + tie_outs_table(months) + heads_table(heads)
    boxes = sorted({box.id for one in days for box in one.boxes})
    lines = "\n".join(head.line for head in heads)
    return Alert(
        company=company, subject=subject, happened=happened, link=link, figures=figures, heads=lines, boxes=boxes
    )


def _documents(days: Sequence[CompanyDay]) -> str:
    return counted(sum(one.documents for one in days), "{n} document", "{n} documents")


def _amounts(parts: Sequence[Mapping[str, Decimal]]) -> str:
    """Amounts added up by currency."""
    currencies = sorted({currency for part in parts for currency in part})
    return ", ".join(
        money(sum((part.get(currency, ZERO) for part in parts), ZERO), currency) for currency in currencies
    )


def _proof(days: Sequence[CompanyDay]) -> str:
    """What is proved of boxes whose stages agree: the ERP's part only where its lines were compared."""
    if not all(one.agrees for one in days):
        return say("Small differences were accepted by a person.")
    now = datetime.now(UTC)
    grades = Counter(day.grade(now, stale_after(box.company)) for one in days for box, day in one.days)
    del grades[None]
    if not grades:
        return say("Source and journal agree to the cent.")
    if set(grades) == {Grade.READ_BACK}:
        return say("Source, journal and ERP agree to the cent: the ERP was read back.")
    counts = ", ".join(f"{say(grade)}: {grades[grade]}" for grade in Grade if grade in grades)
    if len(days) > 1:
        return say("Source and journal agree to the cent. The ERP, by days of cash boxes: {counts}.", counts=counts)
    return say("Source and journal agree to the cent. The ERP, by cash boxes: {counts}.", counts=counts)


def _by_form(days: Sequence[CompanyDay]) -> Iterator[tuple[str, Decimal, str]]:
    """Label, amount and currency of each form of payment, summed over the boxes that book it by one mapping."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for one in days:
        for box, day in one.days:
            for (form, currency), amount in day.money.items():
                sums[box.mapping, form, currency] += amount
    for (mapping, form, currency), amount in sums.items():
        yield _form_name(mapping, form), amount, currency


def _form_name(mapping: str, form: str) -> str:
    """What accountants call a form; a mapping that is gone, with the box that it was for, names none."""
    try:
        return account_mapping(mapping).form_name(form)
    except MappingError:
        return form
