"""Where a document stands in the ERP; no address is used twice, which makes it the idempotency key."""

from dataclasses import dataclass
from datetime import date
from itertools import islice, product
from string import ascii_uppercase, digits

from cierre.bookkeeping.sentence import Sentence

NUMERIC_SUBLOTS = 999


@dataclass(frozen=True, slots=True)
class Address:
    """Tenant, date, lot and sublot of a document in the ERP.

    ``tenant`` is sent verbatim (``"T1,D MG 01 "``: group, comma, branch with its padding); ``entry_date`` is
    CT2_DATA, ``lot`` CT2_LOTE (six characters, the box's own), ``sublot`` CT2_SBLOTE (three, the attempt's own).
    """

    tenant: str
    entry_date: date
    lot: str
    sublot: str

    def __str__(self) -> Sentence:
        return Sentence(
            "{date} lot {lot} sublot {sublot} of {tenant}",
            date=f"{self.entry_date:%d/%m/%Y}",
            lot=self.lot,
            sublot=self.sublot,
            tenant=self.tenant.strip(),
        )


def nth_sublot(number: int, *, alphanumeric: bool) -> str:
    """The sublot of a lot's n-th attempt on a date: 001 to 999, then, where the site takes letters, 00A, 00B … ZZZ.

    Raises ValueError, with a sentence, where there is none left.
    """
    if number <= NUMERIC_SUBLOTS:
        return f"{number:03d}"
    if not alphanumeric:
        raise ValueError(
            Sentence("all its {n} sublots were used, and the site is not known to take letters", n=NUMERIC_SUBLOTS)
        )
    lettered = ("".join(code) for code in product(digits + ascii_uppercase, repeat=3) if not "".join(code).isdigit())
    found = next(islice(lettered, number - NUMERIC_SUBLOTS - 1, None), None)
    if found is None:
        raise ValueError(Sentence("all its sublots, letters included, were used"))
    return found
