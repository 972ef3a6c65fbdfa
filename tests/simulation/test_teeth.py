import pytest

from simulation.database import Server
from simulation.teeth import TEETH, bite

PATIENCE = 1500


@pytest.fixture(scope="module")
def server(cluster, template) -> Server:
    return Server(cluster.dsn("postgres"), template)


@pytest.mark.parametrize("tooth", TEETH, ids=lambda tooth: tooth.bug + (", unguarded" if tooth.without else ""))
def test_a_planted_bug_is_caught(server, tooth):
    others = range(tooth.first, tooth.first + PATIENCE)
    seeds = [tooth.shown_by, *(seed for seed in others if seed != tooth.shown_by)]
    assert bite(tooth, server, seeds), f"nothing caught: {tooth.bug}"
