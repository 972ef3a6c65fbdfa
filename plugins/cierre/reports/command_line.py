"""What people must say to make's commands, told by the names that they type. Their texts come by the environment:
`BOX=… DATE=… python -m cierre.reports.command_line preview BOX DATE`."""

import os
import sys
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import BROKEN, shown
from cierre.language.language import Code
from cierre.language.say import in_language, say

DATES = ("DATE", "FROM", "TO", "SINCE")
SWITCHES = ("DAYS", "PERSON", "ROWS", "TEETH", "WHOLE", "YES")


class Command(NamedTuple):
    """A command of make: what it ``needs``, of each tuple one, and an ``example``. ``by_month``: its TO is a month."""

    needs: tuple[tuple[str, ...], ...]
    example: str
    by_month: bool = False


_RANGE = (("BOX", "COMPANY"), ("FROM",))

COMMANDS = {
    "preview": Command((("BOX",), ("DATE",)), "BOX=itb_caja_164 DATE=2024-09-06"),
    "what-if": Command((("SINCE",),), "SINCE=2024-09-01"),
    "audit": Command((), "WHOLE=1"),
    "export": Command((("BOX", "COMPANY"), ("FROM", "MONTH")), "COMPANY=itb MONTH=2024-09 FORMAT=xlsx"),
    "fava": Command(_RANGE, "COMPANY=itb FROM=2024-09-01 TO=2024-09-30"),
    "erase": Command((("WHY",), ("PERSON", "SNAPSHOT", "MONTHS")), "WHY='asked for by letter of 2 May' PERSON=1"),
    "served-key": Command((("COMPANY",), ("CLIENT",)), "COMPANY=universidad CLIENT='SGI Hércules'"),
    "served-key-revoke": Command((("KEY",),), "KEY=1"),
    "backfill": Command((*_RANGE, ("TO",)), "BOX=itb_caja_164 FROM=2024-09-01 TO=2024-09-05"),
    "second-look": Command((("FROM",),), "BOX=itb_caja_164 FROM=2024-09-01 TO=2024-09-05"),
    "tie-out": Command((("COMPANY",), ("MONTH",)), "COMPANY=itb MONTH=2024-09", by_month=True),
    "simulate": Command((), "TEETH=1"),
    "new-source": Command((("NAME",),), "NAME=acme"),
}


def wrong(name: str, given: Mapping[str, str]) -> list[Sentence]:
    """What is missing or wrong in what a person gave to a command; nothing where it can be tried."""
    command = COMMANDS[name]
    missing = [names for names in command.needs if not any(given.get(one) for one in names)]
    found = list(filter(None, (_wrong_text(one, text) for one, text in given.items() if text)))
    found += [
        sentence
        for one in (*DATES, "MONTH")
        if given.get(one) and (sentence := _wrong_date(one, given[one], is_month=command.by_month or one == "MONTH"))
    ]
    if missing:
        names = ", ".join("|".join(one) for one in missing)  # no words: it is a list of names in every language
        found.append(Sentence("make {command} also needs: {names}.", command=name, names=names))
    if found:
        found.append(Sentence("For example: make {command} {example}", command=name, example=command.example))
    return found


def _wrong_date(name: str, value: str, *, is_month: bool) -> Sentence | None:
    if is_month and not _is_day(f"{value}-01"):
        return Sentence("{name}={value} is not a month: write it like 2024-09.", name=name, value=shown(value))
    if not is_month and not _is_day(value):
        return Sentence("{name}={value} is not a day: write it like 2024-09-06.", name=name, value=shown(value))
    return None


def _wrong_text(name: str, value: str) -> Sentence | None:
    if why := unfit(value):
        return Sentence("{name}: {why}", name=name, why=why)
    if name in SWITCHES and value != "1":
        return Sentence("{name}={value}: write {name}=1, or leave it out.", name=name, value=value)
    return None


def unfit(text: str) -> Sentence | None:
    """Why a text that somebody typed is taken by no command; None where it can be taken."""
    if shown(text) == text and not BROKEN.search(text):
        return None
    return Sentence("“{text}” is not one line of text in UTF-8.", text=BROKEN.sub("␤", shown(text)))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def terminal_language() -> Code:
    """The language of whoever sits before the terminal, as other programs take it from the environment."""
    tag = next((os.environ[one] for one in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(one)), "")
    return "es" if tag.startswith("es") else "en"


def main() -> int:
    """Tells what is missing or wrong, in the terminal's language; the exit status says whether anything is."""
    command, *names = sys.argv[1:]
    given = {name: os.environ.get(name, "") for name in names}
    with in_language(terminal_language()):
        sentences = [say(one) for one in wrong(command, given)]
    print("\n".join(sentences), file=sys.stderr, end="\n" if sentences else "")
    return 2 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
