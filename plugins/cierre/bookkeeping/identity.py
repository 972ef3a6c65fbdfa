"""What a cash box's books belong to in the world: where documents came from, and whose books they entered. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence, one_after_the_other


class Unique(StrEnum):
    """Within what a source's ids name one document, and never another.

    ``SITE``: in all of the site, on whatever day and through whichever box it is read. ``SITE_AND_DAY``: on one
    business date, through whichever box. ``KEY_AND_DAY``: on one business date of one key; the ids are made of what the
    rows hold, and the same on another day is another document.
    """

    SITE = "site"
    SITE_AND_DAY = "site and day"
    KEY_AND_DAY = "key and day"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where documents come from: a source, the site behind a connection, and the box's key there.

    ``site`` and ``key`` are None where nobody kept them: what was landed before the ledger kept sites and keys.
    """

    source: str
    site: str | None
    connection: str
    key: str | None

    def differs_from(self, other: "Origin") -> bool:
        """Whether the two are known to be different tills. Of unknown sites the connections are compared."""
        if self.source != other.source or (None not in (self.key, other.key) and self.key != other.key):
            return True
        if self.site is None or other.site is None:
            return self.connection != other.connection
        return self.site != other.site

    def __str__(self) -> str:
        """As people read it: ``key 164 at http://school.example (school)``, or what of it is known."""
        where = f"{self.site or self.connection} ({self.source})"
        return f"{self.key}, {where}" if self.key else where


def key_of(box: CashBox) -> str:
    """A box's key in its source. One that lists several places is the same however it is spaced."""
    return ",".join(part.strip() for part in box.key.split(","))


@dataclass(frozen=True, slots=True)
class Target:
    """Whose books they enter: the ERP's tenant (compared stripped) and the box's lot there."""

    tenant: str
    lot: str

    def differs_from(self, other: "Target") -> bool:
        """Whether documents of the two stand in different places of the ERP."""
        return (self.tenant.strip(), self.lot) != (other.tenant.strip(), other.lot)

    def __str__(self) -> str:
        """As people read it: ``008964, T1,D MG 01``."""
        return f"{self.lot}, {self.tenant.strip()}"


@dataclass(frozen=True, slots=True)
class Books:
    """What the books of a day belong to, and the unit (ISO 4217) that their money is in."""

    origin: Origin
    target: Target
    currency: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What a box is: what its file, its connections and their addresses say. ``id`` never changes.

    The sites are addresses without login: that of the source and that of the ERP.
    """

    id: str
    file: str
    name: str
    company: str
    source: str
    source_site: str
    source_key: str
    erp_connection: str
    erp_site: str
    tenant: str
    lot: str
    currency: str
    timezone: str
    start_date: date

    @classmethod
    def of(cls, box: CashBox, *, source_site: str, erp_site: str) -> "Identity":
        """What a box is by its file, where its connections lead to these sites."""
        return cls(
            id=box.id,
            file=box.file,
            name=box.name,
            company=box.company,
            source=box.source,
            source_site=source_site,
            source_key=key_of(box),
            erp_connection=box.erp.connection,
            erp_site=erp_site,
            tenant=box.erp.tenant,
            lot=box.erp.lot,
            currency=box.currency,
            timezone=box.timezone,
            start_date=box.start_date,
        )

    def changes(self, before: "Identity") -> Iterator[tuple[str, object, object]]:
        """What is otherwise than it was: the field, what it says now, what it said."""
        for field in fields(self):
            now, then = getattr(self, field.name), getattr(before, field.name)
            if now != then:
                yield field.name, now, then


@dataclass(frozen=True, slots=True)
class Claimed:
    """What another id has booked that a box's file claims: a source, or a lot of the ERP.

    ``box`` is that id, ``what`` the source or lot for people, ``is_lot`` which of the two; ``first`` and ``last`` are
    the first and the last business date that it booked there. ``documents`` and ``money`` (with its currency) are those
    of the business date that was asked about, where it booked that; else 0.
    """

    box: str
    what: Sentence
    first: date
    last: date
    is_lot: bool
    documents: int = 0
    money: Decimal = Decimal(0)
    currency: str = ""


def refusal(
    file: str, claims: Sequence[Claimed], day: date | None, *, has_file: bool, formerly: str | None
) -> Sentence:
    """Why a box's file cannot go on with what other ids have booked, and the ways out.

    ``day`` is the business date that was to be closed, None where none was; ``has_file``: the other id has a file of
    its own; ``formerly`` is what the file says of its former name.
    """
    other = claims[0].box
    told = [_told(one, day) for one in claims]
    after = max(one.last for one in claims) + timedelta(days=1)
    if other == file and formerly:
        way = Sentence("leave out the line formerly: {formerly}, which is no name of it", formerly=formerly)
    elif has_file:
        way = Sentence("give {file} a key of its own, since {other} has a file too", file=f"{file}.yaml", other=other)
    else:
        way = Sentence(
            "write the line formerly: {other} in {file}; it then goes on with those books", other=other,
            file=f"{file}.yaml",
        )  # fmt: skip
    return Sentence(
        "{told}. If it is the same till, {way}. If it is another, give it a lot of its own and a start_date of {after}"
        " or later",
        told=one_after_the_other(told),
        way=way,
        after=after,
    )


def _told(one: Claimed, day: date | None) -> Sentence:
    booked = Sentence("{what} is booked as {other}, from {first} to {last}", what=one.what, other=one.box,
                      first=one.first, last=one.last)  # fmt: skip
    if not one.documents:
        return booked
    return Sentence(
        "{booked}; of {day} it has booked {n} documents of {money} {currency}",
        booked=booked,
        day=day,
        n=one.documents,
        money=one.money,
        currency=one.currency,
    )


@dataclass(frozen=True, slots=True)
class RetiredBox:
    """A box that has no file any more, as the ledger last knew it; its books stay.

    ``currency`` is that of its last books, ``mapping`` what booked them. One whose last day was landed before the
    ledger kept what each box is has its id as its name, and no company.
    """

    id: str
    name: str
    company: str
    source: str
    currency: str
    timezone: str
    mapping: str

    retired: ClassVar[bool] = True
    file: ClassVar[str] = ""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that it had."""
        return ZoneInfo(self.timezone)
