"""What is told when a source's answer for a whole company has rows of a till that belongs to none of the cash boxes."""

from collections.abc import Mapping
from datetime import date

import psycopg

from cierre.alerts.alert import Alert
from cierre.alerts.people import deliver
from cierre.bookkeeping.cash_box import CashBox
from cierre.closing.belonging import keys_and_rows
from cierre.language.say import say
from cierre.ledger import overview
from cierre.ledger.session import alone

TOLD = "key of no cash box"

HAPPENED = (
    "The answer of connection {connection} for {day} has rows of keys that no cash box's file has: {keys}. No box books"
    " them; the other boxes are closed as always."
)
TO_DO = (
    "If such a till is the company's and is to be closed here, make a cash box of its key, or correct the key in the"
    " file of its box, and close the days since then. If it is closed elsewhere, nothing: each key is told once."
)


def tell_new_keys(ledger: psycopg.Connection, box: CashBox, day: date, keys: Mapping[str, int], link: str) -> None:
    """Tells a box's company of the keys in its answer (with the number of their rows) that belong to no box, each once;
    ``link`` leads to the step's log. Landings of many boxes do it at the same time: each waits for the others."""
    with alone(ledger, "keys of no box are told"):
        told = {key for key, _ in overview.told(ledger, TOLD, date.min)}
        new = {key: rows for key, rows in keys.items() if _named(box, key) not in told}
        if not new:
            return
        delivery = deliver(_alert(box, day, new, link))
        if delivery.told or not delivery.failed:
            overview.note_told(ledger, TOLD, [(_named(box, key), day) for key in new])


def _named(box: CashBox, key: str) -> str:
    return f"{box.source}|{box.connection}|{key[:100]}"


def _alert(box: CashBox, day: date, keys: Mapping[str, int], link: str) -> Alert:
    told = {"connection": box.connection, "day": day, "keys": keys_and_rows(keys)}
    return Alert(
        company=box.company,
        subject=say("{connection}: money of a till that is no cash box here", **told),
        happened=say(HAPPENED, **told),
        to_do=say(TO_DO),
        link=link,
        boxes=[box.id],
    )
