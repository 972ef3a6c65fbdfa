"""`python -m local.browser`: a Chromium for the browser tests, installed if there is none.

The machine's own counts first, then Playwright's download below `.cache`, then, on Debian as root, the system's.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

from cierre.bookkeeping.sentence import Sentence
from local.errors import LocalError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def installed() -> Path | None:
    """A Chromium that starts; None if there is none."""
    found = [Path(path) for name in NAMES if (path := shutil.which(name))]
    return next(filter(_starts, [*found, ON_MACOS, _playwrights_own()]), None)


def provide() -> Path:
    """A Chromium that starts, installed if need be. Raises LocalError where no way led to one."""
    ways: list[Callable[[], object]] = [lambda: None, _download, _system_package]
    for way in ways:
        way()
        if browser := installed():
            return browser
    raise LocalError(
        Sentence(
            "There is no Chromium that starts, Playwright could not download its own, and this is not Debian as root."
            " Install the system's package (apt install chromium), then try again."
        )
    )


def _starts(browser: Path) -> bool:
    if not browser.exists():
        return False
    return subprocess.run([browser, "--version"], capture_output=True, timeout=60, check=False).returncode == 0


def _playwrights_own() -> Path:
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def _download() -> None:
    command = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    # Behind a firewall that answers nothing it would wait for ever; the system's package is still to be tried.
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, check=False, timeout=300)


def _system_package() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "--quiet", *command], env=environment, check=False)


if __name__ == "__main__":
    try:
        print(f"Browser: {provide()}")
    except LocalError as error:
        sys.exit(str(error))
