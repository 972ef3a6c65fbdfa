"""`python -m cierre.served_invoices …`: makes, lists and revokes the keys by which an SGI asks for invoices."""

from getpass import getuser
from typing import Annotated

import typer
from rich.table import Table

from cierre.bookkeeping.sentence import Sentence
from cierre.language.say import counted, say
from cierre.ledger import served_invoices, served_keys
from cierre.reports.command_line import unfit
from cierre.reports.commands import run
from cierre.reports.connection import open_ledger
from cierre.reports.plain_console import PlainConsole
from cierre.reports.whole import print_whole
from cierre.served_invoices.keeping import NotServed, keep, served
from cierre.served_invoices.keys import hash_of, new_key

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = PlainConsole()

WHO = getuser()
By = Annotated[str, typer.Option("--by", help="who it is made or revoked for")]


@app.command("key")
def make_key(
    company: Annotated[str, typer.Option(help="whose invoices it opens")],
    client: Annotated[str, typer.Option(help="who gets it")],
    by: By = WHO,
) -> None:
    """Makes a key, shows it this once, and prepares the company's invoices."""
    if not client.strip() or len(client) > 100:
        raise ValueError(Sentence("Say in at most 100 characters who gets the key. None was made."))
    if refused := unfit(client):
        raise ValueError(refused)
    _check_who(by)
    key = new_key()
    # What is served is made of all that was staged, by the login that may write it.
    with open_ledger(personal_values=True) as ledger:
        of = served(ledger, company)
        keep(ledger, of)
        invoices = served_invoices.count(ledger, company)
        number = served_keys.add(ledger, company, client.strip(), hash_of(key), by)
    what = counted(invoices, "{n} invoice", "{n} invoices")
    told = "Key {number} of {client} opens {what} of company {company}. It is shown this once; the ledger has its hash:"
    _print(say(told, number=number, client=client.strip(), what=what, company=company))
    # Alone on its line, so that a program can take it.
    typer.echo(key)


@app.command("keys")
def list_keys() -> None:
    """Every key that was ever made: for whom, by whom, and whether it still opens."""
    with open_ledger() as ledger:
        found = served_keys.keys(ledger)
    table = Table(
        say("Key"), say("Company"), say("Client"), say("Made by"), say("Made at"), say("Revoked by"), say("Revoked at")
    )
    for key in found:
        made, revoked = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (key.made_at, key.revoked_at))
        table.add_row(str(key.key_id), key.company, key.client, key.made_by, made, key.revoked_by or "", revoked)
    print_whole(console, table)


@app.command("revoke")
def revoke_key(key: Annotated[int, typer.Option(help="its number")], by: By = WHO) -> None:
    """From now on a key opens nothing."""
    _check_who(by)
    with open_ledger(personal_values=True) as ledger:
        done = served_keys.revoke(ledger, key, by)
    if not done:
        raise ValueError(Sentence("There is no key {number} that opens anything: nothing was done.", number=key))
    _print(say("Key {number} opens nothing any more.", number=key))


def _check_who(by: str) -> None:
    if not by.strip():
        raise ValueError(Sentence("BY is empty: say who asks for it, or leave it out. Nothing was done."))
    if refused := unfit(by):
        raise ValueError(refused)


def _print(what: str) -> None:
    console.print(what, soft_wrap=True)


def main() -> None:
    """Runs the command of the command line; a mistake that people can mend is a sentence, not a traceback."""
    run(app, console, NotServed)


if __name__ == "__main__":
    main()
