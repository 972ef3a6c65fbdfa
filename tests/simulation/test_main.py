"""What `make simulate` says and how it ends."""

import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest

import simulation.__main__ as command
from simulation.database import Server

BEYOND = "executed after more than a day"


@pytest.fixture
def simulate(cluster, template, monkeypatch) -> Iterator[Callable[..., int]]:
    """Runs the command with arguments; returns its exit status."""
    monkeypatch.setattr(command, "_server", lambda: nullcontext(Server(cluster.dsn("postgres"), template)))

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["simulation", *arguments])
        return command.main()

    yield run
    logging.disable(logging.NOTSET)  # which the command keeps from the terminal


def test_a_broken_invariant_ends_it_with_status_1_and_the_seed_to_replay(simulate, capsys):
    assert simulate("--seeds", "60", "--jobs", "1", "--beyond", BEYOND) == 1  # which of them breaks is the days' luck
    told = capsys.readouterr().out
    broken = re.search(r"seed (\d+) breaks “[a-z ]+”: ", told)
    assert broken
    assert f"make simulate SEED={broken[1]} ARGS='--beyond \"{BEYOND}\"'" in told


def test_seeds_that_all_converge_end_it_with_status_0_and_the_table_of_figures(simulate, capsys):
    assert simulate("--seeds", "3", "--jobs", "1") == 0
    told = capsys.readouterr().out
    for figure in ("seeds (box-days) played", "duplicates", "missing", "time to converge", "retry"):
        assert figure in told
