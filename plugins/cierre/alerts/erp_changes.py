"""What is told of closed days that the ERP holds otherwise than they were posted, and of what came late."""

from cierre.accounting_files.companies import language_of
from cierre.accounting_files.loader import cash_box
from cierre.alerts.alert import Alert
from cierre.alerts.people import tell
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import in_language, say
from cierre.posting.look_again import Looked

CAME_LATE = "a document that came late was removed from the ERP"
NOTHING_TO_DO = "Nothing: it was of an attempt that had been given up, and the day's own document is untouched."
DIFFERS = "the ERP holds something else than was posted"
PUT_RIGHT = "the ERP holds again what was posted"
SET_RIGHT = (
    "What was changed in the ERP must be put right there by its own people; the day's page on the board names the"
    " lines. Then clear the step reconcile of the day, or wait: it is read again. Nothing is posted anew for it."
)
NOTHING = "Nothing: the day is closed again."


def tell_what_changed(found: Looked, link: str) -> None:
    """Mails each box's company which of its days differ in the ERP since, which were put right, and what came late."""
    for boxes, subject, to_do in (
        (found.removed, Sentence(CAME_LATE), Sentence(NOTHING_TO_DO)),
        (found.differing, Sentence(DIFFERS), Sentence(SET_RIGHT)),
        (found.put_right, Sentence(PUT_RIGHT), Sentence(NOTHING)),
    ):
        for box_id, sentences in boxes.items():
            box = cash_box(box_id)
            with in_language(language_of(box.company)):
                happened = "\n".join(map(say, sentences))
                tell(Alert(box.company, f"{box.name}: {say(subject)}", happened, say(to_do), link, boxes=[box.id]))
