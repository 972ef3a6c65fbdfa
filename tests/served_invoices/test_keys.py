"""Who may ask: keys are of one company, hashed, revocable and counted; nothing answers without one."""

import re
import sys

import pytest
import requests

from cierre.bookkeeping.sentence import Sentence
from cierre.ledger import served_keys
from cierre.served_invoices import __main__ as command, caller
from cierre.served_invoices.limits import Limit
from support.board_routes import sge_addresses


def test_no_address_answers_without_a_key(ask):
    for path in sge_addresses():
        for headers in ({}, {"X-API-Key": "wrong"}, {"Authorization": "Bearer"}, {"Cookie": "_token=x"}):
            answer = ask(path, headers)
            assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json"), path
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert answer.json()["detail"].endswith(".")


def test_nothing_can_be_sent(address, key):
    for path in sge_addresses():
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = requests.request(method, f"{address}{path}", headers=key, timeout=10)
            assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json"), path


def test_there_are_no_other_addresses(ask):
    for path in ("/", "/docs", "/redoc", "/openapi.json", "/facturas-emitidas/", "/nada"):
        answer = ask(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json"), path


def test_a_key_is_nowhere_in_the_ledger(ledger, key):
    (secret,) = key.values()
    kept = ledger.execute("SELECT one::text FROM served.key AS one").fetchone()[0]
    assert secret not in kept
    assert re.search(r"[0-9a-f]{64}", kept)


def test_a_revoked_key_opens_nothing_from_then_on_and_cannot_be_brought_back(ledger, ask):
    assert ask("/facturas-emitidas/columnas").status_code == 200
    (made,) = served_keys.keys(ledger)
    assert served_keys.revoke(ledger, made.key_id, "test")
    answer = ask("/facturas-emitidas/columnas")
    assert (answer.status_code, "revocada" in answer.json()["detail"]) == (401, True)
    assert not served_keys.revoke(ledger, made.key_id, "test")
    with pytest.raises(Exception, match=r"permission denied|append"):
        ledger.execute("DELETE FROM served.key_revoked")


def test_a_key_of_a_company_that_is_not_served_opens_nothing(ask, make_key):
    answer = ask("/facturas-emitidas", {"X-API-Key": make_key("conduce_ecuador")})
    assert answer.status_code == 403
    assert "conduce_ecuador" in answer.json()["detail"]


def test_who_asks_too_often_waits_and_others_do_not(ask, make_key, monkeypatch):
    monkeypatch.setattr(caller, "REQUESTS", Limit(0.001, 3))
    assert [ask("/facturas-emitidas/columnas").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = ask("/facturas-emitidas/columnas")
    assert int(refused.headers["Retry-After"]) > 900
    assert ask("/facturas-emitidas/columnas", {"X-API-Key": make_key()}).status_code == 200


def test_who_guesses_keys_waits_and_who_has_one_does_not(ask, monkeypatch):
    monkeypatch.setattr(caller, "REFUSALS", Limit(0.001, 2))
    guess = {"X-API-Key": "cierre_" + "A" * 43}
    assert [ask("/facturas-emitidas/columnas", guess).status_code for _ in range(3)] == [401, 401, 429]
    assert ask("/facturas-emitidas/columnas").status_code == 200


@pytest.fixture
def run(monkeypatch, ledger_dsn, reader_dsn, rules, capsys):
    """Runs the command; gives what it prints."""
    monkeypatch.setenv("CIERRE_LEDGER_DSN", ledger_dsn)
    monkeypatch.setenv("CIERRE_LEDGER_READER_DSN", reader_dsn)

    def run(*arguments: str) -> str:
        monkeypatch.setattr(command, "console", command.PlainConsole(file=sys.stdout, width=200))
        command.app(arguments, standalone_mode=False)
        return capsys.readouterr().out

    return run


def test_a_key_is_made_shown_once_listed_and_revoked_by_a_command(run, ask, ledger):
    told = run("key", "--company", "universidad", "--client", "SGI", "--by", "Ana")
    secret = told.split()[-1]
    assert ask("/facturas-emitidas", {"X-API-Key": secret}).status_code == 204
    (made,) = [one for one in served_keys.keys(ledger) if one.made_by == "Ana"]
    listed = run("keys")
    assert "SGI" in listed
    assert secret not in listed
    run("revoke", "--key", str(made.key_id), "--by", "Ana")
    assert ask("/facturas-emitidas", {"X-API-Key": secret}).status_code == 401
    with pytest.raises(ValueError, match="nothing was done"):
        run("revoke", "--key", str(made.key_id))


def test_no_key_is_made_for_a_company_that_is_not_served(run, ledger):
    with pytest.raises(LookupError) as refused:
        run("key", "--company", "conduce_ecuador", "--client", "SGI")
    assert isinstance(refused.value.args[0], Sentence)
    assert served_keys.keys(ledger) == []


COMPANY = "universidad"
CLIENTS = ("SGI [/]", "Hercules [pruebas]", "[bold]SGI", ":apple: [/x] \\[red]\\", "--help", "Ñandú & hijos")


def test_who_gets_a_key_is_listed_as_it_was_typed(run):
    for client in CLIENTS:
        assert f" of {client} opens" in run("key", f"--company={COMPANY}", f"--client={client}")
    listed = run("keys")
    assert [client for client in CLIENTS if f" {client} " not in listed] == []


@pytest.mark.parametrize("text", ["", " ", "a\x1b[31mb", "a\nb", "caf\udce9", "\x9b"])
@pytest.mark.parametrize("name", ["client", "by"])
def test_who_gets_a_key_or_asks_for_it_is_one_line_of_text(run, ledger, name, text):
    said = {"company": COMPANY, "client": "SGI", "by": "Ana"} | {name: text}
    with pytest.raises(ValueError, match=r"\.$") as refused:
        run("key", *(f"--{one}={value}" for one, value in said.items()))
    assert isinstance(refused.value.args[0], Sentence)
    if name == "by":
        with pytest.raises(ValueError, match=r"\.$"):
            run("revoke", "--key=1", f"--by={text}")
    assert served_keys.keys(ledger) == []
