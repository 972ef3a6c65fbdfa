"""Login to Protheus by OAuth2: a token for an hour, kept for the process (field-notes.md)."""

import json
import re
import time
from typing import NamedTuple

from airflow.sdk.log import mask_secret
from requests import PreparedRequest
from requests.auth import AuthBase

from cierre.ports.errors import FatalError, RetriableError
from hooks.http.hook import VendorHook, describe

TOKEN = "/api/oauth2/v1/token"

LOGIN_TIMEOUT = 10.0
"""Seconds to wait for a token; short, because a posting's lease runs meanwhile."""

HOUR = 3600
"""Seconds that a token lasts where its answer does not say (field-notes.md)."""

_TOKEN = re.compile(r"[!-~]+", re.ASCII)
"""What may stand in a header: whatever else came is none, and must not show in the error of whoever sends it."""


class _Token(NamedTuple):
    text: str
    renew_at: float


_tokens: dict[tuple[str, str], _Token] = {}
"""This process's tokens by address and user, with the monotonic second at which each is to be renewed."""


class TokenLogin(AuthBase):
    """Gives each request a token, logging in where there is none that lasts. Raises RetriableError or FatalError."""

    def __init__(self, hook: VendorHook, user: str, password: str) -> None:
        self.hook = hook
        self.user = user
        self.password = password

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token()}"
        return request

    def token(self) -> str:
        """A token with at least a tenth of its life left."""
        known = _tokens.get(self._owner)
        if known is None or known.renew_at <= time.monotonic():
            known = _tokens[self._owner] = self._log_in()
        return known.text

    def forget(self) -> None:
        """Drops the token, as the ERP no longer takes it."""
        _tokens.pop(self._owner, None)

    @property
    def _owner(self) -> tuple[str, str]:
        return self.hook.base_url, self.user

    def _log_in(self) -> _Token:
        about = f"login of {self.user}"
        response = self.hook.exchange(
            "POST",
            TOKEN,
            about=about,
            if_lost=RetriableError,
            read_timeout=LOGIN_TIMEOUT,
            params={"grant_type": "password", "username": self.user, "password": self.password},
            auth=lambda request: request,
        )
        if 400 <= response.status_code < 500 and response.status_code not in (408, 429):
            raise self.hook.failure(FatalError, f"{about} is refused, so nothing was sent", response)
        text = self.hook.text(response, about=about, if_lost=RetriableError)
        try:
            answer = json.loads(text)
            token, life = answer["access_token"], float(answer.get("expires_in") or HOUR)
            if not _TOKEN.fullmatch(token):
                raise ValueError("no characters of a token")
        except (ValueError, TypeError, KeyError, AttributeError):
            message = f"{about}: no token in the answer, which is {describe(text)}, so nothing was sent"
            raise self.hook.failure(RetriableError, message, response) from None
        mask_secret(token)
        return _Token(token, time.monotonic() + 0.9 * life)
