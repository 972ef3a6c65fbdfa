"""An SGE in memory, behind the real hook: its invoices as they stand at the moment, and every call that is made."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from cierre.ports.errors import DataError
from hooks.sge.hook import SgeHook
from hooks.sge.wire import Pages
from support.sge_landings import COLUMNS, detail, invoice


class SgeSite:
    """What the SGE shows now. ``asked`` are the calls, by what they are for: a path, or the id of an invoice."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []

    def shows(self, id: str, issued_on: date, collected: Any = 0, on: date | None = None, **changes: Any) -> None:
        """An invoice, as support.sge_landings makes it, from now on like this."""
        self.show(invoice(id, issued_on, collected, on, **({"project": "123456"} | changes)))

    def show(self, row: dict[str, Any]) -> None:
        self.rows[row["id"]] = row

    def removes(self, id: str) -> None:
        del self.rows[id]

    def answer_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every SGE hook asks here."""
        monkeypatch.setattr(SgeHook, "column_pages", lambda hook, q: self._pages("columns", COLUMNS))
        monkeypatch.setattr(SgeHook, "pages", lambda hook, path, q, s: self._pages(path, self._found(path, q)))
        monkeypatch.setattr(SgeHook, "invoice_text", lambda hook, id: self._detail(id))

    def _found(self, path: str, q: str) -> Iterable[dict[str, Any]]:
        if path != "/facturas-emitidas":
            return []
        project = q.split('"')[1]
        first, last = (date.fromisoformat(text[:10]) for text in q.split('"')[3:6:2])
        # The bounds are the instants at which days of Madrid begin and end: the first is of the evening before.
        return [
            row
            for row in self.rows.values()
            if row["proyectoId"] == project and first < date.fromisoformat(row["columnas"]["1"]) <= last
        ]

    def _pages(self, about: str, rows: Iterable[dict[str, Any]]) -> Pages:
        self.asked.append(about)
        pages, rows = Pages(about), list(rows)
        pages.add(json.dumps(rows), rows, {"X-Total-Count": str(len(rows)), "X-Page-Count": "1"}, None)
        return pages

    def _detail(self, id: str) -> str:
        self.asked.append(id)
        if id not in self.rows:
            raise DataError(f"invoice {id}: there is none", vendor="SGE", status=404)
        return json.dumps(detail(self.rows[id]))
