"""A company's day: once all its boxes have closed a date, their money side by side in all, and a digest.

Days that are closed one after the other, by a backfill or by hand, are told in one digest, once the company's boxes
have come to rest. The ledger keeps which days are still to be told: a digest is late at worst, and never lost.
"""

import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.companies import language_of
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.days import parse_day
from cierre.language.say import in_language, listed, say
from cierre.ledger.connection import open_ledger

if TYPE_CHECKING:
    import psycopg

    from cierre.closing.company_day import CompanyDay

QUIET_SECONDS = "CIERRE_DIGEST_QUIET_SECONDS"
"""The setting of how long a company's boxes must have closed nothing before late days are told; 300 without it."""

GRACE = timedelta(minutes=30)
"""How much later than it said a waiting run may wake and still be counted on by the others."""


class CompanyDayOperator(BaseOperator):
    """Consolidates a company's business date (the run's partition key) and tells its people, with table and chart.

    The day that ended last is told at once, where the day before is told already; so is any that was asked for by hand.
    All others wait until the company's boxes have come to rest, without a worker; then one run tells them all.

    Fails where a box of the company is not closed, naming it; run it again by its key when it is.
    """

    template_fields = ()
    ui_color = "#e8f0e4"

    def __init__(self, *, company: str, ledger_connection: str = "ledger_db", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.company = company
        self.ledger_connection = ledger_connection

    def execute(self, context: Any) -> dict[str, Any]:
        """Returns the day, how many boxes there are, and how many days were told."""
        from operators.waiting import wait_until

        with in_language(language_of(self.company)):
            said, until = self._consolidate(context)
        if until:
            wait_until(until, self)
        return said

    def resume(self, context: Any, event: Any = None) -> dict[str, Any]:
        """Goes on once the boxes may have come to rest."""
        return self.execute(context)

    def _consolidate(self, context: Any) -> tuple[dict[str, Any], datetime | None]:
        """What the run says of itself; with an instant where it must wait until then."""
        from cierre.alerts.digest import send
        from cierre.closing.company_day import company_day
        from cierre.ledger import digests

        run = context["dag_run"]
        day = self._day(run.partition_key)
        by_hand = str(getattr(run.run_type, "value", run.run_type)) == "manual"
        with open_ledger(self.ledger_connection) as ledger, digests.one_at_a_time(ledger, self.company):
            digests.ask(ledger, self.company, day, run.run_id)
            own = company_day(ledger, self.company, day)
            self._check(own)
            said = {"business_date": str(day), "boxes": len(own.boxes), "told": 0}
            owed = list(digests.owed(ledger, self.company))
            if day not in owed:
                told = "{company}, {day}: was told already. To tell it again, trigger this DAG with the day as its key."
                self.log.info(say(told, company=self.company, day=day))
                return said, None
            alone = by_hand or self._is_newest(own, owed)
            if until := None if alone else self._waits_until(ledger, own):
                return said, self._wait(ledger, day, until)
            self._sum_up(own)
            days = [own] if alone else self._closed(ledger, own, owed)
            send(ledger, self.company, days, context["ti"].log_url)
            return said | {"told": len(days)}, None

    def _closed(self, ledger: "psycopg.Connection", own: "CompanyDay", owed: list[date]) -> "list[CompanyDay]":
        """The days that the company is still to be told of, but those that are not closed any more."""
        from cierre.closing.company_day import company_day

        found = [own if day == own.day else company_day(ledger, self.company, day) for day in owed]
        return [one for one in found if not one.open]

    def _is_newest(self, own: "CompanyDay", owed: list[date]) -> bool:
        """Whether it is the day that ended last, and not the end of a range that is told together."""
        next_day, now = own.day + timedelta(days=1), datetime.now(UTC)
        if own.day - timedelta(days=1) in owed:
            return False
        return not any(box.is_over(next_day, now) for box in own.boxes if isinstance(box, CashBox))

    def _waits_until(self, ledger: "psycopg.Connection", own: "CompanyDay") -> datetime | None:
        """When the boxes will have come to rest; None where they have."""
        from cierre.ledger import digests

        quiet = timedelta(seconds=float(os.environ.get(QUIET_SECONDS, "300")))
        return digests.closing_until(ledger, [box.id for box in own.boxes], quiet)

    def _wait(self, ledger: "psycopg.Connection", day: date, until: datetime) -> datetime | None:
        """The instant to wait for; None where another run waits already, which then tells this day, too."""
        from cierre.ledger import digests

        values = {"company": self.company, "day": day, "until": f"{until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"}
        if digests.another_waits(ledger, self.company, day):
            self.log.info(say("{company}, {day}: is told with the other days that are being closed.", **values))
            return None
        self.log.info(say("{company}, {day}: days are being closed; they are told together after {until}.", **values))
        digests.wait(ledger, self.company, day, until + GRACE)
        return until

    def _day(self, key: str | None) -> date:
        try:
            return parse_day(key)
        except ValueError as error:
            told = say("{company}: {why}. Give the day as the run's partition key.", company=self.company, why=error)
            raise AirflowFailException(told) from None

    def _sum_up(self, own: "CompanyDay") -> None:
        for currency, comparisons in own.sums.items():
            for row in comparisons:
                told = "Boxes agree in {currency}: {row}." if row.agrees else "Boxes DIFFER in {currency}: {row}."
                self.log.info(say(told, currency=currency, row=row))

    def _check(self, own: "CompanyDay") -> None:
        if own.open:
            raise AirflowFailException(
                say(
                    "{company}, {day}: the company's day is not closed:\n{boxes}\nClose these days, then clear this"
                    " task.",
                    company=self.company,
                    day=own.day,
                    boxes=listed(own.open),
                )
            )
