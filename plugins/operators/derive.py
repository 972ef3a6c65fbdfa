"""Derive: documents and mapping make balanced journal entries, frozen in the ledger."""

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk.bases.skipmixin import XCOM_SKIPMIXIN_KEY, XCOM_SKIPMIXIN_SKIPPED
from airflow.sdk.exceptions import DownstreamTasksSkipped

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.money import ZERO
from cierre.language.say import counted, listed, money, say
from operators.step import CashCloseStep, refusal
from operators.trouble import is_told

if TYPE_CHECKING:
    import psycopg

APPROVE = "approve"
"""The id of the step that asks a person."""


class DeriveOperator(CashCloseStep):
    """Books the staged documents by the box's mapping. Reports every problem at once; with any, nothing is frozen.

    Where nobody has to approve the day, Airflow is told to skip the step approve, which so costs no process.
    """

    inherits_from_skipmixin = True  # Airflow then asks this step, when approve is cleared, whether it is to be skipped.
    asks = True
    said: dict[str, Any]

    def execute(self, context: Any) -> dict[str, Any]:
        """As every step."""
        self.said = super().execute(context)
        return self.said

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Airflow calls this after ``execute``; what that returned is kept here where the next step is skipped."""
        if not self.asks:
            context["ti"].xcom_push("return_value", self.said)
            context["ti"].xcom_push(XCOM_SKIPMIXIN_KEY, {XCOM_SKIPMIXIN_SKIPPED: [APPROVE]})
            raise DownstreamTasksSkipped(tasks=[APPROVE])

    about = "the journal was being derived"

    def close(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Derives the day's entries and freezes them as a revision, unless the current one already says the same."""
        from cierre.accounting_files.loader import account_mapping
        from cierre.accounting_files.periods import open_from
        from cierre.bookkeeping.derive import derive
        from cierre.ledger import approvals, capabilities, problems, revisions, staging
        from cierre.reports.snippet import snippet
        from operators.belonging import booking_alone, hold_documents_against_ledger, hold_lot_against_ledger
        from operators.erp_site import erp_site

        snapshot_id = staging.snapshot_of(ledger, box.id, day)
        if snapshot_id is None:
            raise refusal(box, day, "nothing was staged yet; clear the task stage of this run")
        if staging.blocking(ledger, box.id, day):
            raise refusal(
                box,
                day,
                "rows in staging.quarantined stop the day; the task stage says which and why",
            )
        mapping = account_mapping(box.mapping)
        hold_lot_against_ledger(box, day, ledger)
        documents = staging.documents(ledger, box.id, day)
        try:
            lines = capabilities.of(ledger, box.erp.connection, box.erp.tenant).lines_an_entry
            derivation = derive(documents, mapping, box, day, max_lines=lines)
        except ValueError as mismatch:
            if not is_told(mismatch):
                raise
            raise refusal(box, day, "{why}", why=mismatch) from mismatch
        problems.replace(ledger, box.id, day, mapping.name, derivation.problems)
        if derivation.problems:
            raise refusal(
                box,
                day,
                "the mapping {mapping} cannot book the day, so nothing is posted:\n{problems}\n"
                "{lines}\nMend the mapping, then clear the task derive of this run.",
                mapping=mapping.name,
                problems=listed(derivation.problems),
                lines=snippet(mapping, derivation.problems),
            )
        with booking_alone(box, day, ledger, snapshot_id):
            hold_documents_against_ledger(box, day, ledger, snapshot_id, documents)
            revision, new = revisions.freeze(
                ledger,
                box=box.id,
                day=day,
                snapshot_id=snapshot_id,
                mapping=mapping.name,
                mapping_digest=mapping.digest,
                tenant=box.erp.tenant,
                lot=box.erp.lot,
                entries=derivation.entries,
                documents={document.key: document for document in documents},
                open_from=open_from(box.erp.tenant),
                site=erp_site(box),
            )
        total = sum((entry.debit for entry in derivation.entries), ZERO)
        made = {
            "documents": counted(len(documents), "{n} document", "{n} documents"),
            "entries": counted(len(derivation.entries), "{n} journal entry", "{n} journal entries"),
            "total": money(total, box.currency),
            "revision": revision.revision,
        }
        if new:
            self.log.info(say("Booked {documents} in {entries}, {total} in all: revision {revision}, new.", **made))
        else:
            self.log.info(
                say("Booked {documents} in {entries}, {total} in all: revision {revision}, as before.", **made)
            )
        self.asks = bool(approvals.unapproved(ledger, box, revision))
        if not self.asks:
            self.log.info(say("Revision {revision} needs nobody's approval.", revision=revision.revision))
        return {"revision": revision.revision, "new": new, "entries": len(derivation.entries), "total": str(total)}

    def rehearse(self, box: CashBox, day: date, ledger: "psycopg.Connection") -> dict[str, Any]:
        """Shows in the log the journal that the newest answer would make; nothing is frozen."""
        from cierre.accounting_files.charts import read_chart
        from cierre.accounting_files.loader import account_mapping, mappings_folder
        from cierre.reports.preview import as_text, journal_table
        from cierre.reports.staged import derived

        self.asks = False
        mapping = account_mapping(box.mapping)
        chart, _ = read_chart(mappings_folder())
        shown = derived(ledger, box, day, mapping, newest=True)
        for held in shown.held:
            self.log.warning(say("In quarantine, so the day would stop: {row}", row=held))
        table = as_text(journal_table(shown.derivation, shown.documents, mapping, chart))
        self.log.info(
            say("What would be posted, by the mapping {mapping}:\n{journal}", mapping=mapping.name, journal=table)
        )
        total = sum(entry.debit for entry in shown.derivation.entries)
        return {"entries": len(shown.derivation.entries), "total": str(total), "stops": bool(shown.held)}
