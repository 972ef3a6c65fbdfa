"""What the four schools have in common: forms of payment, kinds of charge, programmes, and the boxes they opened."""

from dataclasses import dataclass
from datetime import date

TENANTS = {
    "itb": "SGA ITB",
    "itb_online": "SGA ITB Online",
    "conduce_ecuador": "Conduce Ecuador",
    "educacion_continua": "Educación Continua ITB",
}
"""Path of the tenant in the sandbox -> its name (field-notes.md, SGA)."""

CASH, CHEQUE, CREDIT_CARD, DEPOSIT, TRANSFER = 1, 2, 4, 5, 6
CREDIT_NOTE, RECEIPT, DEBIT_CARD, E_MONEY, WESTERN_UNION = 7, 8, 9, 10, 11
PICHINCHA, PACIFICO, FACILITO, REFERRAL, ONLINE, WITHHOLDING, POSTDATED_CHEQUE = 12, 13, 14, 15, 16, 17, 18

FORMS = [
    (CASH, "EFECTIVO", "01"),
    (CHEQUE, "CHEQUE", "20"),
    (CREDIT_CARD, "TARJETA DE CRÉDITO", "19"),
    (DEPOSIT, "DEPÓSITO", "20"),
    (TRANSFER, "TRANSFERENCIA", "20"),
    (CREDIT_NOTE, "NOTA DE CRÉDITO", "15"),
    (RECEIPT, "RECIBO DE CAJA", "15"),
    (DEBIT_CARD, "TARJETA DE DÉBITO", "16"),
    (E_MONEY, "DINERO ELECTRÓNICO", "17"),
    (WESTERN_UNION, "WESTERN UNION", "20"),
    (PICHINCHA, "PICHINCHA", "20"),
    (PACIFICO, "PACÍFICO", "20"),
    (FACILITO, "FACILITO", "20"),
    (REFERRAL, "REFERIDO", "01"),
    (ONLINE, "PAGO ONLINE", "19"),
    (WITHHOLDING, "RETENCIÓN", "01"),
    (POSTDATED_CHEQUE, "CHEQUE POSTFECHADO", "20"),
]
"""(formaPagoId, name, SRI code): many forms share one code (field-notes.md, SGA)."""

CANCELLATION, REFUND = 1, 2
NOTE_TYPES = {CANCELLATION: "ANULACIÓN", REFUND: "DEVOLUCIÓN"}
"""ncTipoId -> ncTipoDescripcion."""

FRAUD = 1
"""The motive of a credit note that makes ``esFraude`` true (sga.seed.md)."""

REVENUE_TYPES = {
    1: "MATRÍCULA",
    2: "CUOTA",
    3: "INSCRIPCIÓN",
    4: "MATERIA",
    5: "ESPECIE VALORADA",
    6: "OTROS RUBROS",
    7: "CURSO",
    8: "LICENCIA DE CONDUCIR",
    9: "SEMINARIO",
    10: "DERECHO DE GRADO",
}
"""tipoRubroId -> tipoRubroDescripcion."""

PROGRAMMES = {
    1: "Tecnología Superior en Administración de Empresas",
    2: "Técnico Superior en Enfermería",
    3: "Tecnología Superior en Desarrollo de Software",
    4: "Tecnología Superior en Estética Integral",
    5: "Tecnología Superior en Podología",
    11: "Administración en Línea",
    12: "Marketing Digital y Comercio Electrónico",
    13: "Contabilidad y Tributación en Línea",
    21: "Conducción Profesional Tipo C",
    22: "Conducción Profesional Tipo D",
    23: "Conducción Profesional Tipo E",
    31: "Inglés",
    32: "Gestión del Talento Humano",
    33: "Primeros Auxilios y Atención Prehospitalaria",
}
"""carreraId -> name, with the accents that the API strips."""

TAUGHT = {
    "itb": (1, 2, 3, 4, 5),
    "itb_online": (11, 12, 13),
    "conduce_ecuador": (21, 22, 23),
    "educacion_continua": (31, 32, 33),
}
"""Tenant -> the programmes its students are enrolled in."""

CHARGED = {
    "itb": (1, 2, 3, 4, 5, 6, 10),
    "itb_online": (1, 2, 3, 4, 6),
    "conduce_ecuador": (3, 5, 6, 7, 8),
    "educacion_continua": (3, 6, 7, 9),
}
"""Tenant -> the kinds of charge its students pay."""

SUNDAY, MONDAY, WEDNESDAY = 6, 0, 2


@dataclass(frozen=True)
class Opening:
    """A cash box that exists from the start, and the weekday (0 = Monday) on which it opens no session."""

    tenant: str
    caja: int
    closed_on: int = SUNDAY


OPENED = [
    *(Opening("itb", caja) for caja in range(160, 170)),
    *(Opening("itb_online", caja, closed_on=WEDNESDAY) for caja in range(10, 20)),
    *(Opening("conduce_ecuador", caja, closed_on=MONDAY if caja == 3 else SUNDAY) for caja in range(1, 10)),
    *(Opening("educacion_continua", caja) for caja in range(1, 10)),
]
"""More boxes than the project configures, so that one can be added as a YAML file and close."""

HOLIDAYS = {(1, 1), (12, 25)}
"""(month, day) on which no box opens a session."""


def is_closed(day: date, closed_on: int) -> bool:
    """Whether a box with this weekday of rest opens no session on the day."""
    return day.weekday() == closed_on or (day.month, day.day) in HOLIDAYS
