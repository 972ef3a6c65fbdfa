"""Which calls a company's day takes, and no more than those (zeta.seed.txt, Metodología Esperada de Uso)."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from cierre.ports.allowance import KeptAnswer
from hooks.zeta.limits import CountedCalls
from hooks.zeta.lines import by_invoice, lacking
from hooks.zeta.questions import ReceiptsFilter, SalesFilter, whole_day
from hooks.zeta.settings import Settings
from hooks.zeta.snapshot import Landing, body, how_receipts_are_read, of_day, whole
from hooks.zeta.wire import Row, encode
from hooks.zeta.words import DETAILS, invoice_id


class Company(Protocol):
    """A company's sales as Zeta tells them. ``hooks.zeta.hook.ZetaHook`` is one, and says what each question raises and
    which of them count."""

    settings: Settings

    @property
    def company(self) -> str:
        """EmpresaCodigo."""

    @property
    def calls(self) -> CountedCalls:
        """The company's calls that count."""

    def sales(self, year: int, month: int) -> list[Row]:
        """Ventas: a month's sales."""

    def sales_pages(self, asked: SalesFilter) -> list[list[Row]]:
        """QueryVentas, page by page."""

    def receipts(self, asked: ReceiptsFilter) -> list[list[Row]]:
        """Recibos de Cobranza, page by page."""

    def kept_details(self, year: int, month: int) -> KeptAnswer | None:
        """The newest stored answer of VentasDetalladas for a month."""

    def newer_details(self, year: int, month: int, *, beyond: KeptAnswer | None) -> KeptAnswer | None:
        """A newer answer than that, by the day's one call if need be."""

    def lines_of(self, kept: KeptAnswer) -> list[Row]:
        """The rows of a stored answer of VentasDetalladas."""

    def sale_details(self, invoice: str) -> list[Row]:
        """VentaDetallada: the lines of one sale."""


def day_of_company(hook: Company, day: date) -> tuple[dict[str, str], str]:
    """What was asked for a day, and the text to be landed. Raises as the hook's reads do: there is no half a day."""
    about = f"{hook.company}, {day}"
    month = hook.sales(day.year, day.month)
    sales = of_day(month, day, about)
    pages = hook.sales_pages(whole_day(day))
    kept, lines, singly = _lines(hook, day, sales, about) if sales else (None, {}, [])
    single_lines = _one_by_one(hook, singly)
    receipts = _receipts(hook, day)
    asked = {"Ventas": f"{day:%Y-%m}", "QueryVentas": f"{whole_day(day)} ({len(pages)} pages)"}
    if kept:
        asked["VentasDetalladas"] = f"{day:%Y-%m}, snapshot {kept.snapshot_id} of {kept.received_at.isoformat()}"
    if singly:
        asked["VentaDetallada"] = ", ".join(singly)
    if hook.settings.receipts != "off":
        asked["RecibosCobranza"] = f"{day} ({len(receipts)} pages)"
    text = body(
        day=day,
        asked=asked,
        currencies=hook.settings.currencies,
        of_month=len(month),
        sales=sales,
        pages=pages,
        lines=[line for sale in sales if (id := invoice_id(sale)) not in singly for line in lines.get(id, ())],
        snapshot=kept.snapshot_id if kept else None,
        singly=singly,
        single_lines=single_lines,
        vouchers={"types": hook.settings.voucher_types, "codes": hook.settings.vouchers},
        receipts=how_receipts_are_read(hook.settings, day, receipts),
    )
    return asked, text


def still_says(hook: Company, month: list[Row], landed: Landing, day: date) -> bool:
    """Whether the sales of a day, in Ventas of its ``month``, and its receipts, where the connection reads them, are
    those that were landed. Lines of sales are not looked at: what changes them changes the sale's total."""
    if _by_id(of_day(month, day, f"{hook.company}, {day}")) != _by_id(landed.sales):
        return False
    landed_pages = landed.receipts.pages if landed.receipts else []
    return [encode(page) for page in _receipts(hook, day)] == [encode(page) for page in landed_pages]


def _by_id(sales: list[Row]) -> dict[str, bytes]:
    return {invoice_id(sale): encode(sale) for sale in sales}


def _one_by_one(hook: Company, invoices: list[str]) -> list[Row]:
    """The lines of sales that are asked for one by one, several at once; in the order of the sales."""
    if not invoices:
        return []
    with ThreadPoolExecutor(max_workers=hook.settings.details_at_once) as workers:
        # Each in the language of the run that asks.
        asking = [workers.submit(copy_context().run, hook.sale_details, invoice) for invoice in invoices]
        try:
            return [line for asked in asking for line in asked.result()]
        finally:
            workers.shutdown(cancel_futures=True)


def _receipts(hook: Company, day: date) -> list[list[Row]]:
    """The day's receipts, page by page, those that are not issued after the others; none where they are not read.

    Raises RetriableError where one was issued between the two questions.
    """
    if hook.settings.receipts == "off":
        return []
    # Asked in this order, such a receipt comes twice; in the other it would come not at all, and nobody would know.
    not_issued = hook.receipts(ReceiptsFilter(since=day, until=day, issued="N"))
    pages = hook.receipts(ReceiptsFilter(since=day, until=day, issued="S")) + not_issued
    whole(pages, day, day, f"receipts of {hook.company}, {day}")
    return pages


def _lines(
    hook: Company, day: date, sales: list[Row], about: str
) -> tuple[KeptAnswer | None, dict[str, list[Row]], list[str]]:
    """The month's stored lines by sale, and the sales whose lines must be asked for one by one.

    One monthly answer serves every box and every day that was over when it was asked for, and the sales that changed
    since are few: so the day's one call is made only where no answer covers this day, or too many sales lack lines.
    """
    period = (day.year, day.month)
    kept = hook.kept_details(*period)
    if kept is None or kept.claimed_at < _end_of(day, hook.settings.timezone):
        kept = hook.newer_details(*period, beyond=kept) or kept
    lines = by_invoice(hook.lines_of(kept)) if kept else {}
    singly = lacking(sales, lines)
    if len(singly) > hook.settings.single_details:
        kept = hook.newer_details(*period, beyond=kept) or kept
        lines = by_invoice(hook.lines_of(kept)) if kept else {}
        singly = lacking(sales, lines)
    if len(singly) > hook.settings.single_details:
        why = f"{about}: {len(singly)} sales lack their lines, more than may be asked for one by one"
        raise hook.calls.used_up(DETAILS, why)
    return kept, lines, singly


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
