"""Whose sale it is: the company's own, or one on somebody else's behalf (cuenta ajena), which is no income of its own.

Agregar must say #CUENTAAJENA in Notas (zeta.seed.txt). People enter vouchers by hand, too, and kinds of electronic
vouchers have it in their names, so any field of a voucher's rows that says so counts.
"""

import re
from typing import Any

from cierre.bookkeeping.text import is_text_or_number
from hooks.zeta.voucher_kinds import NAMES, plain
from hooks.zeta.wire import Row
from hooks.zeta.words import ON_BEHALF, code

ELECTRONIC = frozenset(
    str(kind + number + contingency) for kind in (130, 140) for number in (1, 2, 3) for contingency in (0, 100)
)
"""TipoDeCFECodigo of the tax office's vouchers for sales on somebody's behalf, their notes of credit and of debit."""

_SAYS = re.compile(r"(?<!des)(cuenta|cta)s?a[jg]enas?")


def says_on_behalf(text: Any) -> bool:
    """Whether a text says "cuenta ajena", however it is spelt: case, accents, blanks and other signs do not count."""
    return isinstance(text, str) and _SAYS.search(plain(text).replace(" ", "")) is not None


def mark_of(notes: str) -> str:
    """What of Notas the reading needs: #CUENTAAJENA, or nothing."""
    return ON_BEHALF if says_on_behalf(notes) else ""


def is_on_behalf(sale: Row, queried: Row) -> bool | None:
    """Whether a field of a voucher's rows says so; None where Notas of QueryVentas is missing, or one is no text.

    Notas that is null is empty.
    """
    if _says_so(sale) or _says_so(queried):
        return True
    are_texts = all(note is None or is_text_or_number(note) for note in (sale.get("Notas"), queried.get("Notas")))
    return False if "Notas" in queried and are_texts else None


def _says_so(row: Row) -> bool:
    return any(says_on_behalf(row.get(name)) for name in ("Notas", *NAMES)) or (
        code(row.get("TipoDeCFECodigo")) in ELECTRONIC
    )
