"""`python -m cierre.reports.check_files check|schemas`: checks the files that accountants own; writes their schemas."""

from datetime import UTC, datetime

import psycopg
import typer

from cierre.accounting_files.check import check_all, old_boxes, sound
from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.schemas import write_schemas
from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import count, in_language, say
from cierre.ledger import session
from cierre.reports.claims import claimed
from cierre.reports.command_line import terminal_language
from cierre.reports.connection import DSN, dsn_of_environment, one_login_for_all
from cierre.reports.erp_chart import against_the_erp
from cierre.reports.seen import WINDOW, unmapped

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def check() -> None:
    """Says everything that is wrong in the mapping files, each with file and line and what would be right.

    Where CIERRE_LEDGER_DSN (a libpq URI) names a ledger that answers, also what its sources sent in the last 90 days
    that the mappings cannot book, what a box claims that another has booked, and what the ERP, as it was last read,
    would refuse. Ends with 1 where there is anything to mend.
    """
    try:
        findings = check_all()
        findings += _in_the_ledger()
        for notice in old_boxes():
            typer.echo(say(notice))
    except MappingError as error:
        findings = error.findings
    for finding in findings:
        typer.echo(say(finding))
    if findings:
        typer.echo(say("{n} to mend in {folder}.", n=count(len(findings)), folder=mappings_folder()))
        raise typer.Exit(1)
    typer.echo(say("Boxes, account mappings, charts, companies and periods are sound."))


@app.command()
def schemas() -> None:
    """Writes the JSON Schemas that editors complete and check the files with."""
    for path in write_schemas():
        typer.echo(path)


def _in_the_ledger() -> list[Finding]:
    left_out = Sentence(
        "Left out: what came in the last {days} days and is not mapped, and what other boxes booked.", days=WINDOW.days
    )
    if not (dsn := dsn_of_environment()):
        nowhere = say("There is no ledger to look in: {variable} names none.", variable=DSN)
        typer.echo(f"{say(left_out)} {nowhere}", err=True)
        return []
    try:
        if told := one_login_for_all():
            typer.echo(say(told), err=True)
        with session.connect(dsn) as ledger:
            boxes, mappings = sound()
            lately = unmapped(ledger, boxes, mappings, datetime.now(UTC).date())
            return claimed(ledger, boxes) + lately + against_the_erp(ledger, boxes, mappings)
    except psycopg.Error as error:
        typer.echo(f"{say(left_out)} {say('The ledger cannot be read: {why}', why=error)}", err=True)
        return []


def main() -> None:
    """Runs the command of the command line, in the terminal's language."""
    with in_language(terminal_language()):
        app()


if __name__ == "__main__":
    main()
