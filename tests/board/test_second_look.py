"""What a look at a closed day found stands on the grid and on the day's page, in the reader's language."""

from datetime import UTC, datetime, timedelta

from cierre.accounting_files.loader import cash_boxes
from cierre.bookkeeping.second_look import Outcome, changes
from cierre.ledger import landing, looks
from support import closed_day

BOX = cash_boxes()["itb_caja_164"]
DAY = datetime.now(UTC).date() - timedelta(days=4)
HERE = f"/boxes/{BOX.id}/{DAY}"


def look(ledger, *amounts: str, euros: str = "") -> None:
    """Looks at the day, which was closed with two payments, and finds these; ``euros``, a third payment, is gone."""
    before = [closed_day.document(BOX, DAY, number, net) for number, net in enumerate(("20.00", "30.00"))]
    after = [closed_day.document(BOX, DAY, number, net) for number, net in enumerate(amounts)]
    if euros:
        before.append(closed_day.document(BOX, DAY, 2, euros)._replace(currency="EUR"))
    found = changes(before, after, own_ids=lambda kind: True)
    taken = landing.taken(ledger, BOX.id, DAY)
    outcome = Outcome.PROPOSED if found else Outcome.UNCHANGED
    looks.keep(
        ledger, BOX.id, DAY, compared_to=taken.snapshot_id, snapshot_id=None, found=found, outcome=outcome,
        tell=["itb"],
    )  # fmt: skip


def test_a_day_that_changed_says_which_documents_and_by_how_much(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("30.00", "1"))
    look(ledger, "25.50")
    grid = login().get("/", params={"month": f"{DAY:%Y-%m}"}).text
    assert f'<td class=h><a href=boxes/{BOX.id}/{DAY} title="cambió tras el cierre: 2 documentos, -24,50' in grid
    page = login().get(HERE).text
    section = page.partition('id="since"')[2].partition("</section>")[0]
    for words in ("Cambios desde el cierre", "ya no está", "cambió", "25,50", "-30,00", "espera la aprobación"):
        assert words in section


def test_what_changed_in_two_currencies_is_added_up_for_each(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("30.00", "1"))
    look(ledger, "25.50", euros="10.00")
    grid = login().get("/", params={"month": f"{DAY:%Y-%m}"}).text
    assert 'title="cambió tras el cierre: 3 documentos, -10,00 EUR, -24,50' in grid


def test_a_day_that_is_again_as_it_was_booked_is_closed_and_says_nothing(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("30.00", "1"))
    look(ledger, "25.50")
    look(ledger, "20.00", "30.00")
    assert f"<td class=c><a class=acknowledged href=boxes/{BOX.id}/{DAY}" in login().get("/").text
    assert 'id="since"' not in login().get(HERE).text


def test_a_day_that_is_read_anew_has_no_look_any_more(login, ledger):
    closed_day.close(ledger, BOX, DAY, ("20.00", "1"), ("30.00", "1"))
    look(ledger, "25.50")
    closed_day.stage(ledger, BOX, DAY, ("25.50", "1"))
    assert looks.newest(ledger, BOX.id, DAY) is None
    assert 'id="since"' not in login().get(HERE).text
