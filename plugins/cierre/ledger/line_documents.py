"""The documents behind the lines of an entry, as rows of many: a day of a million has two million shares."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from cierre.bookkeeping.documents import Document
from cierre.bookkeeping.journal import Line

COLUMNS = (
    "ledger.line_documents (entry_id, line, part, kind, form, component, turned, document_keys, amounts,"
    " foreign_amounts, places)"
)

AT_MOST = 1000
"""Documents in a row: one that is looked for is found among so many."""

_Alike = tuple[str, str, str, bool, bool]
_Shares = tuple[list[str], list[Decimal], list[Decimal], list[str]]


def rows(
    entry_id: int, lines: Sequence[Line], documents: Mapping[str, Document]
) -> Iterator[tuple[int | str | bool | None, ...]]:
    """Rows of COLUMNS for COPY, arrays as PostgreSQL reads them. ``documents``: those behind the lines, by key."""
    for number, line in enumerate(lines, start=1):
        part = 0
        for (kind, form, component, turned, is_foreign), (keys, amounts, foreign, places) in _alike(line, documents):
            for first in range(0, len(keys), AT_MOST):
                part, some = part + 1, slice(first, first + AT_MOST)
                yield (
                    entry_id,
                    number,
                    part,
                    kind,
                    form,
                    component,
                    turned or None,
                    _texts(keys[some]),
                    _numbers(amounts[some]),
                    _numbers(foreign[some]) if is_foreign else None,
                    _texts(places[some]),
                )


def _alike(line: Line, documents: Mapping[str, Document]) -> Iterator[tuple[_Alike, _Shares]]:
    """A line's shares by what those of a row have in common."""
    alike: dict[_Alike, _Shares] = {}
    for key, component, amount, foreign, turned in line.sources:
        document = documents[key]
        common = (document.kind, document.form, component, turned, foreign is not None)
        shares = alike.get(common)
        if shares is None:
            shares = alike[common] = ([], [], [], [])
        shares[0].append(key)
        shares[1].append(amount)
        if foreign is not None:
            shares[2].append(foreign)
        shares[3].append(document.place)
    yield from alike.items()


def _texts(values: Sequence[str]) -> str:
    """An array of texts, all quoted."""
    together = "".join(values)
    if '"' in together or "\\" in together:
        values = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(values) + '"}'


def _numbers(values: Sequence[Decimal]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
