import json
import sys

import pytest

from local.vulnerabilities import COMMAND, audit


def played(out: str = "", err: str = "", status: int = 0) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({out!r}); print({err!r}, file=sys.stderr); sys.exit({status})"]


def answer(*vulnerable: dict) -> str:
    return json.dumps({"dependencies": [{"name": "alembic", "version": "1.2", "vulns": []}, *vulnerable], "fixes": []})


def test_packages_without_advisories_are_counted():
    assert audit(played(answer())) == (0, ["None of 1 packages of requirements-run.txt is known to be vulnerable."])


def test_a_vulnerable_package_is_named_with_the_version_that_mends_it_and_fails_the_build():
    advisories = [{"id": "CVE-1", "fix_versions": ["2"]}, {"id": "B", "fix_versions": []}]
    one = {"name": "x", "version": "1", "vulns": advisories}
    assert audit(played(answer(one), status=1)) == (1, ["x 1: CVE-1, mended in 2", "x 1: B, mended in no version yet"])


@pytest.mark.parametrize("err", ["", "Traceback …\nrequests.exceptions.ConnectionError: HTTPSConnectionPool(host=…)"])
def test_where_no_advisory_database_can_be_reached_that_is_said_and_nothing_fails(err):
    status, (line,) = audit(played(err=err, status=1))
    assert status == 0
    assert line.startswith("Skipped: pip-audit could not ask its advisory database (")
    assert "HTTPSConnectionPool" not in line


def test_what_ships_is_what_is_asked_about():
    assert COMMAND[-1].endswith("requirements-run.txt")
