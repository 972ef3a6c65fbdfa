"""What the commands for people have in common: whatever they are given, it ends in a result or in a sentence."""

import sys
from collections.abc import Callable

import psycopg

from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import in_language, say
from cierre.reports.command_line import terminal_language, unfit
from cierre.reports.connection import NoLedger
from cierre.reports.plain_console import PlainConsole


def run(command: Callable[[], object], console: PlainConsole, *refusals: type[Exception]) -> None:
    """Runs the command of the command line, in the terminal's language. A mistake that people can mend, ``refusals``
    among them, is a sentence and exit status 2, not a traceback."""
    mendable: tuple[type[Exception], ...] = (MappingError, NoLedger, ValueError, *refusals)
    with in_language(terminal_language()):
        try:
            if refused := next(filter(None, map(unfit, sys.argv[1:])), None):
                raise ValueError(refused)
            command()
        except UnicodeError:
            told = say("A file or a text that was given is not in UTF-8.")
        except OSError as error:
            told = say("{file} cannot be used: {why}", file=error.filename, why=error.strerror)
        except psycopg.OperationalError as error:
            told = say("The ledger cannot be used: {why}", why=error)
        except mendable as error:
            sentence = next((one for one in error.args if isinstance(one, Sentence)), None)
            told = say(error if sentence is None else sentence)
        else:
            return
        console.print(told, style="red", soft_wrap=True)
        raise SystemExit(2)
