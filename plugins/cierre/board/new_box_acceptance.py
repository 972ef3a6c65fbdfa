"""A new box: held against all files, then a decision on the record, then its file, then what became of it."""

from typing import Any

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.check import sound_boxes
from cierre.accounting_files.draft import beside_the_others, objections
from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.new_box import BELOW, NewBox
from cierre.accounting_files.repository import NotCommitted, commit, is_inside
from cierre.accounting_files.saved_file import FileChanged, MayNotWrite, create, new_file
from cierre.board.mapping_acceptance import NotTaken, decide
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import mapping_proposals
from cierre.reports.claims import claimed

IS_THERE = Sentence("There is a box of that name already.")


def wrong_in(ledger: psycopg.Connection, new: NewBox) -> list[Finding]:
    """What would be wrong with the box's file: what `make check-mappings` would say of it, files and ledger."""
    file = new_file(new.file)
    if file.is_there:
        return [Finding(file.name, 0, "", IS_THERE)]
    if found := objections(file.name, new.text):
        return found
    with beside_the_others(file.name, new.text):
        return [one for one in claimed(ledger, sound_boxes()) if one.file == file.name]


def propose(connection: psycopg.Connection, new: NewBox, by: str) -> int:
    """Puts a new box on the record as a proposal; returns its number. It changes no file."""
    what_if: dict[str, Any] = {}
    changes = [new.model_dump(mode="json")]
    return mapping_proposals.add(connection, BELOW + new.file, new_file(new.file).sha256_with(""), changes, what_if, by)


def accept(db: psycopg.Connection, number: int, new: NewBox, by: str, *, four_eyes: bool, comment: str | None) -> None:
    """Accepts a new box on the record, if its file would be sound beside all others as they are now. Raises
    NotTaken."""
    with db.transaction():
        mapping_proposals.lock_mapping(db, BELOW + new.file)
        if found := wrong_in(db, new):
            raise NotTaken(Sentence("{message}", message=str(found[0])))
        decide(db, number, "accepted", by, four_eyes=four_eyes, comment=comment)


def write(db: psycopg.Connection, number: int, new: NewBox, title: str, body: str) -> None:
    """Writes the file of an accepted box, and puts on the record what became of it; once, however often it is called.
    Raises NotTaken where another file is there by now, or the mapping is wrong."""
    with db.transaction():
        mapping_proposals.lock_mapping(db, BELOW + new.file)
        row = mapping_proposals.proposal(db, number)
        assert row is not None
        if row.how is not None or row.decision != "accepted":
            return
        file = new_file(new.file)
        try:
            digest = account_mapping(new.mapping).digest
            written = create(file, new.text)
        except MappingError as error:
            raise NotTaken(Sentence("{message}", message=str(error.findings[0]))) from error
        except FileChanged as error:
            raise NotTaken(IS_THERE) from error
        except MayNotWrite:
            mapping_proposals.note_write(db, number, "patch", file.sha256_with(new.text), digest)
            return
        try:
            made = commit(file.path, row.proposed_by, title, body, is_new=True) if is_inside(file.path) else None
        except NotCommitted:
            made = None
        mapping_proposals.note_write(db, number, "committed" if made else "written", written, digest, made)
