"""What a probe says of a site of the ERP: an assumption a line, what was done, what was seen, and what follows."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cierre.bookkeeping.derive import MAX_LINES
from cierre.bookkeeping.history import LIMIT
from cierre.ledger.capabilities import OBSTACLES, Capability


class Verdict(StrEnum):
    """Whether an assumption holds at a site."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does not hold"
    UNKNOWN = "could not be told"


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that posting takes for granted of a site.

    ``name`` is that of the capability in cierre.ledger.capabilities; ``least`` the smallest of its values with which
    the assumption holds; ``otherwise`` what posting does where it does not hold.
    """

    name: str
    says: str
    done: str
    otherwise: str
    least: int = True


def _refused(name: str) -> str:
    return f"Nothing is posted to this site: {OBSTACLES[name]}."


ASSUMPTIONS = {
    assumption.name: assumption
    for assumption in (
        Assumption(
            "numbers_from_one",
            "An unused address numbers from 000001",
            "inserted an entry of two lines at an unused sublot",
            _refused("numbers_from_one"),
        ),
        Assumption(
            "tenant_echoed",
            "An answer names the company and branch that were asked",
            "compared the tenant of the insert's answer with the one that was sent",
            _refused("tenant_echoed"),
        ),
        Assumption(
            "read_back",
            "What stands in a lot can be read back",
            "asked genericQuery for the lot and compared its lines with the entry",
            "Entries count as posted by the ERP's acknowledgement; changes made by hand there are not noticed.",
        ),
        Assumption(
            "clean_not_found",
            "A delete says clearly that a document is not there",
            "deleted a number that was never given, and a document twice",
            f"{_refused('clean_not_found')} If the words seen do say it, give the connection a not_found that fits"
            " them, and probe again.",
        ),
        Assumption(
            "atomic_insert",
            "A refused entry leaves nothing behind",
            "inserted an entry whose second line has an account that does not exist, then looked at its address",
            "Posting empties the address of each refused entry, as it does anyway.",
        ),
        Assumption(
            "own_reversal_address",
            "A reversal goes to the lot and sublot that it names",
            "reversed an entry into a sublot of its own, and looked where it went",
            "Corrections post the opposite entry instead of using the ERP's reversal.",
        ),
        Assumption(
            "alphanumeric_sublots",
            "A sublot may have letters",
            "inserted an entry at a sublot with letters, and deleted it there",
            "Posting uses the sublots 001 to 999 only: as many attempts a lot and date.",
        ),
        Assumption(
            "max_lines",
            f"A document takes {MAX_LINES} lines",
            "inserted entries of ever fewer lines until one was taken",
            "Days are split into entries that this site takes.",
            MAX_LINES,
        ),
        Assumption(
            "history_length",
            f"A history of {LIMIT} characters is not continued",
            "inserted histories that are too long, and looked at what became of them",
            "Entries get fewer lines, so that they fit with the lines that continue their histories.",
            LIMIT,
        ),
        Assumption(
            "key_kept",
            "CT2_KEY is kept as sent",
            "inserted an entry with a long key and read it back",
            "Documents can be told by their address only; posting does not rely on the key.",
        ),
        Assumption(
            "refuses_divergent",
            "An entry that diverges is refused, not kept as a pre-entry",
            "inserted an entry whose second line has an account that does not exist, and read its type",
            "An acknowledgement does not say that an entry counts in the balances: only reading back does, and fails"
            " the day. Where the site cannot be read, its people must look for pre-entries (CT2_TPSALD 9) themselves.",
        ),
        Assumption(
            "fresh_sublots_quick",
            "An unused sublot takes no longer than other calls",
            "inserted and deleted entries at many unused sublots, and took the time of both",
            "Numbers are probably prepared ahead there (MV_CTFQTD). Every posting uses a fresh sublot, so each takes"
            " that long: give the connection a read_timeout of several times as much.",
        ),
    )
}


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
    def consequence(self) -> str:
        """What posting does where the assumption does not hold, or could not be told; empty where it holds."""
        match self.verdict:
            case Verdict.HOLDS:
                return ""
            case Verdict.DOES_NOT_HOLD:
                return self.assumption.otherwise
            case Verdict.UNKNOWN:
                return "Posting goes by what an earlier probe told, else by what the contract promises."

    def __str__(self) -> str:
        told = f"{self.verdict.upper()}: {self.assumption.says}. Done: {self.assumption.done}. Seen: {self.seen}."
        return f"{told} {self.consequence}".rstrip()


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a probe of one tenant found out, and what it had to leave in the ERP (``left``, a sentence each)."""

    connection: str
    tenant: str
    lot: str
    day: date
    checks: tuple[Check, ...]
    left: tuple[str, ...]

    @property
    def capabilities(self) -> list[Capability]:
        """What is to be kept of it: whatever could be told."""
        return [
            Capability(check.assumption.name, check.value, check.seen)
            for check in self.checks
            if check.value is not None
        ]

    @property
    def unproved(self) -> list[Check]:
        """The checks of essential assumptions that do not hold, or could not be told."""
        return [
            check for check in self.checks if check.assumption.name in OBSTACLES and check.verdict is not Verdict.HOLDS
        ]

    @property
    def in_the_way(self) -> list[str]:
        """Why posting to the site is not safe, a sentence each; empty where every essential assumption is proved and
        nothing was left there."""
        return [*map(str, self.unproved), *(f"Left in the ERP: {sentence}." for sentence in self.left)]
