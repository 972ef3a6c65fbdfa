import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from board import language
from board.language import speaking
from board.states import STATES

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


def test_a_translation_has_the_same_values_to_fill_in():
    for english, spanish in speaking("es").words.items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", spanish)), english


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


@pytest.mark.parametrize(
    ("tag", "currency", "said"),
    [
        ("es-EC", "USD", "-1.234.567,89"),
        ("es-MX", "USD", "-1,234,567.89"),
        ("en-US", "USD", "-1,234,567.89"),
        ("es-CL", "CLP", "-1.234.568"),
    ],
)
def test_amounts_are_written_as_the_region_does_with_the_currencys_decimals(tag, currency, said):
    assert speaking(tag).money(Decimal("-1234567.89"), currency) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", ""), ("7.4", "7"), ("950", "950"), ("9520", "9,5k"), ("123456", "123k"), ("-1234567", "-1,2M")],
)
def test_a_days_total_fits_a_narrow_column(amount, said):
    assert speaking("es-EC").compact(Decimal(amount)) == said


def test_days_months_and_ages_are_said_in_the_language():
    spanish = speaking("es-EC")
    assert spanish.month(date(2026, 11, 1)) == "Noviembre de 2026"
    assert spanish.day(date(2026, 11, 5)) == "5 de noviembre de 2026"
    assert spanish.age(datetime.now(UTC) - timedelta(days=3)) == "3 días"
    assert (spanish.short_day(date(2026, 11, 5)), speaking("en-US").short_day(date(2026, 11, 5))) == ("5 nov", "Nov 5")
    noon = datetime(2026, 11, 5, 17, tzinfo=UTC)
    assert spanish.instant(noon, ZoneInfo("America/Guayaquil")) == "5 nov 2026 12:00\u202fp.\u202fm."
    assert speaking("en").days_old(date(2026, 11, 1), date(2026, 11, 21)) == "20 days"
