"""Audit: whether the books are still what was sealed, link by link from the snapshots to the ERP's documents."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import psycopg
from rich.console import Group, RenderableType

from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import count, counted, say
from cierre.ledger import contradictions, personal, seals
from cierre.ledger.connection import answer_key
from cierre.ledger.personal import Erasure
from cierre.ledger.seals import Head, Seal
from cierre.ledger.whole_answers import changed_answers
from cierre.reports.plain_console import coloured
from cierre.reports.whole import WholeTable

WRONG = {
    "gone": Sentence("what was sealed is gone"),
    "changed": Sentence("is not what was sealed; it, or what belongs to it, was changed"),
    "again": Sentence("is sealed a second time"),
    "unknown": Sentence("is of a kind that this version does not know"),
}


@dataclass(frozen=True, slots=True)
class Chain:
    """One box's chain: how many seals hold, the last one's hash, and a sentence on the first that does not (else None).

    Note ``head`` somewhere else: who rewrites a whole chain cannot rewrite that.
    """

    box: str
    links: int
    head: str
    broken: Sentence | None


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found: each box's chain, sentences on everything else that is wrong, how many postings,
    reconciliations and answers are signed and not, and sentences on personal values that were erased by right."""

    chains: list[Chain] = field(default_factory=list)
    wrong: list[Sentence] = field(default_factory=list)
    signed: int = 0
    unsigned: int = 0
    erased: list[Sentence] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """True where every link of every chain holds and nothing else is wrong."""
        return not self.wrong and not any(chain.broken for chain in self.chains)

    @property
    def heads(self) -> list[Head]:
        """What to note elsewhere."""
        return [Head(chain.box, chain.links, chain.head) for chain in self.chains]


def audit(
    ledger: psycopg.Connection, noted: Collection[Head] = (), public_key: str | None = None, *, whole: bool = False
) -> Audit:
    """Verifies all chains in one reading of the ledger, as of one instant, while boxes may go on closing.

    ``noted`` are heads as they were before, ``public_key`` is of whoever signs (cierre.ledger.signing).
    ``whole``: also holds every answer with its personal values against the hash of what came, for which the connection
    must be allowed to read them.
    """
    with seals.as_of_one_instant(ledger):
        broken: dict[tuple[str, int], Sentence] = {}
        unsealed = []
        for one in seals.objections(ledger):
            if one.seal is None:
                subject = seals.described(ledger, one.what, one.subject)
                told = "{box}: {subject} stands in the books without a seal"
                unsealed.append(Sentence(told, box=one.box, subject=subject))
            else:
                broken[one.box, one.seal] = WRONG[one.why]
        chains = [
            _verified(ledger, box, links, broken) for box, links in groupby(seals.chains(ledger), lambda one: one.box)
        ]
        signed = contradictions.signatures(ledger, public_key)
        wrong = list(map(_contradicted, contradictions.contradictions(ledger)))
        wrong += map(_contradicted, signed.wrong)
        wrong += _personal_values(ledger, whole=whole)
        erased = list(map(_told, personal.erasures(ledger)))
        lost = [sentence for head in noted if (sentence := _lost(ledger, head))]
    return Audit(chains, [*sorted(unsealed), *wrong, *lost], signed.signed, signed.unsigned, erased)


def _contradicted(one: contradictions.Contradiction) -> Sentence:
    return Sentence("{box}, {day}: {why}", box=one.box, day=one.business_date, why=one.why)


def _lost(ledger: psycopg.Connection, noted: Head) -> Sentence | None:
    """How a chain differs from what was noted of it; None where it went on from there."""
    hash_now = seals.hash_of(ledger, noted.box, noted.links)
    if hash_now == noted.hash:
        return None
    if hash_now is not None:
        told = "{box}: link {number} is not the one that was noted; the chain was written anew"
        return Sentence(told, box=noted.box, number=noted.links)
    (*_, last) = (0, *(head.links for head in seals.heads(ledger, [noted.box])))
    links = Sentence.counted(noted.links, "{n} link", "{n} links")
    told = "{box}: {links} were noted and {last} are there; the end was cut off"
    return Sentence(told, box=noted.box, links=links, last=last)


def _personal_values(ledger: psycopg.Connection, *, whole: bool) -> Iterator[Sentence]:
    """What is wrong with personal values: gone without an erasure, or not what came."""
    for one in personal.gone(ledger):
        told = (
            "body {body}: {taken} personal values were taken out of it, and {left} are kept or were erased: the others"
            " are gone without an erasure"
        )
        yield Sentence(told, body=one.sha256[:12], taken=one.taken_out, left=one.accounted_for)
    if whole:
        for snapshot in changed_answers(ledger, answer_key()):
            yield Sentence("snapshot {snapshot} with its personal values is not what came", snapshot=snapshot)


def _told(one: Erasure) -> Sentence:
    return Sentence(
        "erased on {at}, by {by}: {values} of {rows}, asked by {asked_by}: {why}",
        at=f"{one.erased_at:%Y-%m-%d %H:%M %Z}",
        by=one.erased_by,
        values=Sentence.counted(one.values, "{n} personal value", "{n} personal values"),
        rows=Sentence.counted(one.rows, "{n} row", "{n} rows"),
        asked_by=one.asked_by,
        why=one.why,
    )


def _verified(
    ledger: psycopg.Connection, box: str, links: Iterable[Seal], wrong: Mapping[tuple[str, int], Sentence]
) -> Chain:
    before, number = "", 0
    broken: Sentence | None = None
    for number, link in enumerate(links, start=1):
        if not broken and (objection := _objection(link, number, before) or wrong.get((box, link.seal))):
            broken = Sentence(
                "{box}: link {number} of {at}, {subject}: {objection}",
                box=box,
                number=number,
                at=f"{link.sealed_at:%Y-%m-%d %H:%M %Z}",
                subject=seals.described(ledger, link.what, link.subject),
                objection=objection,
            )
        before = link.hash
    return Chain(box, number, before, broken)


def _objection(link: Seal, number: int, before: str) -> Sentence | None:
    if link.seal != number or link.previous != before:
        return Sentence("does not follow from the link before it; one was removed or changed")
    if link.hash != link.own_hash:
        return Sentence("the link itself was changed")
    return None


def audit_table(found: Audit) -> RenderableType:
    """What an audit found, for people, in the language that is spoken now: a row a chain, then what is wrong."""
    shown = WholeTable()
    headings = ((say("Box"), "left"), (say("Links"), "right"), (say("Head of the chain"), "left"), ("", "left"))
    for heading, justify in headings:
        shown.add_column(heading, justify=justify, no_wrap=True)
    for chain in found.chains:
        state = coloured(say("broken"), "red") if chain.broken else coloured(say("sound"), "green")
        shown.add_row(chain.box, count(chain.links), chain.head, state)
    wrong = [*(chain.broken for chain in found.chains if chain.broken), *found.wrong]
    links = counted(sum(chain.links for chain in found.chains), "{n} link", "{n} links")
    return Group(
        shown,
        *(say(one) for one in found.erased),
        *(coloured(say(one), "red") for one in wrong),
        *([] if wrong else [say("{links} checked, nothing broken.", links=links)]),
        _signatures(found),
    )


def _signatures(found: Audit) -> str:
    if not found.signed:
        told = "Nothing is signed: whoever has the application's login could invent an acknowledgement or an approval."
        return say(told)
    signed, unsigned = count(found.signed), count(found.unsigned)
    if found.unsigned:
        told = "{signed} postings, reconciliations and approvals are signed, {unsigned} are not."
        return say(told, signed=signed, unsigned=unsigned)
    return say("{signed} postings, reconciliations and approvals are signed.", signed=signed)
