"""Audit: whether the books are still what was sealed, each day, and the heads of the chains noted where nobody of here
can change them."""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseOperator, Variable
from airflow.sdk.exceptions import AirflowFailException

from cierre.accounting_files.companies import language_of
from cierre.closing.names import NO_COMPANY
from cierre.language.say import in_language, say
from cierre.ledger.connection import APPLICATION, open_ledger, reader, signing_key

HEADS = "ledger_heads"
"""The Airflow variable that says where heads are noted: a folder as Airflow's object storage has them (s3://, file://)."""


class AuditOperator(BaseOperator):
    """Audits the whole ledger as the reader, against what was noted the last time (cierre.reports.audit), and keeps in
    the ledger what it found: a month's checklist asks for it."""

    template_fields = ()

    def execute(self, context: Any) -> dict[str, int]:
        """Returns how many links were checked. Raises AirflowFailException with everything that is wrong."""
        from airflow.sdk import ObjectStoragePath

        from cierre.ledger import month_facts, revisions, tie_outs
        from cierre.ledger.signing import public_key
        from cierre.reports import heads
        from cierre.reports.audit import audit

        kept_at = Variable.get(HEADS, default=None)
        folder = ObjectStoragePath(kept_at) if kept_at else None
        key = signing_key()
        with in_language(language_of(NO_COMPANY)), open_ledger(reader()) as ledger:
            ledger_id = revisions.ledger_id(ledger)
            noted = heads.last_noted(folder, ledger_id) if folder else []
            began = tie_outs.now(ledger)
            found = audit(ledger, noted, key and public_key(key))
            now = datetime.now(UTC)
            written = heads.written(found.heads, ledger_id, now)
            self.log.info(written)
            links = sum(chain.links for chain in found.chains)
            broken = [chain.box for chain in found.chains if chain.broken]
            with open_ledger(APPLICATION) as own:
                month_facts.keep_audit(own, began, links, broken, len(found.wrong))
            wrong = [*(chain.broken for chain in found.chains if chain.broken), *found.wrong]
            if wrong:
                told = "The books are not what was sealed:\n{wrong}"
                raise AirflowFailException(say(told, wrong="\n".join(map(say, wrong))))
            if folder and found.heads:
                heads.note(folder, ledger_id, written, now)
        return {"links": links}
