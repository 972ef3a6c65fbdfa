"""The judge: reads the ERP's true ledger and what the day's books should be, and nothing else of ours."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from simulation.erp import Document, Place, Posting

_REVERSAL = re.compile(r"\|R\d*$")

Entry = tuple[Posting, ...]

DUPLICATE, MISSING, STALE = "no duplicate", "nothing missing", "superseded books are taken back"
OUTSIDE, FOREIGN, REVERSED_TWICE = "nothing outside our lot", "others' documents untouched", "reversed once"


@dataclass
class Standing:
    """What stands of one entry: the places of its documents, and of their reversals."""

    booked: list[Place] = field(default_factory=list)
    reversed: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Ours:
    """Where documents of ours may stand, how their keys begin, and the id of our ledger that they end with; ``left`` is
    a lot that the box had before. ``adopts``: the ledger was restored, so a document may be reversed under the key that
    it has in the ledger now, and the number of a revision that was forgotten be given again."""

    tenant: str
    lot: str
    dates: tuple[date, ...]
    key: str
    ledger: str = ""
    left: str = ""
    adopts: bool = False


def judge(
    ledger: Mapping[Place, Document], expected: Sequence[Entry], ours: Ours, foreign: Mapping[Place, Document]
) -> list[tuple[str, str]]:
    """What is wrong, as pairs of an invariant's name and a sentence; empty where the ERP holds exactly the books:
    each entry once, to the cent; older entries gone or reversed; nothing of ours elsewhere, nothing of others' gone."""
    wrong = untouched(ledger, foreign)
    entries: dict[str, Standing] = {}
    for place, document in ledger.items():
        key, _, of_ledger = document.key.partition("@")
        if not key.startswith(ours.key) or of_ledger != ours.ledger:
            continue
        address = place.address
        is_in_lot = address.tenant == ours.tenant and address.lot in (ours.lot, ours.left)
        if not is_in_lot or address.entry_date not in ours.dates:
            wrong.append((OUTSIDE, f"{document.key} stands at {place}"))
        standing = entries.setdefault(_REVERSAL.sub("", key), Standing())
        is_reversal = document.reverses or _REVERSAL.search(key)
        (standing.reversed if is_reversal else standing.booked).append(place)
    if ours.adopts:
        _leave_out_what_is_undone(ledger, entries)
        _pair(ledger, entries)
        _leave_out_what_is_undone(ledger, entries)
    wrong += _counted(ledger, entries)
    live = {key: ledger[has.booked[0]].lines for key, has in entries.items() if len(has.booked) > len(has.reversed)}
    return wrong + _compared(live, expected)


def untouched(ledger: Mapping[Place, Document], foreign: Mapping[Place, Document]) -> list[tuple[str, str]]:
    """What of others' documents is not in an ERP's ledger as they booked it."""
    return [
        (FOREIGN, f"{place} is gone or changed") for place, document in foreign.items() if ledger.get(place) != document
    ]


def _leave_out_what_is_undone(ledger: Mapping[Place, Document], entries: dict[str, Standing]) -> None:
    """Of several bookings of one key, those that a reversal of their own lines takes back count no more."""
    for has in entries.values():
        for place in list(has.reversed):
            undone = next((one for one in has.booked if _cancel(ledger, one, place)), None)
            if undone and len(has.booked) > 1:
                has.booked.remove(undone)
                has.reversed.remove(place)


def _cancel(ledger: Mapping[Place, Document], *places: Place) -> bool:
    return not any(balances(ledger[place].lines for place in places).values())


def _pair(ledger: Mapping[Place, Document], entries: dict[str, Standing]) -> None:
    """Gives each reversal that stands without its booking to a booking of those lines that is not reversed."""
    for has in entries.values():
        for place in has.reversed[len(has.booked) :]:
            for other in entries.values():
                alone = other.booked[len(other.reversed) :]
                if other is not has and any(_cancel(ledger, place, one) for one in alone):
                    has.reversed.remove(place)
                    other.reversed.append(place)
                    break
    for key in [key for key, has in entries.items() if not (has.booked or has.reversed)]:
        del entries[key]


def _counted(ledger: Mapping[Place, Document], entries: Mapping[str, Standing]) -> list[tuple[str, str]]:
    """Each entry stands at most once and is reversed at most once, and what a reversal takes back is its own."""
    wrong = []
    for key, has in entries.items():
        if len(has.booked) > 1:
            wrong.append((DUPLICATE, f"{key} stands {len(has.booked)} times"))
        if len(has.reversed) > 1 or len(has.reversed) > len(has.booked):
            wrong.append((REVERSED_TWICE, f"{key} stands {len(has.booked)} times, reversed {len(has.reversed)} times"))
        if len(has.booked) == len(has.reversed):
            left = balances(ledger[place].lines for place in has.booked + has.reversed)
            if any(left.values()):
                wrong.append((STALE, f"{key} and its reversal leave {dict(left)}"))
    return wrong


def _compared(live: Mapping[str, Entry], expected: Sequence[Entry]) -> list[tuple[str, str]]:
    wrong = []
    missing = Counter(map(_sorted, expected)) - Counter(map(_sorted, live.values()))
    wrong += [(MISSING, f"no document says {' '.join(map(str, lines[0]))} …") for lines in missing.elements()]
    unexplained = Counter(map(_sorted, expected))
    for key in sorted(live, key=_newest_first):
        lines = _sorted(live[key])
        if unexplained[lines] == 0:
            wrong.append((STALE, f"{key} stands, and is not of the current books"))
        unexplained[lines] -= 1
    return wrong


def _sorted(lines: Entry) -> Entry:
    return tuple(sorted(lines))


def _newest_first(key: str) -> tuple[int, int]:
    _, _, revision, part = key.split("|")
    return -int(revision), int(part)


def balances(documents) -> dict[str, Decimal]:
    """Debits less credits by account."""
    sums: dict[str, Decimal] = {}
    for lines in documents:
        for side, account, amount in lines:
            sums[account] = sums.get(account, Decimal(0)) + (amount if side == "D" else -amount)
    return sums
