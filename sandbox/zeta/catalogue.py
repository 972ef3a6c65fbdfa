"""What a company of Zeta has set up: locals and boxes, vouchers, currencies, VAT, articles, customers."""

from dataclasses import dataclass
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

HOME = ZoneInfo("America/Montevideo")

EPOCH = date(2023, 1, 1)
"""The first day of all companies."""

UYU, USD = 1, 2
EXEMPT, MINIMUM, BASIC = 0, 1, 2

CREDIT_SALE, CREDIT_NOTE, CASH_SALE, CASH_RETURN, RECEIPT, STOCK = 1, 2, 3, 4, 5, 32
"""Basic types of a voucher (ComprobanteTipo)."""

SALES = {CREDIT_SALE: 1, CREDIT_NOTE: -1, CASH_SALE: 1, CASH_RETURN: -1}
"""The types that are sales, with their sign."""


@dataclass(frozen=True)
class Moneda:
    simbolo: str
    nombre: str


@dataclass(frozen=True)
class Comprobante:
    """A voucher as the company set it up. ``cfe``: code of the electronic voucher, None for a plain one."""

    nombre: str
    abreviacion: str
    tipo: int
    cfe: int | None = None


@dataclass(frozen=True)
class Articulo:
    """An article; ``precio`` in pesos, VAT included. ``lote``: it is sold by lot and expiry."""

    nombre: str
    marca: str
    categoria: str
    familia: str
    iva: int
    precio: int
    lote: bool = False


@dataclass(frozen=True)
class Cliente:
    nombre: str
    razon_social: str
    pais: tuple[str, str] = ("UY", "Uruguay")
    departamento: tuple[str, str] = ("MO", "Montevideo")
    categoria: tuple[str, str] = ("1", "General")


EMPRESAS: dict[str, dict[int, tuple[str, dict[int, str]]]] = {
    "ITBUY": {
        1: ("Casa Central", {1: "Caja 1", 2: "Caja 2"}),
        2: ("Sucursal Pocitos", {1: "Caja 1"}),
    },
    "CONDUCEUY": {1: ("Montevideo", {1: "Mostrador"})},
}
"""EmpresaCodigo -> LocalCodigo -> name, and CajaCodigo -> name."""

MONEDAS = {UYU: Moneda("$", "Pesos Uruguayos"), USD: Moneda("U$S", "Dólares Americanos")}

TASAS = {EXEMPT: (0, "Exento", "E"), MINIMUM: (10, "Tasa Mínima", "M"), BASIC: (22, "Tasa Básica", "B")}
"""CodigoIVA -> rate, name, type."""

TIPOS = {
    CREDIT_SALE: "Factura de Venta Crédito",
    CREDIT_NOTE: "Nota de Crédito de Venta",
    CASH_SALE: "Venta Contado",
    CASH_RETURN: "Devolución de Venta Contado",
    RECEIPT: "Recibo de Cobro",
    STOCK: "Movimiento de Stock de Clientes",
}

CFES = {101: "e-Ticket", 102: "Nota de Crédito de e-Ticket", 111: "e-Factura", 112: "Nota de Crédito de e-Factura"}

COMPROBANTES = {
    701: Comprobante("e-Factura Crédito", "EFCR", CREDIT_SALE, 111),
    702: Comprobante("e-Nota de Crédito", "ENCR", CREDIT_NOTE, 112),
    703: Comprobante("e-Ticket Contado", "ETCO", CASH_SALE, 101),
    704: Comprobante("e-Devolución Contado", "EDCO", CASH_RETURN, 102),
    705: Comprobante("Recibo de Cobro", "REC", RECEIPT),
    706: Comprobante("Pedido", "PED", STOCK),
    710: Comprobante("Boleta Contado", "BOCO", CASH_SALE),
}

ARTICULOS = {
    "CUR-001": Articulo("Curso de Inglés", "ITB", "Cursos", "Idiomas", EXEMPT, 4_890),
    "CUR-002": Articulo("Taller de Conducción", "ITB", "Cursos", "Oficios", BASIC, 7_350),
    "LIB-010": Articulo("Manual del Alumno", "Editorial Ñandú", "Libros", "Textos", EXEMPT, 690),
    "PAP-100": Articulo("Cuaderno 96 hojas", "Papiros", "Papelería", "Útiles", BASIC, 185),
    "PAP-200": Articulo("Lapicera azul", "Bic", "Papelería", "Útiles", BASIC, 39),
    "ALM-001": Articulo("Refrigerio", "Propia", "Cantina", "Alimentos", MINIMUM, 265),
    "ALM-002": Articulo("Agua mineral 600 ml", "Salus", "Cantina", "Alimentos", MINIMUM, 72),
    "FAR-001": Articulo("Botiquín", "Sanix", "Salud", "Insumos", MINIMUM, 1_480, lote=True),
    "UNI-001": Articulo("Uniforme", "Textil Sur", "Vestimenta", "Uniformes", BASIC, 2_240),
}

CLIENTES = {
    "1": Cliente("CONSUMIDOR FINAL", "Consumidor Final"),
    "C100": Cliente("Muñoz & Peñarol", "Muñoz y Peñarol S.A."),
    "C101": Cliente("Librería O'Higgins", "Librería O'Higgins S.R.L.", departamento=("CA", "Canelones")),
    "C102": Cliente("Güemes Ana María", "Ana María Güemes", categoria=("2", "Estudiantes")),
    "C103": Cliente("Comercial Río Negro", "Comercial Río Negro Ltda.", ("AR", "Argentina"), ("BA", "Buenos Aires")),
}

VENDEDORES = {"V1": "Lucía Núñez", "V2": "Martín Acuña"}
CONDICIONES = {1: "Contado", 2: "Crédito 30 días", 3: "Crédito 60 días"}
CENTROS = {"ADM": "Administración", "ENS": "Enseñanza"}
USUARIOS = {1: "Administrador", 4: "Mostrador"}
PRECIOS = {1: "Lista General"}
DEPOSITOS = {1: "Depósito Central", 2: "Mostrador"}

FORMAS_PAGO = {1: "Efectivo", 2: "Cheque Recibido", 3: "Tarjeta de Crédito", 4: "Movimiento Bancario", 5: "Documento"}

PEOPLE_ON_WHOSE_BEHALF = {
    "ClienteNombre": "Editorial Ñandú",
    "ClienteTipoDocumento": "R",
    "ClientePais": "UY",
    "ClienteDocumento": "211234560018",
    "ClienteDireccion": "18 de Julio 1234",
    "ClienteDepartamento": "Montevideo",
    "ClienteCiudad": "Montevideo",
}

ON_BEHALF = "#CUENTAAJENA"


def rate(day: date) -> int:
    """Pesos for a dollar on a day, in ten thousandths: always the same for a date."""
    return 395_000 + Random(f"USD/{day.isoformat()}").randint(-9_999, 39_999)
