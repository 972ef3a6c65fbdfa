"""What a person typed: an amount in any region's way, and days that are bounded."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from cierre.board.search_terms import MOST_DAYS, Terms, amount_meant
from cierre.language.regional import speaking

TODAY = date(2026, 3, 31)


@given(cents=st.integers(-(10**11), 10**11), tag=st.sampled_from(["es-EC", "es-UY", "es-ES", "es-CL", "en", "es-MX"]))
def test_every_amount_that_the_board_shows_is_understood(cents, tag):
    amount = Decimal(cents) / 100
    assert amount_meant(speaking(tag).money(amount, "USD")) == amount
    assert amount_meant(f"{amount:.2f}") == amount


@given(text=st.text(max_size=120))
def test_any_text_is_an_amount_or_none(text):
    assert amount_meant(text) is None or isinstance(amount_meant(text), Decimal)


@given(first=st.none() | st.dates(), last=st.none() | st.dates(min_value=date(2001, 1, 1)))
def test_a_search_is_bounded_whatever_days_are_asked_for(first, last):
    terms = Terms.of(" a  b ", first, last, TODAY)
    assert terms.text == "a b"
    assert timedelta(0) <= terms.last - terms.first <= timedelta(days=MOST_DAYS)
