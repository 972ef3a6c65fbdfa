"""Charts of accounts and decisions of firms that do not exist, with names as such firms write them.

Made apart from the code that proposes accounts: nothing here is read there, nor the other way round. A chart calls a
thing one way, the till another: with or without accents, in capitals, abbreviated, with a year behind it.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

BANKS = [
    "Pichincha", "Guayaquil", "Produbanco", "Pacífico", "Bolivariano", "Internacional", "Santander", "Itaú", "BBVA",
    "Scotiabank", "Estado", "BCI", "República", "Sabadell", "CaixaBank", "Bankinter", "Austro", "Security",
]  # fmt: skip
WALLETS = [
    "Mercado Pago", "PayPal", "De Una", "Tenpo", "Yape", "MACH", "Bizum", "Khipu", "Payphone", "Kushki", "Fpay",
    "Datafast", "PlacetoPay", "Prex", "Midinero", "RedPagos", "Abitab", "Servipag",
]  # fmt: skip

FORMS = [
    (["Caja general", "Caja principal", "Caja MN", "Caja recaudadora"],
     ["Efectivo", "Contado", "Cash", "Pago en efectivo"]),
    (["Caja dólares", "Caja moneda extranjera USD"], ["Efectivo dólares", "Dólares en efectivo", "Efectivo USD"]),
    (["Cheques por depositar", "Cheques en cartera", "Cheques en caja"], ["Cheque", "Cheque al día", "Cheques"]),
    (["Cheques a fecha por cobrar", "Cheques diferidos", "Cheques postfechados por cobrar"],
     ["Cheque a fecha", "Cheque diferido", "Cheque postfechado"]),
    (["Tarjetas de crédito por cobrar", "Deudores por tarjetas de crédito", "Vouchers tarjeta de crédito"],
     ["Tarjeta de crédito", "T. crédito", "TC", "Tarjeta crédito"]),
    (["Tarjetas de débito por cobrar", "Deudores por tarjetas de débito", "Vouchers tarjeta de débito"],
     ["Tarjeta de débito", "T. débito", "TD", "Tarjeta débito"]),
    (["Notas de crédito por aplicar", "Notas de crédito de clientes"], ["Nota de crédito", "NC", "Notas crédito"]),
    (["Anticipos de clientes", "Anticipos recibidos de clientes"],
     ["Anticipo", "Anticipo de cliente", "Abono cliente"]),
    (["Retenciones en la fuente por cobrar", "Retenciones de renta recibidas"],
     ["Retención en la fuente", "Retención renta", "Retención"]),
    (["Retenciones de IVA recibidas", "Retención IVA por recuperar"], ["Retención IVA", "Retención de IVA"]),
    (["Gift cards por canjear", "Vales y gift cards emitidas"], ["Gift card", "Gift cards", "Giftcard"]),
    (["Comisiones por referidos", "Gasto por referidos"], ["Referido", "Programa de referidos"]),
    (["Descuentos por nómina por cobrar", "Empleados, descuentos por rol"], ["Descuento nómina", "Descuento rol"]),
    (["Canjes publicitarios por liquidar", "Canjes por cobrar"], ["Canje", "Canje publicitario"]),
]  # fmt: skip

INCOMES = [
    (["Matrículas", "Ingresos por matrículas"], ["Matrícula", "Matrícula ordinaria"]),
    (["Pensiones", "Ingresos por pensiones", "Cuotas mensuales"], ["Pensión", "Cuota", "Pensión mensual"]),
    (["Derechos de examen", "Exámenes"], ["Examen", "Derecho de examen", "Examen supletorio"]),
    (["Certificados y especies", "Emisión de certificados"], ["Certificado", "Certificado de notas"]),
    (["Uniformes", "Venta de uniformes"], ["Uniforme", "Uniformes"]),
    (["Transporte escolar", "Servicio de transporte"], ["Transporte", "Transporte escolar"]),
    (["Comedor", "Servicio de comedor"], ["Comedor", "Almuerzo comedor"]),
    (["Derechos de grado", "Titulación"], ["Derecho de grado", "Titulación", "Derechos grado"]),
    (["Talleres", "Ingresos por talleres"], ["Taller", "Taller de verano"]),
    (["Laboratorios", "Uso de laboratorios"], ["Laboratorio", "Uso laboratorio"]),
    (["Libros y material didáctico", "Venta de libros"], ["Libro", "Libros"]),
    (["Arriendo de aulas", "Alquiler de aulas"], ["Alquiler aula", "Arriendo aula"]),
    (["Intereses por mora", "Mora"], ["Mora", "Interés por mora"]),
    (["Multas de biblioteca", "Multas"], ["Multa", "Multa biblioteca"]),
    (["Seguro estudiantil", "Seguro de accidentes"], ["Seguro", "Seguro estudiantil"]),
    (["Idiomas", "Cursos de idiomas"], ["Idiomas", "Curso de idiomas"]),
    (["Carnés", "Emisión de carnés"], ["Carné", "Carnés"]),
    (["Homologaciones", "Homologación de materias"], ["Homologación", "Homologación materias"]),
]  # fmt: skip

PROGRAMMES = [
    "Administración de Empresas", "Enfermería", "Desarrollo de Software", "Estética Integral", "Gastronomía",
    "Contabilidad y Auditoría", "Marketing Digital", "Mecánica Automotriz", "Electricidad Industrial", "Turismo",
    "Parvularia", "Diseño Gráfico", "Seguridad Ocupacional", "Talento Humano", "Comercio Exterior", "Fisioterapia",
    "Farmacia", "Redes y Telecomunicaciones", "Construcción", "Logística y Transporte", "Inglés", "Psicología",
    "Trabajo Social", "Derecho", "Odontología", "Agronomía", "Veterinaria", "Nutrición", "Trabajo en Alturas",
]  # fmt: skip

OTHERS = [
    "Caja chica", "Inversiones temporales", "Clientes nacionales", "Clientes del exterior", "Provisión incobrables",
    "Anticipos a proveedores", "Proveedores nacionales", "IVA por pagar", "Sueldos por pagar", "Préstamos bancarios",
    "Capital social", "Utilidades retenidas", "Gastos de representación", "Honorarios profesionales", "Suministros",
    "Servicios básicos", "Depreciación", "Otros ingresos", "Ingresos financieros", "Devoluciones en ventas",
    "Documentos por cobrar", "Garantías entregadas", "Seguros pagados por anticipado", "Impuesto a la renta por pagar",
    "Comisiones bancarias", "Gastos de publicidad", "Mantenimiento de vehículos", "Arriendos pagados", "Inventarios",
]  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What firms call things: a name in the chart, and what the till says of it."""

    banks: Sequence[str]
    wallets: Sequence[str]
    forms: Sequence[tuple[list[str], list[str]]]
    incomes: Sequence[tuple[list[str], list[str]]]
    programmes: Sequence[str]
    others: Sequence[str]


SEEN = Words(BANKS, WALLETS, FORMS, INCOMES, PROGRAMMES, OTHERS)
"""The words that proposals were written and tuned by."""


@dataclass(frozen=True)
class Firm:
    """A firm's chart, by code, and what it has decided: for each name that its till uses, a code, table by table."""

    chart: dict[str, str]
    tables: dict[str, dict[str, str]]


def firm(seed: int, words: Words = SEEN) -> Firm:
    """A firm; always the same for a seed and its words."""
    random = Random(seed)
    chart: dict[str, str] = {}
    code = _codes(random)
    forms: dict[str, str] = {}
    for names, said in random.sample(words.forms, random.randint(8, len(words.forms))):
        forms[_typed(random.choice(said), random)] = _added(chart, code("asset"), random.choice(names), random)
    for bank in random.sample(words.banks, random.randint(3, 7)):
        pattern = random.choice(["Banco {}", "Banco {} cta. cte.", "Bco. {} cuenta corriente", "{} cuenta corriente"])
        said = random.choice(["Depósito {}", "Transferencia {}", "{}", "Depósito Banco {}", "Transf. {}"])
        forms[_typed(said.format(bank), random)] = _added(chart, code("bank"), pattern.format(bank), random)
    for wallet in random.sample(words.wallets, random.randint(2, 6)):
        pattern = random.choice(["{} por acreditar", "Fondos en {}", "{} por liquidar", "Billetera {}"])
        said = random.choice(["{}", "Pago {}", "{} QR", "Billetera {}"])
        forms[_typed(said.format(wallet), random)] = _added(chart, code("asset"), pattern.format(wallet), random)
    incomes = {
        _typed(random.choice(said), random): _added(chart, code("income"), random.choice(names), random)
        for names, said in random.sample(words.incomes, random.randint(8, len(words.incomes)))
    }
    for name in random.sample(words.others, random.randint(12, len(words.others))):
        _added(chart, code("other"), name, random)
    centres: dict[str, str] = {}
    programmes: dict[str, str] = {}
    for number, name in enumerate(random.sample(words.programmes, random.randint(8, 20))):
        programmes[_typed(name, random)] = _added(centres, f"{random.choice('0123')}{number:03d}", name, random)
    return Firm(chart | centres, {"forms": forms, "incomes": incomes, "programmes": programmes})


def _added(chart: dict[str, str], code: str, name: str, random: Random) -> str:
    chart[code] = name.upper() if random.random() < 0.2 else name
    return code


def _codes(random: Random):
    """How a firm numbers its accounts: with dots, or in one."""
    dotted = random.random() < 0.6
    groups = {"asset": "1.1.01", "bank": "1.1.02", "income": "4.1.01", "other": ""}
    numbers = iter(range(1, 10_000))

    def code(kind: str) -> str:
        group = groups[kind] or random.choice(["1.1.05", "1.2.01", "2.1.01", "3.1.01", "5.1.01", "5.2.02"])
        written = f"{group}.{next(numbers):03d}"
        return written if dotted else written.replace(".", "")

    return code


def _typed(name: str, random: Random) -> str:
    """A name as somebody typed it into the till's software."""
    if random.random() < 0.5:
        decomposed = unicodedata.normalize("NFKD", name)
        name = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = name.split()
    if random.random() < 0.25:
        place = random.randrange(len(words))
        if len(words[place]) > 6:
            words[place] = words[place][: random.randint(4, 6)] + "."
    name = " ".join(words)
    if random.random() < 0.4:
        name = name.upper()
    return f"{name} {random.choice(['2024', '2025', '1'])}" if random.random() < 0.1 else name
