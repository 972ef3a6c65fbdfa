"""What a company expects to arrive, by ``arrivals.yaml``: of each day, box and form of payment one amount."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from cierre.bookkeeping.cash_box import Slug
from cierre.bookkeeping.matching.arrivals import channel, units
from cierre.bookkeeping.matching.books import ArrivalBooks
from cierre.bookkeeping.matching.items import Item, Rules
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.charges import Charge, charge_on, kept
from cierre.bookkeeping.statements.fetched import Fetch
from cierre.bookkeeping.takings import sign
from cierre.bookkeeping.validation import IsoDate, Model, Text

Days = Annotated[int, Field(ge=0, le=90)]
Few = Annotated[int, Field(ge=0, le=10)]


class Channel(Model):
    """How the money of some forms of payment comes to an account. Days are banking days: see ``Rules``.

    ``charged`` is what the charges are rounded on: each document, or the form's money of a day. ``reports`` are the
    formats of the settlement reports that its acquirer sends: what these tell of is matched by them.
    """

    account: Text
    forms: Annotated[tuple[Text, ...], Field(min_length=1)]
    charges: tuple[Charge, ...] = ()
    charged: Literal["document", "day"] = "document"
    earliest: Days = 0
    latest: Days = 3
    grace: Days = 20
    days_together: Few = 5
    parts: Annotated[int, Field(ge=1, le=5)] = 1
    reports: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.earliest <= self.latest <= self.grace:
            raise ValueError(Sentence("earliest, latest and grace must not go down"))
        return self

    @property
    def rules(self) -> Rules:
        """The same as matching takes it."""
        return Rules(self.earliest, self.latest, self.grace, self.days_together, self.parts)


class CompanyArrivals(Model):
    """A company whose arrivals are looked at. ``statements`` are the formats that its people upload, ``since`` is the
    first business date that is expected to arrive, ``terminals`` is how the bank's lines and the acquirers'
    reports name a box. ``books`` says where what arrived is booked; without it nothing is. ``fetch`` are the places
    that files are fetched from; without them people upload, or leave files in the folder."""

    country: Literal["EC", "UY", "CL", "ES"]
    since: IsoDate
    statements: Annotated[tuple[Text, ...], Field(min_length=1)]
    channels: dict[Slug, Channel]
    terminals: dict[Slug, Text] = Field(default_factory=dict)
    books: ArrivalBooks | None = None
    fetch: tuple[Fetch, ...] = ()

    @model_validator(mode="after")
    def _a_form_comes_one_way(self) -> Self:
        forms = [form for one in self.channels.values() for form in one.forms]
        if twice := sorted({form for form in forms if forms.count(form) > 1}):
            raise ValueError(
                Sentence("form {names} is in two channels; its money comes one way", names=", ".join(twice))
            )
        if self.books and (strange := sorted(self.books.accounts.keys() - self.channels.keys())):
            raise ValueError(Sentence("books has accounts of {names}, which is no channel", names=", ".join(strange)))
        if strange := sorted({one.format for one in self.fetch} - set(self.formats)):
            message = "fetch has files of {names}, which is no format of this company"
            raise ValueError(Sentence(message, names=", ".join(strange)))
        reports = [name for one in self.channels.values() for name in one.reports]
        if twice := sorted({name for name in reports if reports.count(name) > 1}):
            raise ValueError(
                Sentence("report {names} is in two channels; an acquirer pays by one", names=", ".join(twice))
            )
        return self

    def are_books(self, box: str) -> bool:
        """Whether an id is that of the books of what arrived, whose own documents are not awaited once more."""
        return self.books is not None and self.books.box == box

    def channel_of_report(self, format: str) -> str:
        """The channel whose acquirer sends reports of a format; empty where none does."""
        return next((name for name, one in self.channels.items() if format in one.reports), "")

    def channel_of(self, form: str) -> tuple[str, Channel] | None:
        """The channel of a form of payment; None for one whose money is not looked at."""
        return next(((name, one) for name, one in self.channels.items() if form in one.forms), None)

    @property
    def formats(self) -> list[str]:
        """The formats of all that its people upload: statements, then reports."""
        return [*self.statements, *(name for one in self.channels.values() for name in one.reports)]

    def rules(self, currencies: Iterable[str]) -> dict[str, Rules]:
        """The rules of all channels in some currencies, by what items call them."""
        return {
            channel(name, one.account, currency): one.rules
            for currency in currencies
            for name, one in self.channels.items()
        }


class Arrivals(Model):
    """``companies``: those whose arrivals are looked at, by the id that cash boxes name."""

    companies: dict[Slug, CompanyArrivals]


class Taken(NamedTuple):
    """How many documents of an amount there are in a closed day of a box, by all that says whether it is money at the
    till. ``net`` is of each."""

    box: str
    day: date
    form: str
    currency: str
    kind: str
    sale_type: str | None
    returned: str | None
    net: Decimal
    documents: int


class Expected(NamedTuple):
    """The money of a form that a box took on a day: ``gross`` as booked, ``net`` as it is to arrive."""

    box: str
    day: date
    form: str
    currency: str
    gross: Decimal
    net: Decimal

    @property
    def id(self) -> str:
        """Its id as an item."""
        return f"{self.box}|{self.day.isoformat()}|{self.currency}|{self.form}"


def gross_by_form(taken: Iterable[Taken]) -> dict[tuple[str, date, str, str], Decimal]:
    """The money that came into the tills, as booked, by box, day, form and currency; whatever the rules look at."""
    gross: dict[tuple[str, date, str, str], Decimal] = {}
    for one in taken:
        key = (one.box, one.day, one.form, one.currency)
        gross[key] = gross.get(key, ZERO) + sign(one.kind, one.sale_type, one.returned) * one.net * one.documents
    return gross


def expected(taken: Iterable[Taken], rules: CompanyArrivals) -> list[Expected]:
    """What is to arrive of what was taken, less the charges of the contract; nothing of what comes to nothing."""
    gross: dict[tuple[str, date, str, str], Decimal] = {}
    charged: dict[tuple[str, date, str, str], Decimal] = {}
    for one in taken:
        found = rules.channel_of(one.form)
        turn = sign(one.kind, one.sale_type, one.returned)
        if found is None or not turn or one.day < rules.since or rules.are_books(one.box):
            continue
        key = (one.box, one.day, one.form, one.currency)
        gross[key] = gross.get(key, ZERO) + turn * one.net * one.documents
        if found[1].charged == "document":
            charged[key] = charged.get(key, ZERO) + _charge(key, turn * one.net, found[1]) * one.documents
    for key, money in gross.items():
        how = rules.channel_of(key[2])
        if how and how[1].charged == "day":
            charged[key] = _charge(key, money, how[1])
    return [Expected(*key, money, money - charged.get(key, ZERO)) for key, money in gross.items() if money]


def _charge(key: tuple[str, date, str, str], gross: Decimal, how: Channel) -> Decimal:
    _, day, form, currency = key
    charge = charge_on(how.charges, day, form)
    return kept(charge, gross, currency).total if charge else ZERO


def items(amounts: Iterable[Expected], rules: CompanyArrivals) -> list[Item]:
    """The same as items to match. A box whose terminal is not known is in a group of its own."""
    made = []
    for one in amounts:
        if found := rules.channel_of(one.form):
            name, how = found
            terminal = rules.terminals.get(one.box, "")
            on = channel(name, how.account, one.currency)
            made.append(Item(one.id, one.day.toordinal(), units(one.net, one.currency), on, "", terminal))
    return made


def by_id(amounts: Iterable[Expected]) -> dict[str, Expected]:
    """Expected amounts by the ids of their items."""
    return {one.id: one for one in amounts}
