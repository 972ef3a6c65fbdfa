import os

import pytest

from simulation.campaign import DELETE_THEN_INSERT, OURS, RETRY, campaign
from simulation.database import Server
from simulation.day import Day
from simulation.product import Product
from simulation.weather import DELETES, READS, WRITES

SEEDS = int(os.environ.get("CIERRE_SIMULATED_SEEDS", "100"))
RARE = {"login refused", "refused", "error page, not carried out"}
RARE_STEPS = {"update erp.attempt rejected", "update erp.attempt withdrawn", "reversal"}
MANY = 2_000
"""Seeds in which everything happens that can happen."""

STEPS = {
    *(f"update erp.attempt {state}" for state in ("confirmed", "doomed", "rejected", "withdrawn", "reaped_at")),
    *("insert into erp.attempt", "commit", "insert", "reversal", "delete", "read"),
}


@pytest.fixture(scope="module")
def server(cluster, template) -> Server:
    return Server(cluster.dsn("postgres"), template)


@pytest.fixture(scope="module")
def played(server):
    """Many box-days in foul weather, closed by the product and by the naive ways."""
    return campaign(server, range(1, SEEDS + 1), jobs=2)


def test_in_any_weather_the_erp_ends_with_each_entry_exactly_once(played):
    broken = [f"make simulate SEED={seed}: {invariant}: {how}" for seed, invariant, how in sorted(played[OURS].broken)]
    assert broken == []
    assert played[OURS].seeds == SEEDS == len(played[OURS].converged)
    assert (played[OURS].duplicates, played[OURS].missing, played[OURS].uncertain) == (0, 0, 0)
    assert played[OURS].touched == 0


@pytest.mark.parametrize("naive", [RETRY, DELETE_THEN_INSERT])
def test_in_the_same_weather_a_naive_way_posts_too_much_and_too_little(played, naive):
    assert played[naive].duplicates > SEEDS / 50
    assert played[naive].missing > SEEDS / 50


def test_every_kind_of_fault_struck(played):
    others = {"crash", "asleep", "connection lost", "database restarted", "period closed", "ERP down for a while"}
    others |= {"another ledger posts", "ledger restored", "month closed midway", "another site", "line edited by hand"}
    decided = {"lot taken over", "lot of its own", "documents looked at in the lot before"}
    possible = WRITES.keys() | DELETES.keys() | READS.keys() | others | decided
    assert played[OURS].faults.keys() <= possible
    assert possible - played[OURS].faults.keys() <= (set() if SEEDS >= MANY else RARE)


def test_processes_were_interrupted_before_or_after_every_step_and_in_many_seeds_both(played):
    where = {place.partition(" ")[2] for place in played[OURS].struck}
    wanted, rare = (all, set()) if SEEDS >= MANY else (any, RARE_STEPS)
    assert {step for step in STEPS if not wanted(f"{when} {step}" in where for when in ("before", "after"))} <= rare


def test_the_same_seed_tells_the_same_story(server):
    stories = []
    for _ in range(2):
        with server.database() as database:
            stories.append(Day(34, Product(database), telling=True).play().story)
    assert stories[0] == stories[1]
    assert len(stories[0]) > 20
