"""What tasks and alerts say to people, in the language of the company that it is about."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from cierre.language.language import Code, Language, language

ENGLISH = language("en")
_spoken: ContextVar[Language] = ContextVar("spoken", default=ENGLISH)


@contextmanager
def in_language(code: Code) -> Iterator[None]:
    """Whatever is said inside is said in a language; outside of any, in English."""
    before = _spoken.set(language(code))
    try:
        yield
    finally:
        _spoken.reset(before)


def say(text: object, /, **values: object) -> str:
    """A text given in English, or a Sentence, with its values, in the language that is spoken now (see Language)."""
    return _spoken.get()(text, **values)


def counted(number: int, one: str, many: str) -> str:
    """How many of something, in the language that is spoken now."""
    return _spoken.get().counted(number, one, many)


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, as the language that is spoken now writes it: ``1.234,50 USD``."""
    return f"{_spoken.get().money(amount, currency)} {currency}"


def count(number: int) -> str:
    """A whole number, as the language that is spoken now writes it."""
    return _spoken.get().count(number)


def amount_of(amount: Decimal) -> str:
    """An amount without its currency, with the decimals that it has, as the language that is spoken now writes it."""
    return say("{amount}", amount=amount)


def listed(things: Iterable[object]) -> str:
    """Sentences one below the other, in the language that is spoken now."""
    return "\n".join(f"- {say(thing)}" for thing in things)
