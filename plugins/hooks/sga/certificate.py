"""What SGA's rows say of one another: SGA has no totals or counts of its own to hold them against (sga.seed.md)."""

from collections import Counter
from decimal import Decimal
from typing import Any

from cierre.bookkeeping.certificate import Claim
from cierre.bookkeeping.money import ZERO
from cierre.bookkeeping.sentence import Sentence
from hooks.sga.rows import Row, in_two_forms, in_two_sessions, money, repeated, rows_of
from hooks.sga.words import SHAPES


def claims(sessions: list[dict[str, Any]], currency: str) -> list[Claim]:
    """The rules that the rows must keep, then what nobody attests: rows and net money of each list, the use of notes.

    A row that breaks a rule is quarantined when it is read.
    """
    rows = list(rows_of(sessions))
    return [
        _rule(Sentence("payments that stand under two forms of payment"), len(in_two_forms(rows))),
        _rule(Sentence("payments that stand alike in two sessions"), len(in_two_sessions(rows))),
        _rule(Sentence("credit notes and receipts that stand in two rows"), len(repeated(rows))),
        *_unattested(rows, currency),
    ]


def _rule(what: Sentence, rows: int) -> Claim:
    return Claim(what, 0, rows, None, None, inner_rule=True)


def _unattested(rows: list[Row], currency: str) -> list[Claim]:
    counts: Counter[str] = Counter()
    sums: dict[str, Decimal] = dict.fromkeys(SHAPES, ZERO)
    for row in rows:
        counts[row.list] += 1
        sums[row.list] += money(row.get(row.shape.amounts["net"]), currency) or ZERO
    used = [row for row in rows if row.list == "PAGOS" and row.form == "7"]
    spent = sum((money(row.get("pagoValor"), currency) or ZERO for row in used), ZERO)
    by_notes = Sentence("unattested: payments by credit notes, of this day or earlier")
    return [
        *(
            Claim(Sentence("unattested: rows of {name}", name=name), None, counts[name], None, sums[name])
            for name in SHAPES
        ),
        Claim(by_notes, None, len(used), None, spent),
    ]
