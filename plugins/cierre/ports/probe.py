"""What a probe of an ERP's site is made of: where it may write, what it tries, and what it found out.

Each ERP's package says what posting assumes of it and how that is tried (``ErpDescription.probe``);
``cierre.posting.probe`` does it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Protocol

from pydantic import AfterValidator, ValidationError

from cierre.bookkeeping.address import Address
from cierre.bookkeeping.cash_box import ConnectionId, Erp
from cierre.bookkeeping.journal import JournalEntry, Line, Side
from cierre.bookkeeping.money import quantum
from cierre.bookkeeping.read_back import BookedLine
from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from cierre.bookkeeping.validation import IsoDate, Model, Text
from cierre.ports.erp import Acknowledged, ReadableErp

Found = tuple[bool | int | None, str]
"""The value found (None: could not be told), and what was seen."""


class ProbeRefused(RuntimeError):
    """The probe cannot be done here; its sentence says why and what to choose instead."""


def _known_currency(code: str) -> str:
    quantum(code)
    return code


class Ground(Model):
    """An ERP's connection, a tenant (verbatim), a lot that nobody uses, a date in an open period, and two accounts for
    entries of a few cents."""

    connection: ConnectionId
    tenant: Text
    lot: Text
    day: IsoDate
    debit_account: Text
    credit_account: Text
    debit_cost_centre: str = ""
    credit_cost_centre: str = ""
    currency: Annotated[str, AfterValidator(_known_currency)] = "USD"

    @classmethod
    def named(cls, **fields: object) -> "Ground":
        """The ground that a person named. Raises ProbeRefused with everything that is wrong with it."""
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise _refused(error) from None

    def check_for(self, kind: str, section: type[Erp]) -> None:
        """Raises ProbeRefused where this kind of ERP, whose section of a box's file this is, has no such tenant or
        lot."""
        try:
            section.model_validate({"kind": kind, **self.model_dump(include={"connection", "tenant", "lot"})})
        except ValidationError as error:
            raise _refused(error) from None

    def entry(self, lines: int = 2, history: str = "Prueba", credit_account: str = "") -> JournalEntry:
        """A balanced entry of so many lines: debits of the smallest unit, and one credit."""
        unit = quantum(self.currency)
        debit = Line(Side.DEBIT, self.debit_account, unit, history, self.debit_cost_centre)
        credit = Line(
            Side.CREDIT, credit_account or self.credit_account, unit * (lines - 1), history, self.credit_cost_centre
        )
        return JournalEntry("probe", self.day, 1, self.currency, (*(debit for _ in range(lines - 1)), credit))


def _refused(error: ValidationError) -> ProbeRefused:
    """Everything that is wrong with what a person named."""
    wrong = (
        Sentence("{field}: {why}", field=".".join(map(str, one["loc"])), why=one["msg"].removeprefix("Value error, "))
        for one in error.errors(include_url=False)
    )
    return ProbeRefused(Sentence("The probe needs other values: {wrong}.", wrong=one_after_the_other(wrong)))


def as_sentence(text: str) -> Sentence:
    """A text of an assumption, to be said in any language."""
    return text if isinstance(text, Sentence) else Sentence(text)


class Verdict(StrEnum):
    """Whether an assumption holds at a site."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does not hold"
    UNKNOWN = "could not be told"


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that posting takes for granted of a site.

    ``name`` is that of the capability that the ledger keeps; ``least`` the smallest of its values with which the
    assumption holds; ``otherwise`` what posting does where it does not hold. ``obstacle`` says of one without which
    nothing can be proved why nothing is posted; empty for any other.
    """

    name: str
    says: str
    done: str
    otherwise: str = ""
    least: int = True
    obstacle: str = ""

    @property
    def failure(self) -> Sentence:
        """What posting does where it does not hold, and why."""
        if not self.obstacle:
            return as_sentence(self.otherwise)
        refusal = Sentence("Nothing is posted to this site: {obstacle}.", obstacle=as_sentence(self.obstacle))
        if not self.otherwise:
            return refusal
        return Sentence("{refusal} {otherwise}", refusal=refusal, otherwise=as_sentence(self.otherwise))


@dataclass(frozen=True, slots=True)
class Check:
    """An assumption put to the test: the ``value`` found (None: could not be told) and what was ``seen``."""

    assumption: Assumption
    value: bool | int | None
    seen: str

    @property
    def verdict(self) -> Verdict:
        """Whether the assumption holds."""
        if self.value is None:
            return Verdict.UNKNOWN
        return Verdict.HOLDS if self.value >= self.assumption.least else Verdict.DOES_NOT_HOLD

    @property
    def consequence(self) -> Sentence:
        """What posting does now."""
        match self.verdict:
            case Verdict.HOLDS:
                return Sentence("Posting relies on it.")
            case Verdict.DOES_NOT_HOLD:
                return self.assumption.failure
            case Verdict.UNKNOWN:
                return Sentence("Posting goes by what an earlier probe told, else by what the contract promises.")

    @property
    def sentence(self) -> Sentence:
        """All of it in one line."""
        return Sentence(
            "{says}: {verdict}. Done: {done}. Seen: {seen}. {consequence}",
            says=as_sentence(self.assumption.says), verdict=Sentence(self.verdict),
            done=as_sentence(self.assumption.done), seen=self.seen, consequence=self.consequence,
        )  # fmt: skip


class Bench(Protocol):
    """Where a probe works: it writes entries at addresses of their own, and removes all of them in the end. Its methods
    raise as the ERP's hook does."""

    erp: ReadableErp
    ground: Ground

    def fresh(self, *, letters: bool = False) -> Address:
        """An address where no probe has written yet; with ``letters``, such as only some sites take."""

    def insert(self, address: Address, entry: JournalEntry, key: str = "probe") -> Acknowledged:
        """Inserts an entry."""

    def reverse(self, of: Address, document: str, into: Address) -> Acknowledged:
        """Reverses a document."""

    def delete(self, address: Address, document: str) -> bool:
        """Deletes a document."""

    def lines_at(self, address: Address) -> list[BookedLine]:
        """What stands at an address, where the site can be read."""


Test = Callable[[], Found]


class Probe(Protocol):
    """How one kind of ERP is probed; made with the bench. ``assumptions`` are all that posting makes, by name;
    ``readable`` says, from the check of that on, whether the site tells what stands in a lot."""

    assumptions: ClassVar[Mapping[str, Assumption]]
    readable: bool

    def __init__(self, bench: Bench) -> None: ...

    def run(self, check: Callable[[str, Test], Check]) -> list[Check]:
        """Tries each assumption by ``check(name, test)``, in an order in which each test may use what those before it
        found out. Raises ProbeRefused where not even a plain entry is taken."""
