"""The image's environment, built natively by the Dockerfile's own commands, and all of the product in it. Minutes."""

import subprocess
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from image.dockerfile import Dockerfile, locked, versions
from image.trial import everything_works

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


def test_every_module_page_export_and_dag_works_in_it(python, cluster, ledger_dsn, reader_dsn, tmp_path):
    everything_works(python, python.parents[2], cluster, ledger_dsn, reader_dsn, tmp_path)
