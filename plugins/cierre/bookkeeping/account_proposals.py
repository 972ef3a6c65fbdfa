"""Which account, or cost centre, is probably meant: proposals for what a mapping does not say yet, with reasons.

Nothing here decides anything: a person chooses, another accepts. Names are compared as accountants abbreviate them in
Spanish and English: `TRANSF. BCO. PICHINCHA`, `Pago online`, `T. CREDITO`. Pure.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from math import log

from cierre.bookkeeping.sentence import Sentence

MOST = 5
"""Proposals that are made at most."""

LEAST = 0.3
"""What a proposal must score: below it, nothing is proposed rather than something unlike."""

_SMALL = frozenset(
    [
        *(
            "a",
            "al",
            "con",
            "cta",
            "cuenta",
            "de",
            "del",
            "el",
            "en",
            "la",
            "las",
            "lo",
            "los",
            "no",
            "o",
            "para",
            "por",
        ),
        *("sin", "su", "u", "y", "e", "and", "for", "of", "the", "to"),
    ]
)
_NUMBERING = re.compile(r"\d|(19|20)\d\d")
"""A year, or a number behind a name."""

_ALIKE = [
    frozenset(words.split())
    for words in (
        "efectivo contado cash caja numerario billete", "online linea web internet pasarela ecommerce",
        "deposito banco bancario transferencia", "abono anticipo adelanto", "postfechado fecha diferido postdatado",
        "tarjeta card visa mastercard amex diners", "billetera wallet monedero",
        "descuento promocion rebaja bonificacion", "beca scholarship", "devolucion reembolso reintegro refund",
        "iva vat impuesto", "venta ingreso", "curso clase capacitacion",
        "matricula inscripcion registro", "cuota pension mensualidad colegiatura",
        "comision fee", "cheque check", "cliente alumno estudiante", "credito credit", "debito debit",
        "interes mora recargo",
    )
]  # fmt: skip
"""Words that mean the same thing, or nearly, in the names of forms of payment and of accounts."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided already: the code for what is called ``name``; ``where`` is the mapping that says so."""

    name: str
    code: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known around a gap.

    ``chart`` are the codes that lines can take, with their names. ``beside`` are the decisions of the same table,
    ``sisters`` those of other mappings about the same attribute, ``before`` earlier answers to the same question.
    ``own_code`` is the account that the source itself has for it, "" where it has none.
    """

    chart: Mapping[str, str]
    beside: Sequence[Decision] = ()
    sisters: Sequence[Decision] = ()
    before: Sequence[Decision] = ()
    own_code: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code, its name in the chart, why it is proposed, and how well it fits (0 to 1)."""

    code: str
    name: str
    reason: Sentence
    score: float


def proposals(name: str, known: Known, most: int = MOST) -> list[Proposal]:
    """The codes that are probably meant by ``name``, the best first; none where nothing is like it."""
    best: dict[str, Proposal] = {}
    for one in _candidates(name, known):
        if (
            one.code in known.chart
            and one.score >= LEAST
            and (one.code not in best or one.score > best[one.code].score)
        ):
            best[one.code] = one
    return sorted(best.values(), key=lambda one: (-one.score, one.code))[:most]


def search(text: str, chart: Mapping[str, str], most: int = 20) -> list[tuple[str, str]]:
    """The codes, with their names, that a text is part of, or that are called like it; the likeliest first."""
    wanted = text.strip()
    if not wanted:
        return []
    begins = [code for code in sorted(chart) if code.startswith(wanted)]
    names = _Names(chart)
    like = sorted(((names.likeness(wanted, code), code) for code in chart), key=lambda pair: (-pair[0], pair[1]))
    found = dict.fromkeys([*begins, *(code for score, code in like if score >= LEAST)])
    return [(code, chart[code]) for code in found][:most]


def _candidates(name: str, known: Known) -> Iterator[Proposal]:
    chart = known.chart

    def made(code: str, reason: Sentence, score: float) -> Proposal:
        return Proposal(code, chart.get(code, ""), reason, score)

    if known.own_code:
        yield made(known.own_code, Sentence("the source itself has this code for it"), 1.0)
    same = _words(name)
    if not same:
        return
    for one in known.before:
        if _words(one.name) == same:
            yield made(one.code, Sentence("chosen before for {name}", name=one.name), 0.98)
    for one in known.sisters:
        if _words(one.name) == same:
            yield made(one.code, Sentence("{mapping} has it for {name}", mapping=one.where, name=one.name), 0.95)
    telling = _Telling([_words(one.name) for one in known.beside])
    for one in known.beside:
        likeness = telling.overlap(same, _words(one.name))
        if likeness > 0.5:
            yield made(one.code, Sentence("{name}, which is called alike, has it", name=one.name), 0.9 * likeness)
    names, family = _Names(chart), _Family([one.code for one in known.beside])
    for code, called in chart.items():
        likeness = names.likeness(name, code)
        if likeness > 0:
            score = min(0.94, likeness * 0.8 + family.nearness(code))
            yield made(code, Sentence("is called {name} in the chart of accounts", name=called), score)


class _Telling:
    """How telling words are among some names: a word of many names tells little."""

    def __init__(self, names: Iterable[Sequence[str]]) -> None:
        distinct = [set(words) for words in names]
        self._number = Counter(word for words in distinct for word in words)
        self._all = len(distinct) + 1

    def of(self, word: str) -> float:
        """How telling a word is; one that no name has most."""
        return log(1 + self._all / (1 + self._number[word]))

    def is_of_one(self, word: str) -> bool:
        """Whether a single name has the word, such as a bank's."""
        return self._number[word] == 1

    def found(self, words: Sequence[str], others: Sequence[str]) -> float:
        """The share of words that others mean too, by how telling they are."""
        if not others:
            return 0.0
        weighed = [self._weighed(word, max((_match(word, other), other) for other in others)) for word in words]
        return sum(weight * match for weight, match in weighed) / sum(weight for weight, _ in weighed)

    def _weighed(self, word: str, best: tuple[float, str]) -> tuple[float, float]:
        """A word's weight and match: one that means a common word is as common, however it is written."""
        match, other = best
        return min(self.of(word), self.of(other)) if match else self.of(word), match

    def overlap(self, some: Sequence[str], others: Sequence[str]) -> float:
        """What two names have in common, seen from both."""
        return (self.found(some, others) + self.found(others, some)) / 2 if some and others else 0.0


class _Names:
    """The chart's names."""

    def __init__(self, chart: Mapping[str, str]) -> None:
        self._words = {code: _words(name) for code, name in chart.items()}
        self._initials = {code: _initials(name) for code, name in chart.items()}
        self._telling = _Telling(self._words.values())

    def likeness(self, name: str, code: str) -> float:
        """How much a name is like that of a code: what of it is found there, and what of that is not in it."""
        wanted, there = _words(name), self._words[code]
        if not wanted or not there:
            return 0.0
        if len(wanted) == 1 and wanted[0] in self._initials[code]:
            return 0.75
        head = max(_match(word, there[0]) for word in wanted)  # in Spanish the first word says what an account is
        own = any(word in there and self._telling.is_of_one(word) for word in wanted)
        found, back = self._telling.found(wanted, there), self._telling.found(there, wanted)
        return min(1.0, 0.6 * found + 0.25 * back + 0.15 * head + 0.15 * own)


class _Family:
    """Where in the chart the codes of a table lie: what is missing lies there too, mostly."""

    def __init__(self, codes: Sequence[str]) -> None:
        self._all = len(codes)
        self._parents = Counter(map(_parent, codes))
        self._classes = Counter(code[:1] for code in codes)

    def nearness(self, code: str) -> float:
        """What is added for a code of the family; below 0 for one of a class that no code of the table is of."""
        if not self._all:
            return 0.0
        if code[:1] not in self._classes:
            return -0.2
        return 0.1 * self._classes[code[:1]] / self._all + 0.15 * self._parents[_parent(code)] / self._all


def _parent(code: str) -> str:
    return code.rpartition(".")[0] or code[: max(1, len(code) * 2 // 3)]


@lru_cache(maxsize=20_000)
def _words(name: str) -> tuple[str, ...]:
    """The words that tell something, without accents, in the singular."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(letter)
    )
    words = [_singular(word) for word in re.findall(r"[a-z0-9]+", plain) if word not in _SMALL]
    return tuple(word for word in words if not _NUMBERING.fullmatch(word)) or tuple(words)


def _singular(word: str) -> str:
    if len(word) > 5 and word.endswith("es") and word[-3] not in "aeiouh":
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _initials(name: str) -> set[str]:
    """What successive words are abbreviated to: `tc` of `tarjetas de crédito`."""
    letters = "".join(word[0] for word in _words(name))
    return {letters[first:last] for first in range(len(letters)) for last in range(first + 2, len(letters) + 1)}


@lru_cache(maxsize=200_000)
def _match(word: str, other: str) -> float:
    """How far a word means another: 1 the same, 0 nothing in common."""
    if word == other:
        return 1.0
    if any(word in group and other in group for group in _ALIKE):
        return 0.6
    short, long = sorted((word, other), key=len)
    if len(short) >= 3 and long.startswith(short):
        return 0.85
    if len(short) >= 4 and SequenceMatcher(None, short, long).ratio() >= 0.85:
        return 0.8
    if 2 < len(short) < 6 and short[0] == long[0] and not set(short[1:]) & set("aeiou") and _within(short, long):
        return 0.65
    # Abbreviated words mean what the whole word does.
    return max((0.5 for group in _ALIKE if other in group and _abbreviates(word, group)), default=0.0)


def _abbreviates(word: str, group: Iterable[str]) -> bool:
    return len(word) >= 4 and any(whole.startswith(word) for whole in group)


def _within(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)
