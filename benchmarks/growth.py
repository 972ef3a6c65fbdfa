"""P7: how time and memory grow with the documents of one box's day, from a hundred to a million."""

from typing import Any

from benchmarks.documents import BOX, DAY, MAPPING, payments
from benchmarks.harness import Bench, Contender
from benchmarks.measure import Watch, cents_of

NUMBER, TITLE = "P7", "growth: a box's day of 100 to 1,000,000 documents"
INTRO = """
The tasks of a day as the scheduler runs them, each a process of its own: *stage* writes the documents (which it has read)
into PostgreSQL, *derive* reads them from there, books them and freezes the journal. Seconds are per round,
peak memory is each task's own.
"""
LIMIT_BYTES = 2 * 2**30


def run(bench: Bench) -> None:
    """A table for each task, a row for each size."""
    sizes = bench.size([10**power for power in range(2, 7)], [10, 100])
    stage, derive = bench.case("stage"), bench.case("derive and freeze")
    with bench.bar(NUMBER, 2 * len(sizes)) as advance:
        for count in sizes:
            task = {"dsn": bench.database("benchmark_growth"), "count": count}
            for case, function in ((stage, "stage_day"), (derive, "derive_day")):
                bench.settle(task["dsn"])
                contender = Contender(f"{count:,} documents", f"benchmarks.growth:{function}")
                case.add(contender.name, bench.round(contender, task))
                advance()
            same = stage.last(contender.name)["cents"] == derive.last(contender.name)["cents"]
            said = "the same" if same else "differ"
            bench.holds(
                f"{count:,} documents: the same cents", said, "the same", same, "Cents were lost: this is a bug."
            )
    largest = f"{sizes[-1]:,} documents"
    for case in (stage, derive):
        peak = case.last(largest)["peak_bytes"]
        bench.holds(
            f"{case.title}: memory of {largest}",
            f"{peak / 2**30:.2f} GiB",
            "≤ 2 GiB",
            peak <= LIMIT_BYTES,
            "All of the day's documents are in memory at once, as Python objects of about a kilobyte.",
        )
        if len(sizes) > 2:
            _linear(bench, case, sizes[-2], sizes[-1])


def _linear(bench: Bench, case: Any, fewer: int, most: int) -> None:
    """Whether ten times the documents take no more than ten times as long, and as much more memory."""
    before, after = (case.last(f"{count:,} documents") for count in (fewer, most))
    ratio = after["seconds"] / before["seconds"]
    grown = f"{ratio:.1f} × the time for {most // fewer} × the documents"
    bench.holds(
        f"{case.title}: grows linearly, {fewer:,} to {most:,}",
        grown,
        "≤ 12 ×",
        ratio <= 12,
        "What was in the processor's and PostgreSQL's caches at the smaller size no longer is.",
    )


def stage_day(task: dict[str, Any]) -> dict[str, Any]:
    """The documents into staging."""
    from datetime import UTC, datetime

    from bookkeeping.documents import Reading
    from store import landing, session, staging

    reading = Reading(list(payments(task["count"])))
    with session.connect(task["dsn"]) as connection:
        place = landing.Place("sga", "sga_itb", "164", DAY)
        snapshot = landing.land(connection, place, asked={}, received_at=datetime.now(UTC), body="{}")
        with Watch() as watch:
            staging.replace(connection, BOX, DAY, snapshot.snapshot_id, reading)
        (total,) = connection.execute("SELECT sum(net) FROM staging.document").fetchone()
    return watch.result(rows=task["count"], cents=cents_of(total))


def derive_day(task: dict[str, Any]) -> dict[str, Any]:
    """The documents from staging, their journal into the ledger."""
    from bookkeeping.derive import derive
    from mappings.loader import account_mapping, cash_box
    from store import ledger, session, staging

    mapping, box = account_mapping(MAPPING), cash_box(BOX)
    with session.connect(task["dsn"]) as connection:
        with Watch() as watch:
            documents = staging.documents(connection, BOX, DAY)
            entries = derive(documents, mapping, box, DAY).entries
            revision, _ = ledger.freeze(
                connection,
                box=BOX,
                day=DAY,
                snapshot_id=staging.snapshot_of(connection, BOX, DAY),
                mapping=MAPPING,
                mapping_digest=mapping.digest,
                tenant=box.erp.tenant,
                lot=box.erp.lot,
                entries=entries,
                documents={document.key: document for document in documents},
            )
        total = sum(total.net for total in ledger.journal_totals(connection, revision))
    return watch.result(rows=task["count"], cents=cents_of(total), entries=len(entries))
