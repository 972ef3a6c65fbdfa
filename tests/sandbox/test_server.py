import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
import requests

from sandbox.client import SandboxClient
from sandbox.server import SandboxServer
from sandbox.vendor import Options

ROOT = Path(__file__).parents[2]
BODY = {
    "ITENS": [
        {"CT2_DC": "3", "CT2_DEBITO": "1.1", "CT2_CREDIT": "1.1", "CT2_VALOR": 1, "CT2_HIST": "Prueba"},
    ]
}


def insert(url: str, password: str = "sandbox") -> requests.Response:
    address = f"{url}/protheus/api/ctb/accountingentry/insert"
    login = ("cierre", password)
    return requests.post(address, json=BODY, headers={"tenantId": "T1,D MG 01 "}, auth=login, timeout=10)


def test_what_the_vendors_hold_outlives_the_process(tmp_path, charts):
    state, options = tmp_path / "state.sqlite", Options(chart_dir=charts)
    with SandboxServer(state=state, options=options) as server:
        insert(server.url)
        books = server.books("itb", 164, date(2024, 9, 6))
    with SandboxServer(state=state, options=options) as server:
        assert [document.document for document in server.protheus_ledger()] == ["000001"]
        assert insert(server.url).json()["CT2_DOC"] == "000002"
        assert server.books("itb", 164, date(2024, 9, 6)) == books


def test_a_reset_empties_the_state(tmp_path, charts):
    with SandboxServer(state=tmp_path / "state.sqlite", options=Options(chart_dir=charts)) as server:
        insert(server.url)
        server.open_box("itb", 4711)
        server.reset()
        assert server.protheus_ledger() == []
        assert (
            "ERROR"
            in requests.get(
                f"{server.url}/sga/itb/api",
                params={"a": "facturacionNewProcess", "fecha": "06-09-2024", "caja": "4711"},
                timeout=10,
            ).json()
        )
        assert insert(server.url).json()["CT2_DOC"] == "000001"


def test_it_listens_on_this_machine_alone_and_leaves_its_port(charts):
    with SandboxServer(options=Options(chart_dir=charts)) as server:
        host, port = server.url.removeprefix("http://").split(":")
        assert host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)


def test_many_clients_at_once_are_numbered_one_after_the_other(charts):
    with SandboxServer(options=Options(chart_dir=charts)) as server, ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: insert(server.url).json()["CT2_DOC"], range(24))
        assert sorted(answers) == [f"{number:06d}" for number in range(1, 25)]


def test_the_command_serves_until_it_is_stopped_with_the_password_of_the_environment(tmp_path, charts):
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--state", str(tmp_path / "state.sqlite")]
    process = subprocess.Popen(
        [*command, "--chart-dir", str(charts)],
        cwd=ROOT,
        env=os.environ | {"CIERRE_SANDBOX_PASSWORD": "another"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().split()[2].rstrip(",")
        assert SandboxClient(url).call("GET", "health") == {"status": "ok"}
        assert insert(url).status_code == 401
        assert insert(url, "another").json()["CT2_DOC"] == "000001"
    finally:
        process.terminate()
        output, errors = process.communicate(timeout=10)
    assert "another" not in output + errors
    assert (tmp_path / "state.sqlite").exists()
