"""Many mutated answers, each read as a close reads it: how they end, and what should never have happened."""

import io
import json
import logging
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.snippet import snippet
from cierre.bookkeeping.address import Address
from cierre.bookkeeping.certificate import contradictions
from cierre.bookkeeping.derive import derive
from cierre.bookkeeping.documents import Reading
from cierre.bookkeeping.personal import parted
from cierre.bookkeeping.reconcile import kind_and_form
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.landed_day import LandedDay
from cierre.closing.wiring import knows_plans, source_of
from cierre.language.say import in_language, say
from cierre.ledger.staging import _document_row, _quarantined_row
from cierre.ports.errors import UncertainError, VendorError
from cierre.posting.protocol import doubt_about
from fuzz.people import PLANTED
from fuzz.sites import DAY, LOT, TENANT, Site, without_pauses
from hooks.protheus.hook import Acknowledgement
from hooks.protheus.numbering import NUMBERING

BOOKED, QUARANTINED, REFUSED, NO_ACTIVITY = "booked", "quarantined", "refused", "nothing to book"
CONFIRMED, UNCERTAIN = "confirmed", "uncertain"


@dataclass(frozen=True)
class Fault:
    """What should never happen: to which vendor and seed, and what it was."""

    vendor: str
    seed: int
    what: str


@dataclass
class Tally:
    """How answers ended, by vendor, and the faults."""

    ends: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, vendor: str, end: str) -> None:
        self.ends.setdefault(vendor, Counter())[end] += 1

    def join(self, other: "Tally") -> None:
        """Adds another one's."""
        for vendor, ends in other.ends.items():
            self.ends.setdefault(vendor, Counter()).update(ends)
        self.faults += other.faults

    @property
    def count(self) -> int:
        return sum(counter.total() for counter in self.ends.values())


class Overheard(logging.Handler):
    """Whatever is logged, as text, at every level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.said.write(f"{record.getMessage()}\n")
        if record.exc_info:
            self.said.write("".join(traceback.format_exception(*record.exc_info)))


def campaign(sites: list[Site], seeds: Iterable[int]) -> Iterator[Tally]:
    """Plays seeds, each one changed answer of one vendor; gives the tally after each."""
    tally = Tally()
    with overheard() as log, without_pauses():
        for seed in seeds:
            site = sites[seed % len(sites)]
            play(site, seed, tally, log)
            yield tally


@contextmanager
def overheard() -> Iterator[Overheard]:
    """Listens to all logs."""
    handler, root = Overheard(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def play(site: Site, seed: int, tally: Tally, log: Overheard) -> None:
    """One seed: one answer of the site is changed, and everything is asked again."""
    site.replay.change(Random(seed))
    said: list[str] = []
    try:
        with site.replay.playing():
            ends = [*_erp_ends(site, said)] if site.box is None else [_end(site, said)]
    except VendorError as refusal:
        said += _told(refusal)
        ends = [REFUSED]
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {str(error)[:120]!r} at {where.filename.rsplit('/', 2)[-1]}:{where.lineno}"
        tally.faults.append(Fault(site.name, seed, what))
        ends = ["error"]
    for end in ends:
        tally.add(site.name, end)
    said.append(log.said.getvalue())
    log.said.seek(0)
    log.said.truncate()
    for text in said:
        if found := PLANTED.search(text):
            around = text[max(0, found.start() - 60) : found.end() + 20]
            tally.faults.append(Fault(site.name, seed, f"personal data: …{around}"))
            break


def _end(site: Site, said: list[str]) -> str:
    """What a source's answers come to, as the steps land, stage and derive make it of them."""
    box, day = site.box, site.day
    answer = site.ask().body
    body = parted(answer, source_of(box).open_fields_of(answer)).text
    landed = LandedDay(box, day, body, lambda *_: ())
    landed_totals, claims = landed.control_totals(), landed.claims()
    for total in landed_totals:
        said.append(str(kind_and_form(total.kind, total.form)))
    said += [str(claim) for claim in claims]
    said += [say(claim) for claim in claims]
    if contradictions(claims):
        return REFUSED
    reading = landed.reading()
    _can_be_kept(reading, landed_totals, body)
    for row in reading.quarantined:
        said += [str(row.message), say(row.message), row.form, row.place]
    if knows_plans(box):
        plan = landed.plan()
        said += [str(sentence) for sentence in (plan.discrepancies if plan else ())]
    if any(row.blocking for row in reading.quarantined):
        return QUARANTINED
    mapping = account_mapping(box.mapping)
    derivation = derive(reading.documents, mapping, box, day)
    if derivation.problems:
        said += [str(problem) for problem in derivation.problems]
        said.append(snippet(mapping, derivation.problems))
        return REFUSED
    for entry in derivation.entries:
        for line in entry.lines:
            _fits(line.history)
    return BOOKED if derivation.entries else NO_ACTIVITY


def _can_be_kept(reading: Reading, landed: list, body: str) -> None:
    """What the tables of staging take: and each row counted once, with its money."""
    for document in reading.documents:
        for text in _document_row("box", "2024-09-06", document):
            _fits(text)
    held = []
    for row in reading.quarantined:
        _, _, place, _, form, reason, message, _, _, whole, _ = _quarantined_row("box", DAY, row)
        for text in (place, form, reason, message):
            _fits(text) if isinstance(text, str) else _fits_as_json(text.obj)
        _fits_as_json(whole.obj)
        held.append(row)
    keys = Counter(document.key for document in reading.documents)
    assert max(keys.values(), default=1) == 1, "two documents with one key"
    counted = sum(total.count for total in landed)
    assert counted == len(reading.documents) + len(held), "rows lost or read twice"


def _fits_as_json(value: object) -> None:
    dumped = json.dumps(value, default=str)
    assert "\\u0000" not in dumped.replace("\\\\", ""), "a NUL in what is kept as JSON"
    json.loads(dumped).__repr__().encode()


def _fits(text: str) -> None:
    assert "\x00" not in text, "a NUL in a text that is kept"
    text.encode()


def _erp_ends(site: Site, said: list[str]) -> Iterator[str]:
    """How each call to the ERP ends, as the posting protocol takes it."""
    for answer in site.ask():
        if isinstance(answer, VendorError):
            said += _told(answer)
            yield UNCERTAIN if isinstance(answer, UncertainError) else REFUSED
        elif isinstance(answer, Acknowledgement):
            doubt = doubt_about(answer, Address(TENANT, DAY, LOT, "001"), NUMBERING)
            _fits(answer.document)
            said += [doubt]
            yield UNCERTAIN if doubt else CONFIRMED
        else:
            yield CONFIRMED


def _told(error: VendorError) -> list[str]:
    """All that people may see of an error: its sentence in two languages, and what Airflow prints of it."""
    assert isinstance(str(error), Sentence), "a refusal without a sentence"
    with in_language("es"):
        spanish = say(error)
    return [str(error), say(error), spanish, "".join(traceback.format_exception(error))]
