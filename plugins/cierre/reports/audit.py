"""Audit: whether the books are still what was sealed, link by link from the snapshots to the ERP's documents."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import psycopg
from rich.console import Group, RenderableType
from rich.markup import escape

from cierre.bookkeeping.counts import counted
from cierre.ledger import contradictions, seals
from cierre.ledger.seals import Head, Seal
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
    """What an audit found: each box's chain, sentences on everything else that is wrong, and how many postings,
    reconciliations and answers are signed and not."""

    chains: list[Chain] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    signed: int = 0
    unsigned: int = 0

    @property
    def sound(self) -> bool:
        """True where every link of every chain holds and nothing else is wrong."""
        return not self.wrong and not any(chain.broken for chain in self.chains)

    @property
    def heads(self) -> list[Head]:
        """What to note elsewhere."""
        return [Head(chain.box, chain.links, chain.head) for chain in self.chains]


def audit(ledger: psycopg.Connection, noted: Collection[Head] = (), public_key: str | None = None) -> Audit:
    """Verifies all chains in one reading of the ledger, as of one instant, while boxes may go on closing.

    ``noted`` are heads as they were before, ``public_key`` is of whoever signs (cierre.ledger.signing).
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
        lost = [sentence for head in noted if (sentence := _lost(ledger, head))]
    return Audit(chains, [*sorted(unsealed), *wrong, *lost], signed.signed, signed.unsigned)


def _lost(ledger: psycopg.Connection, noted: Head) -> str:
    """How a chain differs from what was noted of it; "" where it went on from there."""
    hash_now = seals.hash_of(ledger, noted.box, noted.links)
    if hash_now == noted.hash:
        return ""
    if hash_now is not None:
        return f"{noted.box}: link {noted.links} is not the one that was noted; the chain was written anew"
    (*_, last) = (0, *(head.links for head in seals.heads(ledger, [noted.box])))
    return f"{noted.box}: {counted(noted.links, 'link')} were noted and {last} are there; the end was cut off"


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
        *(f"[red]{escape(one)}" for one in wrong or []),
        *([] if wrong else [f"{counted(total, 'link')} checked, nothing broken."]),
        _signatures(found),
    )


def _signatures(found: Audit) -> str:
    if not found.signed:
        return "Nothing is signed: whoever has the application's login could invent an acknowledgement or an approval."
    told = f"{found.signed:,} postings, reconciliations and approvals are signed"
    return f"{told}, {found.unsigned:,} are not." if found.unsigned else f"{told}."
