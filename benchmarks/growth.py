"""P7: how time and memory grow with the documents of one box's day, from a hundred to a million."""

import time
from datetime import UTC, datetime
from typing import Any

from benchmarks.documents import BOX, DAY, MAPPING, payments
from benchmarks.harness import Bench, Contender, RoundFailed
from benchmarks.measure import Watch, cents_of
from benchmarks.results import Case
from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.loader import cash_box
from cierre.bookkeeping.collector import collector_at_rest
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Reading
from cierre.bookkeeping.personal import NOTHING_OPEN
from cierre.ledger import landing, revisions, session, staging

NUMBER, TITLE = "P7", "growth: a box's day of 100 to 1,000,000 documents"
INTRO = """
The tasks of a day as the scheduler runs them, each a process of its own: *stage* writes the documents (which it has
read) into PostgreSQL, *derive* reads them from there, books them and freezes the journal. Seconds are per round, peak
memory is each task's own.
"""
LIMIT_GIB = {"stage": 2.0, "derive and freeze": 1.2}
PER_SECOND = 100_000
"""Documents that are derived and frozen in a second, at the least."""


def run(bench: Bench) -> None:
    """A table for each task, a row for each size."""
    sizes = bench.size([10**power for power in range(2, 7)], [10, 100])
    stage, derive = bench.case("stage"), bench.case("derive and freeze")
    with bench.bar(NUMBER, 2 * len(sizes)) as advance:
        for count in sizes:
            task = {"dsn": bench.database("benchmark_growth"), "count": count}
            for case, function in ((stage, "stage_day"), (derive, "derive_day")):
                bench.settle(task["dsn"])
                _round(bench, case, Contender(_name(count), f"benchmarks.growth:{function}"), task)
                advance()
    _same_cents(bench, stage, derive)
    for case in (stage, derive):
        _within_memory(bench, case, sizes[-1], LIMIT_GIB[case.title])
        if len(sizes) > 2:
            _linear(bench, case, sizes[-2], sizes[-1])
    _fast(bench, derive, sizes[-1])


def _name(count: int) -> str:
    return f"{count:,} documents"


def _round(bench: Bench, case: Case, contender: Contender, task: dict[str, Any]) -> None:
    try:
        case.add(contender.name, bench.round(contender, task))
    except RoundFailed as error:
        bench.note(f"{case.title} of {contender.name} failed: {error}")


def _same_cents(bench: Bench, stage: Case, derive: Case) -> None:
    """What was booked is what was staged, at every size that got there."""
    differ = [name for name in derive.results if stage.last(name)["cents"] != derive.last(name)["cents"]]
    said = f"differ: {', '.join(differ)}" if differ else "the same"
    bench.holds("staged and booked: the same cents", said, "the same", not differ, "Cents were lost: this is a bug.")


def _fast(bench: Bench, case: Case, count: int) -> None:
    seconds, last = case.median(_name(count)), case.last(_name(count))
    rate = count / seconds if seconds else 0
    bench.holds(
        f"{case.title}: {_name(count)} a second",
        f"{rate:,.0f}/s" if rate else "failed",
        f"≥ {PER_SECOND:,}/s",
        rate >= PER_SECOND,
        f"One thread of Python reads for {last.get('read_s')} s and derives for {last.get('derive_s')} s before there"
        f" is an entry to freeze, which takes {last.get('freeze_s')} s: arrays, an index by document, the seal.",
    )


def _within_memory(bench: Bench, case: Case, count: int, limit_gib: float) -> None:
    peak = case.last(_name(count)).get("peak_bytes")
    bench.holds(
        f"{case.title}: memory of {_name(count)}",
        f"{peak / 2**30:.2f} GiB" if peak else "failed",
        f"≤ {limit_gib:g} GiB",
        bool(peak) and peak <= limit_gib * 2**30,
        "All of the day's documents are in memory at once, as columns of Python objects.",
    )


def _linear(bench: Bench, case: Case, fewer: int, most: int) -> None:
    """Whether ten times the documents take ten times as long, and no more."""
    before, after = (case.median(_name(count)) for count in (fewer, most))
    ratio = after / before if before and after else None
    bench.holds(
        f"{case.title}: time grows linearly from {fewer:,} to {most:,}",
        f"{ratio:.1f} × for {most // fewer} × the documents" if ratio else "failed",
        "≤ 12 ×",
        ratio is not None and ratio <= 12,
        "What was in the processor's and PostgreSQL's caches at the smaller size no longer is.",
    )


def stage_day(task: dict[str, Any]) -> dict[str, Any]:
    """The documents into staging."""
    reading = Reading(list(payments(task["count"])))
    with session.connect(task["dsn"]) as connection:
        place = landing.Place("sga", "sga_itb", "164", DAY)
        snapshot = landing.land(
            connection, place, asked={}, received_at=datetime.now(UTC), body="{}", open_fields=NOTHING_OPEN
        )
        with Watch() as watch:
            staging.replace(connection, BOX, DAY, snapshot.snapshot_id, reading)
        (total,) = connection.execute("SELECT sum(net) FROM staging.document").fetchone()
    return watch.result(rows=task["count"], cents=cents_of(total))


@collector_at_rest()  # as the product's own step
def derive_day(task: dict[str, Any]) -> dict[str, Any]:
    """The documents from staging, their journal into the ledger."""
    mapping, box = account_mapping(MAPPING), cash_box(BOX)
    with session.connect(task["dsn"]) as connection:
        with Watch() as watch:
            began = time.perf_counter()
            documents = staging.columns(connection, BOX, DAY)
            read = time.perf_counter()
            derivation = derive(documents, mapping, box, DAY)
            derived = time.perf_counter()
            revision, _ = revisions.freeze(
                connection,
                box=BOX,
                day=DAY,
                snapshot_id=staging.snapshot_of(connection, BOX, DAY),
                mapping=MAPPING,
                mapping_digest=mapping.digest,
                tenant=box.erp.tenant,
                lot=box.erp.lot,
                entries=derivation.entries,
                documents=derivation.documents,
            )
        total = sum(total.net for total in revisions.journal_totals(connection, revision))
    parts = {"read_s": read - began, "derive_s": derived - read, "freeze_s": watch.seconds - (derived - began)}
    shown = {name: round(seconds, 2) for name, seconds in parts.items()}
    return watch.result(rows=task["count"], cents=cents_of(total), entries=len(derivation.entries), **shown)
