"""All tables of a month, in the order in which people read them, read from the ledger as their rows are taken."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property

import psycopg

from cierre.accounting_files.arrivals import known_rules
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.companies import stale_after
from cierre.accounting_files.loader import mappings_folder
from cierre.bookkeeping.evidence import Posted, evidence
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.source_row import row_name
from cierre.language.regional import Regional
from cierre.ledger import journal as standing_journal, seals, tie_outs
from cierre.ledger.month import Correction, Month, Sent
from cierre.reports.cells import Cell
from cierre.reports.month import arrivals, deposits, signing
from cierre.reports.month.chains import Chains
from cierre.reports.month.journal import Journal
from cierre.reports.month.scope import Scope, own_tie_outs
from cierre.reports.tables import Table, money

JOURNAL = Sentence(
    "What the ERP holds with a date of the month, at the site that the boxes post to now; and the newest books of a day"
    " of which it holds nothing yet."
)

_STATES = {"watched": "closed and watched", "changed": "changed since close", "elsewhere": "closed elsewhere"}
"""The board's words for those days whose word in the ledger is another."""


class Tables:
    """A month's tables, anew at each iteration. Read the rows of each before those of the next: the totals are those of
    the journal that was read. Within cierre.ledger.seals.as_of_one_instant."""

    def __init__(self, ledger: psycopg.Connection, scope: Scope, _: Regional) -> None:
        self._ledger, self._scope, self._ = ledger, scope, _
        self._month = Month(ledger, scope.ids, scope.first, scope.last)
        self._chart, _wrong = read_chart(mappings_folder())
        self._journal = self._unread_journal()

    def __iter__(self) -> Iterator[Table]:
        self._journal = journal = self._unread_journal()
        yield from (self._about(), *signing.tables(self._ledger, self._scope, self._))
        yield from (journal.lines(), journal.totals(), journal.accounts(), self._days(), self._forms())
        yield deposits.table(self._ledger, self._scope, self._chart, self._)
        yield from arrivals.tables(self._ledger, self._scope, self._)
        yield from (self._corrections(), self._approvals(), self._quarantined(), self._answers(), self._sent())
        yield from (self._tie_outs(), self._heads())

    def lines(self) -> Table:
        """The journal's lines alone."""
        self._journal = self._unread_journal()
        return self._journal.lines()

    @property
    def entries(self) -> int:
        """How many entries of the journal were read last."""
        return self._journal.entries

    def _unread_journal(self) -> Journal:
        scope = self._scope
        entries = standing_journal.standing(self._ledger, scope.ids, scope.first, scope.last)
        return Journal(entries, self._chart, self._)

    @property
    def chains(self) -> Chains:
        """The boxes' chains."""
        return Chains(self._ledger, self._scope)

    @property
    def title(self) -> str:
        """The company or box, and the month."""
        scope = self._scope
        name = scope.company_name if scope.name == scope.company else f"{scope.company_name} · {scope.boxes[0].name}"
        return f"{name} · {self._.month(scope.first)}"

    def about(self) -> list[list[Cell]]:
        """What this is, of whom, and who took it when: pairs of a heading and a text."""
        _, scope = self._, self._scope
        return [
            [_("Company"), scope.company_name],
            *self._tax_id(),
            [_("Boxes"), ", ".join(f"{box.name} ({box.id})" for box in scope.boxes)],
            [_("Month"), _.month(scope.first)],
            [_("Taken by"), scope.by],
            [_("Taken at"), f"{scope.at.astimezone(scope.zone):%Y-%m-%d %H:%M:%S} {scope.zone.key}"],
            [_("Journal"), _(JOURNAL)],
            [_("ERP documents"), _("What was sent to that site with a date of the month.")],
            [_("Corrections"), _("Books that replaced others in the ERP; not those that wait or were refused.")],
            [_("Tie-out"), _("Of a company and branch of the ERP: here where all boxes that post there are in it.")],
            [_("Deposits to clear"), _(deposits.MEANING)],
            *self._of_arrivals(),
            [_("Other tables"), _("By business date, in the box's own currency. Instants are on the box's own clock.")],
        ]  # fmt: skip

    def _of_arrivals(self) -> list[list[Cell]]:
        _, scope = self._, self._scope
        looks = scope.name == scope.company and known_rules(scope.company) is not None
        return [[_("Arrived and on its way"), _(arrivals.MEANING)]] if looks else []

    def _tax_id(self) -> list[list[Cell]]:
        _ = self._
        return [[_("Tax number"), self._scope.tax_id]] if self._scope.tax_id else []

    def _about(self) -> Table:
        _ = self._
        return Table(_("About"), [self.title, ""], self.about(), name="about")

    def _days(self) -> Table:
        _ = self._
        return Table(
            _("Days"),
            [_("Box"), _("Business date"), _("State"), _("Documents"), _("Quarantined"), _("Booked"), _("Currency"),
             _("Revision"), _("First closed")],
            (
                [one.box, one.business_date, _(_STATES.get(one.state, one.state)), one.documents, one.quarantined,
                 money(one.booked, one.currency), one.currency, one.revision,
                 self._scope.local(one.box, one.first_closed_at)]
                for one in self._month.days()
            ),
            name="days",
        )  # fmt: skip

    def _forms(self) -> Table:
        _ = self._
        return Table(
            _("Money by form of payment"),
            [_("Box"), _("Kind"), _("Form"), _("Documents"), _("Money"), _("Currency")],
            (
                [one.box, _(one.kind.replace("_", " ")), self._scope.form_name(one.box, one.form), one.documents,
                 money(one.net, one.currency), one.currency]
                for one in self._month.money_by_form()
            ),
            name="money_by_form",
        )  # fmt: skip

    def _corrections(self) -> Table:
        _ = self._
        return Table(
            _("Corrections"),
            [_("Box"), _("Business date"), _("Revision"), _("Booked at"), _("Before"), _("Currency"), _("Now"),
             _("Currency"), _("Difference")],
            (
                [one.box, one.business_date, one.revision, self._scope.local(one.box, one.frozen_at),
                 money(one.booked_before, one.currency_before), one.currency_before, money(one.booked, one.currency),
                 one.currency, _difference(one)]
                for one in self._month.corrections()
            ),
            name="corrections",
        )  # fmt: skip

    def _approvals(self) -> Table:
        _ = self._
        return Table(
            _("Approvals"),
            [_("Box"), _("Business date"), _("Revision"), _("Question"), _("Asked"), _("Answer"), _("Answered"),
             _("By"), _("Comment")],
            (
                [one.box, one.business_date, one.revision, _(one.asked), self._scope.local(one.box, one.asked_at),
                 _(one.decision or "waiting for approval"), self._scope.local(one.box, one.decided_at), one.decided_by,
                 one.comment]
                for one in self._month.approvals()
            ),
            name="approvals",
        )  # fmt: skip

    def _quarantined(self) -> Table:
        _ = self._
        return Table(
            _("Quarantined rows"),
            [_("Box"), _("Business date"), _("Place"), _("Kind"), _("Form"), _("Reason"), _("Message"),
             _("Stops the day"), _("Money"), _("Currency")],
            (
                [one.box, one.business_date, _(row_name(one.place)), _(one.kind.replace("_", " ")),
                 self._scope.form_name(one.box, one.form), _(one.reason.replace("_", " ")), _(one.message),
                 _("yes") if one.blocking else _("no"), money(one.net, one.currency), one.currency]
                for one in self._month.quarantined()
            ),
            name="quarantine",
        )  # fmt: skip

    def _answers(self) -> Table:
        _ = self._
        return Table(
            _("Sources and certificates"),
            [_("Box"), _("Business date"), _("Source"), _("Snapshot"), _("Received"), _("Certificate"), _("Claims"),
             _("Do not hold"), "SHA-256"],
            (
                [one.box, one.business_date, one.source, one.snapshot_id, self._scope.local(one.box, one.received_at),
                 _(one.state or "unattested"), one.claims, one.broken, one.sha256]
                for one in self._month.answers()
            ),
            name="landed",
        )  # fmt: skip

    def _sent(self) -> Table:
        _ = self._
        return Table(
            _("ERP documents"),
            [_("Box"), _("Date in the ERP"), _("Business date"), _("Entry"), _("Reversal"), _("Company and branch"),
             _("Lot"), _("Sublot"), _("Document"), _("State"), _("Evidence"), _("Since"), _("Amount"), _("Currency"),
             _("Sent")],
            (
                [one.box, one.entry_date, one.business_date, one.entry_key, _("yes") if one.reversal else "",
                 one.tenant, one.lot, one.sublot, one.document, _(one.state), *self._evidence(one),
                 money(one.total, one.currency), one.currency, self._scope.local(one.box, one.claimed_at)]
                for one in self._month.sent()
            ),
            name="erp_documents",
        )  # fmt: skip

    def _evidence(self, one: Sent) -> list[Cell]:
        """On what evidence a document is known to stand in the ERP, and since when."""
        if one.state != "confirmed" or one.decided_at is None:
            return [None, None]
        known = evidence([Posted(one.decided_at, one.verified_at)], self._scope.at, self._stale_after)
        return [self._(known.grade), self._scope.local(one.box, known.since)] if known else [None, None]

    @cached_property
    def _stale_after(self) -> timedelta:
        return stale_after(self._scope.company)

    def _tie_outs(self) -> Table:
        _, zone = self._, self._scope.zone
        return Table(
            _("Tie-out"),
            [_("Company and branch"), _("State"), _("Read"), _("Account"), _("Currency"), _("Posted"),
             _("In the ERP, our lots"), _("Difference"), _("Other lots")],
            (
                [known.month.tenant.strip(), _(known.state.word),
                 known.read_at.astimezone(zone).replace(microsecond=0), *row]
                for known in own_tie_outs(self._ledger, self._scope)
                for row in self._tied_out(known.tie_out_id)
            ),
            name="tie_out",
        )  # fmt: skip

    def _tied_out(self, tie_out_id: int) -> list[list[Cell]]:
        """What was found by account; one empty row where the ERP does not say."""
        return [
            [one.account, one.currency, money(one.posted, one.currency), money(one.erp, one.currency),
             money(one.difference, one.currency), money(one.other_lots, one.currency)]
            for one in tie_outs.accounts(self._ledger, tie_out_id)
        ] or [[None] * 6]  # fmt: skip

    def _heads(self) -> Table:
        _ = self._
        return Table(
            _("Heads of the chains"),
            [_("Box"), _("Links"), _("Head")],
            ([head.box, head.links, head.hash] for head in sorted(seals.heads(self._ledger, self._scope.ids))),
            name="heads",
        )


def _difference(one: Correction) -> Cell:
    same = one.currency == one.currency_before or None in (one.currency, one.currency_before)
    return money(one.booked - one.booked_before, one.currency or one.currency_before) if same else None
