"""Proposals for the shipped mappings' own decisions, asked for in the words of their sources."""

from support.measured_mappings import shipped


def test_of_the_shipped_mappings_by_what_their_sources_call_things_it_is_right_in_nine_of_ten():
    measure = shipped()
    assert measure.asked.total() > 40
    assert measure.share >= 0.9, measure
