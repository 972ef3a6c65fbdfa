"""Files are fetched from a real SFTP server and from a mailbox once, and nothing is changed there."""

import asyncio
import json
import os
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import asyncssh
import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from cierre.alerts.new_finding import NewFinding
from cierre.closing import statement_fetch, unread_places
from cierre.closing.statement_fetch import plain_name
from cierre.ledger import arrivals
from operators.arrivals import TakeStatementsOperator
from sandbox.bank.mailbox import PASSWORD, USER, Mailbox
from support.tls import self_signed

COMPANY = "educacion_continua"
HEAD = "BANCO;;;;;;;\nEstado;;;;;;;\nFecha;Fecha valor;Concepto;Documento;Terminal;Debito;Credito;Saldo\n"
ROW = "04/03/2026;04/03/2026;DEPOSITO EFECTIVO;1;;;50,00;50,00\n"
OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
SECOND = "05/03/2026;05/03/2026;DEPOSITO EFECTIVO;2;;;10,00;60,00\n"


class SftpServer:
    """asyncssh's server over a folder, on a free port, with its own host key."""

    def __init__(self, folder: Path) -> None:
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self._folder, self._loop = folder, asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)
        self.port = self._server.get_port()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        class Login(asyncssh.SSHServer):
            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == (USER, PASSWORD)

        def sftp(chan: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
            return asyncssh.SFTPServer(chan, chroot=str(self._folder).encode())

        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Login, server_host_keys=[self.key], sftp_factory=sftp
        )

    def connection(self, **extra: object) -> dict[str, object]:
        host_key = self.key.export_public_key().decode().strip()
        said = {"host_key": host_key, **extra}
        return {"conn_type": "sftp", "host": "127.0.0.1", "port": self.port, "login": USER, "password": PASSWORD,
                "extra": {name: value for name, value in said.items() if value}}  # fmt: skip

    def close(self) -> None:
        async def end() -> None:
            self._server.close()
            await self._server.wait_closed()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@pytest.fixture
def server(tmp_path) -> Iterator[SftpServer]:
    (tmp_path / "server" / "salida").mkdir(parents=True)
    made = SftpServer(tmp_path / "server")
    yield made
    made.close()


@pytest.fixture
def outbox(server, tmp_path) -> Path:
    return tmp_path / "server" / "salida"


@pytest.fixture
def fetching(mappings, monkeypatch, tmp_path):
    """``fetching("{by: sftp, …}", connection)``: arrivals.yaml with a place; runs the task's fetching when called."""

    def configure(place: str, connection: dict[str, object]) -> None:
        file = mappings / "arrivals.yaml"
        file.write_text(file.read_text().replace("    channels:\n", f"    fetch: [{place}]\n    channels:\n", 1))
        monkeypatch.setenv("AIRFLOW_CONN_BANK", json.dumps(connection))
        monkeypatch.setenv("CIERRE_STATEMENTS_DIR", str(tmp_path / "drop"))
        # The provider asks a server that is down three times, some seconds apart.
        monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))

    return configure


def take() -> dict[str, int]:
    context = {"params": {}, "dag_run": SimpleNamespace(conf={})}
    return TakeStatementsOperator(task_id="take").execute(context)


PLACE = '{by: sftp, connection: bank, folder: /salida, names: "*.csv", format: banco_sandbox}'


def test_a_file_on_a_server_is_taken_once_and_stays_there(close, ledger, server, outbox, fetching, tmp_path):
    fetching(PLACE, server.connection())
    (outbox / "marzo.csv").write_text(HEAD + ROW)
    (outbox / "leame.txt").write_text("no")
    (outbox / "otro.csv").symlink_to("/etc/passwd")
    assert take()["taken"] == 1
    (outbox / "el mismo.csv").write_text(HEAD + ROW)
    (outbox / "marzo.csv").touch()
    assert take()["taken"] == 0
    assert len(arrivals.statements(ledger, COMPANY)) == 1
    assert sorted(one.name for one in outbox.iterdir()) == ["el mismo.csv", "leame.txt", "marzo.csv", "otro.csv"]
    folder = tmp_path / "drop" / COMPANY / "banco_sandbox"
    assert [one.name.partition("_")[0] for one in (folder / "taken").iterdir()] == ["marzo"]


def test_a_file_that_cannot_be_read_is_told_once_and_kept(
    close, ledger, server, outbox, fetching, tmp_path, monkeypatch
):
    fetching(PLACE, server.connection())
    (outbox / "malo.csv").write_text("nada")
    (outbox / "largo.csv").write_text("x" * 2000)
    (outbox / "marzo.csv").write_text(HEAD + ROW)
    monkeypatch.setattr(statement_fetch, "MOST_BYTES", 1000)
    with pytest.raises(NewFinding) as told:  # at once: the next try of the task would find none to tell of
        take()
    told.value.settle()
    assert "malo_" in str(told.value)
    assert "largo_" in str(told.value)
    assert take()["taken"] == 0
    assert len(arrivals.statements(ledger, COMPANY)) == 1
    refused = tmp_path / "drop" / COMPANY / "banco_sandbox" / "refused"
    assert sorted(one.name.partition("_")[0] for one in refused.iterdir()) == ["largo", "malo", "malo"]


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        ({"host_key": "", "no_host_key_check": True}, "whose server"),
        ({"host_key": OTHER_KEY}, "BadHostKey"),
    ],
    ids=["any key", "another key"],
)
def test_a_server_that_is_not_known_by_its_key_gives_nothing(close, ledger, server, outbox, fetching, extra, why):
    fetching(PLACE, server.connection(**extra))
    (outbox / "marzo.csv").write_text(HEAD + ROW)
    with pytest.raises(AirflowException, match=f"{COMPANY}: .*{why}"):
        take()
    assert arrivals.statements(ledger, COMPANY) == []


def test_what_is_attached_to_a_mail_is_taken_once_and_the_mailbox_stays_as_it_was(close, ledger, fetching):
    with Mailbox() as mailbox:
        mailbox.put(("../../marzo.csv", (HEAD + ROW).encode()), ("firma.png", b"x"))
        fetching(MAIL, mails(mailbox, use_ssl=False))
        assert take()["taken"] == 1
        mailbox.put(("abril.csv", (HEAD + SECOND).encode()))
        assert take()["taken"] == 1
        assert take()["taken"] == 0
        assert len(arrivals.statements(ledger, COMPANY)) == 2
        fetched = [one for one in mailbox.asked if "BODY.PEEK" in one]
        assert len(fetched) == 2
        assert any(re.fullmatch(r'UID SEARCH SINCE \d+-[A-Z][a-z]{2}-\d{4} FROM "banco"', one) for one in mailbox.asked)
        assert {one.split()[0].upper() for one in mailbox.asked} <= {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}


def test_a_place_is_told_though_the_first_try_broke_off_after_it_was_looked_at(close, ledger, fetching, monkeypatch):
    fetching(PLACE, {"conn_type": "sftp", "host": "127.0.0.1", "port": 1, "login": USER, "password": PASSWORD})
    with monkeypatch.context() as broken:
        broken.setattr("cierre.closing.arrivals.keep_new_matches", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take()
    with pytest.raises(AirflowFailException, match=r"bank: "):
        take()


def mails(mailbox: Mailbox, host: str = "127.0.0.1", **extra: object) -> dict[str, object]:
    return {"conn_type": "imap", "host": host, "port": mailbox.port, "login": USER, "password": PASSWORD,
            "extra": extra}  # fmt: skip


MAIL = '{by: mail, connection: bank, sender: banco, names: "*.csv", format: banco_sandbox}'


def test_a_mail_server_is_talked_to_by_tls_and_only_where_its_certificate_is_trusted(
    close, ledger, fetching, tmp_path, monkeypatch
):
    shows, certificate = self_signed(tmp_path)
    with Mailbox(shows) as mailbox:
        mailbox.put(("marzo.csv", (HEAD + ROW).encode()))
        fetching(MAIL, mails(mailbox))
        with pytest.raises(AirflowException, match=r"bank: .*CERTIFICATE_VERIFY_FAILED"):
            take()
        assert mailbox.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert take()["taken"] == 1
    assert len(arrivals.statements(ledger, COMPANY)) == 1


@pytest.mark.parametrize("extra", [{"use_ssl": False}, {"ssl_context": "none"}], ids=["in the clear", "unchecked"])
def test_a_mail_server_elsewhere_is_not_logged_in_to_where_somebody_could_listen(close, ledger, fetching, extra):
    with Mailbox() as mailbox:
        fetching(MAIL, mails(mailbox, host="mail.invalid", **extra))
        with pytest.raises(AirflowException, match=r"bank: .*use_ssl"):
            take()


def test_a_place_that_does_not_answer_is_told_and_the_folder_is_taken_all_the_same(close, ledger, fetching, tmp_path):
    fetching(PLACE, {"conn_type": "sftp", "host": "127.0.0.1", "port": 1, "login": "x", "password": "secreto"})
    folder = tmp_path / "drop" / COMPANY / "banco_sandbox"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(HEAD + ROW)
    os.utime(folder / "a.csv", (1, 1))
    with pytest.raises(AirflowException, match="bank: ") as told:
        take()
    assert "secreto" not in str(told.value)
    assert len(arrivals.statements(ledger, COMPANY)) == 1


def test_a_place_that_stays_unread_is_told_once_a_day_and_at_once_when_it_was_read_in_between(
    close, ledger, server, outbox, fetching, monkeypatch, caplog
):
    down = {"conn_type": "sftp", "host": "127.0.0.1", "port": 1, "login": USER, "password": PASSWORD}
    fetching(PLACE, down)
    with pytest.raises(NewFinding, match=r"bank: ") as failed:
        take()
    failed.value.settle()
    assert take()["taken"] == 0
    assert "bank: " in caplog.text
    with monkeypatch.context() as a_day_later, pytest.raises(NewFinding, match=r"bank: ") as failed:
        a_day_later.setattr(unread_places, "AGAIN", timedelta(0))
        take()
    failed.value.settle()
    assert take()["taken"] == 0
    monkeypatch.setenv("AIRFLOW_CONN_BANK", json.dumps(server.connection()))
    assert take()["taken"] == 0
    monkeypatch.setenv("AIRFLOW_CONN_BANK", json.dumps(down))
    with pytest.raises(AirflowException, match=r"bank: "):
        take()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..", "C:\\x\\a.csv", ".hidden", "a\0b\n.csv", "ñ.csv", "x" * 500]
)
def test_a_name_from_elsewhere_is_no_path_here(name):
    plain = plain_name(name, "0123456789abcdef")
    assert Path(plain).name == plain
    assert not plain.startswith(".")
    assert "01234567" in plain
    assert len(plain) < 130
