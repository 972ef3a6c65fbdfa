"""What people typed is told by the names that they typed."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from cierre.reports.command_line import COMMANDS, SWITCHES, unfit, wrong

ROOT = Path(__file__).parents[3]


def said(command: str, **given: str) -> list[str]:
    return list(map(str, wrong(command, given)))


def test_what_is_missing_is_named_with_an_example_that_can_be_typed():
    assert said("preview", BOX="itb_caja_164") == [
        "make preview also needs: DATE.",
        "For example: make preview BOX=itb_caja_164 DATE=2024-09-06",
    ]
    assert said("backfill", FROM="2024-09-01")[0] == "make backfill also needs: BOX|COMPANY, TO."


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_is_one_that_can_be_tried(command):
    given = dict(re.findall(r"([A-Z]+)=('[^']*'|\S+)", COMMANDS[command].example))
    assert said(command, **given) == []


@given(st.text(min_size=1))
def test_only_a_day_as_people_write_it_here_passes_for_one(text):
    try:
        is_day = date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_day = False
    assert (said("preview", BOX="x", DATE=text) == []) == is_day


@given(st.sampled_from(SWITCHES), st.text(min_size=1))
def test_a_switch_is_on_by_1_alone_and_every_other_text_is_refused(switch, text):
    assert (said("audit", **{switch: text}) == []) == (text == "1")


@given(st.text(st.characters(categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
def test_what_is_no_line_of_text_is_refused_by_a_sentence_that_is_one(text):
    told, _ = said("erase", WHY=f"asked {text} for", MONTHS="60")
    assert told.startswith("WHY: “asked ")
    assert unfit(told) is None


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).filter(str.strip))
def test_every_line_of_text_is_a_reason(text):
    assert said("erase", WHY=text, MONTHS="60") == []


@given(st.dates())
def test_every_day_passes(day):
    assert said("what-if", SINCE=str(day)) == []


def test_a_month_is_asked_for_where_months_are_compared():
    assert said("tie-out", COMPANY="itb", MONTH="2024-09-06")[0].startswith("MONTH=2024-09-06 is not a month")
    assert said("tie-out", COMPANY="itb", MONTH="2024-09", TO="2024-11") == []


def test_the_terminals_language_is_spoken():
    told = subprocess.run(
        [sys.executable, "-m", "cierre.reports.command_line", "preview", "BOX", "DATE"],
        env={"PYTHONPATH": str(ROOT / "plugins"), "LANG": "es_EC.UTF-8", "DATE": "6/9/2024"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stderr.splitlines()[:2]) == (
        2,
        ["DATE=6/9/2024 no es un día: escríbalo así: 2024-09-06.", "make preview necesita además: BOX."],
    )


def test_the_makefile_asks_for_what_the_commands_need():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    asked = dict(re.findall(r"^([a-z-]+): setup\n\t\$\(call TYPED,([A-Z ]+)\)", makefile, re.MULTILINE))
    assert asked.keys() == COMMANDS.keys()
    for name, command in COMMANDS.items():
        assert {one for names in command.needs for one in names} <= set(asked[name].split())
