"""Documents: one row of a source, typed; and the rows that could not become one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import UnfitText, code, is_fit, line


class Kind(StrEnum):
    """What a document is to the books."""

    PAYMENT = "payment"
    CREDIT_NOTE = "credit_note"
    RECEIPT = "receipt"
    SALE = "sale"
    COLLECTION = "collection"
    REFUND = "refund"

    @property
    def texts(self) -> tuple[str, str]:
        """How such documents are counted: the text for one, and that for any other number."""
        word = self.replace("_", " ")
        return f"{{n}} {word}", f"{{n}} {word}s"

    def counted(self, number: int) -> Sentence:
        """How many such documents, in words."""
        return Sentence.counted(number, *self.texts)


# Made a million at a time: as a frozen dataclass each takes ten times as long to make.
class Document(NamedTuple):
    """One row of a source, typed. Amounts are quantized to ``currency``.

    ``amounts`` holds the document's named components (a school's payment: net, promotion, scholarship, gross); each
    mapping rule books one of them. ``net`` is always there: it is the money that control totals count.
    ``attributes`` is what mapping rules may look at, as text (form, revenue_type, programme, fraud, ...); ``rate`` is
    there where ``currency`` is not the box's: units of the box's currency for one of the document's.
    ``place`` leads back to the row in the landed snapshot (``0/PAGOS/12``: session 0, row 12).
    ``reference`` is the number that people know it by (an invoice's, a receipt's); never personal data.
    """

    source: str
    kind: Kind
    source_id: str
    business_date: date
    currency: str
    form: str
    amounts: Mapping[str, Decimal]
    attributes: Mapping[str, str]
    place: str
    reference: str = ""

    @property
    def key(self) -> str:
        """The document's key in every table: ``school:payment:0-5f2c…-1``."""
        # Joined, not formatted: a derivation asks every document, and formatting an enum takes five times as long.
        return self.source + ":" + self.kind + ":" + self.source_id

    @property
    def net(self) -> Decimal:
        """The money that moved, in ``currency``; what control totals count."""
        return self.amounts["net"]


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A source's row that is not booked, kept whole with its reason.

    ``blocking`` rows stop the day (an amount that cannot be read: money may be missing from the books); the others
    are understood and rightly unbooked (a receipt with no cash behind it). ``net`` is None where it cannot be read.
    ``release`` is the document that a person may have booked for it all the same; None where there is no such choice.
    ``at_par`` is the one that it is where the mapping says that its currency is at par (see cierre.bookkeeping.rates).
    ``currency`` is that of ``net``, where the row names one; "" is the box's.
    """

    place: str
    kind: Kind
    form: str
    reason: str
    message: str
    net: Decimal | None
    row: object
    blocking: bool
    release: Document | None = None
    at_par: Document | None = None
    currency: str = ""


UNFIT_TEXT = "unfit_text"
"""The reason of a row whose texts the books cannot hold."""


REPEATED_FIELD = "repeated_field"
"""The reason of a row in which a field stands twice, so that nobody knows which of its values holds."""


def with_fit_text(document: Document) -> Document:
    """The document as the books can hold it: its number on one line.

    Raises UnfitText, in a sentence that names the text, where one of its texts cannot be booked.
    """
    texts = (document.source_id, document.form, document.reference, *document.attributes.values())
    if is_fit("".join(texts)):  # as nearly all are, looked at together
        return document
    _check(Sentence("its key"), document.source_id)
    _check(Sentence("its form of payment"), document.form)
    for name, value in document.attributes.items():
        _check(Sentence("its {name}", name=Sentence(name.replace("_", " "))), value)
    try:
        return document._replace(reference=line(document.reference))
    except UnfitText as unfit:
        raise _named(Sentence("its number"), unfit) from None


def _check(what: Sentence, text: str) -> None:
    try:
        code(text)
    except UnfitText as unfit:
        raise _named(what, unfit) from None


def _named(what: Sentence, unfit: UnfitText) -> UnfitText:
    return UnfitText(Sentence("{field} cannot be booked: {why}", field=what, why=unfit.why))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a snapshot says: its documents, and the rows that did not become one."""

    documents: list[Document] = field(default_factory=list)
    quarantined: list[QuarantinedRow] = field(default_factory=list)

    def released(self, may_be: Callable[[str], bool] = lambda reason: True) -> "Reading":
        """The same, but rows that a person may release are documents, whose attribute ``released`` gives the reason.

        ``may_be`` says for which reasons a row's box lets a person do so.
        """
        freed, held = [], []
        for row in self.quarantined:
            if row.release and may_be(row.reason):
                freed.append(row.release._replace(attributes={**row.release.attributes, "released": row.reason}))
            else:
                held.append(row)
        return Reading([*self.documents, *freed], held)


@dataclass(frozen=True, slots=True, order=True)
class Total:
    """A control total: how many rows of a kind and form of payment, and their net money.

    A form holds money of one ``currency``: a source counts what is in another one under a form of its own. "" where it
    is not known, as of landed totals that were kept; so it is no part of what is compared.
    """

    kind: Kind
    form: str
    count: int
    net: Decimal
    currency: str = field(default="", compare=False)


def totals(documents: list[Document]) -> list[Total]:
    """The control totals of documents, by kind and form, sorted."""
    counts: dict[tuple[Kind, str], int] = {}
    sums: dict[tuple[Kind, str], Decimal] = {}
    currencies: dict[tuple[Kind, str], str] = {}
    for document in documents:
        place = (document.kind, document.form)
        counts[place] = counts.get(place, 0) + 1
        sums[place] = sums.get(place, Decimal(0)) + document.net
        currencies[place] = document.currency
    return sorted(Total(*place, count, sums[place], currencies[place]) for place, count in counts.items())
