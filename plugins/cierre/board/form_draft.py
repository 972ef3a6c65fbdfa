"""What a filled-in form would make of a file: its changes, and all that is wrong with them; nothing is saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
from fastapi import HTTPException
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cierre.accounting_files.changes import MOST, Change
from cierre.accounting_files.new_box import NewBox
from cierre.accounting_files.saved_file import BOXES, COMPANIES, PERIODS
from cierre.accounting_files.setting_changes import BoxSetting, CompanySetting, NewCompany, OpenFrom
from cierre.board.access import Viewer
from cierre.board.file_acceptance import ChangedFile, changed_file, propose
from cierre.board.file_access import against_own_interest, belongs_to_others, of_changes
from cierre.board.pages import Page
from cierre.bookkeeping.sentence import Sentence


@dataclass(frozen=True, slots=True)
class FormDraft:
    """A form's changes and the file with them; ``file`` is None, and ``changes`` are none, where what was typed is no
    change at all. ``wrong`` are the objections, those of `make check-mappings` among them."""

    changes: Sequence[Change]
    file: ChangedFile | None
    wrong: Sequence[Sentence]


class Unfit(Exception):
    """What was typed is no change; ``sentences`` say why, field by field."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


NOTHING = FormDraft((), None, ())
"""The draft of a form that nobody has filled in yet."""


def drafted(db: psycopg.Connection, viewer: Viewer, changes: Callable[[], Sequence[Change]]) -> FormDraft:
    """The draft of what ``changes`` makes out of a form; it may raise Unfit."""
    try:
        made = changes()
    except Unfit as error:
        return FormDraft((), None, error.sentences)
    if not made:
        return FormDraft((), None, [Sentence("nothing is changed by this: the file says it already")])
    if len(made) > MOST:
        return FormDraft((), None, [Sentence("change at most {most} things at once", most=MOST)])
    wrong = _of_person(viewer, made)
    file = changed_file(db, key_of(made[0]), made)
    return FormDraft(made, file, wrong or file.wrong)


def proposed(db: psycopg.Connection, viewer: Viewer, page: Page, draft: FormDraft) -> Response:
    """Puts a sound draft on the record, and leads to its page. Raises 403 for who may propose no such change."""
    assert draft.file is not None
    file = draft.file.file
    if not of_changes(viewer, file.key, draft.changes).may_propose:
        raise HTTPException(403, "You may see this file, and not propose changes of it.")
    number = propose(db, file, draft.changes, viewer.user.get_name())
    return RedirectResponse(page.url(f"/proposals/{number}"), 303)


def key_of(change: Change) -> str:
    """What the ledger calls the file that a change of a form is for. Raises LookupError for one of a mapping."""
    match change:
        case NewBox():
            return BOXES + change.file
        case BoxSetting():
            return BOXES + change.box
        case CompanySetting() | NewCompany():
            return COMPANIES
        case OpenFrom():
            return PERIODS
    raise LookupError(change.code)


def _of_person(viewer: Viewer, changes: Sequence[Change]) -> list[Sentence]:
    """Why this person may not propose that, whatever the files say."""
    own = against_own_interest(changes, viewer.user.get_name())
    others = [one for change in changes if isinstance(change, NewBox) for one in belongs_to_others(viewer, change)]
    return [own] if own else others


def unfit(error: ValidationError, label_of: Callable[[str], Sentence]) -> Unfit:
    """What is wrong with what was typed; ``label_of`` says what the form calls a field."""
    return Unfit([_of_field(one, label_of) for one in error.errors(include_url=False)])


def _of_field(error: ErrorDetails, label_of: Callable[[str], Sentence]) -> Sentence:
    message = error.get("ctx", {}).get("error", error["msg"])
    return Sentence("{field}: {message}", field=label_of(str(error["loc"][0])), message=str(message))
