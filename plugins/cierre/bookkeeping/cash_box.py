"""Cash boxes: where each one's documents come from, whose books they enter, and when its day is over.

The model of a box's file is ``hooks.registry.box_model``: there ``erp`` is of one of the kinds of ERP that are known.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from cierre.bookkeeping.limits import EntryLimits
from cierre.bookkeeping.money import DECIMALS
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.suggestions import did_you_mean, nearest
from cierre.bookkeeping.validation import Amount, BusinessDay, Model, Name, Source, Text


@dataclass(frozen=True, slots=True)
class Matching:
    """Text that matches a pattern as a whole; the message, like a schema's description, says what that means."""

    pattern: str
    meaning: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^({self.pattern})$", "description": self.meaning}

    def _check(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise ValueError(Sentence("{text!r} is not {meaning}", text=text, meaning=Sentence(self.meaning)))
        return text


def _currency(code: str) -> str:
    if code not in DECIMALS:
        known = Sentence("known are {known}", known=", ".join(sorted(DECIMALS)))
        raise ValueError(
            Sentence(
                "unknown currency {code!r}; {known}{hint}", code=code, known=known, hint=did_you_mean(code, DECIMALS)
            )
        )
    return code


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        like = nearest(name, available_timezones()) or "America/Guayaquil"
        raise ValueError(
            Sentence("{name!r} is not a time zone; write one like {like!r}", name=name, like=like)
        ) from None
    return name


Currency = Annotated[str, AfterValidator(_currency), Field(json_schema_extra={"enum": sorted(DECIMALS)})]
"""The ISO 4217 code of a currency that books are kept in."""

SLUG = r"[a-z0-9_]{1,100}"
Slug = Annotated[str, Matching(SLUG, "a name of small letters, digits and underscores")]
ConnectionId = Annotated[str, Matching(r"[A-Za-z0-9_.-]+", "the id of an Airflow connection")]
ClosingHour = Annotated[str, Matching(r"([01]\d|2[0-3]):[0-5]\d", "an hour from '00:00' to '23:59'")]


class Erp(Model):
    """Whose books a box enters, as its file says it of an ERP of whatever kind.

    Each kind has a model of its own in its package, which says what its tenants and lots look like and sets ``limits``,
    how much an entry can hold there; ``hooks.registry.box_model`` puts them together by their ``kind``.

    ``connection`` is Airflow's. ``tenant`` goes to the ERP verbatim: blanks at its end can matter; compare it stripped.
    ``lot`` belongs to this box alone, since posting counts on owning its addresses. ``correction``: how books that
    changed replace what was posted. ``locks_on_day``: on which day of the next month the ERP closes a month.
    """

    limits: ClassVar[EntryLimits]

    kind: Text
    connection: ConnectionId
    tenant: Text
    lot: Text
    correction: Literal["reversal", "delete"] = "reversal"
    locks_on_day: Annotated[int, Field(ge=1, le=28)] | None = None

    def locks_on(self, entry_date: date) -> date | None:
        """The day on which the ERP closes the month of ``entry_date``; None where the box's file does not say."""
        if self.locks_on_day is None:
            return None
        next_month = entry_date.replace(day=1) + timedelta(days=31)
        return next_month.replace(day=self.locks_on_day)


UNUSUAL_VAT = frozenset({"bad_rate", "totals_disagree"})
"""Why an invoice is quarantined whose VAT rate or total is not understood."""


class Approvals(Model):
    """When a person must approve a box's day before it is posted, beside what is always asked.

    ``amount_over``: the day's journal comes to more than this (sum of its debits). ``corrections``: the day was posted
    before and its books changed. ``first_day``: nothing of this box was ever posted. ``discrepancy_up_to``: what
    differs by at most this much between source, staging and journal waits for a person to accept it, instead of
    failing the day. ``two_forms``: a payment listed under two forms, or alike in two sessions, may be released,
    instead of stopping the day.
    ``unusual_vat``: so may an invoice whose VAT rate or total is not understood.
    ``closed_period``: the day's first books come after the ERP has closed its period, and go to the first open date.
    ``second_over``: where the journal comes to more than this, two persons must approve.

    ``by``: the Airflow users whose answer counts; anybody's who may answer in Airflow, where none is named.
    ``not_by_runner``: whoever triggered, cleared or backfilled the run may not approve it; where that is not said, it
    holds for boxes that ask about amounts or corrections.
    """

    amount_over: Amount | None = None
    corrections: bool = False
    first_day: bool = False
    discrepancy_up_to: Amount | None = None
    two_forms: bool = False
    unusual_vat: bool = False
    closed_period: bool = True
    second_over: Amount | None = None
    by: tuple[Text, ...] = ()
    not_by_runner: bool | None = None

    @model_validator(mode="after")
    def _two_persons_are_there(self) -> Self:
        # A name in capitals is the same name.
        if self.second_over is not None and len({name.casefold() for name in self.by}) == 1:
            raise ValueError(
                Sentence("second_over asks two persons, and by names only one: name another, or leave by out")
            )
        return self

    @property
    def four_eyes(self) -> bool:
        """Whether nobody may approve a run of their own."""
        if self.not_by_runner is None:
            return self.amount_over is not None or self.second_over is not None or self.corrections
        return self.not_by_runner

    def releases(self, reason: str) -> bool:
        """Whether a row that was quarantined for a reason may be released by a person."""
        return self.unusual_vat if reason in UNUSUAL_VAT else self.two_forms

    @property
    def ask(self) -> bool:
        """Whether any rule may ever ask a person."""
        who = {"by", "not_by_runner"}
        return self.model_dump(exclude=who) != Approvals().model_dump(exclude=who)


class SecondLook(Model):
    """When a closed day is read again in its source, and what follows where that tells it otherwise since.

    ``days``: so many days after its close each time. ``before_lock``: also the day before the ERP closes its month,
    where the box's file says when that is (``locks_on_day``). ``policy``: ``propose`` prepares a correction, which
    waits for a person's approval; ``correct`` corrects by itself what moves at most ``up_to`` of money in a period that
    is open, and proposes the rest; ``tell`` tells people, and leaves the books as they are.
    """

    days: tuple[Annotated[int, Field(ge=1, le=366)], ...] = (1, 3, 7, 30)
    before_lock: bool = True
    policy: Literal["propose", "correct", "tell"] = "propose"
    up_to: Amount | None = None

    @model_validator(mode="after")
    def _limit_belongs_to_correct(self) -> Self:
        if (self.policy == "correct") != (self.up_to is not None):
            raise ValueError(Sentence("up_to is the limit of the policy correct: give both, or neither"))
        return self


class WrittenOff(Model):
    """An invoice, by its number, that is not expected to be collected any more, and why."""

    invoice: Text
    reason: Text


class CashBox(Model):
    """One cash box: one file, one DAG.

    The file's stem ends up in the DAG's id; ``key`` is the box's id at its source; ``mapping`` is the stem of the
    account mapping that books it. ``currency`` is an ISO 4217 code. ``closing_hour`` (``HH:MM``, local time of the day
    *after* the business date) is when the source has the whole day. ``formerly``: the name of the file under which the
    box's first day was booked, where that has another name now; the box goes on with that one's books. ``written_off``:
    invoices of a source that is asked for each until it is collected, and that is not to be asked for these any more.
    ``second_look``: when closed days are read again.

    ``id`` is the name under which the ledger keeps the box's books: what ``formerly`` says, else the file's stem, which
    is ``file``. Give the stem as ``id``. Raises pydantic's ValidationError with every problem at once.
    """

    retired: ClassVar[bool] = False
    """Whether the box has no file any more."""

    id: str
    file: Slug
    formerly: Slug | None = None
    name: Name
    source: Source
    connection: ConnectionId
    key: Text
    company: Slug
    erp: Erp
    timezone: Annotated[str, AfterValidator(_timezone), Field(json_schema_extra={"examples": ["America/Guayaquil"]})]
    currency: Currency
    closing_hour: ClosingHour = "00:00"
    mapping: Slug
    start_date: BusinessDay
    approvals: Approvals = Approvals()
    second_look: SecondLook = SecondLook()
    written_off: tuple[WrittenOff, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _name_in_the_books(cls, said: Any) -> Any:
        """The file's stem comes as the id, and stays the id unless ``formerly`` names another."""
        if not isinstance(said, dict) or "file" in said or "id" not in said:
            return said
        return {**said, "file": said["id"], "id": said.get("formerly") or said["id"]}

    @property
    def zone(self) -> ZoneInfo:
        """The box's own time zone: it decides which documents belong to a business date and when that is over."""
        return ZoneInfo(self.timezone)

    def closes_at(self, day: date) -> datetime:
        """The instant from which business date ``day`` may be read: the closing hour of the next day, in ``zone``.

        Where the clocks skip that hour (Santiago's spring midnight), it is the first instant after the gap.
        """
        wall = datetime.combine(day + timedelta(days=1), time.fromisoformat(self.closing_hour), self.zone)
        return wall.astimezone(UTC).astimezone(self.zone)

    def is_over(self, day: date, now: datetime) -> bool:
        """Whether business date ``day`` may be read at ``now`` (aware, any zone). Raises ValueError if it is naive."""
        if now.tzinfo is None:
            raise ValueError(
                Sentence(
                    "{now} has no time zone, so it cannot be compared with the end of a day of {id}",
                    now=now,
                    id=self.id,
                )
            )
        # In UTC: Python compares two times of one zone by their wall clocks, which go back once a year.
        return now.astimezone(UTC) >= self.closes_at(day).astimezone(UTC)
