"""The SGE's interface as Airflow serves it, by HTTP, on a test's ledger; and booked days for it to serve."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from threading import Thread
from time import sleep

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.documents import Document, Reading
from cierre.bookkeeping.journal import JournalEntry
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, reconciliation, revisions, session, staging
from cierre.ledger.revisions import FrozenEntry
from cierre.served_invoices import caller
from cierre.served_invoices.app import app
from cierre.served_invoices.connection import application, ledger as reading
from local.ports import free_port

BELOW = "/cierre/sge"
"""Where Airflow mounts it."""


@contextmanager
def server() -> Iterator[str]:
    """The interface by HTTP; gives its address. Which ledger it serves, ``on`` says."""
    port = free_port()
    mounted = Starlette(routes=[Mount(BELOW, app=app)])
    made = uvicorn.Server(uvicorn.Config(mounted, port=port, log_level="critical", lifespan="off"))
    thread = Thread(target=made.run, daemon=True)
    thread.start()
    while not made.started:
        sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}{BELOW}"
    finally:
        made.should_exit = True
        thread.join()


@contextmanager
def on(reader_dsn: str, application_dsn: str) -> Iterator[None]:
    """From here on the interface serves this ledger, by its two logins."""

    def looking() -> Iterator[psycopg.Connection]:
        with session.connect(reader_dsn) as connection:
            connection.execute("SET default_transaction_read_only = on")
            yield connection

    def keeping() -> Callable[[], object]:
        return lambda: session.connect(application_dsn)

    app.dependency_overrides = {reading: looking, application: keeping}
    caller.forget()
    try:
        yield
    finally:
        app.dependency_overrides = {}


def book(
    ledger: psycopg.Connection,
    box: CashBox,
    documents: Iterable[Document],
    entry: Callable[[list[Document]], JournalEntry] | None = None,
) -> list[FrozenEntry]:
    """Stages documents of a box, day by day, and books these days, as far as what is served looks at that: where the
    books stay as they were, the day is reconciled with them. Returns what ``entry`` made of each day's documents
    (nothing without it)."""
    booked: list[FrozenEntry] = []
    in_order = sorted(documents, key=lambda one: one.business_date)
    for day, group in groupby(in_order, lambda one: one.business_date):
        some = list(group)
        place = landing.Place(box.source, box.connection, box.key, day)
        landed = landing.land(
            ledger, place, asked={}, received_at=datetime.now(UTC), body="[]", open_fields=NOTHING_OPEN
        )
        landing.take(ledger, box.id, day, landed.snapshot_id, [], [])
        staging.replace(ledger, box.id, day, landed.snapshot_id, Reading(some))
        revision, is_new = revisions.freeze(
            ledger, box=box.id, day=day, snapshot_id=landed.snapshot_id, mapping=box.mapping, mapping_digest="0" * 64,
            tenant=box.erp.tenant, lot=box.erp.lot, entries=[entry(some)] if entry else [],
            documents={one.key: one for one in some},
        )  # fmt: skip
        if not is_new:
            reconciliation.keep(ledger, revision, "reconciled", [])
        booked += revisions.bookings(ledger, revision)
    return booked
