"""What a person decides on, out of the ledger: read only, so that the step that asks and the board show the same."""

from collections.abc import Collection, Set

import psycopg

from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.loader import mappings_folder
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.facts import Basis, DocumentFact, Facts, account_facts, why
from cierre.bookkeeping.second_look import Change, Code
from cierre.ledger import master_data, moved_documents, revisions
from cierre.ledger.moved_documents import MovedDocument
from cierre.ledger.revisions import Revision

MOST_DOCUMENTS = 50
"""How many documents a request names: those that move the most money."""


def facts(ledger: psycopg.Connection, box: CashBox, revision: Revision) -> Facts:
    """What posting a revision of a box's day would change in the ERP, by account and by document."""
    before, after = revisions.superseded(ledger, revision), revisions.bookings(ledger, revision)
    was = [revisions.journal_entry(ledger, entry) for entry in before]
    will_be = [revisions.journal_entry(ledger, entry) for entry in after]
    names = account_names(ledger, box, {line.account for entry in (*was, *will_be) for line in entry.lines})
    accounts = account_facts(was, will_be, names)
    if not before:
        return Facts(accounts, replaces=False)
    currency = (after or before)[0].currency
    moved = moved_documents.moved(ledger, box.id, revision.business_date, before, after, MOST_DOCUMENTS)
    bases = moved_documents.bases(ledger, {entry.revision_id for entry in before})
    (now,) = moved_documents.bases(ledger, {revision.revision_id})
    documents = tuple(_document(one, currency, bases, now) for one in moved)
    return Facts(accounts, True, documents, moved[0].in_all if moved else 0)


def account_names(ledger: psycopg.Connection, box: CashBox, codes: Set[str]) -> dict[str, str]:
    """What the ERP calls accounts of a box's tenant, else what the accountants' chart calls them, by their codes."""
    by_erp = master_data.account_names(ledger, box.erp.connection, box.erp.tenant, codes)
    if codes <= by_erp.keys():
        return by_erp
    chart, _ = read_chart(mappings_folder())
    known = chart.accounts or {}
    return {code: known[code].name for code in codes if code in known} | by_erp


def _document(moved: MovedDocument, currency: str, before: Collection[Basis], after: Basis) -> DocumentFact:
    code = Code.CAME if moved.before is None else Code.WENT if moved.after is None else Code.CHANGED
    fields = tuple(moved.amounts or moved.accounts)
    change = Change(
        code, moved.document_key, Kind(moved.kind), moved.form, moved.reference, currency, moved.before, moved.after,
        moved.moved, fields,
    )  # fmt: skip
    return DocumentFact(change, why(change, amounts_differ=bool(moved.amounts), before=before, after=after))
