import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from cierre.board.charts import Column, Scale, bar_widths, columns, spikes


def values(*numbers):
    return [None if number is None else Decimal(number) for number in numbers]


def test_bars_are_in_proportion_to_the_largest_amount_whatever_its_sign():
    assert bar_widths(values(50, -100, 0)) == [50, 100, 0]
    assert bar_widths(values(0, 0)) == [0, 0]


def test_a_day_far_off_the_usual_stands_out_and_a_usual_one_does_not():
    assert spikes(values(100, 104, 97, 101, 99, 103, 98, 400, 102)) == [False] * 7 + [True, False]
    assert spikes(values(100, 104, 97, 101, 99, 103, 98, 5, 102))[7]


def test_days_without_money_neither_stand_out_nor_make_others_do():
    assert not any(spikes(values(100, None, 0, 101, 99, None, 98, 100, 102, 97, 103)))


def test_a_day_is_compared_only_with_days_of_the_same_boxes():
    money = values(100, 104, 97, 101, 99, 103, 98, 5, 102, 96, 1000)
    whole = frozenset("ab")
    boxes = [whole] * 7 + [frozenset("a")] + [whole] * 3
    assert spikes(money)[7]
    assert spikes(money, boxes) == [False] * 10 + [True]


@given(st.lists(st.tuples(st.none() | st.integers(-999, 999), st.sampled_from("ab")), max_size=40))
def test_what_stands_out_of_days_alike_does_so_whatever_the_others_are(days):
    money, alike = values(*(number for number, _ in days)), [kind for _, kind in days]
    out = spikes(money, alike)
    for kind in "ab":
        own = [value if one == kind else None for value, one in zip(money, alike, strict=True)]
        assert [a for a, one in zip(out, alike, strict=True) if one == kind] == [
            a for a, one in zip(spikes(own), alike, strict=True) if one == kind
        ]


def test_where_nothing_is_usual_yet_nothing_stands_out():
    assert not any(spikes(values(1, 1, 1000)))


def test_a_series_that_never_varies_shows_the_one_day_that_does():
    assert spikes(values(*[100] * 10, 300))[-1]


def test_a_chart_is_sound_xml_with_a_column_for_each_day_that_has_money():
    days = [Column(Decimal(1), "a<b"), Column(None, ""), Column(Decimal(0), ""), Column(Decimal(-3), "d", Decimal(2))]
    chart = ET.fromstring(str(columns(days, Scale.of(values(1, -3, 2)), "x & y", "<least>")))
    rects = [node for node in chart.iter() if node.tag == "rect"]
    assert [node.find("title").text for node in rects if node.get("class") != "before"] == ["a<b", "d"]
    assert [node.get("class") for node in rects].count("before") == 1
    assert (chart.find("title").text, chart.find("desc").text) == ("x & y", "<least>")


@pytest.mark.parametrize(("numbers", "top", "bottom"), [
    ((), 0, 0), ((0,), 0, 0), ((1234, 600), 2000, 0), ((1000,), 1000, 0), (("0.3",), "0.5", 0), ((7, -42), 10, -50),
])  # fmt: skip
def test_the_scale_ends_on_round_figures_that_hold_all_values(numbers, top, bottom):
    scale = Scale.of(map(Decimal, numbers))
    assert (scale.top, scale.bottom) == (Decimal(top), Decimal(bottom))


@given(st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=2), min_size=1))
def test_every_value_is_on_the_chart(numbers):
    scale = Scale.of(numbers)
    assert all(0 <= scale.height(number) <= 1 for number in numbers)
