"""The documents behind the lines of an entry, as rows of many: a day of a million has two million shares."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from cierre.bookkeeping.documents import Document, Kind
from cierre.bookkeeping.journal import Line, LineSource, Shares, Sources

COLUMNS = (
    "ledger.line_documents (entry_id, line, part, kind, form, component, turned, document_keys, amounts,"
    " foreign_amounts, places)"
)

AT_MOST = 1000
"""Documents in a row: one that is looked for is found among so many."""


def rows(
    entry_id: int, lines: Sequence[Line], documents: Mapping[str, Document]
) -> Iterator[tuple[int | str | bool | None, ...]]:
    """Rows of COLUMNS for COPY, arrays as PostgreSQL reads them. ``documents``: those behind the lines, by key."""
    for number, line in enumerate(lines, start=1):
        part = 0
        for kind, form, component, turned, keys, amounts, foreign in _alike(line.sources, documents):
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
                    _numbers(foreign[some]) if foreign else None,
                    _texts([documents[key].place for key in keys[some]]),
                )


def _alike(sources: Sequence[LineSource], documents: Mapping[str, Document]) -> Iterable[Shares]:
    """A line's shares by what those of a row have in common."""
    if isinstance(sources, Sources):
        return sources.alike
    alike: dict[tuple[Kind, str, str, bool, bool], Shares] = {}
    for key, component, amount, foreign, turned in sources:
        kind, form, is_foreign = documents[key].kind, documents[key].form, foreign is not None
        common = (kind, form, component, turned, is_foreign)
        shares = alike.setdefault(common, Shares(*common[:-1], [], [], []))
        shares.keys.append(key)
        shares.amounts.append(amount)
        if foreign is not None:
            shares.foreign.append(foreign)
    return alike.values()


def _texts(values: Sequence[str]) -> str:
    """An array of texts, all quoted."""
    together = "".join(values)
    if '"' in together or "\\" in together:
        values = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(values) + '"}'


def _numbers(values: Sequence[Decimal]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
