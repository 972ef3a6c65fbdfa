"""What the ledger says of a day, as a table for people."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from rich.table import Table
from rich.text import Text

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.companies import stale_after
from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.money import quantum
from cierre.closing.arrivals import Sign
from cierre.language.say import amount_of, count, money, say
from cierre.ledger.overview import BoxDay
from cierre.reports.plain_console import coloured

Signs = Mapping[str, Sign]
"""How the money of a day's forms of payment stands at the bank, of those whose money is looked at."""


def table(
    day: date,
    boxes: Mapping[str, CashBox],
    found: Mapping[str, BoxDay],
    signs: Mapping[str, Signs] | None = None,
) -> Table:
    """The table that ends the demo: a row for each cash box, whether or not the ledger found anything for its day.
    ``signs`` are by box; money without one looks as it is."""
    shown = Table(title=say("Cash boxes on {day}", day=str(day)), show_lines=True)
    shown.add_column(say("Cash box"))
    shown.add_column(say("Documents"), justify="right")
    shown.add_column(say("Money by form of payment"))
    shown.add_column(say("Journal total"), justify="right")
    for heading in (say("ERP documents"), say("State")):
        shown.add_column(heading)
    for box in boxes.values():
        box_day = found.get(box.id)
        if box_day is None:
            shown.add_row(box.name, "", "", "", "", coloured(say("not closed"), "red"))
        else:
            shown.add_row(box.name, *_cells(box, box_day, (signs or {}).get(box.id, {})))
    return shown


def all_green(boxes: Mapping[str, CashBox], found: Mapping[str, BoxDay]) -> bool:
    """Whether every cash box's day is reconciled, or had no activity."""
    return all(box in found and found[box].closed for box in boxes)


def _cells(box: CashBox, box_day: BoxDay, signs: Signs) -> list[str | Text]:
    documents = count(box_day.documents)
    if box_day.quarantined:
        documents += "\n" + say("{n} quarantined", n=count(box_day.quarantined))
    currency = box_day.currency or box.currency
    colour = "green" if box_day.closed else "red"
    state = say(box_day.word)
    if grade := box_day.grade(datetime.now(UTC), stale_after(box.company)):
        state += f"\n{say(grade)}"
    if box_day.watched_until:
        state += "\n" + say("watched until {when} UTC", when=f"{box_day.watched_until:%d/%m %H:%M}")
    return [
        documents,
        _money(box, box_day, signs),
        money(box_day.journal_total, currency),
        "\n".join(box_day.erp_documents) or say("none"),
        coloured(state, colour),
    ]


def _money(box: CashBox, box_day: BoxDay, signs: Signs) -> str:
    names, currency = _form_names(box), box_day.currency or box.currency
    by_number = sorted(box_day.money_by_form.items(), key=lambda item: _number(item[0]))
    amounts = {form: amount_of(amount.quantize(quantum(currency))) for form, amount in by_number}
    width = max(map(len, amounts.values()), default=0)
    return "\n".join(
        f"{amount:>{width}}  {names.get(form, say('form {form}', form=form))}{_sign(signs.get(form))}"
        for form, amount in amounts.items()
    )


def _sign(sign: Sign | None) -> str:
    """Booked, or booked and arrived; nothing of money that nobody looks at."""
    if sign is None:
        return ""
    return " ✓" if sign.arrived is None or sign.changed else " ✓✓"


def _form_names(box: CashBox) -> Mapping[str, str]:
    try:
        return account_mapping(box.mapping).form_names
    except MappingError:
        return {}  # the close itself says what is wrong with the mapping; the numbers are still worth showing


def _number(form: str) -> tuple[int, str]:
    return (int(form), "") if form.isdigit() else (0, form)
