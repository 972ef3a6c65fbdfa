"""`python -m local.vulnerabilities`: which packages of the image are known to be vulnerable, as pip-audit says.

Where the advisory database cannot be reached, nothing is known, and that is said: it is no failure of the build.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements-run.txt"

# Each package is in the lock with its version and hashes: nothing has to be resolved.
AUDIT = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
COMMAND = [*AUDIT, "--format", "json", "--requirement", str(LOCK)]


def audit(command: Sequence[str] = COMMAND) -> tuple[int, list[str]]:
    """The exit status to end with (1: something is vulnerable), and the lines to print."""
    result = subprocess.run(command, capture_output=True, text=True)
    try:
        packages = json.loads(result.stdout)["dependencies"]
    except (ValueError, KeyError):
        # The last line is the error; behind its name comes a library's text, which is of no use here.
        why = (["it said nothing", *result.stderr.strip().splitlines()])[-1].partition(": ")[0]
        return 0, [f"Skipped: pip-audit could not ask its advisory database ({why}). Nothing is known of {LOCK.name}."]
    lines = [line for package in packages for line in _advisories(package)]
    return (1 if lines else 0), lines or [f"None of {len(packages)} packages of {LOCK.name} is known to be vulnerable."]


def _advisories(package: dict[str, Any]) -> list[str]:
    named = f"{package['name']} {package.get('version', '')}"
    return [
        f"{named}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version yet'}"
        for one in package.get("vulns", [])
    ]


def main() -> None:
    """Prints what is known and ends with 1 if something is vulnerable."""
    status, lines = audit()
    print("\n".join(lines))
    sys.exit(status)


if __name__ == "__main__":
    main()
