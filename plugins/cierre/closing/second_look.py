"""The second look: closed days are read again in their sources, and what is told otherwise since is kept."""

import logging
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import psycopg

from cierre.accounting_files.companies import tax_id_of
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import cash_box, sound_boxes
from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.certificate import contradictions
from cierre.bookkeeping.days import refused_range
from cierre.bookkeeping.documents import Document, Kind, QuarantinedRow
from cierre.bookkeeping.identity import Origin, Unique, key_of
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.second_look import Change, Outcome, changes, due_dates, is_due, outcome_of, share
from cierre.bookkeeping.sentence import Sentence
from cierre.closing import late_changes
from cierre.closing.belonging import origin_of
from cierre.closing.boxes_for import boxes_for
from cierre.closing.certificate import incomplete
from cierre.closing.land import ANOTHERS, landed_answer
from cierre.closing.landed_day import LandedDay, place_of
from cierre.closing.master_data import opened_from
from cierre.closing.refusal import NothingToRead, Refused
from cierre.closing.stage import as_booked
from cierre.closing.wiring import invoice_source_of, knows_owner, rechecks, source_hook, source_of
from cierre.language.say import say
from cierre.ledger import landing, looks, personal, revisions, sign_offs, staging
from cierre.ledger.landing import Place, Snapshot
from cierre.ledger.session import BoxDayBusy, box_day
from cierre.ports.errors import VendorError
from cierre.ports.source import OwnedHook, RecheckingHook, SourceHook

log = logging.getLogger(__name__)

MOST_DAYS = 366
"""Of a range that is looked at again at once: each closed day asks its source."""

NOT_OF_ITS_FILE = (
    "the day was booked from {was}, and the box's file now says {now}. It is not looked at, and its books stay as they"
    " are. If the file is wrong, correct it; if not, nothing is to be done."
)

MISSES = 3
"""After so many days in a row for which a connection did not answer, its others are left for the next run."""


MOST_STARTED = 500
"""How many days one run has closed again. Airflow makes no more than 1,024 tasks of one (max_map_length)."""

UNDER_WAY = timedelta(hours=1)
"""For how long a day that was landed again and is not staged yet counts as being closed; after that nothing is awaited
of the landing any more."""


@dataclass(frozen=True, slots=True)
class News:
    """What a look at a box's day found that the look before had not: none where all is again as it was booked.
    ``look_id`` is its number."""

    box: CashBox
    day: date
    look_id: int
    found: tuple[Change, ...]
    outcome: Outcome


@dataclass
class Seen:
    """What looks came to: how many ``days`` were read, and what could not be read, by box."""

    days: int = 0
    left: dict[str, list[Sentence]] = field(default_factory=lambda: defaultdict(list))


def due_days(ledger: psycopg.Connection, now: datetime, runs_left: int) -> list[tuple[str, date]]:
    """A run's share of the days that are due at ``now`` (aware), by box; those that are due longest come first, and
    those of one connection together. ``runs_left``: how many runs the night has, this one included."""
    boxes = sound_boxes()
    first = now.date() - timedelta(days=max((_reaches_back(box) for box in boxes.values()), default=0))
    days = [
        one
        for one in looks.closed_days(ledger, list(boxes), first, now.date())
        if one.read_at and is_due(boxes[one.box], one.business_date, one.read_at, now)
    ]
    days.sort(key=lambda one: (one.business_date, boxes[one.box].connection, one.box))
    return [(one.box, one.business_date) for one in days[: share(len(days), runs_left)]]


def days_of(
    ledger: psycopg.Connection, first: date | None, last: date | None, box: str | None, company: str | None
) -> list[tuple[str, date]]:
    """The closed days that a person asks for, due or not: from ``first`` to ``last`` inclusive, without that ``first``
    alone; of a box (its id, or the name of its file), of a company's boxes, or of all. Raises NothingToRead where no
    day is named, days that refused_range does not take, or a box that there is not."""
    if first is None:
        raise NothingToRead(say("Say from which day on: without it, the days that are due are read."))
    if refused := refused_range(first, last or first, datetime.now(UTC).date(), MOST_DAYS):
        raise NothingToRead(say(refused))
    boxes = [
        one.id for one in sound_boxes().values() if box in (None, one.file, one.id) and company in (None, one.company)
    ]
    if not boxes:
        raise NothingToRead(say("There is no such cash box or company; nothing was read."))
    return [(one.box, one.business_date) for one in looks.closed_days(ledger, boxes, first, last or first)]


def corrections(ledger: psycopg.Connection) -> list[tuple[CashBox, looks.Correction]]:
    """The days that are to be closed again by what a look found, and that no run has staged anew since; at most
    MOST_STARTED, the rest with the next run."""
    boxes = sound_boxes()
    return [(boxes[one.box], one) for one in looks.corrections(ledger, list(boxes), MOST_STARTED)]


def news_of(ledger: psycopg.Connection, company: str, look_ids: Sequence[int]) -> list[News]:
    """What of looks at a company's boxes still holds: of each box's day what the newest one found, where it was not
    staged anew since. Raises as ``boxes_for``."""
    boxes = boxes_for(ledger, company)
    return [
        News(boxes[one.box], one.business_date, one.look_id, tuple(found.change for found in one.found), one.outcome)
        for one in looks.standing(ledger, look_ids)
        if one.box in boxes
    ]


def look(ledger: psycopg.Connection, days: Iterable[tuple[str, date]]) -> Seen:
    """Reads closed days of boxes again, keeps what is told otherwise than they were booked, and decides what follows
    from it by each box's policy. Books and posts nothing.

    A day that is being closed is passed over, and one that cannot be read, whatever the reason, does not keep the
    others waiting; of each it is said why. Raises what the ledger says where it is gone.
    """
    sources, seen, misses = _Sources(ledger), Seen(), Counter[str]()
    for box_id, day in days:
        try:
            box = cash_box(box_id)
            if misses[box.connection] < MISSES:
                _look(ledger, sources, box, day, seen)
                misses[box.connection] = 0
            else:
                text = "{box}, {day}: connection {connection} did not answer, so the day is left for the next run."
                log.info(say(text, box=box_id, day=day, connection=box.connection))
        except BoxDayBusy:
            text = "{box}, {day}: the day is being closed right now, so it is not looked at."
            log.info(say(text, box=box_id, day=day))
        except Exception as error:
            if ledger.closed:
                raise
            misses[box.connection] += isinstance(error, VendorError)
            seen.left[box_id].append(Sentence("{day}: {why}", day=day, why=_why_left(error)))
    return seen


def _why_left(error: Exception) -> object:
    """Why a day was not looked at; of an error that is none of ours not its own words, which may repeat what the source
    says."""
    if isinstance(error, Refused):
        return error.sentence
    if isinstance(error, (VendorError, MappingError)) or (error.args and isinstance(error.args[0], Sentence)):
        return error
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return Sentence(
        "Cierre broke off on this day and did not look at it; whoever looks after Cierre needs to know: {error}",
        error=f"{type(error).__name__}, {Path(frame.filename).name}:{frame.lineno}",
    )


def _look(ledger: psycopg.Connection, sources: "_Sources", box: CashBox, day: date, seen: Seen) -> None:
    with box_day(ledger, box.id, day, wait="1s"):
        staged = landing.staged(ledger, box.id, day)
        if staged is None:
            raise Refused(box, day, "nothing was staged yet; clear the task stage of this run")
        if _is_under_way(ledger, box, day, staged):
            raise BoxDayBusy
        _must_be_of_its_file(ledger, sources, box, day, staged)
        _look_at(ledger, sources, box, day, staged)
        seen.days += 1


def _is_under_way(ledger: psycopg.Connection, box: CashBox, day: date, staged: Snapshot) -> bool:
    """Whether a run has landed the day just now, and is to stage it yet."""
    taken = landing.last_taken(ledger, box.id, day)
    if taken is None or taken.snapshot_id == staged.snapshot_id:
        return False
    return datetime.now(UTC) - taken.taken_at < UNDER_WAY


def _must_be_of_its_file(
    ledger: psycopg.Connection, sources: "_Sources", box: CashBox, day: date, staged: Snapshot
) -> None:
    """Raises Refused where the day was read from another till, or is booked in another currency, than the box's file
    says by now: the source would then be asked for other documents, and right books would count as changed."""
    was = origin_of(box, day, ledger, staged.snapshot_id)
    now = Origin(box.source, sources.site(box), box.connection, key_of(box))
    if was.differs_from(now):
        raise Refused(box, day, NOT_OF_ITS_FILE, was=was, now=now)
    revision = revisions.current(ledger, box.id, day)
    booked = revisions.bookings(ledger, revision) if revision else []
    if booked and booked[0].currency != box.currency:
        raise Refused(box, day, NOT_OF_ITS_FILE, was=booked[0].currency, now=box.currency)


def _look_at(ledger: psycopg.Connection, sources: "_Sources", box: CashBox, day: date, staged: Snapshot) -> None:
    shown: Snapshot | None = None
    if invoice_source_of(box):
        before, after = late_changes.told_now(ledger, box, place_of(box, day), staged.snapshot_id)
    elif sources.still_say(box, staged):
        before, after = [], []
    else:
        shown = sources.answer(box, day)
        before, after = staging.documents(ledger, box.id, day), _documents(box, day, shown)
    found = changes(before, after, own_ids=lambda kind: source_of(box).unique(kind) is Unique.SITE)
    last = looks.newest(ledger, box.id, day)
    is_news = found != ([one.change for one in last.found] if last else [])
    outcome = outcome_of(box.second_look, found, box.currency, is_open=_is_open(ledger, box, day))
    looks.keep(
        ledger,
        box.id,
        day,
        compared_to=staged.snapshot_id,
        snapshot_id=shown.snapshot_id if shown and found else None,
        found=found,
        outcome=outcome,
        # What a landing shows of invoices was told by it; what follows from it, by the request for approval.
        tell=[box.company] if is_news and not invoice_source_of(box) else [],
    )


class _Sources:
    """The sources that are asked in one run: a hook for each connection, and each answer once for all boxes."""

    def __init__(self, ledger: psycopg.Connection) -> None:
        self._ledger = ledger
        self._hooks: dict[str, SourceHook] = {}
        self._sites: dict[str, str] = {}
        self._said: dict[tuple[Place, str], bool] = {}
        self._answers: dict[Place, Snapshot] = {}

    def site(self, box: CashBox) -> str:
        """The site that a box's connection leads to; nothing is asked there."""
        if box.connection not in self._sites:
            self._sites[box.connection] = source_hook(box, spares_daily_calls=True).site
        return self._sites[box.connection]

    def still_say(self, box: CashBox, staged: Snapshot) -> bool:
        """Whether a box's source says by a few calls what was landed; no, where it has none for that."""
        if not rechecks(box):
            return False
        asked = (place_of(box, staged.business_date), staged.sha256)
        if asked not in self._said:
            hook = cast(RecheckingHook, self._hook(box))
            self._said[asked] = hook.still_says(
                personal.whole(self._ledger, staged.snapshot_id, staged.body), staged.business_date
            )
        return self._said[asked]

    def answer(self, box: CashBox, day: date) -> Snapshot:
        """The source's whole answer for a day, landed, so that the run that corrects the day may take it."""
        place = place_of(box, day)
        if place not in self._answers:
            self._answers[place] = landed_answer(self._ledger, place, box, self._hook(box))
        return self._answers[place]

    def _hook(self, box: CashBox) -> SourceHook:
        if box.connection not in self._hooks:
            hook = source_hook(box, spares_daily_calls=True)
            if knows_owner(box):
                cast(OwnedHook, hook).must_be_of(tax_id_of(box.company))
            self._hooks[box.connection] = hook
        return self._hooks[box.connection]


def _documents(box: CashBox, day: date, shown: Snapshot) -> list[Document]:
    """What the source says now of a box's day; rows that would stop the day stand for the documents that they hide.

    Raises Refused for an answer of another company, and for one that the source's own figures contradict.
    """
    landed = LandedDay(box, day, shown.body, lambda projects, keys: [])
    if whose := landed.anothers(tax_id_of(box.company)):
        raise Refused(box, day, ANOTHERS, whose=whose, connection=box.connection)
    if broken := contradictions(landed.claims()):
        raise incomplete(box, day, broken)
    reading = as_booked(landed)
    return [*reading.documents, *(_hidden(box, day, row) for row in reading.quarantined if row.blocking)]


def _hidden(box: CashBox, day: date, row: QuarantinedRow) -> Document:
    return Document(
        source=box.source,
        kind=Kind(row.kind),
        source_id=row.place,
        business_date=day,
        currency=box.currency,
        form=row.form,
        amounts={"net": row.net or ZERO},
        attributes={"quarantined": row.reason},
        place=row.place,
    )


def _is_open(ledger: psycopg.Connection, box: CashBox, day: date) -> bool:
    """Whether the ERP still takes entries of a day, as far as the accountants' files and its own calendar say, and
    nobody has signed the day's month."""
    opened, locks = opened_from(ledger, box), box.erp.locks_on(day)
    today = datetime.now(UTC).astimezone(box.zone).date()
    is_signed = bool(sign_offs.signed_months(ledger, box.id, box.company, [day]))
    return (opened is None or day >= opened) and (locks is None or today < locks) and not is_signed


def _reaches_back(box: CashBox) -> int:
    """For how many days after its business date a day of a box may be due."""
    day = date(2000, 1, 1)
    return max(((due.date() - day).days for due in due_dates(box, day)), default=0) + 9
