"""What Bsale's documents carry (bsale.seed.txt)."""

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.vocabulary import ANY, TREATMENT, TREATMENTS, YES_NO, Shape, Vocabulary

# A payment has one amount; the VAT in it goes by the kind of document (codesii) that it pays, and a collection may pay
# several documents, or more than they come to. A refund is money that goes out: for a credit note, against a payment (a
# negative one), for a purchase, or against a collection, whose debt it opens again: all of it is reopened, but what no
# document had taken up is unapplied, too: it was an advance, and no debt.
VOCABULARY: Vocabulary = {
    Kind.PAYMENT: Shape(
        components={"net": ("base", "vat"), "base": (), "vat": ()},
        attributes={"form": ANY, "document_type": ANY, TREATMENT: TREATMENTS, "postdated": YES_NO},
    ),
    Kind.SALE: Shape(
        components={"net": ("base", "vat"), "base": (), "vat": ()},
        attributes={"form": ANY, "document_type": ANY, TREATMENT: TREATMENTS},
    ),
    Kind.REFUND: Shape(
        components={"net": ("base", "vat", "reopened"), "base": (), "vat": (), "reopened": (), "unapplied": ()},
        attributes={
            "form": ANY,
            "document_type": ANY,
            TREATMENT: TREATMENTS,
            "refund_of": frozenset({"credit_note", "payment", "purchase", "collection"}),
        },
        rare=frozenset({"unapplied"}),
        pays_out=True,
        optional=True,
    ),
    Kind.COLLECTION: Shape(
        components={"net": ("applied", "unapplied"), "applied": (), "unapplied": ()},
        attributes={"form": ANY, "postdated": YES_NO, "spread": frozenset({"exact", "short", "over"})},
    ),
}
