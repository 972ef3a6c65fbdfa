"""The document of an invoice: how it stands in the books, as a PDF."""

from collections.abc import Sequence
from decimal import Decimal

from cierre.bookkeeping.journal import Side
from cierre.language.language import Language
from cierre.ledger.served_invoices import Booking, Invoice
from cierre.reports.pdf import Paper
from cierre.reports.tables import Table, money
from cierre.served_invoices.answers import COLUMNS


def sheet(invoice: Invoice, bookings: Sequence[Booking], company: str, currency: str, language: Language) -> bytes:
    """The file: the invoice's fields, then the journal's lines behind it, with the ERP's documents."""
    _ = language
    paper = Paper(_("Invoice {number} in the books", number=invoice.number), _, company)
    for column in COLUMNS:
        value = column.value(invoice)
        if isinstance(value, Decimal):
            value = f"{_.money(value, currency)} {currency}"
        paper.line(f"{column.name}: {value or ''}")
    # No stream: what is not posted yet has no document's number.
    rows = [
        (
            str(one.entry_date),
            "-".join(filter(None, (one.lot, one.sublot, one.erp_document))),
            one.account,
            _(Side(one.side).name.lower()),
            money(one.amount, one.currency),
            one.currency,
            one.history,
        )
        for one in bookings
    ]
    head = [_("Date"), _("ERP document"), _("Account"), _("Side"), _("Amount"), _("Currency"), _("History")]
    paper.table(Table(_("Journal lines"), head, rows))
    return paper.content()
