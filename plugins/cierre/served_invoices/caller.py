"""Who asks: the client behind a key, the company that it may ask for, and that company's books as they are now."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Annotated

import psycopg
from fastapi import Depends, Request

from cierre.accounting_files.companies import language_of, name_of
from cierre.accounting_files.findings import MappingError
from cierre.bookkeeping.sentence import Sentence
from cierre.language.language import CODES, Language, by_preference, language
from cierre.ledger import served_keys
from cierre.ledger.served_keys import Key
from cierre.served_invoices.answers import Screen
from cierre.served_invoices.connection import Application, Ledger
from cierre.served_invoices.keeping import NotServed, Served, is_stale, keep, served
from cierre.served_invoices.keys import given_key, hash_of
from cierre.served_invoices.limits import Limit
from cierre.served_invoices.problems import NotAnswered

LOOK_AGAIN = 2.0
"""Seconds after which files and books are looked at again: answers are so old at most."""

REQUESTS = Limit(a_second=50, burst=300)
"""Of each key."""

REFUSALS = Limit(a_second=0.5, burst=20)
"""Of each address whose requests bring no key that opens."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that may ask, and whom it asks about."""

    key: Key
    served: Served

    @property
    def company(self) -> str:
        return self.served.company

    @property
    def name(self) -> str:
        """The company, as people call it."""
        return name_of(self.company)

    @property
    def currency(self) -> str:
        """Of all amounts: the accountants' files are checked for boxes of one company with several."""
        return next((box.currency for box in self.served.boxes.values()), "EUR")

    @property
    def language(self) -> Language:
        return language(language_of(self.company))

    def screen(self, reduced: bool | None) -> Screen:
        """What the company's answers look like; ``reduced``: with the columns of the SGI's first screen alone."""
        return Screen(self.currency, self.served.rules.reduced if reduced else ())


@dataclass(frozen=True, slots=True)
class _Looked:
    at: float
    served: Served
    is_kept: bool


_looked: dict[str, _Looked] = {}
_locks: defaultdict[str, Lock] = defaultdict(Lock)


def forget() -> None:
    """Files and books are looked at anew with the next request."""
    _looked.clear()


def language_of_request(request: Request) -> Language:
    """That of the company whose key it brought, else as the client likes it, else Spanish, as the contract is."""
    known = getattr(request.state, "language", None)
    if isinstance(known, Language):
        return known
    liked = (tag[:2] for tag in by_preference(request.headers.get("accept-language", "")))
    return language(next((code for tag in liked for code in CODES if code == tag), "es"))


def brought(request: Request) -> str:
    """The key that a request brings. Raises NotAnswered without one, before anything is asked of the ledger."""
    if (key := given_key(request.headers)) is None:
        raise _not_let_in(request, Sentence("A key is needed: as header X-API-Key, or as Authorization: Bearer."))
    return key


def caller(request: Request, brought: Annotated[str, Depends(brought)], ledger: Ledger) -> Caller:
    """The client behind a key. Raises NotAnswered: 401 for one that opens nothing, 429 for too many requests, 403 where
    nothing of its company is served; MappingError where the accountants' files are wrong."""
    key = served_keys.key_of(ledger, hash_of(brought))
    if key is None:
        raise _not_let_in(request, Sentence("This key opens nothing: it was never made here, or it was revoked."))
    request.state.language = language(language_of(key.company))
    if seconds := REQUESTS.wait(key.key_id):
        raise _too_many(seconds)
    return Caller(key, _served(ledger, key.company))


CallerDep = Annotated[Caller, Depends(caller)]


@dataclass(frozen=True, slots=True)
class OpenBooks:
    """A company's books as they are now, for one request."""

    caller: Caller
    ledger: psycopg.Connection

    @property
    def company(self) -> str:
        return self.caller.company


def books(caller: CallerDep, ledger: Ledger, application: Application) -> Iterator[OpenBooks]:
    """What is served of the caller's company, up to date. Raises as ``caller`` does."""
    known = _looked.get(caller.company)
    if known is None or not known.is_kept:
        # One at a time of a company: the others would only wait for the same.
        with _locks[caller.company]:
            _bring_up_to_date(caller.served, ledger, application)
    yield OpenBooks(caller, ledger)


Books = Annotated[OpenBooks, Depends(books)]


def _bring_up_to_date(of: Served, ledger: psycopg.Connection, application: Application) -> None:
    known = _looked.get(of.company)
    if known is not None and known.is_kept:
        return
    if is_stale(ledger, of):
        with application() as writing:
            keep(writing, of)
    _looked[of.company] = _Looked(monotonic() if known is None else known.at, of, is_kept=True)


def _served(ledger: psycopg.Connection, company: str) -> Served:
    known = _looked.get(company)
    if known is None or monotonic() - known.at > LOOK_AGAIN:
        try:
            known = _Looked(monotonic(), served(ledger, company), is_kept=False)
        except NotServed as error:
            raise NotAnswered(403, Sentence("{why}", why=error)) from None
        except MappingError:
            _looked.pop(company, None)
            raise
        _looked[company] = known
    return known.served


def _not_let_in(request: Request, why: Sentence) -> NotAnswered:
    if seconds := REFUSALS.wait(request.client.host if request.client else ""):
        return _too_many(seconds)
    return NotAnswered(401, why, {"WWW-Authenticate": "Bearer"})


def _too_many(seconds: int) -> NotAnswered:
    why = Sentence("Too many requests: ask again in {seconds} seconds.", seconds=seconds)
    return NotAnswered(429, why, {"Retry-After": str(seconds)})
