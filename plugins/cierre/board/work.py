"""What waits for a person: of the boxes that the person may see, each list oldest first."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, NamedTuple, Self

import psycopg
from sqlalchemy.orm import Session

from cierre.accounting_files.arrivals import all_known_rules, known_books
from cierre.board import runs
from cierre.board.access import Viewer
from cierre.board.boxes import Calendar, Due, boxes_of
from cierre.board.gaps import Gap, gaps
from cierre.board.memo import kept
from cierre.board.month import LOOK_BACK, BoxMonth, box_months, successive
from cierre.board.runs import StalledRun, Unfinished
from cierre.board.states import UNCLOSED
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.identity import RetiredBox
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.arrival_approval import WaitingDay, waiting
from cierre.ledger import board, master_data
from cierre.ledger.master_data import OpenFinding


@dataclass(frozen=True, slots=True)
class Stretch:
    """Successive days that stand alike."""

    letter: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1


def stretches(days: Sequence[date], letters: str, wanted: Container[str]) -> list[Stretch]:
    """The stretches of ``wanted`` letters among successive days."""
    return [Stretch(letter, days[begin], days[end]) for letter, begin, end in _stretches(letters) if letter in wanted]


@lru_cache(maxsize=4_000)
def _stretches(letters: str) -> tuple[tuple[str, int, int], ...]:
    """Each stretch of a letter, with the places of its first and last day; boxes mostly stand alike."""
    groups = ((letter, list(found)) for letter, found in groupby(enumerate(letters), key=lambda pair: pair[1]))
    return tuple((letter, group[0][0], group[-1][0]) for letter, group in groups)


class Waiting(NamedTuple):
    """A list of things that wait: its place on the page, its name, how many, and since when the oldest (aware)."""

    place: str
    name: Sentence
    number: int
    since: datetime


@dataclass(frozen=True)
class Work:
    """The lists. ``boxes`` are all that they speak of, by id; ``due`` says of those that have a file which days are
    over, and ``months`` how their last LOOK_BACK ``days`` stand."""

    boxes: Mapping[str, CashBox | RetiredBox]
    due: Mapping[str, Due]
    days: Sequence[date]
    months: Sequence[BoxMonth]
    approvals: Sequence[tuple[str, Any]]
    gaps: Sequence[Gap]
    of_the_erp: Sequence[tuple[Sequence[CashBox], OpenFinding]]
    discrepancies: Sequence[Any]
    uncertain: Sequence[Any]
    held_back: Sequence[Any]
    stalled: Sequence[StalledRun]
    arrivals: Sequence[tuple[str, WaitingDay]]

    @cached_property
    def unclosed(self) -> list[tuple[CashBox | RetiredBox, list[Stretch]]]:
        """The days of each box that nobody closed."""
        return _unclosed(self.days, self.months)

    @cached_property
    def waiting(self) -> list[Waiting]:
        """The lists that are not empty."""
        unclosed = [stretch for _, found in self.unclosed for stretch in found]
        since = [
            (Sentence("Approvals"), "approvals", [row.since for _, row in self.approvals]),
            (
                Sentence("Books of what arrived"),
                "arrivals",
                [datetime.combine(one.day, time.min, UTC) for _, one in self.arrivals],
            ),
            (Sentence("Discrepancies"), "discrepancies", [row.reconciled_at for row in self.discrepancies]),
            (Sentence("Uncertain postings"), "uncertain", [row.claimed_at for row in self.uncertain]),
            (Sentence("What the mappings cannot book"), "unmapped", [gap.found_at for gap in self.gaps]),
            (
                Sentence("What the ERP's master data say"),
                "of-the-erp",
                [finding.found_at for _, finding in self.of_the_erp],
            ),
            (
                Sentence("Quarantined rows that stop their day"),
                "quarantined",
                [row.staged_at for row in self.held_back],
            ),
            (Sentence("Runs that do not start"), "stalled", [run.since for run in self.stalled]),
        ]
        lists = [Waiting(place, name, len(found), min(found)) for name, place, found in since if found]
        if unclosed:
            oldest = min(stretch.first for stretch in unclosed) + timedelta(days=1)
            name = Sentence("Days not closed, of the last five weeks")
            begun = datetime.combine(oldest, time.min, UTC)
            lists.append(Waiting("unclosed", name, sum(stretch.days for stretch in unclosed), begun))
        return lists

    @property
    def number(self) -> int:
        """How many things wait."""
        return sum(one.number for one in self.waiting)


@kept(8)
def _unclosed(days: Sequence[date], months: Sequence[BoxMonth]) -> list[tuple[CashBox | RetiredBox, list[Stretch]]]:
    return [(month.box, found) for month in months if (found := stretches(days, month.letters, UNCLOSED))]


def _of_the_erp(ledger: psycopg.Connection, boxes: Iterable[CashBox]) -> list[tuple[list[CashBox], OpenFinding]]:
    """What is found in the master data of the boxes' tenants, each with the boxes that enter its books."""
    by_tenant: dict[tuple[str, str], list[CashBox]] = defaultdict(list)
    for box in boxes:
        by_tenant[box.erp.connection, box.erp.tenant.strip()].append(box)
    return [(by_tenant[one.connection, one.tenant], one) for one in master_data.findings(ledger, by_tenant)]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the books and Airflow's runs say of days ``first`` to ``last``: rows of cierre.ledger.board.months, of all
    boxes, and what Airflow has not brought to a good end, of those that were asked about. ``due`` says which of their
    days are over."""

    due: Mapping[str, Due]
    first: date
    last: date
    books: Sequence[Any]
    _unfinished: Future[Unfinished]

    @classmethod
    @contextmanager
    def of(
        cls, session: Session, ledger: psycopg.Connection, due: Mapping[str, Due], first: date, last: date
    ) -> Iterator[Self]:
        """Asks both about the boxes that ``due`` names, while the block lasts. Airflow's database is asked by a thread
        beside: until ``runs`` was looked at, the session is nobody else's, and the ledger may be asked the rest."""
        with ThreadPoolExecutor(1) as beside:
            unfinished = beside.submit(runs.unfinished, session, due, first, last)
            yield cls(due, first, last, board.months(ledger, first, last), unfinished)

    @property
    def runs(self) -> Unfinished:
        """What Airflow has not brought to a good end, waited for."""
        return self._unfinished.result()

    def wait(self) -> None:
        """Until the session is free."""
        wait([self._unfinished])


def looked_back_on(newest: date) -> list[date]:
    """The days up to the newest that is over of which those are listed that nobody closed."""
    return successive(newest, LOOK_BACK)


def work(
    viewer: Viewer, session: Session, ledger: psycopg.Connection, company: str = "", standing: Standing | None = None
) -> Work:
    """What waits at the boxes that a person may see: of a company, or of all. ``standing`` is of just these, where
    it was asked already, and counts where it has all the days that are looked back on."""
    boxes = {box_id: box for box_id, box in viewer.boxes.items() if company in ("", box.company)}
    due = standing.due if standing else Calendar(datetime.now(UTC)).due_of(boxes.values())
    days = looked_back_on(max((found.last for found in due.values()), default=datetime.now(UTC).date()))
    if standing and standing.first <= days[0] and standing.last >= days[-1]:
        return _work(viewer, session, ledger, company, boxes, days, standing)
    if standing:
        standing.wait()
    with Standing.of(session, ledger, due, days[0], days[-1]) as standing:
        return _work(viewer, session, ledger, company, boxes, days, standing)


def _work(
    viewer: Viewer,
    session: Session,
    ledger: psycopg.Connection,
    company: str,
    boxes: Mapping[str, CashBox],
    days: Sequence[date],
    standing: Standing,
) -> Work:
    # What is uncertain or differs stays so when the box's file goes.
    in_work = frozenset(board.boxes_in_work(ledger))
    retired = viewer.retired(ledger, in_work)
    known: dict[str, CashBox | RetiredBox] = {**boxes} | {
        box_id: box for box_id, box in retired.items() if company in ("", box.company)
    }
    in_doubt = [box_id for box_id in known if box_id in in_work]
    return Work(
        boxes=known,
        due=standing.due,
        days=days,
        gaps=gaps(board.problems(ledger, list(known), date.min, date.max)),
        of_the_erp=_of_the_erp(ledger, boxes.values()),
        discrepancies=board.discrepancies(ledger, in_doubt),
        uncertain=board.uncertain(ledger, in_doubt),
        held_back=board.held_back(ledger, list(known)),
        # In this order: the session is free from here on.
        stalled=standing.runs.stalled,
        months=_months(
            [(box, standing.due[box.id]) for box in boxes.values()], days, standing.books, standing.runs.letters
        ),
        approvals=_with_boxes(runs.approvals(session, boxes)),
        arrivals=_of_arrivals(viewer, ledger, boxes.values()),
    )


def _of_arrivals(viewer: Viewer, ledger: psycopg.Connection, boxes: Iterable[CashBox]) -> list[tuple[str, WaitingDay]]:
    """The days of the companies' books of what arrived that wait for a person, of those that have such books."""
    with_books = {company for company, rules in all_known_rules().items() if rules.books}
    of_them = [box for box in boxes if box.company in with_books]
    seen = sorted(viewer.wholly_seen(of_them)) if of_them else []
    return [(company, day) for company in seen if (books := known_books(company)) for day in waiting(ledger, books)]


@kept(8)
def _months(
    boxes: Sequence[tuple[CashBox, Due]],
    days: Sequence[date],
    books: Sequence[Any],
    runs: Mapping[tuple[str, date], str],
) -> list[BoxMonth]:
    return box_months(boxes, days, books, runs)


def _with_boxes(rows: Sequence[Any]) -> list[tuple[str, Any]]:
    """Rows of runs, each with its box."""
    ids = boxes_of({row.dag_id for row in rows})
    return [(ids[row.dag_id], row) for row in rows]
