"""Land: the source's answer for the day, whole, as it came, with the source's own word that it is complete."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.certificate import contradictions
from cierre.bookkeeping.reconcile import kind_and_form
from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from cierre.language.say import counted, listed, money, say
from cierre.orchestration.form import IN_BUSINESS_HOURS
from cierre.orchestration.links import DayLink, SourceLink
from operators.step import CashCloseStep, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

    from cierre.bookkeeping.certificate import Claim
    from cierre.ledger.landing import Place, Snapshot
    from cierre.ports.errors import RetriableError
    from cierre.ports.source import SourceHook
    from operators.late_changes import LateChanges

SHARED_FOR = timedelta(hours=1)
"""How old another box's answer for the whole company may be that this box still takes instead of asking anew."""

PATIENCE = timedelta(minutes=10)
"""How long a wait that a vendor asks for is left to the task's retries; a longer one is waited for without a worker."""


ANOTHERS = (
    "what connection {connection} was answered is of another company (tax number {whose}), so nothing is booked of it."
    " Put this company's own token into the connection, or the right connection into the box's file, then clear the"
    " task land."
)


class LandOperator(CashCloseStep):
    """Gets the source's answer for the day, and keeps it with what the box's part sums to and its certificate.

    Where a source is read for a whole company, the first box asks and the others take what lies there; a box that
    took it before asks anew, since whoever runs a day again wants to see what changed. Waits until the day is over in
    the box's own zone when the schedule is ahead of it. An answer that is not whole never gets in: the hook raises
    first. One that the source's own figures contradict is kept, with both figures, and goes no further.
    """

    about = "the source's answer was being landed"
    reads = True
    operator_extra_links = (DayLink(), SourceLink())
    answers_for_it: str | None = None
    link = ""

    def execute(self, context: Any) -> dict[str, Any]:
        """As every step; a person who lets a vendor be asked in its business hours is put on the record by name."""
        run = context["dag_run"]
        if context["params"].get(IN_BUSINESS_HOURS):
            self.answers_for_it = run.triggering_user_name or run.run_id
        self.link = getattr(context.get("ti"), "log_url", "")
        return super().execute(context)

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """At most one question to the source, one snapshot for the box; none where what the file says cannot be."""
        from cierre.accounting_files.companies import tax_id_of
        from cierre.closing.landed_day import LandedDay
        from cierre.closing.wiring import invoice_source_of, source_hook, source_of
        from cierre.ledger import invoices, landing
        from cierre.ledger.landing import Place
        from operators import late_changes
        from operators.belonging import hold_against_ledger
        from operators.erp_site import say_where

        hook = source_hook(box, override_by=self.answers_for_it)
        identity = hold_against_ledger(box, day, ledger, hook.site)
        where = say_where(box, ledger)
        form_name = self._names_of_forms(box)
        place = Place(box.source, box.connection, source_of(box).landing_key(box.key), day)
        tells_of_invoices = invoice_source_of(box) is not None
        # What an invoice shows is read in one order: where that counts, all days of a place are landed one by one.
        alone = replace(place, business_date=date.min) if tells_of_invoices else place
        with landing.landing_alone(ledger, alone):
            if tells_of_invoices:
                # Of landings older than what is kept, or whose task died: what they show decides what is asked.
                with ledger.transaction():
                    changes = late_changes.keep(ledger, box, place)
                self._tell(box, changes)
            snapshot = self._lying_there(ledger, place, box, hook.site) or self._ask(ledger, place, box, hook)
            landed = LandedDay(box, day, snapshot.body, invoices.seen_before(ledger, snapshot))
            if whose := landed.anothers(tax_id_of(box.company)):
                raise refusal(box, day, ANOTHERS, whose=whose, connection=box.connection)
            claims = [*landed.claims(), *landed.notices()]
            with ledger.transaction():
                changes = late_changes.keep(ledger, box, place) if tells_of_invoices else late_changes.NONE
                totals = landed.control_totals()
                landing.take(ledger, box.id, day, snapshot.snapshot_id, totals, claims, key=identity.source_key)
        self._tell(box, changes)
        rows = sum(total.count for total in totals)
        for total in totals:
            what, net = kind_and_form(total.kind, form_name(total.form)), money(total.net, box.currency)
            self.log.info(say("The source says: {what}: {rows}, {net}.", what=what, rows=_rows(total.count), net=net))
        self.log.info(say("Snapshot {number} holds {rows} of the box.", number=snapshot.snapshot_id, rows=_rows(rows)))
        self._certificate(box, day, claims)
        return {"snapshot": snapshot.snapshot_id, "rows": rows} | where

    def _names_of_forms(self, box: CashBox) -> "Callable[[str], str]":
        """What the mapping calls the forms of payment. Tells now what would stop derive later, where the mapping is
        wrong; the day is landed all the same, since a source may not wait."""
        from cierre.accounting_files.findings import MappingError
        from cierre.accounting_files.loader import account_mapping

        try:
            return account_mapping(box.mapping).form_name
        except MappingError as wrong:
            self.log.error(say("Until this is mended, the task derive will stop:") + f"\n{wrong}")
            return str

    def _tell(self, box: CashBox, changes: "LateChanges") -> None:
        """Tells of days that were closed and are told otherwise now: in the log, and once to the company's people."""
        from cierre.alerts.people import tell
        from operators import late_changes

        if alert := late_changes.message(box, changes):
            self.log.warning(f"{alert.subject}\n{alert.happened}\n{alert.to_do}")
            tell(replace(alert, link=self.link))

    def vendor_connection(self, box: CashBox) -> str:
        """The source's."""
        return box.connection

    def rehearse(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """As ever: what a source said is kept, and moves nothing."""
        return self.close(box, day, ledger)

    def _lying_there(self, ledger: "psycopg.Connection", place: "Place", box: CashBox, site: str) -> "Snapshot | None":
        from cierre.ledger import landing

        day = place.business_date
        since = max(datetime.now(UTC) - SHARED_FOR, box.closes_at(day))
        snapshot = landing.lying_there(ledger, place, box.id, since, site)
        if snapshot:
            since = f"{snapshot.received_at.astimezone(box.zone):%Y-%m-%d %H:%M}"
            self.log.info(say("The answer of {since} is taken: one serves all boxes of the company.", since=since))
        return snapshot

    def _ask(self, ledger: "psycopg.Connection", place: "Place", box: CashBox, hook: "SourceHook") -> "Snapshot":
        from cierre.accounting_files.companies import tax_id_of
        from cierre.closing.wiring import invoice_source_of, knows_owner
        from cierre.ledger import landing
        from cierre.ports.errors import RetriableError
        from operators import late_changes

        try:
            if knows_owner(box):
                hook.must_be_of(tax_id_of(box.company))
            if invoice_source_of(box):
                since = hook.looks_back_to(place.business_date)
                hook.expected = late_changes.expected(ledger, box, place, since)
            answer = hook.fetch(box.key, place.business_date)
        except RetriableError as later:
            if (later.retry_after or 0) > PATIENCE.total_seconds():
                self._wait(later)
            raise
        return landing.land(
            ledger, place, asked=answer.asked, received_at=answer.received_at, body=answer.body, site=hook.site
        )

    def _wait(self, asked_for: "RetriableError") -> None:
        """Gives the worker back until the vendor may be asked again: after its business hours, on its next day."""
        from airflow.providers.standard.triggers.temporal import DateTimeTrigger

        moment = datetime.now(UTC) + timedelta(seconds=asked_for.retry_after or 0)
        until = f"{moment:%Y-%m-%d %H:%M} UTC"
        self.log.info(say("{why} This task waits until {until}.", why=asked_for, until=until))
        self.defer(trigger=DateTimeTrigger(moment=moment), method_name="resume")

    def _certificate(self, box: CashBox, day: date, claims: "Sequence[Claim]") -> None:
        """Tells the certificate; raises where it does not hold: a later answer may be whole."""
        for claim in claims:
            if claim.is_notice:
                self.log.warning(say("{claim}.", claim=claim))
            elif claim.holds:
                self.log.info(say("Certificate: {claim}.", claim=claim))
            elif claim.inner_rule:
                self.log.warning(say("Certificate: {claim}. Its rows are quarantined.", claim=claim))
            else:
                self.log.warning(say("Certificate: {claim}. It does NOT hold.", claim=claim))
        if broken := contradictions(claims):
            raise incomplete(AirflowException, box, day, broken)


def _rows(number: int) -> str:
    return counted(number, "{n} row", "{n} rows")


def incomplete(kind: type[AirflowException], box: CashBox, day: date, broken: "Sequence[Claim]") -> AirflowException:
    """An error of a certificate that does not hold: people are told both figures of each claim."""
    text = (
        "the source's own figures are not what came, so nothing is booked of it:\n{claims}\n"
        "The answer is kept in landing.snapshot. The source is asked again when the task land is cleared; if its"
        " figures go on differing, its people must say which are right."
    )
    failure = kind(f"{box.name}, {day}: {say(text, claims=listed(broken))}")
    failure.sentence = Sentence(text, claims=one_after_the_other(map(str, broken)))
    return failure
