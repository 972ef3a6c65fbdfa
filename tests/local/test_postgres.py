"""The embedded PostgreSQL, for real: both kinds of programs, crashes, neighbours."""

import os
import signal
import socket
import stat
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
import pytest

from local import postgres_binaries
from local.ports import free_port
from local.postgres import Cluster, PostgresError


def value(cluster, query, database="postgres"):
    with psycopg.connect(cluster.dsn(database)) as connection:
        return connection.execute(query).fetchone()[0]


@pytest.fixture
def cluster(tmp_path):
    cluster = Cluster(tmp_path / "postgres", free_port(), fast=True)
    yield cluster
    cluster.stop()


@pytest.fixture
def without_namespaces(monkeypatch):
    monkeypatch.setattr(postgres_binaries.shutil, "which", lambda program: None)
    monkeypatch.setenv("CIERRE_POSTGRES_BIN", "embedded")
    postgres_binaries.account.cache_clear()
    yield
    postgres_binaries.account.cache_clear()


@pytest.mark.parametrize("binaries", ["", "embedded"], ids=["the usual programs", "the packaged programs"])
def test_a_cluster_starts_and_answers_with(binaries, cluster, monkeypatch):
    monkeypatch.setenv("CIERRE_POSTGRES_BIN", binaries)
    cluster.start()
    cluster.create_database("ledger")
    cluster.create_database("ledger")
    assert value(cluster, "SELECT current_database()", "ledger") == "ledger"
    assert value(cluster, "SHOW server_encoding") == "UTF8"


def test_only_loopback_and_only_the_password_open_the_door(cluster):
    cluster.start()
    addresses = {
        (connection.laddr.ip, connection.laddr.port)
        for connection in psutil.Process(cluster.pid).net_connections("all")
        if connection.status == psutil.CONN_LISTEN or connection.family == socket.AF_UNIX
    }
    assert addresses == {("127.0.0.1", cluster.port)}
    wrong = cluster.dsn("postgres").replace(cluster.password(), "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    assert stat.S_IMODE((cluster.home / "password").stat().st_mode) == 0o600


def test_starting_and_stopping_twice_is_harmless(cluster):
    cluster.start()
    pid = cluster.pid
    cluster.start()
    assert cluster.pid == pid
    cluster.stop()
    cluster.stop()
    assert not cluster.running()


def test_a_server_on_another_port_moves_and_keeps_its_data(cluster):
    cluster.start()
    cluster.create_database("ledger")
    elsewhere = Cluster(cluster.home, free_port(), fast=True)
    elsewhere.start()
    try:
        assert value(elsewhere, "SELECT 1 FROM pg_database WHERE datname = 'ledger'") == 1
    finally:
        elsewhere.stop()


@pytest.mark.parametrize(("fast", "fsync"), [(False, "on"), (True, "off")])
def test_committed_rows_survive_a_killed_server(tmp_path, fast, fsync):
    cluster = Cluster(tmp_path / "postgres", free_port(), fast=fast)
    cluster.start()
    try:
        assert value(cluster, "SHOW fsync") == fsync
        with psycopg.connect(cluster.dsn("postgres")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        os.kill(cluster.pid, signal.SIGKILL)
        while cluster.running():
            time.sleep(0.01)
        cluster.start()
        assert value(cluster, "SELECT number FROM kept") == 7
    finally:
        cluster.stop()


def test_a_recycled_process_number_does_not_stop_the_start(cluster):
    cluster.start()
    noted = cluster.data / "postmaster.pid"
    lines = noted.read_text().splitlines()
    cluster.stop()
    noted.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    assert not cluster.running()
    cluster.start()
    assert cluster.running()


def test_two_clusters_live_side_by_side(cluster, tmp_path):
    neighbour = Cluster(tmp_path / "neighbour", free_port(), fast=True)
    cluster.start()
    neighbour.start()
    try:
        cluster.create_database("only_here")
        assert value(neighbour, "SELECT count(*) FROM pg_database WHERE datname = 'only_here'") == 0
        assert cluster.password() != neighbour.password()
    finally:
        neighbour.stop()
    assert cluster.running()


def test_an_interrupted_initialisation_is_begun_again(cluster):
    unfinished = cluster.home / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("15")
    cluster.start()
    assert value(cluster, "SELECT 1") == 1


def test_a_port_in_use_is_told_with_the_servers_own_words(cluster):
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", cluster.port))
        occupant.listen()
        with pytest.raises(PostgresError, match=rf"(?s)port {cluster.port}.*Address already in use"):
            cluster.start()


def test_data_of_another_major_version_is_refused_with_advice(cluster):
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match=r"PostgreSQL 9 (?s:.*)was not found(?s:.*)make clean"):
        cluster.start()


def test_a_forced_folder_without_the_programs_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("CIERRE_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(PostgresError, match=r"PostgreSQL 14 or newer .*was not found"):
        postgres_binaries.find()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_without_user_namespaces_is_told_what_to_do(cluster, without_namespaces):
    cluster.home.parent.chmod(0o700)
    with pytest.raises(PostgresError, match="Run as an ordinary user"):
        cluster.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_without_user_namespaces_runs_the_server_as_nobody(without_namespaces):
    # Not below pytest's folder: that one is closed to everybody but its owner.
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        if not postgres_binaries.account().reaches(postgres_binaries.find() / "postgres", Path("/tmp")):
            pytest.skip("the project lies in a folder closed to everybody but root")
        cluster = Cluster(Path(folder) / "postgres", free_port(), fast=True)
        cluster.start()
        try:
            assert psutil.Process(cluster.pid).username() == "nobody"
            assert value(cluster, "SELECT 1") == 1
        finally:
            cluster.stop()
