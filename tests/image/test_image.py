"""The image's environment, built natively by the Dockerfile's own commands, and all of the product in it. Minutes."""

import os
import subprocess
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from image.dockerfile import ROOT, Dockerfile, locked, versions

pytestmark = pytest.mark.image


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of the environment."""
    return Dockerfile.read().build(tmp_path_factory.mktemp("image"))


def test_the_environment_holds_the_locked_versions_and_nothing_else(python):
    listing = subprocess.check_output([python, "-m", "pip", "list", "--format=freeze"], text=True)
    installed = {canonicalize_name(name): version for name, version in (line.split("==") for line in listing.split())}
    lock = locked("requirements-run.txt")
    assert installed.keys() - lock.keys() == {"cierre", "pip"}
    assert {name for name in installed.keys() & lock.keys() if installed[name] not in versions(lock[name])} == set()
    subprocess.run([python, "-m", "pip", "check"], check=True)


def test_every_module_page_export_and_dag_works_in_it(python, cluster, ledger_dsn):
    cluster.create_database("airflow_of_the_image")
    folder = python.parents[2]
    environment = {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        # Stand-ins for days that were closed; nothing else of the tests' environment.
        "PYTHONPATH": f"{folder}:{ROOT / 'tests'}",
        "LEDGER": ledger_dsn,
        "AIRFLOW": cluster.dsn("airflow_of_the_image"),
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW_CONFIG": str(folder / "airflow.cfg"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
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
