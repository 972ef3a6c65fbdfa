"""What a source must be able to do: its hook, the functions that read what was landed, and what it declares of itself.

Light, so that whoever reads a DAG file or a connection's form can import it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from cierre.bookkeeping.sentence import Sentence
from cierre.ports.named import Named

if TYPE_CHECKING:
    from cierre.bookkeeping.billing_plan import BillingPlan
    from cierre.bookkeeping.certificate import Claim
    from cierre.bookkeeping.documents import Kind, Reading, Total
    from cierre.bookkeeping.identity import Unique
    from cierre.bookkeeping.invoices import InvoiceSeen
    from cierre.bookkeeping.personal import ElementsAhead, OpenFields
    from cierre.bookkeeping.vocabulary import Vocabulary


class Answer(Protocol):
    """A source's answer, whole."""

    @property
    def asked(self) -> dict[str, str]:
        """What was asked, by the vendor's own names."""

    @property
    def received_at(self) -> datetime:
        """When it came, in UTC."""

    @property
    def body(self) -> str:
        """Its text."""

    @property
    def ahead(self) -> "tuple[ElementsAhead, ...]":
        """Lists of it that were read for personal values while the rest was awaited."""


class SourceHook(Protocol):
    """A vendor's hook as the landing step sees it."""

    @property
    def site(self) -> str:
        """Where it leads, as the ledger keeps it: an address without login, and what tells one company there from
        another. Asks nobody; raises a cierre.ports.errors.FatalError where the connection cannot be used."""

    def fetch(self, key: str, day: date) -> Answer:
        """The source's whole answer for a day; raises a cierre.ports.errors.VendorError where it is not whole."""


class InvoiceHook(SourceHook, Protocol):
    """A hook of an InvoiceSourceDescription. ``expected`` is set before it fetches: what earlier readings showed of the
    invoices that it must tell of again, in their order."""

    expected: "Sequence[InvoiceSeen]"

    def looks_back_to(self, day: date) -> date:
        """The first day of issue of the invoices that the answer for a day tells of, expected or not."""


class OwnedHook(SourceHook, Protocol):
    """A hook of a source that can tell whose login it is read with."""

    def must_be_of(self, tax_id: str) -> None:
        """From now on reads nothing but of the company with this tax number, as far as the source can tell."""


class RecheckingHook(SourceHook, Protocol):
    """A hook of a source that can tell by a few calls whether it still says what was landed of a day."""

    def still_says(self, body: str, day: date) -> bool:
        """Whether a landed body is still what the source says of its day, as far as its totals, counts or lists tell;
        where not, ``fetch`` gives the rows. Raises a cierre.ports.errors.VendorError where it does not answer."""


class Read(Protocol):
    """Reads the box's part of a landed body as documents and quarantined rows. ``more`` is what the description says
    that the source needs: ``before`` (InvoiceSourceDescription), ``reviewed`` (a file of the accountants)."""

    def __call__(self, body: str, *, day: date, currency: str, key: str, **more: Any) -> "Reading": ...


class ControlTotals(Protocol):
    """What the box's rows sum to, by kind and form, apart from ``Read``; takes ``before`` as that does."""

    def __call__(self, body: str, *, currency: str, key: str, **before: Any) -> "list[Total]": ...


class Certify(Protocol):
    """What the source itself says that the box's day holds, beside what was landed."""

    def __call__(self, body: str, *, currency: str, key: str) -> "list[Claim]": ...


class Plan(Protocol):
    """What was planned to be invoiced beside what was; None where that could not be had when the day was landed."""

    def __call__(self, body: str, *, currency: str, key: str) -> "BillingPlan | None": ...


class InvoicesSeen(Protocol):
    """What a landed body shows of each invoice."""

    def __call__(self, body: str, *, currency: str, key: str) -> "list[InvoiceSeen]": ...


@dataclass(frozen=True, slots=True)
class KeyFormat:
    """How a box's key is written, so that one till has one spelling: ``pattern`` is of the whole key, ``meaning`` says
    it to people, with an example."""

    pattern: str
    meaning: Sentence

    def objection(self, key: str) -> Sentence | None:
        """Why a key is none; None where it is one."""
        if re.fullmatch(self.pattern, key):
            return None
        return Sentence("{text!r} is not {meaning}", text=key, meaning=self.meaning)


@dataclass(frozen=True, slots=True)
class Owner:
    """How a source tells which company its login is of; its hook is an OwnedHook.

    ``of`` gives the tax number of the company that a landed body is of, empty where that was not asked; ``is_same``
    tells whether two texts are the same tax number.
    """

    of: Callable[[str], str]
    is_same: Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A file of the accountants that a source cannot be read without: its name in the mappings folder, and its
    ``model``, a cierre.bookkeeping.validation.Model."""

    file: str
    model: Named


@dataclass(frozen=True, slots=True)
class Override:
    """What a run's form offers where a source wants to be left alone at some hours: who ticks it, answers for it."""

    title: str
    description: str


@dataclass(frozen=True, slots=True)
class SaidBeside:
    """Where a landed answer says what its source calls the value of an attribute, beside the rows that have the value:
    in a list of the answer, in the objects that have it as ``key``. ``name`` and ``own_account`` are their fields."""

    rows: str
    key: str
    name: str
    own_account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescription:
    """All that others need to know of a source. ``key`` is a box's key at its source.

    ``slug`` is its name in files, tables and modules; ``label`` the name of its connection type for people; ``hook`` is
    the class of its SourceHook; ``form`` its connection type's form as Airflow wants it; ``key_format`` how the key is
    written in a box's file; ``vocabulary`` is what its documents carry: the words that a mapping may use.
    ``landing_key`` tells what is landed together: the box's own key, or one for all boxes of the connection ("*");
    ``rows_by_key`` is there where it is one for all: how many rows of a landed body name each key.
    ``unique`` tells within what the ids of a kind of document are unique.
    ``open_fields`` are the fields of landed answers that say nothing of a person, those that its reading needs among
    them: all other values are taken out at landing; ``open_columns`` gives further ones that only an answer itself can
    name.
    ``called`` are the fields of a landed row, all of them open, in which the source says what it calls the value of an
    attribute (``form``: the name of the form of payment); ``own_accounts`` those in which it has an account for it.
    ``said_beside`` is where the answer says both of an attribute, where its rows do not.
    ``notices``, ``plan`` and ``owner`` are there where the source has them: what a landed day does not hold because of
    how the source is set up, for people to know; what was planned to be invoiced; whose login it is read with.
    ``rechecks``: its hook is a RecheckingHook. ``reviewed`` is the accountants' file that its hook and its ``read`` are
    handed, ``override`` what a run may be allowed, ``lockout`` the words with which the source says that it has locked
    the company out.
    """

    slug: str
    label: str
    hook: Named
    form: Mapping[str, Any]
    key_format: KeyFormat
    vocabulary: "Vocabulary"
    read: Read
    control_totals: ControlTotals
    certify: Certify
    landing_key: Callable[[str], str]
    rows_by_key: Callable[[str], Mapping[str, int]] | None = None
    unique: "Callable[[Kind], Unique]"
    open_fields: "OpenFields"
    open_columns: Callable[[str], frozenset[str]] | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    own_accounts: Mapping[str, str] = field(default_factory=dict)
    said_beside: Mapping[str, SaidBeside] = field(default_factory=dict)
    notices: Callable[[str], Sequence[str]] | None = None
    plan: Plan | None = None
    owner: Owner | None = None
    rechecks: bool = False
    reviewed: Reviewed | None = None
    override: Override | None = None
    lockout: re.Pattern[str] | None = None

    def open_fields_of(self, body: str) -> "OpenFields":
        """The open fields of an answer."""
        if self.open_columns is None:
            return self.open_fields
        return replace(self.open_fields, names=self.open_fields.names | self.open_columns(body))

    @property
    def named(self) -> list[Named]:
        """Every part that is imported when it is first used."""
        parts = [getattr(self, one.name) for one in fields(self)]
        if self.owner:
            parts += [self.owner.of, self.owner.is_same]
        if self.reviewed:
            parts.append(self.reviewed.model)
        return [part for part in parts if isinstance(part, Named)]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSourceDescription(SourceDescription):
    """A source that tells of invoices what was collected so far: its documents need what earlier readings showed.

    ``read`` and ``control_totals`` then take as ``before`` what they showed of the body's invoices; and its hook, an
    InvoiceHook, is told what they showed of the invoices that it must tell of again. ``invoices_seen`` gives what a
    landed body shows of each invoice, ``projects_of`` the projects whose invoices a box with this key books.
    """

    invoices_seen: InvoicesSeen
    projects_of: Callable[[str], tuple[str, ...]]
