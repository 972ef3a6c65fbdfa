"""How Bsale is spoken to: the token, everybody's turns, what is tried again, and what an answer's status means."""

from collections.abc import Callable
from threading import Event, Lock
from typing import TypeVar

from requests import PreparedRequest, Response, Session
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential
from tenacity.nap import sleep_using_event

from cierre.language.say import say
from cierre.ports.allowance import AllowanceKeeper, Unreachable
from cierre.ports.errors import DataError, FatalError, RetriableError
from hooks.bsale import limits as bsale_pace
from hooks.bsale.answers import VENDOR, Blocked, complaint_in, wait_asked_for
from hooks.bsale.limits import Pace, pace_on
from hooks.bsale.settings import Settings
from hooks.http.allowances import OF_THIS_PROCESS
from hooks.http.hook import VendorHook, describe, one_line
from hooks.http.transport import LONGEST_WAIT, ReadRetry

Answer = TypeVar("Answer")

OVERLOADED = "requested resource is not available"
"""What Bsale says with a 500 where it means that too much was asked of it (field-notes.md)."""


class _AccessToken(AuthBase):
    """Sends the token with each request."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["access_token"] = self.token
        return request


class BsaleClient(VendorHook):
    """Reads and writes of Bsale, each in its turn; ``allowances`` keeps the turns of all who use the connection."""

    vendor = VENDOR
    settings_model = Settings
    settings: Settings
    takes = frozenset({"allowances"})

    def __init__(self, connection_id: str, *, allowances: AllowanceKeeper = OF_THIS_PROCESS) -> None:
        super().__init__(connection_id)
        self._allowances = allowances
        self._connecting = Lock()
        self._is_ready = False
        self._tax_id = ""
        self._given_up = Event()
        """Set once what is being read has failed, so that its other threads ask no more."""

    def get_conn(self) -> Session:  # type: ignore[override]  # see VendorHook.get_conn
        """This hook's one session, for all of its threads. Raises FatalError as its base does, and without a token."""
        with self._connecting:
            session = super().get_conn()
            if not self._is_ready:
                session.auth = _AccessToken(self._token())
                # Following a redirect would take the token elsewhere.
                session.max_redirects = 0
                # Each try needs a turn of its own, so requests are tried again here and not below.
                self.keep_alive_adapter.max_retries = ReadRetry.of(0)
                self._pace = self._find_pace()
                self._is_ready = True
            return session

    @property
    def site(self) -> str:
        """All companies have one address at Bsale, and only the token tells them apart: so the connection's id does."""
        super().get_conn()  # whose turn it is need not be known for this
        return f"{self.where}#{self.connection_id}"

    def _token(self) -> str:
        token = self.get_connection(self.connection_id).password
        if not token:
            message = f"connection {self.connection_id} has no password, which is Bsale's access_token"
            raise FatalError(message, vendor=VENDOR)
        return token

    def get(self, endpoint: str, asked: dict[str, str], about: str, read: Callable[[str], Answer]) -> Answer:
        """What a read answers, as ``read`` understands its text.

        Each call is tried again by itself where that may help: unreachable, dropped, overloaded, no answer or half of
        one, a text that ``read`` finds not whole. Raises RetriableError, FatalError or DataError; GivenUp where another
        thread's question of the same reading failed meanwhile.
        """
        self.get_conn()
        retrying = Retrying(
            retry=retry_if_exception(_may_work_soon),
            stop=stop_after_attempt(1 + self.settings.retries),
            wait=_as_asked,
            sleep=sleep_using_event(self._given_up),
            reraise=True,
        )
        return retrying(lambda: read(self._get_once(endpoint, asked, about)))

    def post(self, endpoint: str, body: bytes, about: str) -> Response:
        """The response to a write, sent exactly once. Raises as ``VendorHook.tell``."""
        self.get_conn()
        with self._pace.turn():
            response = self.tell(endpoint, body, about=about, headers={"Content-Type": "application/json"})
        self._heed(response)
        return response

    def _get_once(self, endpoint: str, asked: dict[str, str], about: str) -> str:
        with self._pace.turn(self._given_up):
            response = self.exchange("GET", endpoint, about=about, if_lost=RetriableError, params=asked)
        self._heed(response)
        text = self.text(response, about=about, if_lost=RetriableError)
        if not 200 <= response.status_code < 300:
            raise self._refusal(response, text, about)
        if not text.strip():
            raise self.failure(RetriableError, f"{about}: the answer is empty", response)
        return text

    def _refusal(self, response: Response, text: str, about: str) -> Exception:
        """What a status that is no success means for a read."""
        status, words = response.status_code, complaint_in(text)
        said = f"Bsale says “{words}”" if words else f"the answer is {describe(text)}"
        if status == 402:
            return self.failure(Blocked, f"{about}: the account is blocked because it was not paid; {said}", response)
        if status in (408, 429) or status >= 500:
            error = self.failure(RetriableError, f"{about}: {said}", response)
            error.retry_after = wait_asked_for(response, text)
            return error
        if words and status not in (401, 403):
            return self.failure(DataError, f"{about}: {said}", response)
        return self.failure(FatalError, f"{about}: {said}: check address and access_token", response)

    def _heed(self, response: Response) -> None:
        """Where Bsale asks to wait, all who use the connection do; also where it only says that too much was asked."""
        if response.status_code not in (429, 500):
            return
        text = response.content.decode(errors="replace")
        if response.status_code == 429 or OVERLOADED in text.lower():
            self._pace.pause(min(wait_asked_for(response, text) or bsale_pace.SECOND, LONGEST_WAIT))

    def _find_pace(self) -> Pace:
        """The connection's limit: among all for whom it is kept, else among this process's threads."""
        requests, name = self.settings.requests_per_second, self.settings.ledger_connection
        try:
            slots = self._allowances.request_slots(self.connection_id, requests, kept_in=name)
        except Unreachable as error:
            message = f"the ledger ({name}), which keeps everybody's turns, cannot be reached: {one_line(str(error))}"
            raise RetriableError(message, vendor=VENDOR) from None
        if slots is None:
            told = "There is no connection {connection}: only this process's requests are held to the limit."
            self.log.warning(say(told, connection=name))
            slots = OF_THIS_PROCESS.request_slots(self.connection_id, requests)
        return pace_on(slots, requests)


_backoff = wait_random_exponential(multiplier=0.5, max=8)


def _as_asked(call: RetryCallState) -> float:
    """Seconds until a failed read is tried again: as many as Bsale asks for; where it does not ask, more each time."""
    asked: float | None = getattr(call.outcome and call.outcome.exception(), "retry_after", None)
    return _backoff(call) if asked is None else asked


def _may_work_soon(error: BaseException) -> bool:
    """Whether a read that failed is worth another try at once; what must wait longer is for the task's own retries."""
    return isinstance(error, RetriableError) and (error.retry_after or 0) <= LONGEST_WAIT
