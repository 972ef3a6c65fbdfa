"""The fields of CT2 that the accounting entry API takes, and the error texts it gives back (``protheus.seed.txt``)."""

from decimal import Decimal

from sandbox.protheus.settings import KEY_SIZE

DEBIT, CREDIT, DOUBLE_ENTRY, CONTINUATION = "1", "2", "3", "4"
"""Values of ``CT2_DC``."""

DEBIT_SIDE = {
    "account": "CT2_DEBITO",
    "cost_centre": "CT2_CCD",
    "item": "CT2_ITEMD",
    "value_class": "CT2_CLVLDB",
    **{f"entity_{number}": f"CT2_EC{number}DB" for number in ("05", "06", "07", "08", "09")},
}
CREDIT_SIDE = {
    "account": "CT2_CREDIT",
    "cost_centre": "CT2_CCC",
    "item": "CT2_ITEMC",
    "value_class": "CT2_CLVLCR",
    **{f"entity_{number}": f"CT2_EC{number}CR" for number in ("05", "06", "07", "08", "09")},
}
"""What the two sides of a line call the same thing: a reversal swaps them."""

MIRRORED = dict(zip(DEBIT_SIDE.values(), CREDIT_SIDE.values(), strict=True))
MIRRORED |= {credit: debit for debit, credit in MIRRORED.items()}

SIDES = {
    DEBIT: (DEBIT_SIDE,),
    CREDIT: (CREDIT_SIDE,),
    DOUBLE_ENTRY: (DEBIT_SIDE, CREDIT_SIDE),
    CONTINUATION: (),
}
"""The sides that a kind of line has."""

TEXTS = {
    "CT2_MOEDLC": (2, "01"),
    "CT2_DC": (1, ""),
    "CT2_DEBITO": (20, ""),
    "CT2_CREDIT": (20, ""),
    "CT2_HIST": (None, ""),
    "CT2_TPSALD": (1, "1"),
    "CT2_CONVER": (5, "1"),
    "CT2_ORIGEM": (100, "API ACCOUNTINGENTRY"),
    "CT2_HP": (3, ""),
    "CT2_CCD": (9, ""),
    "CT2_CCC": (9, ""),
    "CT2_ITEMD": (9, ""),
    "CT2_ITEMC": (9, ""),
    "CT2_CLVLDB": (9, ""),
    "CT2_CLVLCR": (9, ""),
    **{f"CT2_EC{number}{side}": (20, "") for number in ("05", "06", "07", "08", "09") for side in ("DB", "CR")},
    "CT2_KEY": (KEY_SIZE, ""),
}
"""Text field of a line -> its size (a history may be longer: it is continued) and its default."""

OTHER_AMOUNTS = tuple(f"CT2_VALR{number:02d}" for number in range(1, 6))
"""What a line is in further currencies, where it says so; kept as it is said, converted into nothing."""


class Refusal(Exception):
    """A business error: what the API says in ``error``, over several lines."""

    def __init__(self, code: str, message: str, *, line: int | None = None, shown: dict[str, object] | None = None):
        parts = [f"AJUDA:{code}", message, ""]
        if line is not None:
            parts.append(f"Asiento contable CT2, línea {line:03d}")
        parts += [f"{name:<12} := {value}   < -- Inválido" for name, value in (shown or {}).items()]
        super().__init__("\r\n".join(parts).rstrip() + "\r\n")
        self.code = code


class Divergence(Refusal):
    """A refusal of what the entry says, not of how: a site may keep such an entry as a pre-entry."""


PRE_ENTRY = "9"
"""``CT2_TPSALD`` of an entry that does not count in the balances until somebody makes it effective."""


def read_line(item: object, line: int) -> dict[str, str]:
    """An item of the request as a line's fields, defaults filled in; raises Refusal where one is missing or wrong."""
    if not isinstance(item, dict):
        raise Refusal("ITEMINV", "El ítem no es un objeto.", line=line)
    fields = {name: _text(item, name, size, default, line) for name, (size, default) in TEXTS.items()}
    if fields["CT2_DC"] not in (DEBIT, CREDIT, DOUBLE_ENTRY):
        raise Refusal(
            "CT2DC", "Tipo de asiento debe ser 1, 2 o 3.", line=line, shown={"CT2_DC": item.get("CT2_DC", "")}
        )
    fields["CT2_VALOR"] = _amount(item, "CT2_VALOR", line)
    fields |= {name: _amount(item, name, line) for name in OTHER_AMOUNTS if name in item}
    if not fields["CT2_HIST"]:
        raise Refusal("NOHIST", "El historial del asiento es obligatorio.", line=line, shown={"CT2_HIST": ""})
    return fields


def _text(item: dict, name: str, size: int | None, default: str, line: int) -> str:
    value = item.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise Refusal("TIPODATO", "El campo es de tipo carácter.", line=line, shown={name: value})
    if size is not None and len(value.rstrip()) > size:
        raise Refusal("TAMANHO", f"El campo admite {size} caracteres.", line=line, shown={name: value})
    return value.rstrip() or default


def _amount(item: dict, name: str, line: int) -> str:
    value = item.get(name)
    if value is None:
        raise Refusal("NOVALOR", "El valor del asiento es obligatorio.", line=line, shown={name: ""})
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise Refusal("TIPODATO", "El campo es de tipo numérico.", line=line, shown={name: value})
    amount = Decimal(value)
    if not 0 < amount < 10**13:
        raise Refusal("VALORINV", "El valor debe ser mayor que cero.", line=line, shown={name: value})
    if amount != round(amount, 2):
        raise Refusal("DECIMALES", "El valor admite dos decimales.", line=line, shown={name: value})
    return f"{amount:.2f}"


def mirrored(fields: dict[str, str]) -> dict[str, str]:
    """A line with its sides swapped, as a reversal books it."""
    swapped = {MIRRORED.get(name, name): value for name, value in fields.items()}
    swapped["CT2_DC"] = {DEBIT: CREDIT, CREDIT: DEBIT}.get(fields["CT2_DC"], fields["CT2_DC"])
    return swapped


def with_continuations(lines: list[dict[str, str]], history_size: int, max_lines: int) -> list[dict[str, str]]:
    """The lines of a document, numbered; a history that does not fit goes on in lines of their own (``CT2_DC`` 4)."""
    written: list[dict[str, str]] = []
    for fields in lines:
        history = fields["CT2_HIST"]
        written.append(fields | {"CT2_HIST": history[:history_size]})
        for start in range(history_size, len(history), history_size):
            rest = {"CT2_DC": CONTINUATION, "CT2_VALOR": "0.00", "CT2_HIST": history[start : start + history_size]}
            kept = {name: fields[name] for name in ("CT2_MOEDLC", "CT2_TPSALD", "CT2_ORIGEM", "CT2_KEY")}
            written.append(dict.fromkeys(fields, "") | kept | rest)
    if len(written) > max_lines:
        raise Refusal("LINHAMAX", f"El documento tendría {len(written)} líneas; admite {max_lines}.")
    return [fields | {"CT2_LINHA": f"{number:03d}"} for number, fields in enumerate(written, start=1)]
