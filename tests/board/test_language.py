import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from board import language
from board.states import STATES
from language.regional import speaking

BOARD = Path(language.__file__).parent
SAID = re.compile(r"""(?:\b_|language)\(\s*"((?:[^"\\]|\\.)*)\"""")


def request(accepted: str, chosen: str = ""):
    return SimpleNamespace(headers={"accept-language": accepted}, cookies={language.COOKIE: chosen} if chosen else {})


def test_every_word_of_the_pages_has_its_spanish():
    files = [*BOARD.glob("*.py"), *BOARD.glob("templates/*.html")]
    said = {text for file in files for text in SAID.findall(file.read_text(encoding="utf-8"))}
    said |= {text for state in STATES.values() for text in (state.word, state.meaning)}
    assert len(said) > 100
    assert sorted(said - set(speaking("es").words)) == []


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
