"""Audit: whether the books are still what was sealed, link by link from the snapshots to the ERP's documents."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import psycopg
from rich.console import Group, RenderableType
from rich.markup import escape

from cierre.bookkeeping.counts import counted
from cierre.ledger import contradictions, personal, seals
from cierre.ledger.connection import answer_key
from cierre.ledger.personal import Erasure
from cierre.ledger.seals import Head, Seal
from cierre.ledger.whole_answers import changed_answers
from cierre.reports.whole import WholeTable

WRONG = {
    "gone": "what was sealed is gone",
    "changed": "is not what was sealed; it, or what belongs to it, was changed",
    "again": "is sealed a second time",
    "unknown": "is of a kind that this version does not know",
}


@dataclass(frozen=True, slots=True)
class Chain:
    """One box's chain: how many seals hold, the last one's hash, and a sentence on the first that does not (else "").

    Note ``head`` somewhere else: who rewrites a whole chain cannot rewrite that.
    """

    box: str
    links: int
    head: str
    broken: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found: each box's chain, sentences on everything else that is wrong, how many postings,
    reconciliations and answers are signed and not, and sentences on personal values that were erased by right."""

    chains: list[Chain] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    signed: int = 0
    unsigned: int = 0
    erased: list[str] = field(default_factory=list)

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
        broken: dict[tuple[str, int], str] = {}
        unsealed = []
        for one in seals.objections(ledger):
            if one.seal is None:
                subject = f"{one.what} {one.subject} ({seals.described(ledger, one.what, one.subject)})"
                unsealed.append(f"{one.box}: {subject} stands in the books without a seal")
            else:
                broken[one.box, one.seal] = WRONG[one.why]
        chains = [
            _verified(ledger, box, links, broken) for box, links in groupby(seals.chains(ledger), lambda one: one.box)
        ]
        signed = contradictions.signatures(ledger, public_key)
        wrong = [f"{one.box}, {one.business_date}: {one.why}" for one in contradictions.contradictions(ledger)]
        wrong += [f"{one.box}, {one.business_date}: {one.why}" for one in signed.wrong]
        wrong += _personal_values(ledger, whole=whole)
        erased = list(map(_told, personal.erasures(ledger)))
        lost = [sentence for head in noted if (sentence := _lost(ledger, head))]
    return Audit(chains, [*sorted(unsealed), *wrong, *lost], signed.signed, signed.unsigned, erased)


def _lost(ledger: psycopg.Connection, noted: Head) -> str:
    """How a chain differs from what was noted of it; "" where it went on from there."""
    hash_now = seals.hash_of(ledger, noted.box, noted.links)
    if hash_now == noted.hash:
        return ""
    if hash_now is not None:
        return f"{noted.box}: link {noted.links} is not the one that was noted; the chain was written anew"
    (*_, last) = (0, *(head.links for head in seals.heads(ledger, [noted.box])))
    return f"{noted.box}: {counted(noted.links, 'link')} were noted and {last} are there; the end was cut off"


def _personal_values(ledger: psycopg.Connection, *, whole: bool) -> Iterator[str]:
    """What is wrong with personal values: gone without an erasure, or not what came."""
    for one in personal.gone(ledger):
        yield (
            f"body {one.sha256[:12]}: {one.taken_out} personal values were taken out of it, and {one.accounted_for} are"
            " kept or were erased: the others are gone without an erasure"
        )
    if whole:
        for snapshot in changed_answers(ledger, answer_key()):
            yield f"snapshot {snapshot} with its personal values is not what came"


def _told(one: Erasure) -> str:
    what = f"{counted(one.values, 'personal value')} of {counted(one.rows, 'row')}"
    return (
        f"erased on {one.erased_at:%Y-%m-%d %H:%M %Z}, by {one.erased_by}: {what}, asked by {one.asked_by}: {one.why}"
    )


def _verified(
    ledger: psycopg.Connection, box: str, links: Iterable[Seal], wrong: Mapping[tuple[str, int], str]
) -> Chain:
    before, number, broken = "", 0, ""
    for number, link in enumerate(links, start=1):
        if not broken and (objection := _objection(link, number, before) or wrong.get((box, link.seal), "")):
            subject = f"{link.what} {link.subject} ({seals.described(ledger, link.what, link.subject)})"
            broken = f"{box}: link {number} of {link.sealed_at:%Y-%m-%d %H:%M %Z}, {subject}: {objection}"
        before = link.hash
    return Chain(box, number, before, broken)


def _objection(link: Seal, number: int, before: str) -> str:
    if link.seal != number or link.previous != before:
        return "does not follow from the link before it; one was removed or changed"
    if link.hash != link.own_hash:
        return "the link itself was changed"
    return ""


def audit_table(found: Audit) -> RenderableType:
    """What an audit found, for people: a row a chain, then what is wrong."""
    shown = WholeTable()
    for heading, justify in (("Box", "left"), ("Links", "right"), ("Head of the chain", "left"), ("", "left")):
        shown.add_column(heading, justify=justify, no_wrap=True)
    for chain in found.chains:
        shown.add_row(chain.box, f"{chain.links:,}", chain.head, "[red]broken" if chain.broken else "[green]sound")
    wrong = [*(chain.broken for chain in found.chains if chain.broken), *found.wrong]
    total = sum(chain.links for chain in found.chains)
    return Group(
        shown,
        *map(escape, found.erased),
        *(f"[red]{escape(one)}" for one in wrong or []),
        *([] if wrong else [f"{counted(total, 'link')} checked, nothing broken."]),
        _signatures(found),
    )


def _signatures(found: Audit) -> str:
    if not found.signed:
        return "Nothing is signed: whoever has the application's login could invent an acknowledgement or an approval."
    told = f"{found.signed:,} postings, reconciliations and approvals are signed"
    return f"{told}, {found.unsigned:,} are not." if found.unsigned else f"{told}."
