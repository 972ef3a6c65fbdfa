"""A decision on a proposed change of a mapping: on the record first, then the file, then what became of it."""

from collections.abc import Sequence
from typing import Literal

import psycopg

from cierre.accounting_files.changes import Change, changes_from
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.draft import draft_of, objections
from cierre.accounting_files.edited_text import CannotEdit, edited, now_says
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.repository import NotCommitted, commit, is_clean
from cierre.accounting_files.saved_file import FileChanged, MappingFile, MayNotWrite, mapping_file, save
from cierre.board.mapping_answer import codes_with_names
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import mapping_proposals
from cierre.ledger.mapping_proposals import ProposalRow


class NotTaken(Exception):
    """A decision was not taken; the sentence says why. Nothing was changed."""


def contradictions(row: ProposalRow, file: MappingFile, said: Sequence[Change]) -> list[Sentence]:
    """What was changed meanwhile at the very places that a proposal is about. Raises CannotEdit."""
    then = (row.question or {}).get("said_then") or []
    found = []
    for change, before in zip(said, then, strict=False):
        now = now_says(file.text, change)
        wanted = now_says(edited(file.text, [change]), change)
        if now not in (before, wanted):
            found.append(Sentence("{change}: the file says {now} there by now", change=change.sentence, now=now or "—"))
    return found


def accept(db: psycopg.Connection, number: int, sha256: str, by: str, *, four_eyes: bool, comment: str | None) -> None:
    """Accepts a proposal on the record, if the file is what the person saw. Raises NotTaken."""
    with db.transaction():
        row = mapping_proposals.proposal(db, number)
        assert row is not None
        mapping_proposals.lock_mapping(db, row.mapping)
        file, said = mapping_file(row.mapping), list(changes_from(row.changes))
        if file.sha256 != sha256:
            raise NotTaken(Sentence("The file was changed meanwhile: look at the change again as it would be now."))
        try:
            if found := contradictions(row, file, said):
                raise NotTaken(found[0])
            found_wrong = objections(file.name, text_with(file, said))
        except CannotEdit as error:
            raise NotTaken(error.args[0]) from error
        if found_wrong:
            raise NotTaken(Sentence("{message}", message=found_wrong[0].message))
        decide(db, number, "accepted", by, four_eyes=four_eyes, comment=comment)


def decide(
    db: psycopg.Connection,
    number: int,
    decision: Literal["accepted", "refused", "withdrawn"],
    by: str,
    *,
    four_eyes: bool,
    comment: str | None,
) -> None:
    """Puts a decision on the record. Raises NotTaken where somebody decided before, or this person may not."""
    try:
        with db.transaction():
            taken = mapping_proposals.decide(db, number, decision, by, four_eyes=four_eyes, comment=comment)
    except psycopg.errors.CheckViolation as error:
        said = {
            "accepted": Sentence("Another person than {who} must accept the change.", who=by),
            "withdrawn": Sentence("Only who proposed the change may take it back."),
        }
        raise NotTaken(said.get(decision, Sentence("A refusal needs a comment: what is wrong."))) from error
    if not taken:
        raise NotTaken(Sentence("Somebody else has decided on it before."))


def write(db: psycopg.Connection, number: int, title: str, body: str) -> None:
    """Writes the file of an accepted proposal, and puts on the record what became of it; once, however often it is
    called: after a crash it goes on where it was. Raises NotTaken where the file cannot be changed like that any more.
    """
    with db.transaction():
        row = mapping_proposals.proposal(db, number)
        assert row is not None
        mapping_proposals.lock_mapping(db, row.mapping)
        row = mapping_proposals.proposal(db, number)
        assert row is not None
        if row.how is not None or row.decision != "accepted":
            return
        file = mapping_file(row.mapping)
        try:
            text = text_with(file, list(changes_from(row.changes)))
        except CannotEdit as error:
            raise NotTaken(error.args[0]) from error
        digest = draft_of(row.mapping, text).digest
        was_clean = is_clean(file.path)
        try:
            sha256 = save(file, text) if text != file.text else file.sha256
        except FileChanged as error:
            raise NotTaken(
                Sentence("The file was changed meanwhile: look at the change again as it would be now.")
            ) from error
        except MayNotWrite:
            mapping_proposals.note_write(db, number, "patch", file.sha256_with(text), digest)
            return
        made = _committed(file, row.proposed_by, title, body) if was_clean and text != file.text else None
        mapping_proposals.note_write(db, number, "committed" if made else "written", sha256, digest, made)


def _committed(file: MappingFile, author: str, title: str, body: str) -> str | None:
    try:
        return commit(file.path, author, title, body)
    except NotCommitted:
        return None


def text_with(file: MappingFile, said: Sequence[Change]) -> str:
    """The text of a file with changes, with the names of codes behind them. Raises CannotEdit."""
    chart, _ = read_chart(mappings_folder())
    return edited(file.text, said, codes_with_names(chart))
