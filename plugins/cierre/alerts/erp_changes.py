"""What is told of closed days that the ERP holds otherwise than they were posted, of what came late, and of postings
that nobody finished."""

import logging
from collections.abc import Mapping, Sequence

from cierre.accounting_files.arrivals import box_or_books
from cierre.accounting_files.companies import language_of
from cierre.alerts.alert import Alert
from cierre.alerts.people import tell
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import in_language, say
from cierre.posting.look_again import Looked
from cierre.posting.sweep import Swept

log = logging.getLogger(__name__)

GIVEN_UP = "a posting UNCERTAIN since its task was killed was given up"
RUN_AGAIN = "Run the day again (clear its step post): the address is emptied first, then the entry is posted."
CAME_LATE = "a document that came late was removed from the ERP"
NOTHING_TO_DO = "Nothing: it was of an attempt that had been given up, and the day's own document is untouched."
GONE = "a document that was taken for posted is gone from the ERP"
POST_AGAIN = (
    "Run the day again (clear its step post): what is missing is posted again, and the reversal of what is gone is"
    " deleted. If somebody deleted the document in the ERP on purpose, ask first what was booked there instead."
)
DIFFERS = "the ERP holds something else than was posted"
PUT_RIGHT = "the ERP holds again what was posted"
SET_RIGHT = (
    "What was changed in the ERP must be put right there by its own people; the day's page on the board names the"
    " lines. Then clear the step reconcile of the day, or wait: it is read again. Nothing is posted anew for it."
)
NOTHING = "Nothing: the day is closed again."


def tell_what_changed(looked: Looked, link: str) -> None:
    """Mails each box's company which of its days differ in the ERP since, which were put right, and what came late."""
    _tell(looked.removed, Sentence(CAME_LATE), Sentence(NOTHING_TO_DO), link)
    _tell(looked.differing, Sentence(DIFFERS), Sentence(SET_RIGHT), link)
    _tell(looked.put_right, Sentence(PUT_RIGHT), Sentence(NOTHING), link)


def tell_what_was_swept(swept: Swept, link: str) -> None:
    """Mails each box's company what a sweep removed, which postings it gave up, and what it found gone."""
    _tell(swept.removed, Sentence(CAME_LATE), Sentence(NOTHING_TO_DO), link)
    _tell(swept.given_up, Sentence(GIVEN_UP), Sentence(RUN_AGAIN), link)
    _tell(swept.gone, Sentence(GONE), Sentence(POST_AGAIN), link)


def _tell(by_box: Mapping[str, Sequence[Sentence | str]], subject: Sentence, to_do: Sentence, link: str) -> None:
    """One mail for each box, in its company's language; of a box whose file is wrong, only the log tells."""
    for box_id, sentences in by_box.items():
        try:
            box = box_or_books(box_id)
        except ValueError as error:
            text = "{box}: nobody is told, its file is wrong ({kind})"
            log.error(say(text, box=box_id, kind=type(error).__name__))
            continue
        with in_language(language_of(box.company)):
            happened = "\n".join(map(say, sentences))
            tell(Alert(box.company, f"{box.name}: {say(subject)}", happened, say(to_do), link, boxes=[box.id]))
