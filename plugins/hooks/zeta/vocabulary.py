"""What Zeta's documents carry (zeta.seed.txt)."""

from cierre.bookkeeping.documents import Kind
from cierre.bookkeeping.vocabulary import ANY, YES_NO, Shape, Vocabulary

# Ventas and VentasDetalladas: FacturaTotal is what is owed, its VAT is told apart by the lines' rates.
_VOUCHER = Shape(
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
_RECEIPT = Shape(
    components={"net": ()},
    attributes={"voucher": ANY, "currency": ANY, "rate": ANY},
    signed=frozenset({"net"}),
    optional=True,
)

VOCABULARY: Vocabulary = {Kind.SALE: _VOUCHER, Kind.CREDIT_NOTE: _VOUCHER, Kind.COLLECTION: _RECEIPT}
