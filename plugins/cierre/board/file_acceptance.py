"""A decision on a proposed change of a file: on the record first, then the file, then what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import psycopg

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.changes import Change, as_kept, changes_from
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.draft import beside_the_others, draft_of, objections
from cierre.accounting_files.edited_text import edited, now_says
from cierre.accounting_files.findings import MappingError
from cierre.accounting_files.loader import mappings_folder, sound_boxes
from cierre.accounting_files.new_box import NewBox
from cierre.accounting_files.repository import NotCommitted, commit, is_clean, is_inside
from cierre.accounting_files.saved_file import AccountingFile, FileChanged, MayNotWrite, accounting_file, save
from cierre.accounting_files.setting_changes import OpenFrom
from cierre.accounting_files.yaml_places import CannotEdit
from cierre.board.mapping_answer import codes_with_names
from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import mapping_proposals
from cierre.ledger.mapping_proposals import ProposalRow
from cierre.reports.claims import claimed

CHANGED_MEANWHILE = Sentence("The file was changed meanwhile: look at the change again as it would be now.")


class NotTaken(Exception):
    """A decision was not taken; the sentence says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file as it is now with changes: the text that it would have, and all that is wrong with that, in the words of
    `make check-mappings`. Where the text cannot be changed like that, it is what it was."""

    file: AccountingFile
    text: str
    wrong: Sequence[Sentence]

    @property
    def patch(self) -> str:
        """The lines that change."""
        return self.file.patch(self.text)


def changed_file(
    db: psycopg.Connection, key: str, changes: Sequence[Change], *, is_checked: bool = True
) -> ChangedFile:
    """The file that the ledger calls ``key`` with changes, checked beside all others as they are; or unchecked, since
    that takes as long as `make check-mappings`."""
    file = accounting_file(key)
    try:
        text = text_with(file, changes)
    except CannotEdit as error:
        return ChangedFile(file, file.text, [error.args[0]])
    if not is_checked:
        return ChangedFile(file, text, [])
    if own := [one for change in changes if isinstance(change, OpenFrom) and (one := change.objection)]:
        return ChangedFile(file, text, own)
    found = objections(file.name, text)
    if not found and isinstance(changes[0], NewBox):
        with beside_the_others(file.name, text):
            found = [one for one in claimed(db, sound_boxes()) if one.file == file.name]
    return ChangedFile(file, text, [Sentence("{finding}", finding=str(one)) for one in found])


def propose(
    db: psycopg.Connection,
    file: AccountingFile,
    changes: Sequence[Change],
    by: str,
    what_if: dict[str, Any] | None = None,
    question: dict[str, Any] | None = None,
) -> int:
    """Puts changes of a file, as it was seen, on the record as a proposal; returns its number. It changes no file."""
    asked = {**(question or {}), "said_then": [now_says(file.text, change) for change in changes]}
    return mapping_proposals.add(db, file.key, file.sha256, as_kept(changes), what_if or {}, by, asked)


def contradictions(row: ProposalRow, file: AccountingFile, changes: Sequence[Change]) -> list[Sentence]:
    """What was changed meanwhile at the very places that a proposal is about. Raises CannotEdit."""
    then = (row.question or {}).get("said_then") or []
    found = []
    for change, before in zip(changes, then, strict=False):
        now = now_says(file.text, change)
        wanted = now_says(text_with(file, [change]), change)
        if now not in (before, wanted):
            found.append(Sentence("{change}: the file says {now} there by now", change=change.sentence, now=now or "—"))
    return found


def accept(db: psycopg.Connection, number: int, sha256: str, by: str, *, four_eyes: bool, comment: str | None) -> None:
    """Accepts a proposal on the record, if the file is what the person saw, and would be sound. Raises NotTaken."""
    with db.transaction():
        row = mapping_proposals.proposal(db, number)
        assert row is not None
        mapping_proposals.lock_mapping(db, row.mapping)
        changes = changes_from(row.changes)
        changed = changed_file(db, row.mapping, changes)
        try:
            if found := contradictions(row, changed.file, changes):
                raise NotTaken(found[0])
        except CannotEdit as error:
            raise NotTaken(error.args[0]) from error
        if changed.file.sha256 != sha256:
            raise NotTaken(CHANGED_MEANWHILE)
        if changed.wrong:
            raise NotTaken(changed.wrong[0])
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
        file, changes = accounting_file(row.mapping), changes_from(row.changes)
        try:
            text = text_with(file, changes)
            digest = _digest(row.mapping, text, changes[0])
        except CannotEdit as error:
            raise NotTaken(error.args[0]) from error
        except MappingError as error:
            raise NotTaken(Sentence("{message}", message=str(error.findings[0]))) from error
        # A new file that a crash left behind is not in the repository yet.
        is_new = not file.is_there or (isinstance(changes[0], NewBox) and is_clean(file.path) is None)
        may_commit = is_inside(file.path) if is_new else text != file.text and is_clean(file.path)
        try:
            sha256 = save(file, text) if text != file.text else file.sha256
        except FileChanged as error:
            raise NotTaken(CHANGED_MEANWHILE) from error
        except MayNotWrite:
            mapping_proposals.note_write(db, number, "patch", file.sha256_with(text), digest)
            return
        made = _committed(file, row.proposed_by, title, body, is_new=is_new) if may_commit else None
        mapping_proposals.note_write(db, number, "committed" if made else "written", sha256, digest, made)


def _digest(key: str, text: str, change: Change) -> str | None:
    """The digest of the mapping that books by the file; None where none does. Raises MappingError."""
    if isinstance(change, NewBox):
        return account_mapping(change.mapping).digest
    return draft_of(key, text).digest if accounting_file(key).name.startswith("accounts/") else None


def _committed(file: AccountingFile, author: str, title: str, body: str, *, is_new: bool) -> str | None:
    try:
        return commit(file.path, author, title, body, is_new=is_new)
    except NotCommitted:
        return None


def text_with(file: AccountingFile, changes: Sequence[Change]) -> str:
    """The text of a file with changes, with the names of codes behind them. Raises CannotEdit."""
    chart, _ = read_chart(mappings_folder())
    return edited(file.text, changes, codes_with_names(chart))
