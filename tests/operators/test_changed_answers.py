"""Randomly changed answers of the sources, through the real steps and PostgreSQL; fuzz reads many more in memory."""

import re
from random import Random

import pytest
from airflow.sdk.exceptions import AirflowException

from cierre.ledger.board import Day
from cierre.ports.errors import VendorError
from fuzz.people import PLANTED
from fuzz.sites import Site, connections, recorded, without_pauses
from sandbox.server import SandboxServer

COUNT = 60


@pytest.fixture(scope="module")
def site_server():
    with SandboxServer() as server:
        yield server


@pytest.fixture(scope="module")
def sites(site_server) -> list[Site]:
    with without_pauses():
        return [site for site in recorded(site_server) if site.box is not None]


def test_a_changed_answer_is_kept_and_staged_or_refused_and_its_rows_can_be_looked_at(
    sites, site_server, close, ledger, capfd, caplog, monkeypatch
):
    for name, connection in connections(site_server.url).items():
        monkeypatch.setenv(name, connection)
    with without_pauses():
        for seed in range(2_000_000, 2_000_000 + COUNT):
            site = sites[seed % len(sites)]
            site.replay.change(Random(seed))
            run = close(site.box.id, site.day)
            with site.replay.playing():
                told = steps(run)
            assert PLANTED.search(told) is None, (site.name, seed)
            rows_open(ledger, site)
    log = capfd.readouterr()
    assert PLANTED.search(log.out + log.err + caplog.text) is None


def steps(run) -> str:
    """Lands, stages and derives as far as it gets; what the first error says."""
    for name in ("land", "stage", "derive"):
        try:
            run.step(name)
        except (AirflowException, VendorError) as error:
            said = str(error)
            assert not re.search(r"the program met an error|the database refused", said), said
            return said
    return ""


def rows_open(ledger, site: Site) -> None:
    rows = ledger.execute(
        "SELECT snapshot_id, place FROM staging.day JOIN (SELECT box, business_date, place FROM staging.document"
        " UNION SELECT box, business_date, place FROM staging.quarantined) AS row USING (box, business_date)"
        " WHERE box = %s",
        (site.box.id,),
    ).fetchall()
    for row in rows:
        assert Day(ledger, site.box.id, site.day).source_row(row.snapshot_id, row.place) is not None
