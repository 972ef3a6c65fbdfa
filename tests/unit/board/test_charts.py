import xml.etree.ElementTree as ET
from decimal import Decimal

from hypothesis import given, strategies as st

from cierre.board.charts import bar_widths, columns, spikes


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
    chart = ET.fromstring(str(columns(values(1, None, 0, -3), ["a<b", "", "", "d"], "x & y")))
    rects = [node for node in chart.iter() if node.tag == "rect"]
    assert [node.find("title").text for node in rects] == ["a<b", "d"]
    assert chart.get("aria-label") == "x & y"
