"""What a voucher is by Zeta's words: cash or credit, a sale or a note (field-notes.md).

What the numbers of ComprobanteTipo mean is nowhere documented, and not the same everywhere: a number is believed only
where no word of the row denies it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from hooks.zeta.words import Voucher

NAMES = ("ComprobanteTipoNombre", "ComprobanteNombre", "TipoCFENombre")
TERMS = ("CondicionPagoNombre", "CondicionNombre")
"""Fields with words: of the voucher, and of the terms of payment, which Ventas and QueryVentas call differently."""

LONGEST = 40
"""Characters of a field that are quoted."""

# A card's credit is the bank's, and a note's name says nothing of how it is settled: "nota de crédito" of a cash sale.
_CARD = re.compile(r"\b(tarjetas?|tarj|t) (de )?cred(ito)?\b")
_NOTE = re.compile(r"\bnotas? ?(de )?(creditos?|cred\b)|\bn ?c\b")
_RETURN = re.compile(r"\bdevoluci(on|ones)\b")
_CASH = re.compile(r"contado|\b(efectivo|cdo|ctdo)\b")
_CREDIT = re.compile(r"creditos?|\bcred\b|cuenta corriente|\bcta (cte|corriente)\b")
_DAYS = re.compile(r"\bdias?\b")
# "Cuotas" in a voucher's name can be what is sold (a school's fees), and a card's instalments are the bank's.
_INSTALMENTS = re.compile(r"\ba plazos?\b|\ben (\w+ )?cuotas\b")
_INSTALMENTS_OF_TERMS = re.compile(r"\bplazos?\b|\bcuotas\b")
_BY_CARD = re.compile(r"\b(tarjetas?|tarj)\b")
# An é that was lost on its way, or read in another charset: "Cr?dito", "CrÃ©dito".
_BROKEN_CREDIT = re.compile(r"\bcra? dito(s?)\b")
_NO_SALE = re.compile(r"\brecibos?\b|\bstock\b|\bremitos?\b|\bpedidos?\b")
_SALE = re.compile(r"venta|factura|ticket|boleta|debito")


@dataclass(frozen=True, slots=True)
class Word:
    """What one field says: of the payment ("cash", "credit"), and whether it is a note; None where it does not say.

    ``mild`` is a payment that other words may put right; ``no_sale`` a word for what is neither sale nor note.
    """

    field: str
    text: str
    payment: str | None = None
    note: bool | None = None
    mild: bool = False
    no_sale: bool = False

    def __str__(self) -> str:
        return f"{self.field} “{self.text[:LONGEST]}”"


def plain(text: str) -> str:
    """Small letters without accents, HTML's names of letters read, a single blank for all that is neither letter nor
    digit."""
    folded = unicodedata.normalize("NFKD", unescape(text)).casefold()
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _BROKEN_CREDIT.sub(r"credito\1", " ".join(re.sub(r"[\W_]+", " ", letters).split()))


def words_of(*rows: dict[str, Any]) -> list[Word]:
    """What the words of a sale's rows (of Ventas, of QueryVentas) say; nothing of those that say nothing."""
    given = ((name, row.get(name)) for name in (*NAMES, *TERMS) for row in rows)
    texts = {(name, " ".join(text.split())): None for name, text in given if isinstance(text, str)}
    return [word for name, text in texts for word in _read(name, text)]


def denying(voucher: Voucher, words: list[Word]) -> list[Word]:
    """The words that deny what a voucher is by its number."""
    named = {word.payment for word in words if word.payment and word.field in NAMES and not word.mild}
    any_name = any(word.payment for word in words if word.field in NAMES)
    return [word for word in words if _denies(word, voucher, named, any_name)]


def _denies(word: Word, voucher: Voucher, named: set[str], any_name: bool) -> bool:
    if word.no_sale or word.note not in (None, voucher.is_note):
        return True
    if word.payment in (None, voucher.payment):
        return False
    if word.mild:  # "nota de crédito" alone is one of a credit sale, "devolución contado" beside it is not
        return voucher.payment not in named
    if word.field in TERMS and voucher.is_note and word.payment == "cash":
        return not any_name  # terms are of credit sales: a note has the site's default
    return True


def _read(field: str, text: str) -> Iterator[Word]:
    whole = plain(text)
    said = _CARD.sub(" ", whole)
    rest = _NOTE.sub(" ", said)
    payments = {name for name, pattern in (("cash", _CASH), ("credit", _CREDIT)) if pattern.search(rest)}
    instalments = _INSTALMENTS_OF_TERMS if field in TERMS else _INSTALMENTS
    if not payments and instalments.search(rest) and not _BY_CARD.search(whole):
        payments = {"credit"}
    if field in TERMS:
        if not payments and _DAYS.search(rest):
            payments = {"credit"}
        note = None
    else:
        note = True if rest != said or _RETURN.search(said) else None
        if note is None and field != "ComprobanteNombre" and _SALE.search(said):
            note = False
    no_sale = field == "ComprobanteTipoNombre" and note is None and bool(_NO_SALE.search(said))
    payment = payments.pop() if len(payments) == 1 else None
    mild = payment is None and field == "ComprobanteTipoNombre" and rest != said
    if payment or mild or note is not None or no_sale:
        yield Word(field, text, payment or ("credit" if mild else None), note, mild, no_sale)
