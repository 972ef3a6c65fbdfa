"""A step that cannot be done: which box and day, what happened to them, and what is safe to do next."""

from datetime import date

from cierre.bookkeeping.cash_box import CashBox
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import say


class Refused(Exception):
    """A step was refused: doing it again cannot help before a person has done what the text says.

    ``text`` and ``values`` are as cierre.language.say takes them; ``sentence`` is for whoever says it in another
    language. With ``may_pass`` trying again later may help.
    """

    def __init__(self, box: CashBox, day: date, text: str, *, may_pass: bool = False, **values: object) -> None:
        super().__init__(f"{box.name}, {day}: {say(text, **values)}")
        self.sentence = Sentence(text, **values)
        self.may_pass = may_pass
