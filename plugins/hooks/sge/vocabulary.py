"""What the SGE's documents carry (sge.seed.md)."""

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.vocabulary import ANY, YES_NO, Shape, Vocabulary

# Importe base, Porcentaje IVA and Importe total. gross is base and VAT; a second rate and what the customer withholds
# stand beside it, since few invoices have them.
_INVOICE = Shape(
    components={"net": (), "vat": (), "gross": ("net", "vat"), "vat_second": (), "withheld": ()},
    attributes={"project": ANY, "year": ANY, "vat_rate": ANY, "vat_word": ANY, "second_rate": ANY},
    rare=frozenset({"vat_second", "withheld"}),
)

VOCABULARY: Vocabulary = {
    Kind.SALE: _INVOICE,
    Kind.CREDIT_NOTE: _INVOICE,
    # What came in for an invoice on a day; advance is the part of it that is more than was invoiced.
    Kind.COLLECTION: Shape(
        components={"net": (), "advance": ()},
        attributes={"project": ANY, "year": ANY, "returned": YES_NO},
        rare=frozenset({"advance"}),
    ),
}
