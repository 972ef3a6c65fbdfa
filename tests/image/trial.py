"""Runs everything.py by a Python: the image's own, or the one of these tests."""

import os
import subprocess
from pathlib import Path

from image.dockerfile import ROOT
from local.postgres import Cluster


def everything_works(python: Path, folder: Path, cluster: Cluster, ledger: str, reader: str, home: Path) -> None:
    """All of the product that lies in a folder, tried with a ledger; ``home`` is Airflow's own while it runs."""
    cluster.create_database("airflow_of_the_trial")
    environment = {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        # Stand-ins for days that were closed; nothing else of the tests' environment.
        "PYTHONPATH": f"{folder}:{ROOT / 'tests'}",
        "LEDGER": ledger,
        "AIRFLOW_CONN_LEDGER_DB": ledger,
        "AIRFLOW_CONN_LEDGER_READER": reader,
        "AIRFLOW": cluster.dsn("airflow_of_the_trial"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW_CONFIG": str(home / "airflow.cfg"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
    }
    result = subprocess.run(
        [python, ROOT / "tests" / "image" / "everything.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-5000:]
    assert "addresses of the board served" in result.stdout
