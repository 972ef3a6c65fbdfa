"""When a company is told of the days that all its boxes have closed: each day once, days in a row together.

Days that are closed one after the other, by a backfill or by hand, are told in one digest, once the company's boxes
have come to rest. The ledger keeps which days are still to be told: a digest is late at worst, and never lost.
"""

import logging
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import psycopg
from airflow.sdk.exceptions import AirflowFailException

from cierre.alerts.digest import send
from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.company_day import CompanyDay, company_day
from cierre.language.say import listed, say
from cierre.ledger import digests

log = logging.getLogger(__name__)

QUIET_SECONDS = "CIERRE_DIGEST_QUIET_SECONDS"
"""The setting of how long a company's boxes must have closed nothing, and no run asked for one of its days, before
late days are told; 300 without it."""

GRACE = timedelta(minutes=30)
"""How much later than it said a waiting run may wake and still be counted on by the others."""


@dataclass(frozen=True, slots=True)
class Consolidation:
    """What a run made of a company's day: how many ``boxes`` it has, how many days were ``told``, and until when
    (aware) the run must wait before it tells it; None where it need not."""

    boxes: int
    told: int = 0
    waits_until: datetime | None = None


def consolidate(
    ledger: psycopg.Connection, company: str, day: date, *, run: str, by_hand: bool, link: str
) -> Consolidation:
    """Adds up a company's business date, and tells its people, in the language that is spoken now.

    The day that ended last is told at once, where the day before is told already; so is any that was asked for
    ``by_hand``. All others wait until the company's boxes have come to rest; then one run tells them all. ``run`` is
    the DAG run's id, ``link`` leads to its log. Raises AirflowFailException where a box of the company is not closed,
    NotSent where nobody can be told.
    """
    with digests.one_at_a_time(ledger, company):
        digests.ask(ledger, company, day, run)
        own = company_day(ledger, company, day)
        _must_be_closed(company, own)
        owed = list(digests.owed(ledger, company))
        boxes = len(own.boxes)
        if day not in owed:
            text = "{company}, {day}: was told already. To tell it again, trigger this DAG with the day as its key."
            log.info(say(text, company=company, day=day))
            return Consolidation(boxes)
        alone = by_hand or _is_newest(own, owed)
        if until := None if alone else _rest(ledger, company, own):
            return Consolidation(boxes, waits_until=_wait(ledger, company, day, until))
        _sum_up(own)
        days = [own] if alone else _closed(ledger, company, own, owed)
        send(ledger, company, days, link)
        return Consolidation(boxes, told=len(days))


def _must_be_closed(company: str, own: CompanyDay) -> None:
    if own.open:
        raise AirflowFailException(
            say(
                "{company}, {day}: the company's day is not closed:\n{boxes}\nClose these days, then clear this task.",
                company=company,
                day=own.day,
                boxes=listed(own.open),
            )
        )


def _is_newest(own: CompanyDay, owed: Collection[date]) -> bool:
    """Whether it is the day that ended last, and not the end of a range that is told together."""
    next_day, now = own.day + timedelta(days=1), datetime.now(UTC)
    if own.day - timedelta(days=1) in owed:
        return False
    return not any(box.is_over(next_day, now) for box in own.boxes if isinstance(box, CashBox))


def _rest(ledger: psycopg.Connection, company: str, own: CompanyDay) -> datetime | None:
    """When the boxes will have come to rest; None where they have."""
    quiet = timedelta(seconds=float(os.environ.get(QUIET_SECONDS, "300")))
    return digests.active_until(ledger, company, [box.id for box in own.boxes], quiet)


def _wait(ledger: psycopg.Connection, company: str, day: date, until: datetime) -> datetime | None:
    """The instant to wait for; None where another run waits already, which then tells this day, too."""
    values = {"company": company, "day": day, "until": f"{until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"}
    if digests.another_waits(ledger, company, day):
        log.info(say("{company}, {day}: is told with the other days that are being closed.", **values))
        return None
    log.info(say("{company}, {day}: days are being closed; they are told together after {until}.", **values))
    digests.wait(ledger, company, day, until + GRACE)
    return until


def _sum_up(own: CompanyDay) -> None:
    for currency, comparisons in own.sums.items():
        for row in comparisons:
            text = "Boxes agree in {currency}: {row}." if row.agrees else "Boxes DIFFER in {currency}: {row}."
            log.info(say(text, currency=currency, row=row))


def _closed(ledger: psycopg.Connection, company: str, own: CompanyDay, owed: Iterable[date]) -> list[CompanyDay]:
    """The days that the company is still to be told of, but those that are not closed any more."""
    days = [own if day == own.day else company_day(ledger, company, day) for day in owed]
    return [one for one in days if not one.open]
