import pytest

from simulation.database import Server
from simulation.teeth import TEETH, bite

PATIENCE = 1500
SOON = 10
"""Bugs that one of the first seeds shows are planted each time; the others take as long as all else of a simulation."""


@pytest.fixture(scope="module")
def server(cluster, template) -> Server:
    return Server(cluster.dsn("postgres"), template)


# All of them: `make simulate TEETH=1`, or `make test-more ARGS=tests/simulation`.
@pytest.mark.parametrize(
    "tooth",
    [pytest.param(tooth, marks=[pytest.mark.more] * (tooth.shown_by > SOON)) for tooth in TEETH],
    ids=lambda tooth: tooth.bug + (", unguarded" if tooth.without else ""),
)
def test_a_planted_bug_is_caught(server, tooth):
    others = range(tooth.first, tooth.first + PATIENCE)
    seeds = [tooth.shown_by, *(seed for seed in others if seed != tooth.shown_by)]
    assert bite(tooth, server, seeds), f"nothing caught: {tooth.bug}"
