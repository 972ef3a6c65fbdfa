"""`python -m cierre.reports …`: looks at books, before and after they are closed, and erases personal values. Books and
posts nothing."""

from datetime import UTC, datetime
from getpass import getpass, getuser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.progress import Progress

from cierre.accounting_files.account_mappings import account_mapping
from cierre.accounting_files.charts import read_chart
from cierre.accounting_files.loader import cash_box, mappings_folder
from cierre.bookkeeping.sentence import Sentence
from cierre.closing.retention import last_day_to_erase
from cierre.language.say import counted, say
from cierre.ledger import personal, revisions
from cierre.ledger.personal import By
from cierre.reports import preview as shown
from cierre.reports.audit import audit as verify, audit_table
from cierre.reports.commands import run
from cierre.reports.connection import one_login_for_all, open_ledger, public_key
from cierre.reports.export import Format, export as write, export_month
from cierre.reports.heads import read as read_heads, written
from cierre.reports.plain_console import PlainConsole
from cierre.reports.ranges import month_of, range_of
from cierre.reports.staged import NothingThere, beside_the_books, derived
from cierre.reports.what_if import mappings_for, what_if as derive_again
from cierre.reports.what_if_table import what_if_table
from cierre.reports.whole import print_whole
from cierre.reports.work_list import work_list, work_list_table

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = PlainConsole()

_DATE = {"formats": ["%Y-%m-%d"], "metavar": "YYYY-MM-DD"}
Day = Annotated[datetime, typer.Option(**_DATE)]
FirstDay = Annotated[datetime | None, typer.Option("--from", **_DATE)]
LastDay = Annotated[datetime | None, typer.Option("--to", help="the first day, if nothing is said", **_DATE)]


@app.command()
def preview(
    box: Annotated[str, typer.Option()], date: Day, rows: Annotated[bool, typer.Option("--rows")] = False
) -> None:
    """The journal that a box's day would make by the mapping as it is now; --rows lists every document behind."""
    of_box = cash_box(box)
    mapping = account_mapping(of_box.mapping)
    chart, _ = read_chart(mappings_folder())
    with open_ledger() as ledger:
        day = derived(ledger, of_box, date.date(), mapping)
        meaning = beside_the_books(ledger, day)
    documents = counted(len(day.documents), "{n} document", "{n} documents")
    told = "{box}, {day}: {documents}, as {origin}, by mapping {mapping}."
    _print(say(told, box=of_box.name, day=day.day, documents=documents, origin=say(day.origin), mapping=mapping.name))
    for held in day.held:
        said = say("In quarantine, so the day stops: {row}", row=held)
        console.print(said, style="red", soft_wrap=True)
    _print(shown.journal_table(day.derivation, day.documents, mapping, chart, rows=rows))
    _print(f"{say(meaning)} {say('Nothing was booked or posted now.')}")
    _exit(day.derivation.problems or day.held)


@app.command("what-if")
def what_if(
    since: Day,
    mapping: Annotated[str, typer.Option(help="a draft's path, or the name of a mapping in use; all without it")] = "",
    every_day: Annotated[bool, typer.Option("--every-day", help="all lines of the day-by-day table")] = False,
) -> None:
    """What the stored days would be by a changed mapping, by account and day, against what was booked."""
    boxes = mappings_for(mapping)
    chart, _ = read_chart(mappings_folder())
    with Progress(console=console, transient=True) as progress:
        found = list(progress.track(derive_again(boxes, since.date()), total=len(boxes), description=say("Boxes")))
    # Who looks at a screen asks for more; a file has to have all.
    _print(what_if_table(found, chart, every_day=every_day or not console.is_terminal))
    _exit(any(box.problems for box in found))


@app.command()
def export(
    first: FirstDay = None,
    last: LastDay = None,
    month: Annotated[datetime | None, typer.Option(formats=["%Y-%m"], metavar="YYYY-MM")] = None,
    box: Annotated[str, typer.Option(help="a box's id")] = "",
    company: Annotated[str, typer.Option(help="all boxes of a company")] = "",
    format: Annotated[Format, typer.Option()] = Format.BEANCOUNT,
    into: Annotated[Path, typer.Option(help="the folder for the file")] = Path(),
) -> None:
    """The journal of a box or a company, by its dates in the ERP, as a file for other tools; or a whole month with all
    that belongs to it."""
    if (month is None) == (first is None):
        raise ValueError(Sentence("Name a month or the first day: MONTH=2024-09, or FROM=2024-09-01."))
    with open_ledger() as ledger:
        if month:
            path, entries = export_month(ledger, month_of(box, company, month.date(), ledger), into, format, getuser())
        elif first:
            wanted = range_of(box, company, first.date(), (last or first).date(), ledger)
            path, entries = write(ledger, wanted, into, format)
    _print(say("{entries} in {path}", entries=counted(entries, "{n} entry", "{n} entries"), path=path))


@app.command()
def unmapped() -> None:
    """What keeps staged days from being booked, with the lines to paste into the mapping."""
    with open_ledger() as ledger:
        found = work_list(ledger)
    _print(work_list_table(found))
    _exit(found.stopped or found.held)


@app.command()
def audit(
    heads: Annotated[
        Path | None, typer.Option(help="a file with heads that were noted before", exists=True, dir_okay=False)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="write what was found there, with the heads, too")] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="also the personal values, by the key of their hashes")
    ] = False,
) -> None:
    """Verifies the chains of hashes over what was landed, decided, booked, posted and compared; names the first broken
    link of each, and what the ledger's own rows contradict."""
    noted = read_heads(heads.read_text(encoding="utf-8")) if heads else []
    with open_ledger(personal_values=whole) as ledger:
        found = verify(ledger, noted, public_key(), whole=whole)
        kept = written(found.heads, revisions.ledger_id(ledger), datetime.now(UTC))
    _print(audit_table(found))
    if out:
        with out.open("w", encoding="utf-8") as file:
            print_whole(PlainConsole(file=file), audit_table(found))
            file.write(f"\n{kept}")
    if told := one_login_for_all():
        console.print(say(told), style="yellow", soft_wrap=True)
    _exit(not found.sound)


@app.command()
def erase(
    why: Annotated[str, typer.Option(help="what is written down as the reason; no personal value")],
    asked_by: Annotated[str, typer.Option("--by", help="who asks for it")] = getuser(),
    person: Annotated[bool, typer.Option("--person", help="rows with a value that is asked for, not echoed")] = False,
    snapshot: Annotated[int | None, typer.Option(help="all rows of a snapshot")] = None,
    months: Annotated[int | None, typer.Option(help="all rows older than so many whole months")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="erase; without it, only say what would be")] = False,
) -> None:
    """Erases personal values for good: of a person, of a snapshot, or by age. Books stay as they are."""
    if [person, snapshot is not None, months is not None].count(True) != 1 or not why.strip() or not asked_by.strip():
        told = "Say what to erase (one of PERSON=1, SNAPSHOT=…, MONTHS=…), and why. Nothing was erased."
        raise ValueError(Sentence(told))
    with open_ledger(personal_values=True) as ledger:
        if person:
            asked = say("The person's number or name, as it came:")
            by, places = By.PERSON, personal.of_person(ledger, getpass(f"{asked} "))
        elif snapshot is not None:
            by, places = By.SNAPSHOT, personal.of_snapshot(ledger, snapshot)
        elif months is not None:
            by, places = By.AGE, personal.until(ledger, last_day_to_erase(datetime.now(UTC).date(), months))
        found = personal.erase(ledger, places, by=by, asked_by=asked_by, why=why) if yes else None
        found = found or personal.count(ledger, places)
    what = say(
        "{values} of {rows} in {answers}",
        values=counted(found.values, "{n} personal value", "{n} personal values"),
        rows=counted(found.rows, "{n} row", "{n} rows"),
        answers=counted(found.answers, "{n} answer", "{n} answers"),
    )
    if not found.rows:
        _print(say("There is nothing of that kind: nothing was erased."))
    elif yes:
        told = "Erased: {what}. It is link erasure {number} of the chain *, and make audit tells of it."
        _print(say(told, what=what, number=found.erasure_id))
    else:
        told = "Nothing was erased yet. It would be {what}; repeat the command with YES=1 to erase them for good."
        _print(say(told, what=what))
    _exit(not found.rows)


def _print(what: RenderableType) -> None:
    if isinstance(what, str):
        console.print(what, soft_wrap=True)
    else:
        print_whole(console, what)


def _exit(wrong: object) -> None:
    if wrong:
        raise typer.Exit(1)


def main() -> None:
    """Runs the command of the command line; a mistake that people can mend is a sentence, not a traceback."""
    run(app, console, NothingThere)


if __name__ == "__main__":
    main()
