from decimal import Decimal
from types import SimpleNamespace

import pytest

from cierre.board import language


def request(accepted: str, chosen: str = ""):
    return SimpleNamespace(headers={"accept-language": accepted}, cookies={language.COOKIE: chosen} if chosen else {})


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("es-EC,es;q=0.9,en;q=0.8", "es"),
        ("de-DE,de;q=0.9,es;q=0.5,en;q=0.4", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("en;q=0.1,es", "es"),
        ("es;q=0,en", "en"),
        ("fr", "en"),
        ("", "en"),
        ("nonsense;q=x", "en"),
    ],
)
def test_the_first_language_of_the_browser_that_is_spoken_here_is_used(accepted, code):
    assert language.language_of(request(accepted)).code == code


def test_what_the_reader_chose_wins_and_keeps_the_browsers_region():
    chosen = language.language_of(request("en-US,es-EC;q=0.5", "es"))
    assert (chosen.code, chosen.money(Decimal("1234.5"), "USD")) == ("es", "1.234,50")
