"""What all vendors' hooks share: one pooled session, timeouts, retries of reads alone, outcomes as errors."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from airflow.providers.http.hooks.http import HttpHook
from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveFloat, ValidationError
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
from urllib3.exceptions import ConnectTimeoutError, HTTPError

from cierre.bookkeeping.sentence import Sentence
from cierre.bookkeeping.text import quoted, shown
from cierre.language.say import say
from cierre.ports.errors import FatalError, RetriableError, UncertainError, VendorError
from hooks.http.transport import ReadRetry, keep_passwords_out_of_logs, seconds_to_wait

keep_passwords_out_of_logs()

Failure = TypeVar("Failure", bound=VendorError)

LONGEST_WORDS = 500
"""Characters of a vendor's own words that are repeated."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A source's answer, whole: what was asked (by the vendor's own names), when it came (UTC), its text."""

    asked: dict[str, str]
    received_at: datetime
    body: str


class Settings(BaseModel):
    """What a vendor's connection may set in its extra. Timeouts are seconds; ``retries`` are of one read;
    ``sandbox`` is the address at which it is the sandbox's."""

    model_config = ConfigDict(frozen=True)

    connect_timeout: PositiveFloat = 10
    read_timeout: PositiveFloat = 120
    retries: NonNegativeInt = 3
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
        self._session: Session | None = None

    # Airflow's own takes headers and options of a single call; a vendor's one session has none.
    def get_conn(self) -> Session:  # type: ignore[override]
        """This hook's one session, opened at the first call and kept.

        Raises FatalError if the connection's address or one of its settings cannot be used.
        """
        if self._session is None:
            # The hook of the http provider still names the connection of an Airflow before the SDK.
            connection: Any = self.get_connection(self.connection_id)
            self.settings = self._read_settings(connection.extra_dejson)
            try:
                self._set_base_url(connection)
            except ValueError:
                message = Sentence(
                    "connection {connection} cannot be used: its base address is none", connection=self.connection_id
                )
                raise FatalError(message, vendor=self.vendor) from None
            self.base_url = self.base_url.rstrip("/")
            self.keep_alive_adapter.max_retries = ReadRetry.of(self.settings.retries)
            session = self._configure_session_from_auth(Session(), connection)
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
        return site_of(self.base_url)

    @property
    def is_sandbox(self) -> bool:
        """Whether this connection leads to the sandbox: it says so, and nobody has changed its address since. Raises
        FatalError as ``get_conn`` does."""
        self.get_conn()
        return bool(self.settings.sandbox) and site_of(self.settings.sandbox) == site_of(self.base_url)

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
            message = Sentence(told, about=about, endpoint=endpoint, where=self.base_url)
            raise self.failure(FatalError, message, response)
        return self.text(response, about=about, if_lost=RetriableError)

    def tell(self, endpoint: str, body: bytes, *, about: str, **request: Any) -> Response:
        """The response to one POST, sent exactly once, whatever its status: what it means is the vendor's to say.

        Raises RetriableError or FatalError if it was certainly never sent, UncertainError if it was sent and no
        whole answer came.
        """
        return self.exchange("POST", endpoint, about=about, if_lost=UncertainError, data=body, **request)

    def failure(self, error: type[Failure], message: str, response: Response | None = None) -> Failure:
        """An error of this vendor, with the status and request id of the response if there is one."""
        if response is None:
            return error(message, vendor=self.vendor)
        request_id = response.headers.get("X-Request-ID")
        return error(message, vendor=self.vendor, status=response.status_code, request_id=request_id)

    def text(self, response: Response, *, about: str, if_lost: type[VendorError]) -> str:
        """The body of a response: in the charset it declares, else UTF-8, else the vendor's fallback.

        Raises ``if_lost`` if none of them reads it.
        """
        content_type = Message()
        content_type["Content-Type"] = response.headers.get("Content-Type", "")
        declared = content_type.get_content_charset("utf-8-sig")
        for charset in filter(None, (declared, self.fallback_charset)):
            try:
                return response.content.decode(charset)
            except (UnicodeDecodeError, LookupError):
                continue
        told = "{about}: {size} bytes that are not {charset} text"
        message = Sentence(told, about=about, size=len(response.content), charset=declared)
        raise self.failure(if_lost, message, response)

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
        **request: Any,
    ) -> Response:
        """One request and its whole response, whatever its status; ``ask`` and ``tell`` are the ways to call it.

        Raises RetriableError or FatalError if nothing was sent, ``if_lost`` if no whole answer came.
        """
        session = self.get_conn()
        timeout = (self.settings.connect_timeout, read_timeout or self.settings.read_timeout)
        try:
            # A redirected POST would be repeated elsewhere, as a GET: never follow one.
            response = session.request(
                method, self.base_url + endpoint, timeout=timeout, allow_redirects=method == "GET", **request
            )
        except (OSError, HTTPError) as error:
            failure = self._explain(error, about=about, if_lost=if_lost, seconds=timeout[1])
        else:
            seconds = response.elapsed.total_seconds()
            # A streamed answer is for the caller to read: here it is as long as it says.
            size = response.headers.get("Content-Length", "?") if request.get("stream") else len(response.content)
            asked = f"{self.vendor} {method} {endpoint}: HTTP {response.status_code}"
            self.log.info(say("{asked}, {size} bytes, {seconds} s", asked=asked, size=size, seconds=f"{seconds:.1f}"))
            return response
        # Raised here, not in the except: the library's error would come along, and its text shows the whole address,
        # which for a login by query string has the password in it.
        raise failure

    def _explain(self, error: Exception, *, about: str, if_lost: type[VendorError], seconds: float) -> VendorError:
        """What a failed exchange means for what may be done next. Quotes no library text: it may hold the address."""
        where = self.base_url
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(error, (ConnectTimeout, ProxyError)) or isinstance(reason, ConnectTimeoutError):
            why = getattr(getattr(reason, "__cause__", None), "strerror", None) or "timed out"
            told = "{about}: no connection to {where} ({why}), so nothing was sent"
            return self.failure(RetriableError, Sentence(told, about=about, where=where, why=why))
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            told = "{about}: the certificate of {where} is not trusted"
            return self.failure(FatalError, Sentence(told, about=about, where=where))
        if _was_not_built(error):
            kind = type(error).__name__
            told = "{about}: connection {connection} cannot be used ({kind}, {where})"
            values = {"about": about, "connection": self.connection_id, "kind": kind, "where": where}
            return self.failure(FatalError, Sentence(told, **values))
        if isinstance(error, TooManyRedirects):
            return self.failure(FatalError, Sentence("{about}: {where} redirects in circles", about=about, where=where))
        if isinstance(error, ReadTimeout):
            told = "{about}: no answer within {seconds} seconds"
            return self.failure(if_lost, Sentence(told, about=about, seconds=f"{seconds:g}"))
        return self.failure(if_lost, Sentence("{about}: the connection broke before the answer was whole", about=about))


_USUAL_PORTS = {"http": 80, "https": 443}


def site_of(address: str) -> str:
    """An address as a site: ``HTTP://cierre:x@ERP.example:80/rest/?a=b`` is ``http://erp.example/rest``."""
    parts = urlsplit(address)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port and parts.port != _USUAL_PORTS.get(scheme) else ""
    return f"{scheme}://{host}{port}{parts.path.rstrip('/')}"


def _was_not_built(error: Exception) -> bool:
    """Whether the request failed before there was one to send: an impossible address, header or certificate file."""
    if isinstance(error, InvalidHeader):  # also raised for a header of the answer, and then there is a request
        return error.request is None
    return isinstance(error, (MissingSchema, InvalidSchema, InvalidURL)) or not isinstance(
        error, (RequestException, HTTPError)
    )


def describe(body: str, *, quote: bool = False) -> str:
    """What a body is, for a message: its kind and length, and an HTML page's title.

    With ``quote`` also the first characters of a text: never for what a source answers, which is personal data.
    """
    size = f"{len(body):,} characters"
    if not body.strip():
        return "empty"
    if re.match(r"\s*(<!doctype html|<html|<head|<body)", body, re.IGNORECASE):
        title = re.search(r"<title[^>]*>([^<]{1,120})", body, re.IGNORECASE)
        return f"an HTML page{f' “{one_line(title[1])}”' if title else ''} of {size}"
    return f"{size} of text{f' that begin “{one_line(body[:80])}”' if quote else ''}"


def one_line(text: str) -> str:
    """A text with its line breaks and runs of blanks made single blanks, its control characters shown as pictures."""
    return " ".join(shown(text).split())


def words_of(said: Any) -> str:
    """What a vendor says in an error, in one line; of what is no text only what it is, since it may be a whole row."""
    if isinstance(said, list) and said and all(isinstance(one, str) for one in said):
        said = "; ".join(said)
    return one_line(said)[:LONGEST_WORDS] if isinstance(said, str) else str(quoted(said))
