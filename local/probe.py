"""`make probe`: what posting assumes of a site of the ERP, put to the test, and shown as a table."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import psycopg
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.sentence import Sentence, one_after_the_other
from cierre.language.say import say
from cierre.ledger import migrate, session
from cierre.ledger.probes import ProbeBusy
from cierre.ports.errors import VendorError
from cierre.ports.probe import Ground, ProbeRefused, Verdict, as_sentence
from cierre.reports.plain_console import coloured
from hooks.registry import ERPS
from local.errors import LocalError
from local.stack import Stack
from local.start import start
from sandbox.connections import connections

if TYPE_CHECKING:
    from cierre.posting.probe_report import ProbeReport

EXAMPLE = '  make probe CONN=protheus TENANT="T9,TEST 01 " LOT=PROBE1 DEBIT=1.1.01.001 CREDIT=2.1.01.002'
COLOURS = {Verdict.HOLDS: "green", Verdict.DOES_NOT_HOLD: "yellow", Verdict.UNKNOWN: "magenta"}


def probe(stack: Stack, fields: dict[str, str], console: Console) -> int:
    """Probes the site behind a connection of Airflow's, shows the report and keeps it in the ledger.

    ``fields`` are those of cierre.ports.probe.Ground; without ``day``, today. Where the environment names both
    the ERP's connection and the ledger's, nothing else is needed; else the stack is started for it, and stopped again
    unless it ran before. Returns 0 if posting to the site is safe. Raises LocalError where the probe cannot be done.
    """
    _check_given(fields)
    variable = f"AIRFLOW_CONN_{fields['connection'].upper()}"
    # Who was never started has no other connections on its page than the sandbox's.
    if not (variable in stack.environment or stack.cluster.data.exists() or fields["connection"] in connections("")):
        raise _unknown(fields["connection"], variable)
    try:
        ground = Ground.named(**fields | {"day": fields["day"] or str(date.today())})
        _check_place(ground)
    except ProbeRefused as refused:
        raise LocalError(say(refused)) from None
    with _running(stack, {variable, "AIRFLOW_CONN_LEDGER_DB"}, console):
        # Airflow reads its environment when it is first imported; what it logs is for its web UI.
        os.environ.update(stack.environment | {"AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING"})
        _find_connection(fields["connection"], variable)
        with console.status(say("Probing")) as status:
            report = _probe(stack, ground, _Progress(status))
    console.print(table(report))
    for sentence in report.in_the_way:
        console.print(say(sentence), style="red")
    if not report.in_the_way:
        console.print(say("Posting to this site is safe. What was found is kept in the ledger."), style="green")
    return 1 if report.in_the_way else 0


def table(report: "ProbeReport") -> Table:
    """The report for people: a row for each assumption."""
    shown = Table(
        title=say(
            "{connection}, {tenant}, lot {lot}, {day}",
            connection=report.connection,
            tenant=report.tenant.strip(),
            lot=report.lot,
            day=str(report.day),
        ),
        show_lines=True,
    )
    for heading in (say("Assumption"), say("Verdict"), say("Seen"), say("Consequence")):
        shown.add_column(heading, overflow="fold")
    for check in report.checks:
        says, done = as_sentence(check.assumption.says), as_sentence(check.assumption.done)
        what = Text.assemble(coloured(say(says), ""), "\n", coloured(say(done), "dim"))
        verdict = coloured(say(check.verdict), COLOURS[check.verdict])
        shown.add_row(what, verdict, say(check.seen), say(check.consequence))
    return shown


def _check_given(fields: dict[str, str]) -> None:
    names = {"tenant": "TENANT", "debit_account": "DEBIT", "credit_account": "CREDIT"}
    if missing := [variable for name, variable in names.items() if not fields[name].strip()]:
        raise LocalError(
            Sentence(
                "Say {missing} too: the test company, and two accounts of it that take entries. For example:\n"
                "{example}",
                missing=", ".join(missing),
                example=EXAMPLE,
            )
        )


def _check_place(ground: Ground) -> None:
    """Raises ProbeRefused where no kind of ERP has such a tenant or lot; which kind it is, is not known here yet."""
    refusals: list[ProbeRefused] = []
    for erp in ERPS.values():
        try:
            ground.check_for(erp.slug, erp.box_section.load())
        except ProbeRefused as refused:
            refusals.append(refused)
        else:
            return
    raise ProbeRefused(one_after_the_other(refusals))


@contextmanager
def _running(stack: Stack, needed: set[str], console: Console) -> Iterator[None]:
    if needed <= stack.given.keys() or stack.running():
        yield
        return
    start(stack, console)
    try:
        yield
    finally:
        with console.status(say("Stopping")):
            stack.down()


def _find_connection(name: str, variable: str) -> None:
    """Puts a connection into the environment, as Airflow finds it: in a secrets back-end, the environment, or its own
    database. Raises LocalError where there is none."""
    from airflow.models.connection import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        os.environ[variable] = Connection.get_connection_from_secrets(name).as_json()
    except AirflowNotFoundException:
        raise _unknown(name, variable) from None


def _unknown(name: str, variable: str) -> LocalError:
    return LocalError(
        Sentence(
            "There is no connection {name}: set {variable} in .env, as .env.example shows for the ERP, or make it on"
            " Airflow's page Connections.",
            name=name,
            variable=variable,
        )
    )


class _Progress(logging.Handler):
    """Shows which assumption is being tried: on a real site an entry of 999 lines takes its time."""

    def __init__(self, status: Status) -> None:
        super().__init__(logging.INFO)
        self.status = status

    def emit(self, record: logging.LogRecord) -> None:
        self.status.update(escape(record.getMessage()))


def _probe(stack: Stack, ground: Ground, progress: logging.Handler) -> "ProbeReport":
    from cierre.closing.probe import probe as put_to_the_test

    log = logging.getLogger("cierre.posting.probe")
    log.addHandler(progress)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        migrate.upgrade(stack.owner_dsn)
        with session.connect(stack.ledger_dsn) as ledger:
            return put_to_the_test(ledger, ground)
    except (ProbeRefused, ProbeBusy, MappingError, VendorError) as error:
        raise LocalError(say(error)) from error
    except (psycopg.OperationalError, SQLAlchemyError) as error:
        raise LocalError(
            Sentence("The ledger cannot be used ({error}): see AIRFLOW_CONN_LEDGER_DB.", error=type(error).__name__)
        ) from error
