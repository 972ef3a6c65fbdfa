"""Days that nobody closed: what the ledger lacks, told once, whether or not Airflow ever made a run for them."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import psycopg

from cierre.accounting_files.companies import close_within, companies_as_read, language_of, name_of
from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import mappings_folder, read_box_files
from cierre.alerts.alert import Alert
from cierre.alerts.digest import send_overdue
from cierre.alerts.people import tell
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from cierre.bookkeeping.source_row import row_name
from cierre.closing.unclosed import due, spans
from cierre.language.say import counted, in_language, say
from cierre.ledger import board, landing, overview

log = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=31)
LATE = "late"
MOST_SENTENCES = 5
TO_DO = (
    "Do what is said of each day. A day without a word was never started: trigger it, or backfill the range. Closing a"
    " day again is always safe."
)
APPROVAL = Sentence("its books wait for a person's approval: answer on the board, or in Airflow under Required Actions")
GOES_ON = "it waits for {vendor}, and goes on by itself when that answers"
GAVE_UP = "{vendor} did not answer until the deadline: clear the step that failed, with those after it"
BY_STATE = {
    "open": Sentence("it was read, and its run stopped before it was closed: clear the step, or trigger the day"),
    "changed": Sentence("it was closed, and changed since: trigger it, so that its books follow"),
    "elsewhere": Sentence(
        "it was closed at another site of the ERP: trigger it only if its books are to stand at the present site, too"
    ),
}
"""What is said of a late day of which nothing else is known, by its state."""


def tell_unclosed(ledger: psycopg.Connection, now: datetime, link: str) -> dict[str, int]:
    """Tells each company, once, of the days of its boxes that are past their deadline ``now`` (aware) and not closed;
    returns how many days each was told of. Sends also the digests that are owed and that no run will send any more.

    ``link`` leads to the log. Raises MappingError where a box's file is wrong: at last, when all else was told. Nobody
    knows of that box's days.
    """
    since = now.date() - LOOKS_BACK
    files = read_box_files()
    missing: dict[str, dict[CashBox, list[date]]] = defaultdict(dict)
    unread = landing.never_read(ledger, since)
    settled = overview.closed_days(ledger, since) | overview.told(ledger, LATE, since)
    within = {company: close_within(company) for company in {box.company for box in files.sound.values()}}
    for box in files.sound.values():
        if late := [day for day in due(box, since, now - within[box.company]) if (box.id, day) not in settled]:
            missing[box.company][box] = late
    for company, boxes in missing.items():
        with in_language(language_of(company)):
            alert = _alert(company, name_of(company), boxes, _why(ledger, boxes, unread), link)
            log.warning(f"{alert.subject}\n{alert.happened}")
            if tell(alert):
                overview.note_told(ledger, LATE, ((box.id, day) for box, late in boxes.items() for day in late))
    wrong = set(files.findings)
    for company in sorted(within.keys() | companies_as_read().keys()):
        wrong.update(_send_overdue(ledger, company, link))
    if wrong:
        raise MappingError(mappings_folder(), wrong)
    return {company: sum(map(len, boxes.values())) for company, boxes in missing.items()}


def _send_overdue(ledger: psycopg.Connection, company: str, link: str) -> list[Finding]:
    """What is wrong in the company's files, so that its digests wait."""
    try:
        send_overdue(ledger, company, link)
    except MappingError as error:
        return error.findings
    return []


def _alert(
    company: str,
    name: str,
    boxes: Mapping[CashBox, Sequence[date]],
    why: Mapping[tuple[str, date], Sentence],
    link: str,
) -> Alert:
    """What a company is told of the late days of its boxes, in the language that is spoken now; ``why`` says what
    stopped some."""
    late = counted(sum(map(len, boxes.values())), "{n} day is NOT closed", "{n} days are NOT closed")
    days = "\n".join(
        line for box, late in boxes.items() for line in (f"- {box.name}: {spans(late)}", *_reasons(box, late, why))
    )
    return Alert(
        company=company,
        subject=f"{name}: {late}",
        happened=say("These days are past their deadline and not closed:\n{days}", days=days),
        to_do=say(TO_DO),
        link=link,
        boxes=[box.id for box in boxes],
    )


def _why(
    ledger: psycopg.Connection,
    boxes: Mapping[CashBox, Sequence[date]],
    unread: Mapping[tuple[str, date], Sentence],
) -> dict[tuple[str, date], Sentence]:
    """What the ledger knows of late days: why they could not be read, else what stopped them; for whom they wait; where
    nothing speaks more plainly, how they stand."""
    days = [day for late in boxes.values() for day in late]
    found = _stopped(ledger, boxes, min(days), max(days)) | {place: [why] for place, why in unread.items()}
    for day in overview.late_days(ledger, [box.id for box in boxes], min(days), max(days)):
        known = found.setdefault((day.box, day.business_date), [])
        if day.asks:
            known.append(APPROVAL)
        elif day.vendor:
            known.append(Sentence(GOES_ON if day.goes_on else GAVE_UP, vendor=day.vendor))
        elif not known and day.state in BY_STATE:
            known.append(BY_STATE[day.state])
    return {place: one_after_the_other(sentences) for place, sentences in found.items() if sentences}


def _stopped(
    ledger: psycopg.Connection, boxes: Mapping[CashBox, Sequence[date]], first: date, last: date
) -> dict[tuple[str, date], list[Sentence]]:
    """What stopped late days that were read: what is uncertain before what cannot be booked, before what differs."""
    ids = [box.id for box in boxes]
    found: dict[tuple[str, date], list[Sentence]] = defaultdict(list)
    for sent in board.uncertain(ledger, ids):
        told = "a posting was sent, and its outcome is not known: {address}"
        found[sent.box, sent.business_date].append(Sentence(told, address=f"{sent.lot}/{sent.sublot}"))
    for problem in board.problems(ledger, ids, first, last):
        found[problem.box, problem.business_date].append(problem.message)
    for row in board.held_back(ledger, ids):
        told = "{row} is held back: {why}"
        found[row.box, row.business_date].append(Sentence(told, row=row_name(row.place), why=row.message))
    for one in board.discrepancies(ledger, ids):
        told = "{left} and {right} differ by {difference}"
        found[one.box, one.business_date].append(
            Sentence(told, left=Sentence(one.left), right=Sentence(one.right), difference=one.difference)
        )
    return {place: _first(sentences) for place, sentences in found.items()}


def _first(sentences: Sequence[Sentence]) -> list[Sentence]:
    more = len(sentences) - MOST_SENTENCES
    return [*sentences[:MOST_SENTENCES], *([Sentence("and {n} more", n=more)] if more > 0 else [])]


def _reasons(box: CashBox, late: Sequence[date], why: Mapping[tuple[str, date], Sentence]) -> Iterator[str]:
    """What stopped days of a box, each reason once."""
    by_reason: dict[str, list[date]] = defaultdict(list)
    for day in late:
        if (box.id, day) in why:
            by_reason[say(why[box.id, day])].append(day)
    return (f"  {spans(days)}: {reason}" for reason, days in by_reason.items())
