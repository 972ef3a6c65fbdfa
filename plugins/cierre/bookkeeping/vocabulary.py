"""What the documents of each source carry: the words that an account mapping may use.

A hook's ``read`` makes documents with these amounts and attributes; a mapping that names another is refused when it
is loaded. A new source adds its entry here.
"""

from collections.abc import Mapping
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


_TREATMENTS = frozenset({"taxed", "exempt", "advance", "not_a_sale"})

# zeta.seed.txt, Ventas and VentasDetalladas: FacturaTotal is what is owed, its VAT is told apart by the lines' rates.
_ZETA = Shape(
    components={
        "base_basic": (),
        "base_minimum": (),
        "base_exempt": (),
        "vat_basic": (),
        "vat_minimum": (),
        "base": ("base_basic", "base_minimum", "base_exempt"),
        "vat": ("vat_basic", "vat_minimum"),
        "net": ("base_basic", "base_minimum", "base_exempt", "vat_basic", "vat_minimum"),
    },
    attributes={
        "sale_type": frozenset({"cash", "credit"}),
        "voucher": ANY,
        "payment_terms": ANY,
        "cost_centre": ANY,
        "on_behalf": YES_NO,
        "currency": ANY,
        "rate": ANY,
    },
    # A discount is a line below zero, and can have another rate of VAT than what it discounts.
    signed=frozenset({"base", "base_basic", "base_minimum", "base_exempt", "vat", "vat_basic", "vat_minimum"}),
)

# field-notes.md, Recibos de Cobranza: one amount; a receipt that is taken back is below zero.
_ZETA_RECEIPT = Shape(
    components={"net": ()},
    attributes={"voucher": ANY, "currency": ANY, "rate": ANY},
    signed=frozenset({"net"}),
    optional=True,
)

# sge.seed.md: Importe base, Porcentaje IVA and Importe total. gross is base and VAT; a second rate and what the
# customer withholds stand beside it, since few invoices have them.
_SGE = Shape(
    components={"net": (), "vat": (), "gross": ("net", "vat"), "vat_second": (), "withheld": ()},
    attributes={"project": ANY, "year": ANY, "vat_rate": ANY, "vat_word": ANY, "second_rate": ANY},
    rare=frozenset({"vat_second", "withheld"}),
)

SOURCES: Mapping[str, Mapping[Kind, Shape]] = {
    # sga.seed.md: pagoValor is net, so gross = net + descPromo + descBeca; notes and receipts have one amount.
    "sga": {
        Kind.PAYMENT: Shape(
            components={
                "net": (),
                "promotion": (),
                "scholarship": (),
                "gross": ("net", "promotion", "scholarship"),
            },
            attributes={"form": ANY, "revenue_type": ANY, "programme": ANY, "fraud": YES_NO},
        ),
        Kind.CREDIT_NOTE: Shape(
            components={"net": ()}, attributes={"programme": ANY, "fraud": YES_NO, "note_type": ANY}
        ),
        Kind.RECEIPT: Shape(components={"net": ()}, attributes={"form": ANY, "programme": ANY}),
    },
    # bsale.seed.txt: a payment has one amount; the VAT in it goes by the kind of document (codesii) that it pays, and a
    # collection may pay several documents, or more than they come to. A refund is money that goes out: for a credit
    # note, against a payment (a negative one), for a purchase, or against a collection, whose debt it opens again.
    "bsale": {
        Kind.PAYMENT: Shape(
            components={"net": ("base", "vat"), "base": (), "vat": ()},
            attributes={"form": ANY, "document_type": ANY, TREATMENT: _TREATMENTS, "postdated": YES_NO},
        ),
        Kind.SALE: Shape(
            components={"net": ("base", "vat"), "base": (), "vat": ()},
            attributes={"form": ANY, "document_type": ANY, TREATMENT: _TREATMENTS},
        ),
        Kind.REFUND: Shape(
            components={"net": ("base", "vat", "reopened"), "base": (), "vat": (), "reopened": ()},
            attributes={
                "form": ANY,
                "document_type": ANY,
                TREATMENT: _TREATMENTS,
                "refund_of": frozenset({"credit_note", "payment", "purchase", "collection"}),
            },
            pays_out=True,
            optional=True,
        ),
        Kind.COLLECTION: Shape(
            components={"net": ("applied", "unapplied"), "applied": (), "unapplied": ()},
            attributes={"form": ANY, "postdated": YES_NO, "spread": frozenset({"exact", "short", "over"})},
        ),
    },
    # A collection is what came in for an invoice on a day; advance is the part of it that is more than was invoiced.
    "sge": {
        Kind.SALE: _SGE,
        Kind.CREDIT_NOTE: _SGE,
        Kind.COLLECTION: Shape(
            components={"net": (), "advance": ()},
            attributes={"project": ANY, "year": ANY, "returned": YES_NO},
            rare=frozenset({"advance"}),
        ),
    },
    "zeta": {Kind.SALE: _ZETA, Kind.CREDIT_NOTE: _ZETA, Kind.COLLECTION: _ZETA_RECEIPT},
}

_SHAPES = [shape for kinds in SOURCES.values() for shape in kinds.values()]

AMOUNTS = sorted({name for shape in _SHAPES for name in shape.components})
"""The amounts that some kind of document has."""

ATTRIBUTES = sorted({BOX, *(name for shape in _SHAPES for name in shape.attributes)})
"""What rules may look at in some kind of document."""
