"""The addresses of the board and of the SGE's interface, each with a value for every place in it, for tests that walk
them all."""

from datetime import date

from fastapi.routing import APIRoute

from cierre.board.app import app
from cierre.bookkeeping.cash_box import CashBox
from cierre.served_invoices.app import app as sge


def addresses(box: CashBox, day: date) -> list[tuple[str, str]]:
    """Every method and address of the board, sorted. A new name in an address needs its value here."""
    values = {
        "box_id": box.id, "day": str(day), "form": "csv", "entry_id": "1", "line": "1", "snapshot_id": "1",
        "place": "0/PAGOS/0", "name": "board.css", "code": "es", "tie_out_id": "1", "match_id": "1",
        "month": "2024-09", "company": box.company, "mapping": box.mapping, "proposal_id": "1",
        "kind": "box", "subject": box.id,
    }  # fmt: skip
    found = []
    for route in app.routes:
        assert isinstance(route, APIRoute), route
        address = route.path.replace(":path", "").format(**values)
        found += [(method, address) for method in route.methods]
    return sorted(found)


def sge_addresses() -> list[str]:
    """Every address of the SGE's interface, sorted: each can only be read."""
    found = []
    for route in sge.routes:
        assert isinstance(route, APIRoute), route
        assert route.methods == {"GET"}, route
        found.append(route.path.format(id="1"))
    return sorted(found)
