"""One seed: a box's day, closed by several runs, swept and corrected in foul weather; then calm, then judged."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Protocol

from cierre.bookkeeping.address import Address
from cierre.ports.errors import PeriodClosedError
from cierre.posting.originals import EditedError
from cierre.posting.proof import KeptByClosedPeriodError
from cierre.posting.site import Site
from simulation.books import BUSINESS_DATE, NEXT_PERIOD, TENANT, Source
from simulation.erp import Document, Place, TrueLedger
from simulation.network import Wire
from simulation.oracle import Ours, balances, judge, untouched
from simulation.process import Process
from simulation.surroundings import OURS, Editor, Neighbour, Surroundings
from simulation.task import ForPeople, Task
from simulation.weather import HOUR, Weather
from simulation.world import Endless, World

CONVERGES, SILENT, EDITED = "converges", "a closed day sends nothing", "nothing reverses what somebody edited"
MOST_ASKED = 50
"""How often people decide on a day, which must be closed by then."""

LOCKED, ALONE = "with the day's lock", "the protocol alone"

REGULARLY = (10, 30, 50, 70, 90)
"""When sweeps come, in minutes, where they are not left to chance."""

SWEEPS_AFTER = (6 * 60, HOUR, 25 * HOUR)
"""When the calm is swept, in seconds after each other: the fewest sweeps that still meet every stage of a reap."""


class System(Protocol):
    """What closes days: the product, or something more naive."""

    def begin(self, day: "Day") -> None:
        """A new day begins."""

    def close(self, day: "Day", process: Process) -> None:
        """One try of one close."""

    def sweep(self, day: "Day", process: Process, *, last_call: bool = False) -> None:
        """One try of one sweep; raises if something is left."""

    def restart(self) -> None:
        """The database restarts."""

    def figures(self, day: "Day") -> dict[str, int]:
        """``attempts`` made in all and ``uncertain`` ones left."""

    def back_up(self, day: "Day") -> None:
        """Keeps what is known of the day now."""

    def restore(self, day: "Day") -> None:
        """What is known of the day becomes what was kept."""

    def take_over(self, day: "Day", lot: str) -> None:
        """A person puts on record that what stands in a lot is ours."""

    def left(self, day: "Day") -> list[Address]:
        """Where, in a lot that the box has left, something may be ours or somebody else's."""

    def leave_to_others(self, day: "Day") -> None:
        """A person puts on record that nothing of ours stands there any more."""

    def knows(self, day: "Day", site: str, address: Address) -> bool:
        """Whether anything was ever to be sent to an address at a site."""


@dataclass
class Outcome:
    """What came of a seed: what broke (invariant, sentence), the faults, and figures. Seconds are virtual."""

    seed: int
    broken: list[tuple[str, str]]
    faults: Counter[str]
    struck: Counter[str]
    calls: Counter[str]
    figures: dict[str, int]
    converged_after: float | None
    tasks: int
    traits: tuple[str, ...]
    story: list[str] = field(default_factory=list)


class Day:
    """The stage: one box's day, its source, the ERP, the weather, and who appears when."""

    def __init__(self, seed: int, system: System, *, beyond: str = "", telling: bool = False) -> None:
        self.seed = seed
        self.system = system
        self.box, self.lot = f"box_{seed}", f"{seed % 1_000_000:06d}"
        self.world = World(seed, telling=telling)
        self.rng = rng = self.world.rng
        self.weather = Weather.of(rng, beyond=beyond)
        self.window = self.weather.between(600, 30 * HOUR)
        self.locked = rng.random() < 0.5
        self.around = around = Surroundings.of(seed)
        self.more = Random(f"{seed}, more")
        self.copies = Random(f"{seed}, copies")
        self.site = Site(
            correction=rng.choice(("reversal", "delete")),
            reversals_probed=True,
            readable=around.readable,
            ledger_id=OURS,
        )
        self.source = Source(rng)
        self.source.change()
        self.erp = TrueLedger(reuses_numbers=rng.random() < 0.3)
        self.foreign = self._strangers()
        self.neighbour = Neighbour(self.more, self.box, TENANT, self.lot, (BUSINESS_DATE, NEXT_PERIOD))
        self.editor = Editor(seed)
        self.taken_over = False
        self.ours = Ours(TENANT, self.lot, (BUSINESS_DATE, NEXT_PERIOD), f"{self.box}|", OURS)
        self.wire = self._wire("https://erp.example/rest")
        self.left: Wire | None = None
        self.tasks: list[Task] = []
        self.broken: list[tuple[str, str]] = []
        self._changed_at = 0.0
        self._right_since: float | None = None
        self._asked = 0
        self.backed_up = False
        self.restored_before = 0
        """The number of the first task that came after the ledger was restored; 0 where it was not."""
        self.forgets_taking_over = False
        """Whether, at a site that cannot be read, the lot was taken over after the backup."""
        self.waits = False
        """Whether a sweep said that an address waits for a person, or for its period to be opened."""
        self.gone = False
        """Whether a sweep said that a document is gone which was taken for posted."""
        self.erp.changed = self._look

    def play(self) -> Outcome:
        """Plays the seed to its end."""
        self.system.begin(self)
        self._announce()
        if self.around.neighbour and self.around.early:
            for day in (BUSINESS_DATE, NEXT_PERIOD):
                for _ in range(self.more.randint(1, 3)):
                    self._neighbour_posts(day)
        self._look()
        self.world.start(self._direct)
        try:
            self.world.run()
        except Endless as error:
            self.broke(CONVERGES, str(error))
        right = self._right_since
        return Outcome(
            self.seed, self.broken, self.weather.counts, self.weather.struck, self.wire.calls,
            self.system.figures(self), None if right is None else max(0.0, right - self._changed_at),
            len(self.tasks), self._traits(), self.world.story or [],
        )  # fmt: skip

    def broke(self, invariant: str, how: str) -> None:
        """An invariant does not hold."""
        self.world.tell("BROKEN", f"{invariant}: {how}")
        self.broken.append((invariant, how))

    def wrong(self) -> list[tuple[str, str]]:
        """What the oracle finds wrong in the ERP now."""
        wrong = judge(self.erp.standing, self.source.entries, self.ours, self.foreign)
        return wrong + (untouched(self.left.erp.standing, self.left.foreign) if self.left else [])

    def own_places(self) -> set[Place]:
        """Where our documents stand in the ERP now."""
        return {place for place, document in self.erp.standing.items() if document.key.endswith(f"@{OURS}")}

    def own_balances(self, *, but: set[Place]) -> dict[str, Decimal]:
        """What our documents in the ERP come to now, by account, without those at some places."""
        own = (self.erp.standing[place].lines for place in self.own_places() - but)
        return {account: balance for account, balance in balances(own).items() if balance}

    def _direct(self) -> None:
        """Who appears when, until the faults end; then the calm."""
        rng, window = self.rng, self.window
        self._close_by(rng.choices((1, 2, 3, 8), (12, 5, 2, 1))[0])
        for _ in range(rng.choices((0, 1, 2, 3), (5, 4, 2, 1))[0]):
            self.world.after(rng.uniform(0, window), self._change_books)
        for _ in range(rng.randint(0, 2)):
            self.world.after(rng.uniform(0, window), lambda: self._close_by(1))
        for minutes in rng.choice(
            (REGULARLY, [self.weather.between(1, window / 60) for _ in range(rng.randint(0, 5))])
        ):
            self.world.after(minutes * 60, lambda: self._sweep_by(rng.choice((1, 2))))
        if self.weather.restarts:
            for _ in range(rng.randint(1, 2)):
                self.world.after(rng.uniform(0, min(window, HOUR)), self._restart)
        if rng.random() < 0.2:
            self.world.after(rng.uniform(0, window), self._outage)
        if rng.random() < 0.15:
            self.world.after(rng.uniform(window / 2, window), self._lock_period)
        self._surround()
        self.world.pause(window)
        self.weather.calm, self.wire.down_until = True, 0.0
        if self.erp.open_from == NEXT_PERIOD:
            self.site = replace(self.site, open_from=NEXT_PERIOD)  # whoever has not yet said so says it now
        self.world.tell("weather", "calm")
        self._converge()

    def _surround(self) -> None:
        """When what surrounds the day strikes."""
        around, more, window = self.around, self.more, self.window
        if around.neighbour and around.readable:
            for _ in range(more.randint(1, 4)):
                day = more.choice((BUSINESS_DATE, BUSINESS_DATE, NEXT_PERIOD))
                self.world.after(more.uniform(0, window), lambda day=day: self._neighbour_posts(day))
        if around.closes:
            self.world.after(more.uniform(0, window), self._close_month)
        if around.moves:
            self.world.after(more.uniform(window / 4, window), self._move)
        if around.restored:
            backup = more.uniform(0, window * 0.6)
            self.world.after(backup, self._back_up)
            self.world.after(more.uniform(backup, window), self._restore)
        if around.edited:
            for _ in range(self.editor.rng.randint(1, 2)):
                self.world.after(self.editor.rng.uniform(0, window), self._edit)

    def _converge(self) -> None:
        """After the faults: whatever still runs ends, the day is closed once more and swept until nothing is late."""
        self._set_back()
        self._wait()
        for _ in range(8):
            if self._done(self._task("close", self.system.close)):
                break
            self._swept()
        else:
            self.broke(CONVERGES, "the day cannot be closed although nothing is wrong any more")
        for seconds in SWEEPS_AFTER:
            self.world.pause(seconds)
            if not self._swept():
                self.broke(CONVERGES, "a sweep leaves addresses although nothing is wrong any more")
        calls = self._changes()
        self._done(self._task("close", self.system.close))
        if self._changes() != calls:
            self.broke(SILENT, f"{self._changes() - calls} calls of the ERP for a day that was closed")
        while self.wire.under_way:
            self.world.pause(HOUR)
        for invariant, how in self.wrong():
            self.broke(invariant, how)

    def _swept(self) -> bool:
        """Whether a sweep leaves nothing, once people have done what it asks for."""
        self.waits = self.gone = False
        is_whole = self._done(self._task("sweep", self.system.sweep)) and not self.waits
        if not is_whole:
            if self.around.closes:
                self._reopen()
            is_whole = self._done(self._task("sweep", self.system.sweep))
        if self.gone:
            self._done(self._task("close", self.system.close))
        return is_whole

    def _changes(self) -> int:
        """How many calls could have changed anything in the ERP."""
        return self.wire.calls.total() - self.wire.calls["read"]

    def _close_by(self, number: int) -> None:
        for _ in range(number):
            self._task("close", self.system.close)

    def _sweep_by(self, number: int) -> None:
        for _ in range(number):
            self._task("sweep", self.system.sweep)

    def _change_books(self, *, anew: bool = False) -> None:
        self.source.change(anew=anew, again=not self._is_to_be_closed_anew())
        self._changed_at = self.world.now
        self.world.tell("source", f"has other books: {len(self.source.entries)} entries")
        self._look()
        closes = self.rng.choice((1, 1, 2))
        self.world.after(self.rng.uniform(0, 600), lambda: self._close_by(closes))

    def _is_to_be_closed_anew(self) -> bool:
        """Whether the ledger was restored, its lot was not taken over, and the day was not closed since. Books that say
        again just what the restored ledger holds would let it stay so: that is not promised (docs/reliability.md)."""
        if not self.restored_before or self.taken_over:
            return False
        return not any(task.done and task.name.startswith("close") for task in self.tasks[self.restored_before :])

    def _neighbour_posts(self, day: date) -> None:
        if self.weather.calm:
            return
        if booked := self.neighbour.post(self.erp, self.source.entries, day, avoided=self.wire.to_be_emptied):
            self.weather.counts["another ledger posts"] += 1
            self.foreign.update(booked)
            self.world.tell("neighbour", f"posts to {[(p.address.sublot, p.number) for p in booked]} of {day}")

    def _edit(self, times: int = 20) -> None:
        """Somebody edits a line of the day's books in the ERP while nothing is under way. An edit between the reading
        of a document and its reversal, seconds later, is not promised to be seen before (docs/reliability.md)."""
        if self.weather.calm or not times:
            return
        if not self._idle():
            self.world.after(1800, lambda: self._edit(times - 1))
            return
        if place := self.editor.edit(self.erp, self.source.entries):
            self.weather.counts["line edited by hand"] += 1
            self.world.tell("people", f"edit {place} in the ERP")
            self.world.after(self.editor.rng.uniform(0, 600), self._change_books)

    def _set_back(self) -> None:
        if self.editor.was:
            self.world.tell("people", "set back what was edited")
            self._changed_at = self.world.now
            self.editor.set_back(self.erp)

    def _close_month(self) -> None:
        """The ERP's people close the month, whatever is under way; ours say so in periods.yaml sooner or later."""
        if self.weather.calm or self.erp.open_from == NEXT_PERIOD:
            return
        if self.wire.in_transit:  # not between a proxy's copies of one request
            self.world.after(1, self._close_month)
            return
        self.erp.open_from = NEXT_PERIOD
        self.weather.counts["month closed midway"] += 1
        self.world.tell("accountants", "close the month")
        self.world.after(self.more.choice((0, self.weather.between(1, 6 * HOUR))), self._say_so)
        if self.more.random() < 0.5:
            self.world.after(self.more.uniform(0, 600), self._change_books)

    def _say_so(self) -> None:
        self.site = replace(self.site, open_from=NEXT_PERIOD)
        self.world.tell("accountants", "move the date in periods.yaml")
        self._close_by(1)

    def _reopen(self) -> None:
        """A sweep or a close says that something may stand in the closed month: it is opened for the reaper."""
        self.erp.open_from = date.min
        self.world.tell("accountants", "open the month again")

    def _move(self) -> None:
        """The box's connection leads to another site from now on: whoever begins later posts there."""
        if self.weather.calm:
            return
        self.weather.counts["another site"] += 1
        self.world.tell("people", "let the connection lead to another site")
        self.left = self.wire
        self.taken_over = False  # of a lot at the site before
        self.erp = TrueLedger(reuses_numbers=self.erp.reuses_numbers)
        self.foreign = self._strangers()
        self.erp.changed = self._look
        self.wire = self._wire("https://live.example/rest")
        self._look()
        self._close_by(1)

    def _back_up(self) -> None:
        self.world.tell("people", "back the ledger up")
        self.system.back_up(self)
        self.backed_up = True

    def _restore(self, times: int = 30) -> None:
        """The ledger is restored from its backup, once nothing runs and nothing is under way any more. Where the ERP
        cannot be read, whoever does it takes the lot over; else that, or the source has new books of the day. What a
        taking over that is forgotten, too, left empty hides what was posted after it: that is not promised to be found
        (docs/reliability.md)."""
        if self.weather.calm or not times or not self.backed_up or self.forgets_taking_over:
            return
        if self.wire.under_way or not all(task.over for task in self.tasks):
            self.world.after(600, lambda: self._restore(times - 1))
            return
        self.weather.counts["ledger restored"] += 1
        self.world.tell("people", "restore the ledger from its backup")
        self.system.restore(self)
        self.restored_before = len(self.tasks)
        self.wire.forget()
        self.ours = replace(self.ours, adopts=True)
        if not self.around.readable or (not self.around.neighbour and self.more.random() < 0.5):
            self._take_over()
            self._close_by(1)
        else:
            self._change_books(anew=True)

    def _take_over(self) -> None:
        self.weather.counts["lot taken over"] += 1
        self.world.tell("people", f"take lot {self.ours.lot} over")
        self.taken_over = True
        self.forgets_taking_over = self.backed_up and not self.around.readable
        self.system.take_over(self, self.ours.lot)

    def _decides(self, error: ForPeople) -> None:
        """A person is told what may be somebody else's, looks at the ERP, and decides by what is true; or that
        something stands in a closed month, and opens it: at last also where the ERP itself says so of what was being
        deleted when the month was closed; or what was edited, and sets it back."""
        if isinstance(error, PeriodClosedError):
            if self.weather.calm and self.wire.kept:
                self._reopen()
            return

        self._asked += 1
        if self._asked > MOST_ASKED:
            self.broke(CONVERGES, f"people were asked {MOST_ASKED} times, at last: {error}")
            return

        def decide() -> None:
            if isinstance(error, EditedError):
                self._set_back()
                self._close_by(1)
                return
            if isinstance(error, KeptByClosedPeriodError):
                self._reopen()
                self.site = replace(self.site, open_from=None)
                self._close_by(1)
                return
            if error.lot != self.ours.lot:
                self._look_at_what_was_left()
            elif any(place.address.lot == error.lot for place, document in self.foreign.items() if document.lines):
                self.weather.counts["lot of its own"] += 1
                self.lot = f"{(self.seed + 500_000) % 1_000_000:06d}"
                self.ours = replace(self.ours, lot=self.lot, left=error.lot)
                self.world.tell("people", f"give the box lot {self.lot}")
            elif not self.taken_over:
                self._take_over()
            self._close_by(1)

        self.world.after(0 if self.weather.calm else self.weather.between(60, 6 * HOUR), decide)

    def _look_at_what_was_left(self) -> None:
        """A person looks into the lot that the box has left, and deletes there by hand what is ours: of a closed month
        once that is open."""
        for address in self.system.left(self):
            for place, document in list(self.erp.standing.items()):
                if place.address == address and f"@{OURS}" in document.key:
                    if address.entry_date < self.erp.open_from:
                        self._reopen()
                    self.world.tell("people", f"delete {address.sublot}/{place.number} in lot {address.lot} by hand")
                    self.erp.delete(address, place.number)
        self.weather.counts["documents looked at in the lot before"] += 1
        self.world.tell("people", "say that what is left in the lot before is not ours")
        self.system.leave_to_others(self)

    def _wire(self, site: str) -> Wire:
        return Wire(
            self.world, self.weather, self.erp, self.broke, awake=not self.weather.naps, locked=self.locked,
            site=site, readable=self.around.readable, foreign=self.foreign, decided=lambda: self.taken_over,
            sparing=lambda: self._sparing, copies=self.copies,
            knows=(lambda *place: self.system.knows(self, *place)) if self.around.moves else None,
        )  # fmt: skip

    @property
    def _sparing(self) -> bool:
        """Whether our lot is somebody else's too and nobody can see it: until a person knows, what breaks off there
        could not be told apart from what is somebody else's, and is not promised to be."""
        return self.around.neighbour and not self.around.readable and not self.ours.left

    def _restart(self) -> None:
        if self._sparing:
            return
        self.weather.counts["database restarted"] += 1
        self.system.restart()

    def _outage(self) -> None:
        if self.weather.calm:
            return
        seconds = self.weather.between(10, HOUR)
        self.weather.counts["ERP down for a while"] += 1
        self.world.tell("ERP", f"is down for {seconds:.0f} s")
        self.wire.down_until = self.world.now + seconds

    def _lock_period(self, times: int = 10) -> None:
        """The accountants lock the period, after a last call, once the day is closed and nothing is under way."""

        def last_call(process: Process) -> None:
            self.system.sweep(self, process, last_call=True)
            if self._idle(but=task) and not self.weather.calm:
                self.erp.open_from = NEXT_PERIOD
                self.site = replace(self.site, open_from=NEXT_PERIOD)
                self.weather.counts["period closed"] += 1
                self.world.tell("accountants", "lock the period")
                self.world.after(self.rng.uniform(0, 600), self._change_books)

        if self.weather.calm or self.erp.open_from == NEXT_PERIOD or not times:
            return
        if self._idle():
            task = self._task("last call", lambda _, process: last_call(process))
        self.world.after(1800, lambda: self._lock_period(times - 1))

    def _idle(self, but: Task | None = None) -> bool:
        """Whether the day is closed, no other task runs and no request is still to be carried out."""
        others = [task for task in self.tasks if task is not but]
        return all(task.over for task in others) and not self.wire.under_way and not self.wrong()

    def _task(self, name: str, work: Callable[["Day", Process], None]) -> Task:
        task = Task(
            self.world, self.weather, f"{name} {len(self.tasks) + 1}", lambda process: work(self, process), self.broke,
            crowded=not self.locked, decides=self._decides, spared=lambda: self._sparing,
        )  # fmt: skip
        self.tasks.append(task)
        task.begin()
        return task

    def _done(self, task: Task) -> bool:
        self._wait()
        return task.done

    def _wait(self) -> None:
        while not all(task.over for task in self.tasks):
            self.world.pause(300)

    def _look(self) -> None:
        """The ERP or the books changed: notes since when the ERP has been right."""
        for how in self.editor.reversed_as_edited(self.erp):
            self.broke(EDITED, how)
        if self.wrong():
            self._right_since = None
        elif self._right_since is None:
            self._right_since = self.world.now

    def _strangers(self) -> dict[Place, Document]:
        """Others' documents all around: in lots beside ours, at other dates and tenants, at the same sublots."""
        neighbours = (
            Address(TENANT, BUSINESS_DATE, "OTHERS", "001"),
            Address(TENANT, NEXT_PERIOD, "OTHERS", "001"),
            Address("T1,D MG 02 ", BUSINESS_DATE, self.lot, "001"),
            Address(TENANT, BUSINESS_DATE.replace(day=5), f"{(self.seed + 1) % 1_000_000:06d}", "001"),
        )
        for address in neighbours:
            for _ in range(3):
                self.erp.book(address, Document((), "somebody's"))
        return dict(self.erp.standing)

    def _traits(self) -> tuple[str, ...]:
        return (
            LOCKED if self.locked else ALONE,
            f"correction by {self.site.correction}",
            *(["numbers used again"] if self.erp.reuses_numbers else []),
            *self.around.traits,
        )

    def _announce(self) -> None:
        self.world.tell("seed", f"{self.seed}: {', '.join(self._traits())}; faults {self.weather.rate:.0%} of requests")
        self.world.tell("source", f"has {len(self.source.entries)} entries; faults end after {self.window:.0f} s")
