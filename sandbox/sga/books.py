"""The sandbox's own books of a box and day: what tests hold the product's figures against.

Computed from the school's tables in SQL and whole cents. Neither the API's answers nor its code have a part in it.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

FORMS_OF_PAYMENTS = """
    SELECT pk AS pago, 1 AS form FROM sga_pago WHERE efectivo
    UNION SELECT pk, 10 FROM sga_pago WHERE electronico
    UNION SELECT pk, 11 FROM sga_pago WHERE wester
    UNION SELECT pk, 12 FROM sga_pago WHERE pichincha
    UNION SELECT pk, 13 FROM sga_pago WHERE pacifico
    UNION SELECT pk, 14 FROM sga_pago WHERE facilito
    UNION SELECT pk, 15 FROM sga_pago WHERE referido
    UNION SELECT pk, 16 FROM sga_pago WHERE paymentez
    UNION SELECT link.pago_pk, iif(slip.deposito, 5, 6) FROM sga_pagotransferenciadeposito AS slip
        JOIN sga_pagotransferenciadeposito_pagos AS link ON link.pagotransferenciadeposito_pk = slip.pk
    UNION SELECT link.pago_pk, iif(card.tarjetadebito, 9, 4) FROM sga_pagotarjeta AS card
        JOIN sga_pagotarjeta_pagos AS link ON link.pagotarjeta_pk = card.pk
    UNION SELECT link.pago_pk, iif(cheque.fechacobro = pago.fecha, 2, 18) FROM sga_pagocheque AS cheque
        JOIN sga_pagocheque_pagos AS link ON link.pagocheque_pk = cheque.pk
        JOIN sga_pago AS pago ON pago.pk = link.pago_pk
    UNION SELECT pago_pk, 7 FROM sga_pagonotacreditoinstitucion_pagos
    UNION SELECT pago_pk, 8 FROM sga_pagorecibocajainstitucion_pagos
    UNION SELECT pago_pk, 17 FROM sga_pagoretencion_pagos
"""

SESSIONS = """
    SELECT sesion.pk FROM sga_sesioncaja AS sesion
    JOIN sga_lugarrecaudacion AS caja ON caja.pk = sesion.caja_pk
    WHERE caja.tenant = :tenant AND caja.id = :caja AND sesion.fecha = :fecha
"""

PAYMENTS = f"""
    WITH form_of AS ({FORMS_OF_PAYMENTS})
    SELECT pago.pk,
        CAST(round(pago.valor * 100) AS INTEGER) AS net,
        (SELECT coalesce(sum(CAST(round(valor * 100) AS INTEGER)), 0)
            FROM sga_detalledescuento WHERE pago_pk = pago.pk) AS promotion,
        (SELECT coalesce(sum(CAST(round(descuento * 100) AS INTEGER)), 0)
            FROM sga_detallerubrosbeca WHERE pago_pk = pago.pk) AS scholarship,
        (SELECT group_concat(form) FROM form_of WHERE form_of.pago = pago.pk) AS forms
    FROM sga_pago AS pago WHERE pago.sesion_pk IN ({SESSIONS})
"""

RECEIPTS = f"""
    WITH form_of AS ({FORMS_OF_PAYMENTS})
    SELECT CAST(round(receipt.valorinicial * 100) AS INTEGER) AS amount,
        coalesce(receipt.formapago_id, (
            SELECT min(form) FROM form_of WHERE form_of.pago = (
                SELECT max(pago.pk) FROM sga_pago AS pago JOIN sga_rubro AS rubro ON rubro.pk = pago.rubro_pk
                WHERE pago.sesion_pk = receipt.sesioncaja_pk AND rubro.inscripcion_pk = receipt.inscripcion_pk
            )
        ), '') AS form
    FROM sga_recibocajainstitucion AS receipt
    WHERE receipt.sesioncaja_pk IN ({SESSIONS}) AND coalesce(receipt.activo, 1)
"""

CREDIT_NOTES = f"""
    SELECT CAST(round(valor * 100) AS INTEGER) AS amount, anulada AS voided
    FROM sga_notacreditoinstitucion WHERE sesioncaja_pk IN ({SESSIONS})
"""

PAYMENTS_WITHOUT_CASH = {"7", "8", "15", "17"}
RECEIPTS_WITHOUT_CASH = {"", "7", "8", "15"}
"""Forms behind which no money came in (field-notes.md, SGA, and its last part)."""


@dataclass
class Figure:
    """How many rows, and their money in dollars, to the cent."""

    count: int = 0
    amount: Decimal = Decimal("0.00")

    def add(self, cents: int) -> None:
        self.count += 1
        self.amount += Decimal(cents).scaleb(-2)


@dataclass
class Books:
    """A box's day. ``payments`` and ``receipts`` go by formaPagoId as text; all money is in dollars, to the cent.

    A payment under two forms counts under both, as the API shows it, and once in ``overlapping``. One of no form
    stands in ``without_form`` and nowhere else. ``credit_notes`` holds the voided ones, too, as the API does.
    """

    payments: dict[str, Figure] = field(default_factory=lambda: defaultdict(Figure))
    overlapping: Figure = field(default_factory=Figure)
    without_form: Figure = field(default_factory=Figure)
    promotions: Figure = field(default_factory=Figure)
    scholarships: Figure = field(default_factory=Figure)
    gross: Figure = field(default_factory=Figure)
    receipts: dict[str, Figure] = field(default_factory=lambda: defaultdict(Figure))
    receipts_without_cash: dict[str, Figure] = field(default_factory=lambda: defaultdict(Figure))
    credit_notes: Figure = field(default_factory=Figure)
    voided_credit_notes: Figure = field(default_factory=Figure)

    @property
    def net(self) -> Decimal:
        """What the payments come to, in all."""
        return sum((figure.amount for figure in self.payments.values()), Decimal("0.00"))

    @property
    def cash(self) -> dict[str, Decimal]:
        """Money that came in, by form: payments and receipts that have money behind them."""
        money: dict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
        for form, figure in [*self.payments.items(), *self.receipts.items()]:
            if form not in PAYMENTS_WITHOUT_CASH:
                money[form] += figure.amount
        return dict(money)


def books(session: Session, tenant: str, caja: int, fecha: date) -> Books:
    """The books of a box's day as the tables hold it now; empty ones for a day that nobody has asked for yet."""
    result = Books()
    place = {"tenant": tenant, "caja": caja, "fecha": fecha.isoformat()}
    for payment in session.execute(text(PAYMENTS), place):
        _enter_payment(result, payment.net, payment.promotion, payment.scholarship, payment.forms)
    for receipt in session.execute(text(RECEIPTS), place):
        form = str(receipt.form)
        kind = result.receipts_without_cash if form in RECEIPTS_WITHOUT_CASH else result.receipts
        kind[form].add(receipt.amount)
    for note in session.execute(text(CREDIT_NOTES), place):
        result.credit_notes.add(note.amount)
        if note.voided:
            result.voided_credit_notes.add(note.amount)
    return result


def amounts(session: Session, tenant: str, caja: int, fecha: date, forms: set[str]) -> list[int]:
    """Each amount in cents that came in by some forms: what the cards' terminal of the box saw. One that stands under
    two of them counts under both, as in ``books``."""
    place = {"tenant": tenant, "caja": caja, "fecha": fecha.isoformat()}
    paid = [
        payment.net
        for payment in session.execute(text(f"{PAYMENTS} ORDER BY pago.pk"), place)
        for form in (payment.forms or "").split(",")
        if form in forms
    ]
    return paid + [one.amount for one in session.execute(text(RECEIPTS), place) if str(one.form) in forms]


def _enter_payment(result: Books, net: int, promotion: int, scholarship: int, forms: str | None) -> None:
    under = forms.split(",") if forms else []
    if not under:
        result.without_form.add(net)
        return
    if len(under) > 1:
        result.overlapping.add(net)
    for form in under:
        result.payments[form].add(net)
        result.gross.add(net + promotion + scholarship)
        if promotion:
            result.promotions.add(promotion)
        if scholarship:
            result.scholarships.add(scholarship)
