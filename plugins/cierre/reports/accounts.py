"""Names of accounts as plain-text accounting wants them: one of five roots, then the chart's headings. Pure."""

import re
import unicodedata
from functools import cached_property
from zlib import crc32

from cierre.bookkeeping.chart import Chart, is_below

ROOTS = {"1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Income", "5": "Expenses", "6": "Expenses"}
"""The root by the first character of an account's code: activo, pasivo, patrimonio, ingresos, gastos, costos."""


class AccountNames:
    """``names["1.1.01.001"]`` is ``Assets:1-1-Activo-corriente:1-1-01-Efectivo:1-1-01-001-Caja-general``.

    The headings above an account are those of the chart that it is below (cierre.bookkeeping.chart); the first of them
    is the root itself. An account that is not in the chart (any more) stands under its root by its code alone. Of two
    accounts that would have one name (``1.1-01`` and ``1.1.01``) the second gets an ending of its own: their money must
    not mix.
    """

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._names: dict[str, str] = {}

    def __getitem__(self, code: str) -> str:
        """The account's name. Raises ValueError, with a sentence, for a code that begins like none of ROOTS."""
        if code not in self._names:
            name = ":".join([_root(code), *(self._component(one) for one in self._path(code))])
            if name in self._names.values():
                name = f"{name}-{crc32(code.encode()):08x}"
            self._names[code] = name
        return self._names[code]

    @property
    def used(self) -> dict[str, str]:
        """The names that were asked for, by code."""
        return dict(sorted(self._names.items()))

    def title(self, code: str) -> str:
        """What the chart calls an account; "" where it does not know it."""
        account = (self._chart.accounts or {}).get(code)
        return account.name if account else ""

    @cached_property
    def _headings(self) -> list[str]:
        return sorted((code for code, one in (self._chart.accounts or {}).items() if not one.postable), key=len)

    def _path(self, code: str) -> list[str]:
        above = [heading for heading in self._headings if is_below(code, heading)]
        return [*above[1:], code]

    def _component(self, code: str) -> str:
        return _plain(f"{code} {self.title(code)}")


def _plain(text: str) -> str:
    """Letters, decimal digits and hyphens, which are all that Beancount's names may have."""
    allowed = (character if _in_a_name(character) else "-" for character in unicodedata.normalize("NFC", text))
    return re.sub("-+", "-", "".join(allowed)).strip("-")


def _in_a_name(character: str) -> bool:
    category = unicodedata.category(character)
    return category == "Nd" or category.startswith("L")


def _root(code: str) -> str:
    try:
        return ROOTS[code[:1]]
    except KeyError:
        roots = ", ".join(f"{digit} {root}" for digit, root in ROOTS.items())
        raise ValueError(f"account {code} has no place in an exported journal: known are {roots}") from None
