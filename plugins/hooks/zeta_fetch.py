"""Which calls a company's day takes, and no more than those (zeta.seed.txt, Metodología Esperada de Uso)."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hooks.zeta_filters import whole_day
from hooks.zeta_landing import body, of_day
from hooks.zeta_lines import by_invoice, lacking
from hooks.zeta_shapes import DETAILS, invoice_id
from hooks.zeta_wire import Row
from store.vendor_calls import KeptAnswer

if TYPE_CHECKING:
    from hooks.zeta import ZetaHook


def day_of_company(hook: "ZetaHook", day: date) -> tuple[dict[str, str], str]:
    """What was asked for a day, and the text to be landed. Raises as the hook's reads do: there is no half a day."""
    about = f"{hook.company}, {day}"
    month = hook.sales(day.year, day.month)
    sales = of_day(month, day, about)
    pages = hook.sales_pages(whole_day(day))
    kept, lines, singly = _lines(hook, day, sales, about) if sales else (None, {}, [])
    single_lines = [line for id in singly for line in hook.sale_details(id)]
    asked = {"Ventas": f"{day:%Y-%m}", "QueryVentas": f"{whole_day(day)} ({len(pages)} pages)"}
    if kept:
        asked["VentasDetalladas"] = f"{day:%Y-%m}, snapshot {kept.snapshot_id} of {kept.received_at.isoformat()}"
    if singly:
        asked["VentaDetallada"] = ", ".join(singly)
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
    )
    return asked, text


def _lines(
    hook: "ZetaHook", day: date, sales: list[Row], about: str
) -> tuple[KeptAnswer | None, dict[str, list[Row]], list[str]]:
    """The month's landed lines by sale, and the sales whose lines must be asked for one by one.

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
