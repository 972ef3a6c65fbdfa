"""P13: a whole night of 1,000 boxes by the real scheduler, beside as many graphs of empty tasks."""

from datetime import date

from benchmarks.harness import Bench
from benchmarks.measure import cents_of
from benchmarks.stacks import CLOSE, EMPTY, System, system
from cierre.ledger import session
from local.settings import RUN

NUMBER, TITLE = "P13", "a night of 1,000 boxes"
INTRO = """
The whole system on this machine, as in P5, with 1,000 boxes of one company, whose day is let loose at once, until the
last has ended: 5,000 tasks, each box posted to a lot of its own. Beside it the same night of 1,000 graphs of tasks that
do nothing. Memory is the most that all processes of the system held at one time, PostgreSQL and sandbox included,
shared pages counted once. Rows are boxes.
"""
DAY = date(2024, 9, 4)
PATIENCE_SECONDS = 3 * 3600


def run(bench: Bench) -> None:
    """The empty night first: it leaves no books."""
    with system(RUN / "benchmarks" / "night", bench.size(1000, 2), peers=(EMPTY,)) as here:
        read = here.seconds_until_read
        for prefix in (EMPTY, CLOSE):
            here.run(prefix, here.boxes[:2], date(2024, 9, 2))
        here.write_down(DAY)
        case = bench.case(f"{len(here.boxes):,} boxes")
        with bench.bar(NUMBER, 2) as advance:
            empty = here.run(EMPTY, here.boxes, DAY, patience=PATIENCE_SECONDS)
            advance()
            case.add("Cierre", here.run(CLOSE, here.boxes, DAY, patience=PATIENCE_SECONDS))
            case.add("empty tasks", empty)
            advance()
        _judge(bench, here)
    bench.note(f"The DAGs of all had been read {read:.0f} s after the system's start.")


def _judge(bench: Bench, here: System) -> None:
    """By the ledger, all are closed; by the ERP's own books, each box's lot has one document, of the ledger's cents."""
    boxes = len(here.boxes)
    with session.connect(here.stack.ledger_dsn) as ledger:
        asked = "SELECT count(*) FROM board.box_day WHERE business_date = %s AND state = 'closed'"
        closed = ledger.execute(asked, (DAY,)).fetchone()[0]
    documents = here.sandbox.protheus_ledger(day=DAY, live=True)
    lots = len({one.lot for one in documents})
    debits = cents_of(sum(one.debit for one in documents))
    bench.holds("boxes closed", f"{closed:,}", f"{boxes:,}", closed == boxes, "Of the others, the board says why.")
    found = f"{len(documents):,} in {lots:,} lots"
    once = len(documents) == lots == boxes
    bench.holds("documents in the ERP", found, f"one in each of {boxes:,}", once, "A box was posted twice, or never.")
    posted = here.posted_cents(DAY)
    bench.holds("cents in the ERP", f"{debits:,}", f"{posted:,}", debits == posted, "The ledger's books differ.")
