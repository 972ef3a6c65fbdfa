"""What each kind of link says of its subject, computed here from the rows as they are now.

The database writes links, by its functions ``ledger.said_by_<kind>``, as the rows come. The audit believes none of
these functions: it makes every link's content anew, from plain rows. So whoever replaces such a function is found like
whoever changes a row.

A further kind of link is added in three places, which tests/ledger/test_sealed_rows.py holds to each other:

1. In a migration, a function that says what is sealed, and a trigger that seals it at the end of the transaction, in
   the chain of the row's column ``box`` (in the chain ``*`` where it has none)::

       CREATE FUNCTION ledger.said_by_erasure(subject bigint, chain text) RETURNS jsonb LANGUAGE sql STABLE AS $$
           SELECT to_jsonb(own) FROM personal.erasure AS own WHERE erasure_id = subject
       $$;
       CREATE CONSTRAINT TRIGGER sealed AFTER INSERT ON personal.erasure
           DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.seal_row('erasure', 'erasure_id');

   Rows that stand there already are sealed as late: ``PERFORM ledger.add_seal(what, subject, box, late => true)``.
2. In ``sql/sealed_rows.sql``, the plain rows of all its subjects, and their place in ``_Sql`` here.
3. In ``KINDS``, how they make the content. A kind whose rows may change by right, each change a further link, has
   ``last_counts``: only the newest link of a subject is held against its rows.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import NamedTuple

import psycopg

from cierre.ledger.jsonb_text import Columns, Values, array_text, listed, object_text, quoted
from cierre.ledger.landing import hash_of
from cierre.ledger.statements import PlainRows, Rows, Statements

SHARES_AS_ONE_ARRAY = 200_000
"""What is behind an entry's lines is sealed as it stands up to so many rows, and by the hashes of each beyond."""

_AT_ONCE = 2000


class _Body(NamedTuple):
    sha256: str
    answer: str | None
    personal_values: int | None
    body: str
    body_was: str | None
    body_became: str | None


class _Sql(Statements):
    bodies: Rows[_Body]
    snapshot: PlainRows
    snapshot_body: PlainRows
    certificate: PlainRows
    certificate_total: PlainRows
    certificate_claim: PlainRows
    quarantine: PlainRows
    quarantine_row: PlainRows
    books: PlainRows
    entry: PlainRows
    entry_line: PlainRows
    entry_source: PlainRows
    entry_documents: PlainRows
    question: PlainRows
    answer: PlainRows
    attempt: PlainRows
    posting: PlainRows
    withdrawal: PlainRows
    reconciliation: PlainRows
    reconciliation_comparison: PlainRows
    reconciliation_difference: PlainRows
    identity: PlainRows
    late_change: PlainRows
    look: PlainRows
    look_change: PlainRows
    tie_out: PlainRows
    tie_out_account: PlainRows
    tie_out_finding: PlainRows
    mapping_proposal: PlainRows
    mapping_decision: PlainRows
    mapping_write: PlainRows
    doubt: PlainRows
    takeover: PlainRows
    capability: PlainRows
    conversion: PlainRows
    erasure: PlainRows
    erasure_row: PlainRows
    sign_off: PlainRows
    sign_off_day: PlainRows
    sign_off_head: PlainRows
    revocation: PlainRows
    audit: PlainRows
    statement: PlainRows
    statement_line: PlainRows
    settlement: PlainRows
    settlement_line: PlainRows
    match: PlainRows
    match_booked: PlainRows
    match_arrived: PlainRows
    match_undone: PlainRows
    arrival_owner: PlainRows


_sql = _Sql.of("sealed_rows")

_Rows = Iterator[tuple[Columns, Values]]
_Bodies = Mapping[str, str]


# --- how rows make a content; each takes a subject's rows of one statement


def _object(rows: _Rows) -> str:
    return object_text(*next(rows))


def _array(rows: _Rows) -> str:
    return array_text(*next(rows))


def _objects(rows: _Rows) -> str:
    texts = [object_text(*row) for row in rows]
    return listed(texts) if texts else "null"


def _hash(rows: _Rows) -> str:
    """The hash of all rows' hashes; null where there is none."""
    return _hash_of_hashes(object_text(*row) for row in rows)


def _shares(rows: _Rows) -> str:
    texts = (object_text(*row) for row in rows)
    first = list(islice(texts, SHARES_AS_ONE_ARRAY + 1))
    if len(first) <= SHARES_AS_ONE_ARRAY:
        return listed(first) if first else "null"
    return _hash_of_hashes(text for part in (first, texts) for text in part)


def _documents(rows: _Rows) -> str | None:
    """The hash of all rows' hashes, each row one text; None, which is left out, where there is none."""
    said = _hash_of_hashes(text for _, (text,) in rows)
    return None if said == "null" else said


def _hash_of_hashes(texts: Iterator[str]) -> str:
    said = hashlib.sha256()
    of_none = said.hexdigest()
    for text in texts:
        said.update(hashlib.sha256(text.encode()).digest())
    return "null" if said.hexdigest() == of_none else quoted(said.hexdigest())


def _attempt(rows: _Rows) -> str:
    """All but when it was verified, which every reading back sets, and, unless it was adopted, when it was."""
    columns, values = next(rows)
    left_out = {"verified_at"} | {one.name for one, value in zip(columns, values, strict=True)
                                  if one.name == "adopted_at" and value is None}  # fmt: skip
    kept = [place for place, column in enumerate(columns) if column.name not in left_out]
    return object_text(tuple(columns[place] for place in kept), [values[place] for place in kept])


_Shape = Callable[[_Rows], str]
_PartShape = Callable[[_Rows], str | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of link is made: by the statement of its subjects, and by those of what belongs to them."""

    subjects: PlainRows
    shape: _Shape
    parts: tuple[tuple[PlainRows, _PartShape | None], ...] = ()
    last_counts: bool = False


KINDS: Mapping[str, Kind] = {
    "snapshot": Kind(_sql.snapshot, _object, ((_sql.snapshot_body, None),)),
    "certificate": Kind(
        _sql.certificate, _object, ((_sql.certificate_total, _hash), (_sql.certificate_claim, _hash))
    ),
    "quarantine": Kind(_sql.quarantine, _object, ((_sql.quarantine_row, _hash),), last_counts=True),
    "books": Kind(_sql.books, _object),
    "entry": Kind(
        _sql.entry,
        _object,
        ((_sql.entry_line, _objects), (_sql.entry_source, _shares), (_sql.entry_documents, _documents)),
    ),
    "question": Kind(_sql.question, _array),
    "answer": Kind(_sql.answer, _object),
    "attempt": Kind(_sql.attempt, _attempt, last_counts=True),
    "posting": Kind(_sql.posting, _array),
    "withdrawal": Kind(_sql.withdrawal, _array),
    "reconciliation": Kind(
        _sql.reconciliation,
        _object,
        ((_sql.reconciliation_comparison, _hash), (_sql.reconciliation_difference, _hash)),
    ),
    "identity": Kind(_sql.identity, _object),
    "late change": Kind(_sql.late_change, _object),
    "look": Kind(_sql.look, _object, ((_sql.look_change, _hash),)),
    "tie out": Kind(_sql.tie_out, _object, ((_sql.tie_out_account, _hash), (_sql.tie_out_finding, _hash))),
    "mapping proposal": Kind(_sql.mapping_proposal, _object),
    "mapping decision": Kind(_sql.mapping_decision, _object),
    "mapping write": Kind(_sql.mapping_write, _object),
    "doubt": Kind(_sql.doubt, _object),
    "takeover": Kind(_sql.takeover, _object),
    "capability": Kind(_sql.capability, _object, last_counts=True),
    "conversion": Kind(_sql.conversion, _object),
    "erasure": Kind(_sql.erasure, _object, ((_sql.erasure_row, _hash),)),
    "sign off": Kind(_sql.sign_off, _object, ((_sql.sign_off_day, _hash), (_sql.sign_off_head, _hash))),
    "revocation": Kind(_sql.revocation, _object),
    "audit": Kind(_sql.audit, _object),
    "statement": Kind(_sql.statement, _object, ((_sql.statement_line, _hash),)),
    "settlement": Kind(_sql.settlement, _object, ((_sql.settlement_line, _hash),)),
    "match": Kind(_sql.match, _object, ((_sql.match_booked, _hash), (_sql.match_arrived, _hash))),
    "match undone": Kind(_sql.match_undone, _object),
    "arrival owner": Kind(_sql.arrival_owner, _object),
}  # fmt: skip
"""All kinds of links. A part without a shape is the landed text, of which only the hash is sealed."""


class Sealed(NamedTuple):
    """What there is to seal: a subject's number, the chain it belongs to, and the SHA-256 of what it says now."""

    subject: int
    chain: str
    content: str


def contents(db: psycopg.Connection, what: str, bodies: _Bodies) -> Iterator[Sealed]:
    """The subjects of a kind of link as they are now, by number and chain. Call it within a transaction that has
    UTC, and dates as ISO writes them. ``bodies``: see changed_bodies."""
    kind = KINDS[what]
    parts = [
        (_Subjects(statement.stream(db, _AT_ONCE)), shape or _hash_of_body(bodies)) for statement, shape in kind.parts
    ]
    for (subject, chain), rows in groupby(kind.subjects.stream(db, _AT_ONCE), key=_key):
        texts = [kind.shape(map(_sealed, rows))]
        texts += [text for part, shape in parts if (text := shape(part.rows_of(subject, chain))) is not None]
        said = listed(texts) if parts else texts[0]
        yield Sealed(subject, chain, hashlib.sha256(said.encode()).hexdigest())


def changed_bodies(db: psycopg.Connection) -> _Bodies:
    """The hashes of landed texts that are not what they are kept under: changed, or with a NUL that no text can hold.

    The hash of one that was converted is that of its text before, as long as the text is what it became.
    """
    hashes = ((row.sha256, _hash_of_text(row)) for row in _sql.bodies.stream(db, 20))
    return {sha256: found for sha256, found in hashes if found != sha256}


def _hash_of_text(row: _Body) -> str:
    if row.answer is not None:
        return hash_of(row.answer, row.personal_values or 0, row.body)
    found = hashlib.sha256(row.body.encode()).hexdigest()
    return row.body_was if row.body_was and found == row.body_became else found


def _hash_of_body(bodies: _Bodies) -> _Shape:
    def shape(rows: _Rows) -> str:
        ((_, (sha256,)),) = rows
        return quoted(bodies.get(sha256, sha256))

    return shape


def _key(row: tuple[Columns, Values]) -> tuple[int, str]:
    return int(row[1][0]), row[1][1]


def _sealed(row: tuple[Columns, Values]) -> tuple[Columns, Values]:
    """A row without its subject and chain."""
    columns, values = row
    return _after_two(columns), values[2:]


_LATER: dict[Columns, Columns] = {}


def _after_two(columns: Columns) -> Columns:
    return _LATER.setdefault(columns, columns[2:])


class _Subjects:
    """Rows that belong to subjects, in their order, handed out subject by subject."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def rows_of(self, subject: int, chain: str) -> _Rows:
        """The rows of a subject, which must all be taken before the next is asked for; those of none are left out."""
        while self._next is not None:
            number, of_chain = int(self._next[1][0]), self._next[1][1]
            if (number, of_chain or chain) > (subject, chain):
                return
            if (number, of_chain or chain) == (subject, chain):
                yield _sealed(self._next)
            self._next = next(self._rows, None)
