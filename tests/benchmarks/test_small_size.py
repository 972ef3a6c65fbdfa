"""The benchmarks at a size of seconds: that they run, and that all who take part come to the same cents."""

from pathlib import Path

import pytest
from rich.progress import Progress

from benchmarks.__main__ import make_bench, run
from benchmarks.harness import PEERS, Bench
from benchmarks.report import markdown
from benchmarks.results import Case, Part, load, save
from local.postgres import Cluster

WITHOUT_A_SYSTEM = ["P1", "P2", "P3", "P4", "P6", "P7", "P9", "P14"]
IN_A_SYSTEM = ["P5", "P13"]


@pytest.fixture
def measured(cluster: Cluster, tmp_path: Path, request: pytest.FixtureRequest) -> Part:
    """A benchmark's results at the small size."""
    bench: Bench = make_bench(request.param, cluster, tmp_path, full=False, progress=Progress(disable=True))
    run(bench, "make test")
    return bench.part


@pytest.mark.parametrize("measured", WITHOUT_A_SYSTEM, indirect=True)
def test_everybody_comes_to_the_same_cents(measured: Part):
    assert measured.error == ""
    out = [note for note in measured.notes if "took no part" not in note]
    assert not [note for note in out if "failed" in note]
    compared = [verdict for verdict in measured.verdicts if ": the same " in verdict.what]
    assert compared
    assert all(verdict.is_met for verdict in compared)
    everybody = {name for case in measured.cases for name in case.results}
    if not PEERS.exists():
        pytest.skip(f"without the tools of benchmarks/setup.sh: only {', '.join(sorted(everybody))} took part")


@pytest.mark.parametrize("measured", ["P11"], indirect=True)
def test_pages_are_asked_for_and_timed(measured: Part):
    assert measured.error == ""
    assert all(case.results for case in measured.cases)


@pytest.mark.more
@pytest.mark.parametrize("measured", IN_A_SYSTEM, indirect=True)
def test_boxes_are_closed_by_a_scheduler_and_timed(measured: Part):
    assert measured.error == ""
    counted = [verdict for verdict in measured.verdicts if not verdict.measured.endswith(("×", "s"))]
    assert counted
    assert all(verdict.is_met for verdict in counted)


def test_results_that_were_kept_make_the_same_page(tmp_path: Path):
    part = Part("P2", "staging", surroundings={"command": "make bench ONLY=P2"})
    part.cases.append(_case())
    save({"P2": part}, tmp_path / "results.json")
    assert markdown(load(tmp_path / "results.json").values()) == markdown([part])


def test_a_missed_target_stands_beside_its_ratio_with_a_sentence(cluster: Cluster, tmp_path: Path):
    bench = Bench(Part("P2", "staging"), cluster, tmp_path, full=False, progress=Progress(disable=True))
    bench.part.cases.append(case := _case())
    bench.at_least("as fast as dlt", case, "Cierre", "dlt", 10, "dlt writes by COPY too.")
    page = markdown([bench.part])
    assert "| P2 | as fast as dlt | 3.00 × | ≥ 10 × | ✗ |" in page
    assert "- P2, as fast as dlt: dlt writes by COPY too." in page


def test_a_target_that_less_than_the_work_misses_too_is_told_apart(cluster: Cluster, tmp_path: Path):
    bench = Bench(Part("P2", "staging"), cluster, tmp_path, full=False, progress=Progress(disable=True))
    bench.part.cases.append(case := _case())
    case.add("halves of the work", {"seconds": 2.0, "rows": 10, "cents": 100, "peak_bytes": 0})
    for limit in (1.5, 2.5, 3.5):
        bench.at_most(f"up to {limit}", case, "dlt", "Cierre", limit, "It is slow.", less="halves of the work")
    page = markdown([bench.part])
    assert "| P2 | up to 1.5 | 3.00 × | ≤ 1.5 × | ▽ |" in page
    assert "- P2, up to 1.5: Halves of the work come to 2.00 ×. It is slow." in page
    assert "| P2 | up to 2.5 | 3.00 × | ≤ 2.5 × | ✗ |" in page
    assert "- P2, up to 2.5: It is slow." in page
    assert "| P2 | up to 3.5 | 3.00 × | ≤ 3.5 × | ✓ |" in page
    kept = {"P2": bench.part}
    save(kept, tmp_path / "results.json")
    assert markdown(load(tmp_path / "results.json").values()) == page


def test_contenders_that_differ_by_a_cent_are_told(cluster: Cluster, tmp_path: Path):
    bench = Bench(Part("P2", "staging"), cluster, tmp_path, full=False, progress=Progress(disable=True))
    case = _case()
    case.add("dlt", {"seconds": 3.0, "rows": 10, "cents": 101, "peak_bytes": 0})
    bench.check_cents(case)
    assert bench.part.verdicts[-1].is_met is False


def _case() -> Case:
    """Three seconds beside one."""
    case = Case("ten rows")
    case.add("Cierre", {"seconds": 1.0, "rows": 10, "cents": 100, "peak_bytes": 2**20})
    case.add("dlt", {"seconds": 3.0, "rows": 10, "cents": 100, "peak_bytes": 2**20})
    return case
