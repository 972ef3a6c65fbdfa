"""A part of `make fuzz`: changed answers of the five vendors, read in memory."""

from collections.abc import Iterator
from random import Random

import pytest

from cierre.bookkeeping.personal import joined, parted
from cierre.closing.landed_day import LandedDay
from cierre.closing.wiring import source_of
from fuzz.campaign import Tally, campaign
from fuzz.mutations import frozen, mutated, parsed, written
from fuzz.people import PLANTED
from fuzz.sites import Site, recorded, without_pauses
from sandbox.server import SandboxServer

COUNT = 300

ROWS_WITHIN_FIELDS = (22_823, 23_091, 23_438, 23_448)
"""Seeds with a whole row, a person's name in it, where an invoice's number or day should stand."""


@pytest.fixture(scope="module")
def sites() -> Iterator[list[Site]]:
    with SandboxServer() as server, without_pauses():
        yield recorded(server)


def test_people_stand_in_the_answers_of_every_vendor(sites):
    assert {site.name for site in sites} == {"sga", "zeta", "bsale", "sge", "protheus"}
    assert [site.name for site in sites if not site.planted] == []


def test_nobody_stands_in_what_is_landed_and_it_is_read_as_the_whole_answer(sites):
    for site in sites:
        if site.box is None:
            continue
        with site.replay.playing():
            answer = site.ask().body
        parts = parted(answer, source_of(site.box).open_fields_of(answer))
        assert PLANTED.search(answer)
        assert not PLANTED.search(parts.text), site.name
        assert joined(parts.text, [(len(row), row) for row in parts.rows]) == answer
        whole, left = (LandedDay(site.box, site.day, text, lambda *_: ()) for text in (answer, parts.text))
        assert left.reading().documents == whole.reading().documents
        assert [row.place for row in left.reading().quarantined] == [row.place for row in whole.reading().quarantined]
        assert left.control_totals() == whole.control_totals()
        assert left.claims() == whole.claims()


@pytest.mark.parametrize("text", ['{"a": 1, "a": [1.50, "\\u0000", {"b": null}], "c": {}}', "[]", "[1e400, NaN]"])
def test_what_is_not_changed_is_written_as_it_was(text):
    assert written(parsed(text)) == text


def test_a_mutation_is_the_same_each_time_its_seed_is_played():
    tree = frozen(parsed('[{"PAGOS": [{"pagoValor": 1, "x": "y"}], "NC": []}]'))
    assert all(mutated(tree, Random(seed)) == mutated(tree, Random(seed)) for seed in range(50))
    assert len({mutated(tree, Random(seed)) for seed in range(50)}) > 40


def test_changed_answers_are_booked_quarantined_or_refused_and_tell_of_nobody(sites):
    tally = Tally()
    for tally in campaign(sites, [*ROWS_WITHIN_FIELDS, *range(1_000_000, 1_000_000 + COUNT)]):  # noqa: B007
        pass
    assert tally.faults == []
    assert tally.count >= COUNT
    for name in ("sga", "zeta", "bsale", "sge"):
        assert tally.ends[name]["booked"], name
        assert tally.ends[name]["refused"], name
