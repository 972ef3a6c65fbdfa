"""What all vendors' hooks share: one pooled session, timeouts, retries of reads alone, outcomes as errors."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from airflow.providers.http.hooks.http import HttpHook
from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveFloat, PositiveInt, ValidationError
from requests import Response, Session
from requests.exceptions import (
    ConnectTimeout,
    InvalidHeader,
    InvalidSchema,
    InvalidURL,
    MissingSchema,
    ProxyError,
    ReadTimeout,
    RequestException,
    TooManyRedirects,
)
from requests.utils import default_headers
from urllib3.exceptions import ConnectTimeoutError, HTTPError, ReadTimeoutError

from cierre.bookkeeping.personal import ElementsAhead
from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import quoted, shown
from cierre.language.say import say
from cierre.ports.errors import FatalError, RetriableError, UncertainError, VendorError
from hooks.http.bounds import OutOfBounds, check_rows, check_structure, pieces
from hooks.http.charset import declared_in, decoded
from hooks.http.deadline import TimedAdapter, ends_at, headers_end_at
from hooks.http.origin import UnfollowingSession, origin_of, redirect_of, sends_in_clear, site_of
from hooks.http.transport import ReadRetry, keep_passwords_out_of_logs, seconds_to_wait

keep_passwords_out_of_logs()

Failure = TypeVar("Failure", bound=VendorError)

LONGEST_WORDS = 500
"""Characters of a vendor's own words that are repeated."""

MOST_REDIRECTS = 5
"""How often one read is redirected within its server before that is taken for a circle."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A source's answer, whole: what was asked (by the vendor's own names), when it came (UTC), its text.

    ``ahead`` are the lists of it that were read for personal values while the rest was awaited.
    """

    asked: dict[str, str]
    received_at: datetime
    body: str
    ahead: tuple[ElementsAhead, ...] = ()


class Settings(BaseModel):
    """What a vendor's connection may set in its extra.

    Timeouts are seconds: ``read_timeout`` without a byte, ``total_timeout`` until an answer is whole; a write's answer
    is whole within ``read_timeout``. ``retries`` are of one read. ``max_…`` bound an answer: megabytes as sent and
    unpacked, levels of nesting, rows (JSON objects). ``plain_http_host`` is the host to which a password may go by
    http://. ``sandbox`` is the address at which it is the sandbox's.
    """

    model_config = ConfigDict(frozen=True)

    connect_timeout: PositiveFloat = 10
    read_timeout: PositiveFloat = 120
    total_timeout: PositiveFloat = 600
    retries: NonNegativeInt = 3
    max_wire_mb: PositiveFloat = 50
    max_answer_mb: PositiveFloat = 200
    max_depth: PositiveInt = 40
    max_rows: PositiveInt = 500_000
    plain_http_host: str = ""
    sandbox: str = ""


class VendorHook(HttpHook):
    """A vendor's HTTP service behind an Airflow connection. Construct it freely: only the first call connects.

    An id is all that a hook needs; what its vendor allows is then counted by this process alone. A hook that shares the
    ledger's count with all processes comes from ``cierre.closing.wiring``. ``takes`` names what its constructor can
    be handed by keyword: ``allowances`` (cierre.ports.allowance.AllowanceKeeper), ``override_by`` (who answers for
    calls in business hours), ``reviewed`` (gives what accountants reviewed of the source).

    Subclasses name the ``vendor`` for people and their ``settings_model``, and speak through ``ask`` (reads) and
    ``tell`` (writes). ``fallback_charset`` is for vendors whose answers are not always in the charset they should be.
    """

    conn_name_attr = "connection_id"
    vendor: ClassVar[str]
    settings_model: ClassVar[type[Settings]] = Settings
    fallback_charset: ClassVar[str | None] = None
    takes: ClassVar[frozenset[str]] = frozenset()
    settings: Settings

    def __init__(self, connection_id: str) -> None:
        super().__init__(http_conn_id=connection_id)
        self.connection_id = connection_id
        self.keep_alive_adapter = TimedAdapter(idle=120, count=20, interval=30)
        self.where = ""
        self._session: Session | None = None

    # Airflow's own takes headers and options of a single call; a vendor's one session has none.
    def get_conn(self) -> Session:  # type: ignore[override]
        """This hook's one session, opened at the first call and kept.

        Raises FatalError if the connection's address or one of its settings cannot be used, or if its password would
        go by http:// to another machine.
        """
        if self._session is None:
            # The hook of the http provider still names the connection of an Airflow before the SDK.
            connection: Any = self.get_connection(self.connection_id)
            self.settings = self._read_settings(connection.extra_dejson)
            try:
                self._set_base_url(connection)
                self.base_url = self.base_url.rstrip("/")
                self.where = site_of(self.base_url)
            except ValueError:
                message = Sentence(
                    "connection {connection} cannot be used: its base address is none", connection=self.connection_id
                )
                raise FatalError(message, vendor=self.vendor) from None
            if connection.password or urlsplit(self.base_url).password:
                self._keep_password_out_of_plain_http()
            self.keep_alive_adapter.max_retries = ReadRetry.of(self.settings.retries)
            session = self._configure_session_from_auth(UnfollowingSession(), connection)
            session = self._configure_session_from_extra(session, connection, {})
            # The http provider makes a header of every extra it does not know; ours are settings.
            session.headers.clear()
            session.headers.update(default_headers())
            self._session = self._configure_session_from_mount_adapters(session)
        return self._session

    @property
    def site(self) -> str:
        """Where this connection leads, as the ledger keeps it: the base address without user, password and query.

        Two connections of one site lead to the same books. Subclasses add what else tells one company there from
        another. Raises FatalError as ``get_conn`` does.
        """
        self.get_conn()
        return self.where

    @property
    def is_sandbox(self) -> bool:
        """Whether this connection leads to the sandbox: it says so, and nobody has changed its address since. Raises
        FatalError as ``get_conn`` does."""
        self.get_conn()
        return self._leads_to_sandbox()

    def _leads_to_sandbox(self) -> bool:
        return bool(self.settings.sandbox) and site_of(self.settings.sandbox) == self.where

    def _keep_password_out_of_plain_http(self) -> None:
        """Raises FatalError where a password could be read on its way to a host that nobody allowed for that."""
        host = urlsplit(self.where).hostname
        if not sends_in_clear(self.where) or host == self.settings.plain_http_host.lower() or self._leads_to_sandbox():
            return
        told = (
            "connection {connection} would send its password to {where} without encryption: write https:// in its base"
            " address, or name {host} in its plain_http_host if the way there is safe"
        )
        message = Sentence(told, connection=self.connection_id, where=self.where, host=host or "?")
        raise FatalError(message, vendor=self.vendor)

    def _read_settings(self, extra: dict[str, Any]) -> Settings:
        given = {name: value for name, value in extra.items() if value not in (None, "")}
        try:
            return self.settings_model.model_validate(given)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            told = "connection {connection} has an extra that cannot be used: {wrong}"
            message = Sentence(told, connection=self.connection_id, wrong=wrong)
            raise FatalError(message, vendor=self.vendor) from None

    def ask(self, endpoint: str, params: dict[str, str], *, about: str) -> str:
        """The text that a GET answers; ``about`` begins the message if it fails ("box 164 of 2024-09-06").

        Retried a few times at once where the vendor is unreachable or overloaded. Raises RetriableError (also for
        5xx and 429, with ``retry_after``) or FatalError (any other status that is not 2xx).
        """
        response = self.exchange("GET", endpoint, about=about, if_lost=RetriableError, params=params)
        status = response.status_code
        if status in (408, 429) or status >= 500:
            page = describe(self.text(response, about=about, if_lost=RetriableError))
            message = Sentence("{about}: the answer is {page}", about=about, page=page)
            error = self.failure(RetriableError, message, response)
            error.retry_after = seconds_to_wait(response.headers.get("Retry-After"))
            raise error
        if not 200 <= status < 300:
            told = "{about}: {endpoint} at {where} refuses the call: check address and login"
            message = Sentence(told, about=about, endpoint=endpoint, where=self.where)
            raise self.failure(FatalError, message, response)
        return self.text(response, about=about, if_lost=RetriableError)

    def tell(self, endpoint: str, body: bytes, *, about: str, **request: Any) -> Response:
        """The response to one POST, sent exactly once, whatever its status: what it means is the vendor's to say.

        Raises RetriableError or FatalError if it was certainly never sent, UncertainError if it was sent and no
        whole answer came.
        """
        self.get_conn()
        request["total_timeout"] = self.settings.read_timeout
        return self.exchange("POST", endpoint, about=about, if_lost=UncertainError, data=body, **request)

    def failure(self, error: type[Failure], message: str, response: Response | None = None) -> Failure:
        """An error of this vendor, with the status and request id of the response if there is one."""
        if response is None:
            return error(message, vendor=self.vendor)
        request_id = response.headers.get("X-Request-ID")
        return error(message, vendor=self.vendor, status=response.status_code, request_id=request_id)

    def text(self, response: Response, *, about: str, if_lost: type[VendorError]) -> str:
        """The body of a response, in the charset that it has: see hooks.http.charset.

        Raises ``if_lost`` if it is in none that is known, and as ``out_of_bounds`` says if it is nested too deeply or
        has too many rows.
        """
        declared = declared_in(response.headers.get("Content-Type", ""))
        text = decoded(response.content, declared, self.fallback_charset)
        if text is None:
            told = "{about}: {size} bytes that are not {charset} text"
            message = Sentence(told, about=about, size=len(response.content), charset=declared)
            raise self.failure(if_lost, message, response)
        try:
            check_structure(text, self.settings)
        except OutOfBounds as error:
            raise self.out_of_bounds(error, about=about, if_lost=if_lost) from None
        return text

    def test_connection(self) -> tuple[bool, str]:
        """Whether the vendor answers as it should, and a sentence that says what was tried and seen."""
        try:
            return True, self.proof()
        except VendorError as error:
            return False, str(error)

    def proof(self) -> str:
        """A sentence on what a harmless call proved; raises VendorError."""
        raise NotImplementedError

    def exchange(
        self,
        method: str,
        endpoint: str,
        *,
        about: str,
        if_lost: type[VendorError],
        read_timeout: float | None = None,
        total_timeout: float | None = None,
        stream: bool = False,
        **request: Any,
    ) -> Response:
        """One request and its whole response, whatever its status; ``ask`` and ``tell`` are the ways to call it.

        Timeouts are the connection's where none are given. With ``stream`` the body of a 2xx answer is left to be read
        by ``pieces``. Raises RetriableError or FatalError if nothing was sent, ``if_lost`` if no whole answer came, or
        a redirect to no address; FatalError also if it comes from another server, and as ``out_of_bounds`` says.
        """
        session = self.get_conn()
        silence = read_timeout or self.settings.read_timeout
        seconds = total_timeout or self.settings.total_timeout
        until = time.monotonic() + seconds
        timeout = (self.settings.connect_timeout, min(silence, seconds))
        try:
            with headers_end_at(until):
                response = self._follow(session, method, self.base_url + endpoint, timeout=timeout, **request)
            if not (stream and response.ok):
                with ends_at(until, response.raw.shutdown):
                    response.raw = BytesIO(b"".join(pieces(response, self.settings)))
        except (OSError, HTTPError) as error:
            drips = time.monotonic() >= until and seconds > silence
            failure = self._explain(
                error, about=about, if_lost=if_lost, seconds=seconds if drips else silence, drips=drips
            )
        except OutOfBounds as error:
            response.close()
            failure = self.out_of_bounds(error, about=about, if_lost=if_lost)
        except _ElsewhereError as error:
            told = (
                "{about}: {where} redirects to {there}, another server, from which nothing is taken: if that is right,"
                " make it the base address of connection {connection}"
            )
            values = {"about": about, "where": self.where, "there": error, "connection": self.connection_id}
            failure = self.failure(FatalError, Sentence(told, **values))
        except UnicodeEncodeError as error:  # HTTP's headers are Latin-1, and are encoded before anything is sent
            failure = self._unsendable(error.object, request.get("headers", {}), about=about)
        except _NowhereError:
            told = "{about}: {where} redirects to what is no address"
            failure = self.failure(if_lost, Sentence(told, about=about, where=self.where))
        else:
            if response.status_code == HTTPStatus.PARTIAL_CONTENT:  # nobody asked for a part
                response.close()
                raise self.failure(if_lost, Sentence("{about}: the answer is only a part", about=about), response)
            took = response.elapsed.total_seconds()
            # A streamed answer is for the caller to read: here it is as long as it says.
            size = response.headers.get("Content-Length", "?") if stream and response.ok else len(response.content)
            asked = f"{self.vendor} {method} {endpoint}: HTTP {response.status_code}"
            self.log.info(say("{asked}, {size} bytes, {seconds} s", asked=asked, size=size, seconds=f"{took:.1f}"))
            return response
        # Raised here, not in the except: the library's error would come along, and its text shows the whole address,
        # which for a login by query string has the password in it.
        raise failure

    def pieces(self, response: Response, *, about: str) -> Iterator[bytes]:
        """The body of a response that ``exchange`` gave with ``stream``, piece by piece.

        Raises RetriableError if it breaks off or takes longer than ``total_timeout``, FatalError if it is too large.
        """
        seconds = self.settings.total_timeout
        try:
            with ends_at(time.monotonic() + seconds, response.raw.shutdown):
                yield from pieces(response, self.settings)
            return
        except (OSError, HTTPError) as error:
            failure = self._explain(error, about=about, if_lost=RetriableError, seconds=seconds, drips=True)
        except OutOfBounds as error:
            failure = self.out_of_bounds(error, about=about, if_lost=RetriableError)
        raise failure

    def check_rows(self, rows: int, *, about: str) -> None:
        """Raises FatalError if a list that comes in pages has more rows by now than the connection allows."""
        try:
            check_rows(rows, self.settings)
        except OutOfBounds as error:
            raise self.out_of_bounds(error, about=about, if_lost=RetriableError) from None

    def out_of_bounds(self, error: OutOfBounds, *, about: str, if_lost: type[VendorError]) -> VendorError:
        """An answer that is larger than the connection allows: UncertainError where it was to a write, else FatalError,
        since it will not be smaller the next time."""
        told = (
            "{about}: the answer is refused: {what}. If so much is right, raise {setting} in the extra of connection"
            " {connection}; if not, ask the vendor"
        )
        values = {"what": error.what, "setting": error.setting, "connection": self.connection_id}
        kind = UncertainError if if_lost is UncertainError else FatalError
        return self.failure(kind, Sentence(told, about=about, **values))

    def _unsendable(self, text: str, headers: dict[str, str], *, about: str) -> FatalError:
        """A text that HTTP cannot carry in a header. Quotes nothing of it: it may be a password."""
        header = next((name for name, value in headers.items() if value == text), None)
        values = {"about": about, "connection": self.connection_id, "header": header}
        told = (
            "{about}: nothing was sent by connection {connection}: its user, password or key has a character that HTTP"
            " cannot carry there, such as a long dash or €. Have it changed at the vendor to one of plain letters,"
            " digits and signs, and enter it anew"
        )
        if header is not None:
            told = (
                "{about}: nothing was sent by connection {connection}: {header} has a character that HTTP cannot carry"
                " there, such as a long dash or €. Correct it in the file of the cash box or in the connection's extra"
            )
        return self.failure(FatalError, Sentence(told, **values))

    @staticmethod
    def _follow(session: Session, method: str, address: str, **request: Any) -> Response:
        """The response to one request, its body unread. Raises _ElsewhereError where it redirects to another server,
        _NowhereError where it redirects to no address, TooManyRedirects.

        A redirected POST would be repeated elsewhere, as a GET: it is never followed.
        """
        for _ in range(1 + min(session.max_redirects, MOST_REDIRECTS)):
            response = session.request(method, address, stream=True, allow_redirects=False, **request)
            if method != "GET" or not response.is_redirect:
                return response
            response.close()
            try:
                there = redirect_of(response)
                origin = origin_of(there)
            except ValueError:
                raise _NowhereError from None
            if origin != origin_of(address):
                raise _ElsewhereError(origin)
            address = there
            request.pop("params", None)
        raise TooManyRedirects

    def _explain(
        self, error: Exception, *, about: str, if_lost: type[VendorError], seconds: float, drips: bool
    ) -> VendorError:
        """What a failed exchange means for what may be done next. Quotes no library text: it may hold the address.

        ``seconds`` were waited; with ``drips`` they were those in which the answer should have been whole.
        """
        where = self.where
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(error, (ConnectTimeout, ProxyError)) or isinstance(reason, ConnectTimeoutError):
            why = getattr(getattr(reason, "__cause__", None), "strerror", None) or "timed out"
            told = "{about}: no connection to {where} ({why}), so nothing was sent"
            return self.failure(RetriableError, Sentence(told, about=about, where=where, why=why))
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            told = "{about}: the certificate of {where} is not trusted"
            return self.failure(FatalError, Sentence(told, about=about, where=where))
        if is_timeout(error) and drips:
            told = (
                "{about}: the answer was still not whole after {seconds} seconds. If the vendor is that slow, raise"
                " total_timeout in the extra of connection {connection}"
            )
            values = {"about": about, "seconds": f"{seconds:g}", "connection": self.connection_id}
            return self.failure(if_lost, Sentence(told, **values))
        if is_timeout(error):
            told = "{about}: no answer within {seconds} seconds"
            return self.failure(if_lost, Sentence(told, about=about, seconds=f"{seconds:g}"))
        if _was_not_built(error):
            kind = type(error).__name__
            told = "{about}: connection {connection} cannot be used ({kind}, {where})"
            values = {"about": about, "connection": self.connection_id, "kind": kind, "where": where}
            return self.failure(FatalError, Sentence(told, **values))
        if isinstance(error, TooManyRedirects):
            told = "{about}: {where} redirects in circles"
            if not self.get_conn().max_redirects:
                told = (
                    "{about}: {where} redirects, which is not followed here: check the base address of connection"
                    " {connection}"
                )
            values = {"about": about, "where": where, "connection": self.connection_id}
            return self.failure(FatalError, Sentence(told, **values))
        return self.failure(if_lost, Sentence("{about}: the connection broke before the answer was whole", about=about))


class _ElsewhereError(Exception):
    """An answer would come from another server: its scheme, host and port."""


class _NowhereError(Exception):
    """A redirect names no address."""


def is_timeout(error: Exception) -> bool:
    """Whether an exchange failed because its answer took too long."""
    return isinstance(error, (ReadTimeout, ReadTimeoutError, TimeoutError))


def _was_not_built(error: Exception) -> bool:
    """Whether the request failed before there was one to send: an impossible address, header or certificate file."""
    if isinstance(error, InvalidHeader):  # also raised for a header of the answer, and then there is a request
        return error.request is None
    return isinstance(error, (MissingSchema, InvalidSchema, InvalidURL)) or not isinstance(
        error, (RequestException, HTTPError)
    )


def describe(body: str, *, quote: bool = False) -> str:
    """What a body is, for a message: its kind and length.

    With ``quote`` also the first characters of a text: never for what a source answers, which is personal data. Of a
    page nothing is quoted: it may be anybody's.
    """
    size = f"{len(body):,} characters"
    if not body.strip():
        return "empty"
    if re.match(r"\s*(<!doctype html|<html|<head|<body)", body, re.IGNORECASE):
        return f"an HTML page of {size}"
    is_quoted = quote and not body.lstrip().startswith("<")
    return f"{size} of text{f' that begin “{one_line(body[:80])}”' if is_quoted else ''}"


def one_line(text: str) -> str:
    """A text with its line breaks and runs of blanks made single blanks, its control characters shown as pictures."""
    return " ".join(shown(text).split())


def words_of(said: Any) -> str:
    """What a vendor says in an error, in one line; of what is no text only what it is, since it may be a whole row."""
    if isinstance(said, list) and said and all(isinstance(one, str) for one in said):
        said = "; ".join(said)
    return one_line(said)[:LONGEST_WORDS] if isinstance(said, str) else str(quoted(said))
