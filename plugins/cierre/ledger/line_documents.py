"""The documents behind the lines of an entry, as rows of many: a day of a million has two million shares."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from cierre.bookkeeping.columns import Documents
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
    """Rows of COLUMNS for COPY, arrays as PostgreSQL reads them. ``documents``: those behind the lines, by key.

    They come in the order of their first keys: so PostgreSQL has the pages of the index by document in memory.
    """
    for line, part, shares in sorted(_parts(lines, documents), key=_first_key):
        keys, places = shares.documents.all_keys, shares.documents.places
        yield (
            entry_id,
            line,
            part,
            shares.kind,
            shares.form,
            shares.component,
            shares.turned or None,
            _texts([keys[number] for number in shares.numbers]),
            _numbers(shares.amounts),
            _numbers(shares.foreign) if shares.foreign else None,
            _texts([places[number] for number in shares.numbers]),
        )


def _parts(lines: Sequence[Line], documents: Mapping[str, Document]) -> Iterator[tuple[int, int, Shares]]:
    """The shares of each row, by the line's number and the row's within the line."""
    for number, line in enumerate(lines, start=1):
        of_rows = chain.from_iterable(map(_by_row, _alike(line.sources, documents)))
        for part, shares in enumerate(of_rows, start=1):
            yield number, part, shares


def _first_key(of_row: tuple[int, int, Shares]) -> str:
    shares = of_row[2]
    return shares.documents.all_keys[shares.numbers[0]]


def _by_row(shares: Shares) -> Iterator[Shares]:
    for first in range(0, len(shares.numbers), AT_MOST):
        some = slice(first, first + AT_MOST)
        yield shares._replace(numbers=shares.numbers[some], amounts=shares.amounts[some], foreign=shares.foreign[some])


def _alike(sources: Sequence[LineSource], documents: Mapping[str, Document]) -> Iterable[Shares]:
    """A line's shares by what those of a row have in common."""
    if isinstance(sources, Sources):
        return sources.alike
    behind = Documents.of(documents[source.document_key] for source in sources)
    alike: dict[tuple[Kind, str, str, bool, bool], Shares] = {}
    for key, component, amount, foreign, turned in sources:
        kind, form, is_foreign = documents[key].kind, documents[key].form, foreign is not None
        common = (kind, form, component, turned, is_foreign)
        shares = alike.setdefault(common, Shares(*common[:-1], behind, [], [], []))
        shares.numbers.append(behind.number(key))
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
