"""Personal values through all steps: nobody who only looks can find one, and after an erasure days go on as before."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from cierre.bookkeeping.personal import is_token
from cierre.ledger import personal, session
from cierre.ledger.personal import By
from cierre.ledger.privileges import TABLES, VIEWS
from cierre.reports.audit import audit
from fuzz.people import PERSONAL

DAY = date(2024, 9, 6)
BOXES = ("itb_caja_164", "austral_oficina_1", "itb_uruguay_1_1", "universidad_contratos")


@pytest.fixture
def closed(close, sandbox):
    """A day of each source, closed."""
    sandbox.sge.set(today=DAY)
    for box in BOXES:
        assert close(box, DAY).all()["state"] == "reconciled"


def whole_answers(ledger) -> Iterator[Any]:
    rows = ledger.execute("SELECT snapshot_id, body FROM landing.snapshot JOIN landing.body USING (sha256)").fetchall()
    for row in rows:
        yield json.loads(personal.whole(ledger, row.snapshot_id, row.body), strict=False)


def people_in(value: Any) -> Iterator[str]:
    """The names, numbers and addresses in an answer."""
    if isinstance(value, list):
        for inner in value:
            yield from people_in(inner)
    elif isinstance(value, dict):
        if value.get("nombre") == "Entidad":
            yield str(value.get("valor"))
        for name, inner in value.items():
            # A city or a country alone is the box's as well.
            if PERSONAL.search(name) and isinstance(inner, str) and len(inner) > 6 and not inner.isalpha():
                yield inner
            else:
                yield from people_in(inner)


def seen_by(reader) -> Iterator[tuple[str, str]]:
    """All that a login may select, column by column."""
    columns = [(name, column) for name, table in TABLES.items() for column in table.readable]
    columns += [(view, "*") for view in VIEWS]
    for name, column in columns:
        what = "to_jsonb(seen)" if column == "*" else f'"{column}"'
        for (text,) in reader.execute(f"SELECT ({what})::text FROM {name} AS seen").fetchall():
            yield f"{name}.{column}", text or ""


@pytest.mark.usefixtures("closed")
def test_nothing_that_the_reader_may_select_tells_of_a_person(ledger, reader_dsn):
    people = {person for answer in whole_answers(ledger) for person in people_in(answer) if not is_token(person)}
    assert len(people) > 20
    with session.connect(reader_dsn) as reader:
        found = {(place, one) for place, text in seen_by(reader) for one in people if one in text}
    assert found == set()


@pytest.mark.usefixtures("closed")
def test_after_everybody_was_erased_days_are_staged_booked_audited_and_closed_again(ledger, close, sandbox):
    documents = "SELECT box, document_key, net, attributes FROM staging.document ORDER BY box, document_key"
    before, calls = ledger.execute(documents).fetchall(), len(sandbox.protheus_ledger())
    erased = personal.erase(ledger, personal.until(ledger, DAY), by=By.AGE, asked_by="ana", why="over")
    assert erased.rows
    for box in BOXES:
        run = close(box, DAY)
        for step in ("stage", "derive", "post", "reconcile"):
            run.step(step)
    assert ledger.execute(documents).fetchall() == before
    assert audit(ledger).sound
    assert close(BOXES[0], DAY).all()["state"] == "reconciled"
    assert len(sandbox.protheus_ledger()) == calls
    assert audit(ledger).sound
