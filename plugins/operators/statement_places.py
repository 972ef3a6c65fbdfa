"""The places that statements are fetched from, by Airflow's own providers: a folder by SFTP, attachments by IMAP.

Both are only read: a mailbox is opened so that nothing in it can change.
"""

import email
import imaplib
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from airflow.providers.imap.hooks.imap import ImapHook
from airflow.providers.sftp.hooks.sftp import SFTPHook
from airflow.sdk import Connection
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowException
from paramiko import SFTPClient, SSHException

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.statements.fetched import Fetch
from cierre.closing.statement_fetch import PlaceError, RemoteFile, RemotePlace
from cierre.statement_files.tables import MOST_BYTES

SECONDS = 60
"""How long an answer may take."""

MOST_LISTED = 10_000
"""Files of a folder that are looked at, and mails of a mailbox (the newest)."""

MOST_OF_A_MAIL = 2 * MOST_BYTES
"""Bytes; what is attached is a third longer in a mail."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As IMAP writes them, whatever language the machine speaks."""

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

_TROUBLE = (OSError, EOFError, SSHException, AirflowException, imaplib.IMAP4.error, ValueError)


@contextmanager
def place(one: Fetch) -> Iterator[RemotePlace]:
    """A place, open. Raises PlaceError where it cannot be reached or read."""
    opened = _sftp(one) if one.by == "sftp" else _mail(one)
    try:
        with opened as found:
            yield found
    except _TROUBLE as error:
        raise PlaceError(Sentence("{why}", why=f"{type(error).__name__}: {error}"[:500])) from error


@contextmanager
def _sftp(one: Fetch) -> Iterator[RemotePlace]:
    hook = SFTPHook(ssh_conn_id=one.connection)
    if hook.no_host_key_check:
        raise PlaceError(Sentence("the connection does not check whose server it is: set host_key in its extra"))
    with hook.get_managed_conn() as client:
        if channel := client.get_channel():
            channel.settimeout(SECONDS)
        yield _Folder(client, one.folder)


class _Folder:
    """A folder of a server. What changed there has another key."""

    def __init__(self, client: SFTPClient, folder: str) -> None:
        self._client, self._folder = client, folder

    def files(self, known: Collection[str]) -> Iterator[RemoteFile]:
        listed = islice(self._client.listdir_iter(self._folder), MOST_LISTED)
        for one in sorted(listed, key=lambda entry: entry.filename):
            # No path from a remote name: a server may answer with any.
            if stat.S_ISREG(one.st_mode or 0) and one.filename == PurePosixPath(one.filename).name:
                size = one.st_size or 0
                yield RemoteFile(f"{one.filename}|{size}|{one.st_mtime}", one.filename, size)

    def read(self, file: RemoteFile, most: int) -> bytes:
        with self._client.open(f"{self._folder}/{file.name}", "rb") as there:
            return bytes(there.read(most))


@contextmanager
def _mail(one: Fetch) -> Iterator[RemotePlace]:
    hook = ImapHook(imap_conn_id=one.connection)
    if _can_be_read_on_the_way(hook.get_connection(one.connection)):
        raise PlaceError(
            Sentence(
                "the connection is not encrypted, or does not check whose server it is: leave use_ssl and ssl_context"
                " out of its extra"
            )
        )
    client = hook.get_conn().mail_client
    if client is None:
        raise PlaceError(Sentence("the mail server gives no connection"))
    try:
        client.socket().settimeout(SECONDS)
        _answer(client.select(f'"{one.folder}"', readonly=True))
        yield _Mailbox(client, one)
    finally:
        client.logout()


def _can_be_read_on_the_way(connection: Connection) -> bool:
    """Whether somebody between here and the mail server could read the password and the mails, or stand in for the
    server, by the settings that the provider goes by."""
    if connection.host in _THIS_MACHINE:
        return False
    settings = (connection.extra_dejson.get("ssl_context"), conf.get("imap", "SSL_CONTEXT", fallback=None),
                conf.get("email", "SSL_CONTEXT", fallback=None))  # fmt: skip
    checked = next(filter(None, settings), "default")
    return connection.extra_dejson.get("use_ssl", True) is not True or checked != "default"


class _Mailbox:
    """The attachments of a mailbox's mails. A mail that was looked at is not fetched again."""

    def __init__(self, client: imaplib.IMAP4, one: Fetch) -> None:
        self._client, self._one = client, one
        self._contents: dict[str, bytes] = {}
        _, found = client.response("UIDVALIDITY")
        self._validity = found[0].decode() if found and found[0] else ""

    def files(self, known: Collection[str]) -> Iterator[RemoteFile]:
        since = datetime.now(UTC).date() - timedelta(days=self._one.days)
        wanted = ["SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"]
        wanted += ["FROM", f'"{self._one.sender}"'] if self._one.sender else []
        answer = _answer(self._client.uid("SEARCH", *wanted))
        for uid in (answer[0] or b"").decode().split()[-MOST_LISTED:]:
            key = f"{self._validity}/{uid}"
            if key not in known:
                yield from self._attached(uid, key)
            yield RemoteFile(key, "", 0)

    def read(self, file: RemoteFile, most: int) -> bytes:
        return self._contents.pop(file.key)[:most]

    def _attached(self, uid: str, key: str) -> Iterator[RemoteFile]:
        size = _size(_answer(self._client.uid("FETCH", uid, "(RFC822.SIZE)")))
        if size > MOST_OF_A_MAIL:
            yield RemoteFile(f"{key}/0", self._one.names.replace("*", f"mail_{uid}"), size)
            return
        # A tuple is a literal; beside it stands what ends the answer.
        answer = _answer(self._client.uid("FETCH", uid, "(BODY.PEEK[])"))
        content: bytes = next((part[1] for part in answer if isinstance(part, tuple)), b"")
        mail = email.message_from_bytes(content, policy=default)
        for number, part in enumerate(mail.iter_attachments() if isinstance(mail, EmailMessage) else (), start=1):
            attached = part.get_payload(decode=True)
            if (name := part.get_filename()) and isinstance(attached, bytes):
                file = RemoteFile(f"{key}/{number}", name, len(attached))
                self._contents = {file.key: attached}
                yield file


def _answer(answered: tuple[str, list[Any]]) -> list[Any]:
    """What a server answered. Raises IMAP4.error where it refused."""
    word, said = answered
    if word != "OK":
        raise imaplib.IMAP4.error(str(said))
    return said


def _size(answer: list[Any]) -> int:
    text = answer[0].decode() if answer and answer[0] else ""
    found = text.rpartition("RFC822.SIZE")[2].strip(" )").split()
    if not found or not found[0].isdecimal():
        raise imaplib.IMAP4.error(f"no size in {text!r}")
    return int(found[0])
