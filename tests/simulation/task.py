"""A task as a scheduler runs it: tried again after a failure, after a death, and while a worker is thought dead."""

from collections.abc import Callable

import psycopg

from cierre.ledger.attempts import NoSublotLeft
from cierre.ledger.session import BoxDayBusy
from cierre.ports.errors import DataError, FatalError, PeriodClosedError, VendorError
from cierre.posting.originals import EditedError
from cierre.posting.proof import KeptByClosedPeriodError, NotOursError
from simulation.process import Process
from simulation.weather import Weather
from simulation.world import Killed, World

TRIES = 5

ForPeople = NotOursError | KeptByClosedPeriodError | PeriodClosedError | EditedError
"""What a task tells a person, who then does something."""


class Task:
    """Runs ``work`` in processes until one try succeeds (``done``), or it is given up.

    Where the database refuses something for any other reason than a lost session, or another run that was first where
    ``crowded`` runs go without the day's lock, its guards had to step in for the code: ``broken`` is told. ``decides``
    is the person who is told of what only people can set right; no fault strikes a try that is ``spared``.
    """

    def __init__(
        self,
        world: World,
        weather: Weather,
        name: str,
        work: Callable[[Process], None],
        broken: Callable[[str, str], None],
        *,
        crowded: bool,
        decides: Callable[[ForPeople], None] = lambda error: None,
        spared: Callable[[], bool] = lambda: False,
    ) -> None:
        self.world = world
        self.weather = weather
        self.name = name
        self.work = work
        self.broken = broken
        self.decides = decides
        self.spared = spared
        self.passing = (psycopg.OperationalError, *((psycopg.errors.UniqueViolation,) if crowded else ()))
        self.tries = 0
        self.running = 0
        self.waiting = False
        self.done = False

    @property
    def over(self) -> bool:
        """Whether nothing of it runs, or will by itself."""
        return not self.running and not self.waiting

    def begin(self) -> None:
        """Starts a try, if there is one left."""
        self.waiting = False
        if not self.done and self.tries < TRIES:
            self.tries += 1
            self.running += 1
            self.world.start(self._try)

    def _try(self) -> None:
        process = Process(self.world, self.weather, f"{self.name}/{self.tries}", self._thought_dead)
        process.spared = self.spared()
        try:
            self.work(process)
            self.done = True
            self.world.tell(process.name, "succeeds")
        except Killed:
            self._again(20, 300)
        except (NotOursError, KeptByClosedPeriodError, PeriodClosedError, EditedError) as error:
            self.world.tell(process.name, f"fails for good: {error}")
            self.decides(error)
        except (FatalError, DataError, NoSublotLeft) as error:
            self.world.tell(process.name, f"fails for good: {error}")
        except (VendorError, BoxDayBusy, *self.passing) as error:
            self.world.tell(process.name, f"fails: {type(error).__name__}: {error}")
            self._again(30, 300)
        except psycopg.Error as error:
            self.broken("the database's guards are not needed", f"{process.name}: {type(error).__name__}: {error}")
            self._again(30, 300)
        finally:
            self.running -= 1

    def _thought_dead(self) -> None:
        if self.running and not self.done and not self.waiting:
            self.world.tell("scheduler", f"takes {self.name} for dead")
            self.begin()

    def _again(self, soonest: float, latest: float) -> None:
        if not self.done and not self.waiting and self.tries < TRIES:
            self.waiting = True
            self.world.after(self.world.rng.uniform(soonest, latest), self.begin)
