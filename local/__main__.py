"""`python -m local demo|up|down|check|…`: the system on this machine, as make calls it."""

import argparse
import signal
import sys
from datetime import date
from types import FrameType

from dotenv import load_dotenv

from cierre.language.say import in_language, say
from cierre.reports.command_line import terminal_language, unfit
from cierre.reports.plain_console import PlainConsole
from local.errors import LocalError
from local.settings import PROJECT
from local.stack import Stack
from local.start import start

# Where nobody looks on (a file, a pipe), wide enough for the table.
console = PlainConsole(width=None if sys.stdout.isatty() else 140)

# Where a probe may write (cierre.ports.probe.Ground), and what stands for it where nothing is said.
PROBE = {
    "connection": "protheus",
    "tenant": "",
    "lot": "PROBE1",
    "day": "",
    "debit_account": "",
    "credit_account": "",
    "debit_cost_centre": "",
    "credit_cost_centre": "",
    "currency": "USD",
}


def main() -> int:
    """Run the command of the command line; returns the exit status."""
    # A closed terminal or a `kill` ends the command like Ctrl-C does: what it started, it stops.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    arguments = _parser().parse_args()
    load_dotenv(PROJECT / ".env")  # what the environment says already, it does not change
    with in_language(terminal_language()):
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    if refused := next(filter(None, map(unfit, sys.argv[1:])), None):
        return _complain(LocalError(refused))
    try:
        return int(arguments.command(arguments))
    except KeyboardInterrupt:
        console.print(say("Interrupted."))
        return 130
    except LocalError as error:
        return _complain(error)
    except PermissionError as error:
        told = "{file} belongs to another user; `make clean` as that user removes it."
        console.print(say(told, file=error.filename), style="red")
        return 1
    except OSError as error:
        told = say("{file} cannot be used: {why}", file=error.filename, why=error.strerror)
        console.print(told, style="red")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    demo = commands.add_parser("demo", help="close one day of every cash box and show the result")
    demo.add_argument("--date", type=_day, help="business date, YYYY-MM-DD (default: yesterday)")
    demo.set_defaults(command=_demo)
    commands.add_parser("up", help="start the stack and leave it running").set_defaults(command=_up)
    down = commands.add_parser("down", help="stop the stack")
    down.add_argument(
        "--all",
        action="store_true",
        help="also stacks on other ports, and what tests left",
    )
    down.set_defaults(command=_down)
    books = commands.add_parser("books", help="look at this machine's books (python -m cierre.reports --help)")
    books.add_argument("arguments", nargs=argparse.REMAINDER)
    books.set_defaults(command=_books)
    served = commands.add_parser("served-invoices", help="keys of an SGI (python -m cierre.served_invoices --help)")
    served.add_argument("arguments", nargs=argparse.REMAINDER)
    served.set_defaults(command=_served_invoices)
    check = commands.add_parser("check", help="check the mapping files, and what came lately and is not mapped")
    check.set_defaults(command=_check)
    backfill = commands.add_parser("backfill", help="close a range of days of a cash box, or of all a company's")
    backfill.add_argument("--company", default="")
    backfill.add_argument("--box", default="")
    backfill.add_argument("--from", dest="first", type=_day, required=True)
    backfill.add_argument("--to", dest="last", type=_day, required=True)
    backfill.set_defaults(command=_backfill)
    look = commands.add_parser("second-look", help="read closed days again in their sources")
    look.add_argument("--company", default="")
    look.add_argument("--box", default="")
    look.add_argument("--from", dest="first", type=_day, required=True)
    look.add_argument("--to", dest="last", type=_day)
    look.set_defaults(command=_second_look)
    tie = commands.add_parser("tie-out", help="compare months with what the ERP holds of them, by account")
    tie.add_argument("--company", required=True)
    tie.add_argument("--month", dest="first", type=_month, required=True)
    tie.add_argument("--to", dest="last", type=_month)
    tie.set_defaults(command=_tie_out)
    new = commands.add_parser("new-source", help="write a source's package, stand-in, conformance test and page")
    new.add_argument("name")
    new.set_defaults(command=_new_source)
    probe = commands.add_parser("probe", help="put what posting assumes of the ERP to the test, in its test company")
    for name, default in PROBE.items():
        probe.add_argument(f"--{name.replace('_', '-')}", default=default)
    probe.set_defaults(command=_probe)
    return parser


def _demo(arguments: argparse.Namespace) -> int:
    # Only here: what the demo reads (mappings, the ledger) need not be in order to start and stop a stack.
    from cierre.accounting_files.findings import MappingError
    from local.demo import demo

    # A stack of the demo's own runs what the demo asks for and nothing else; the schedule is for one that stays up.
    stack = Stack.of_this_project(AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE="False")
    try:
        return demo(stack, arguments.date, console)
    except MappingError as error:
        return _complain(error)


def _up(_: argparse.Namespace) -> int:
    stack = Stack.of_this_project()
    start(stack, console)
    login = {"url": stack.api_url, "user": stack.user, "password": stack.password}
    console.print(say("Airflow is at {url}: user {user}, password {password}", **login))
    where = {"url": stack.sandbox_url, "logs": stack.home / "logs"}
    console.print(say("The vendors' sandbox is at {url}; logs are in {logs}", **where), soft_wrap=True)
    console.print(say("`make down` stops it all."))
    return 0


def _down(arguments: argparse.Namespace) -> int:
    for stack in Stack.all() if arguments.all else [Stack.of_this_project()]:
        with console.status(say("Stopping")):
            stack.down()
    console.print(say("Stopped."))
    for other in filter(Stack.running, Stack.all()):
        told = say("Another stack still runs: {folder}. `make clean` stops it too.", folder=other.home)
        console.print(told, soft_wrap=True)
    return 0


def _books(arguments: argparse.Namespace) -> int:
    from local.books import books

    return books(Stack.of_this_project(), arguments.arguments)


def _served_invoices(arguments: argparse.Namespace) -> int:
    from local.books import books

    return books(Stack.of_this_project(), arguments.arguments, "cierre.served_invoices")


def _check(_: argparse.Namespace) -> int:
    from local.check import check_mappings

    return check_mappings(Stack.of_this_project())


def _backfill(arguments: argparse.Namespace) -> int:
    from cierre.accounting_files.findings import MappingError
    from local.backfill import backfill

    stack = Stack.of_this_project(AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE="False")
    try:
        return backfill(stack, arguments.company, arguments.box, arguments.first, arguments.last, console)
    except MappingError as error:
        return _complain(error)


def _second_look(arguments: argparse.Namespace) -> int:
    from cierre.accounting_files.findings import MappingError
    from local.second_look import second_look

    stack = Stack.of_this_project(AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE="False")
    last = arguments.last or arguments.first
    try:
        return second_look(stack, arguments.company, arguments.box, arguments.first, last, console)
    except MappingError as error:
        return _complain(error)


def _tie_out(arguments: argparse.Namespace) -> int:
    from cierre.accounting_files.findings import MappingError
    from local.tie_out import tie_out

    stack = Stack.of_this_project(AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE="False")
    try:
        return tie_out(stack, arguments.company, arguments.first, arguments.last or arguments.first, console)
    except MappingError as error:
        return _complain(error)


def _new_source(arguments: argparse.Namespace) -> int:
    from local.new_source import REGISTRY, new_source, write_what_repeats_the_code

    for path in new_source(arguments.name):
        console.print(f"new      {path}")
    console.print(f"changed  {REGISTRY}")
    write_what_repeats_the_code()
    console.print("written  schemas and generated parts of pages")
    console.print(
        f"Try it: make test ARGS='-n 0 tests/conformance/test_{arguments.name}.py'. Then make it the vendor's own:"
        f" docs/vendors/{arguments.name}.md first (docs/developers/adding-a-source.md).",
    )
    return 0


def _probe(arguments: argparse.Namespace) -> int:
    from local.probe import probe

    return probe(Stack.of_this_project(), {name: getattr(arguments, name) for name in PROBE}, console)


def _complain(error: Exception) -> int:
    console.print(say(error), style="red", soft_wrap=True)
    return 1


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(say("{text!r} is not a day like 2024-09-06", text=text)) from None


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(say("{text!r} is not a month like 2024-09", text=text)) from None


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
