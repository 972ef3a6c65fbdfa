"""`python -m cierre.reports.check_files check|schemas`: checks the files that accountants own; writes their schemas."""

from datetime import UTC, datetime

import psycopg
import typer

from cierre.accounting_files.check import check_all, old_boxes, sound
from cierre.accounting_files.findings import Finding, MappingError
from cierre.accounting_files.loader import mappings_folder
from cierre.accounting_files.schemas import write_schemas
from cierre.ledger import session
from cierre.reports.claims import claimed
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
            typer.echo(notice)
    except MappingError as error:
        findings = error.findings
    for finding in findings:
        typer.echo(finding)
    if findings:
        typer.echo(f"{len(findings)} to mend in {mappings_folder()}.")
        raise typer.Exit(1)
    typer.echo("Boxes, account mappings, charts, companies and periods are sound.")


@app.command()
def schemas() -> None:
    """Writes the JSON Schemas that editors complete and check the files with."""
    for path in write_schemas():
        typer.echo(path)


def _in_the_ledger() -> list[Finding]:
    left_out = f"Left out: what came in the last {WINDOW.days} days and is not mapped, and what other boxes booked"
    if not (dsn := dsn_of_environment()):
        typer.echo(f"{left_out}. There is no ledger to look in: {DSN} names none.", err=True)
        return []
    try:
        if told := one_login_for_all():
            typer.echo(told, err=True)
        with session.connect(dsn) as ledger:
            boxes, mappings = sound()
            lately = unmapped(ledger, boxes, mappings, datetime.now(UTC).date())
            return claimed(ledger, boxes) + lately + against_the_erp(ledger, boxes, mappings)
    except psycopg.Error as error:
        typer.echo(f"{left_out}. The ledger cannot be read: {error}", err=True)
        return []


if __name__ == "__main__":
    app()
