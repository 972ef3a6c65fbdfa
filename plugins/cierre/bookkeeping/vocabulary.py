"""What the documents of each source carry: the words that an account mapping may use.

A source's ``read`` makes documents with these amounts and attributes; a mapping that names another is refused when it
is loaded. Each source declares its own, in its description: ``hooks.registry`` hands them in when it is imported, which
happens before any file is read (``cierre.accounting_files.loader`` imports it).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cierre.bookkeeping.documents import Kind

ANY: frozenset[str] = frozenset()
"""An attribute that can hold any text."""

YES_NO = frozenset({"true", "false"})

FRAUD = "fraud"
"""The attribute of a document that stands for a fraud case ("true") where its source tells."""

TREATMENT = "treatment"
"""The attribute by which rules tell taxed and exempt money, advances and what is no sale: see
cierre.bookkeeping.treatment."""

TREATMENTS = frozenset({"taxed", "exempt", "advance", "not_a_sale"})
"""What that attribute can hold."""

BOX = "box"
"""What rules may look at besides a document's attributes: the id of its cash box."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What one kind of document carries.

    ``components`` are its amounts; one that is the sum of others names them (``gross``: net, promotion, scholarship).
    ``attributes`` are what rules may look at, each with the only values it can hold (``ANY`` where it can hold all).
    ``signed`` are the components that may rightly be below zero (a discount line): they are booked on the other side of
    their posting. ``optional`` marks a kind that a source gives only where it is set up to: a mapping may leave it out.
    ``rare`` components are nothing in most documents, which leave them out; a mapping may do without them until a
    document has one.
    ``pays_out``: its money leaves the till, so that its net is a credit.
    """

    components: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, frozenset[str]]
    signed: frozenset[str] = frozenset()
    optional: bool = False
    rare: frozenset[str] = frozenset()
    pays_out: bool = False

    def parts(self, component: str) -> tuple[str, ...]:
        """The components that a component adds up: itself, where it is not a sum."""
        return self.components[component] or (component,)


Vocabulary = Mapping[Kind, Shape]
"""What a source's documents carry, by their kind."""

SOURCES: dict[str, Vocabulary] = {}
"""What was declared, by the source's name."""


def declare(source: str, vocabulary: Vocabulary) -> None:
    """From now on files may name this source, and its words."""
    SOURCES[source] = vocabulary


def amounts() -> list[str]:
    """The amounts that some kind of document has, sorted."""
    return sorted({name for shape in _shapes() for name in shape.components})


def attributes() -> list[str]:
    """What rules may look at in some kind of document, sorted."""
    return sorted({BOX, *(name for shape in _shapes() for name in shape.attributes)})


def _shapes() -> Iterator[Shape]:
    for kinds in SOURCES.values():
        yield from kinds.values()
