"""A small part of `make simulate-arrivals`: some weeks of a few boxes, in fair weather and in foul."""

from dataclasses import replace

import pytest

from arrivals import by_report, sandbox_year, town_year
from arrivals.__main__ import SHARE
from arrivals.judge import Verdict, judge_matches
from cierre.bookkeeping.matching import by_amount, by_report as reports, match as matching
from cierre.bookkeeping.matching.items import Match
from sandbox.bank.weather import Weather

FOUL = Weather(reference_empty=0.3, reference_cut=0.3, doubled=0.01, charged_back=0.01, a_cent_off=0.01)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("weather", [Weather(), FOUL], ids=["fair", "foul"])
def test_of_the_sandbox_nothing_is_matched_wrong(seed, weather):
    _holds(sandbox_year.play(seed, boxes=8, days=60, weather=weather))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("trouble", [1.0, 3.0], ids=["fair", "foul"])
def test_of_the_other_town_nothing_is_matched_wrong(seed, trouble):
    _holds(town_year.play(seed, shops=8, days=60, trouble=trouble))


@pytest.mark.parametrize("seed", [1, 2])
def test_by_reports_nothing_is_matched_wrong_and_all_that_is_as_booked_is_matched(seed):
    for verdict in (by_report.sandbox(seed, boxes=8, days=60, weather=FOUL), by_report.town(seed, 8, 60, trouble=3.0)):
        assert not verdict.wrong
        assert verdict.planted["otherwise"] > 10
        assert verdict.share == 100


def test_a_matcher_that_believes_every_report_is_caught(monkeypatch):
    monkeypatch.setattr(reports._Judge, "_objection", lambda self, part: "")
    assert by_report.sandbox(1, boxes=8, days=60, weather=FOUL).wrong


def _holds(verdict):
    assert not verdict.wrong
    assert not verdict.misjudged
    assert verdict.planted.total() > 10
    assert verdict.share >= SHARE


def test_a_matcher_that_guesses_is_caught(monkeypatch):
    """The judge has teeth: with the first of several answers taken, it finds wrong matches."""

    def guess(*arguments):
        matches, proposals = by_amount.match_by_amount(*arguments)
        guesses = [Match(one.booked[:1], one.arrived[:1], "amount") for one in proposals if one.booked and one.arrived]
        return [*matches, *guesses], []

    monkeypatch.setattr(matching, "match_by_amount", guess)
    weather = FOUL.model_copy(update={"reference_empty": 0.9})
    assert sandbox_year.play(1, boxes=20, days=90, weather=weather).wrong


def test_the_judge_knows_a_part_from_the_whole():
    verdict = Verdict()
    right = Match(("a",), ("x", "y"), "together")
    judge_matches([right, replace(right, arrived=("x",))], {"x": {"a"}, "y": {"a"}}, verdict)
    assert len(verdict.wrong) == 1
