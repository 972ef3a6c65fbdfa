"""What SGA's documents carry (sga.seed.md)."""

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.vocabulary import ANY, FRAUD, YES_NO, Shape, Vocabulary

# pagoValor is net, so gross = net + descPromo + descBeca; notes and receipts have one amount.
VOCABULARY: Vocabulary = {
    Kind.PAYMENT: Shape(
        components={"net": (), "promotion": (), "scholarship": (), "gross": ("net", "promotion", "scholarship")},
        attributes={"form": ANY, "revenue_type": ANY, "programme": ANY, FRAUD: YES_NO},
    ),
    Kind.CREDIT_NOTE: Shape(components={"net": ()}, attributes={"programme": ANY, FRAUD: YES_NO, "note_type": ANY}),
    Kind.RECEIPT: Shape(components={"net": ()}, attributes={"form": ANY, "programme": ANY}),
}
