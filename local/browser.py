"""`python -m local.browser`: a Chromium for the browser tests, installed if there is none.

Its headless shell is taken before the whole browser: a page costs a third of the processor's time there. The machine's
own counts first, then Playwright's download below `.cache`, then, on Debian as root, the system's.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cierre.bookkeeping.sentence import Sentence
from local.errors import LocalError
from local.settings import PROJECT

SHELL = "chromium-headless-shell"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOADS = PROJECT / ".cache" / "browsers"
ON_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def installed() -> Path | None:
    """A Chromium that starts, a headless shell where there is one; None if there is none."""
    return _shell() or next(filter(_starts, [*_on_path(*NAMES), ON_MACOS]), None)


def provide() -> Path:
    """A headless shell that starts, installed if need be, or the Chromium that the machine has. Raises LocalError where
    no way led to one."""
    ways: list[Callable[[], object]] = [lambda: None, _download, _system_package]
    for way in ways:
        way()
        if shell := _shell():
            return shell
    if browser := installed():
        return browser
    raise LocalError(
        Sentence(
            "There is no Chromium that starts, Playwright could not download its own, and this is not Debian as root."
            " Install the system's package (apt install chromium), then try again."
        )
    )


def _shell() -> Path | None:
    return next(filter(_starts, [*_on_path(SHELL), *_playwrights_own()]), None)


def _on_path(*names: str) -> list[Path]:
    return [Path(path) for name in names if (path := shutil.which(name))]


def _starts(browser: Path) -> bool:
    if not browser.exists():
        return False
    return subprocess.run([browser, "--version"], capture_output=True, timeout=60, check=False).returncode == 0


def _playwrights_own() -> list[Path]:
    """The headless shells that Playwright downloaded."""
    return sorted(DOWNLOADS.glob("chromium_headless_shell-*/*/*headless*shell*"), reverse=True)


def _download() -> None:
    command = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    # Behind a firewall that answers nothing it would wait for ever; the system's package is still to be tried.
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, check=False, timeout=300, env=os.environ | {"PLAYWRIGHT_BROWSERS_PATH": str(DOWNLOADS)})


def _system_package() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", SHELL]):
            subprocess.run(["apt-get", "--quiet", *command], env=environment, check=False)


if __name__ == "__main__":
    try:
        print(f"Browser: {provide()}")
    except LocalError as error:
        sys.exit(str(error))
