"""The Dockerfile as its builder reads it, as far as this project uses its language; built in a folder here."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKDIR = "/opt/airflow"


@dataclass(frozen=True)
class Dockerfile:
    """Its instructions in order, each a word and its text; ``\\`` at a line's end goes on with the next."""

    instructions: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls) -> "Dockerfile":
        """The project's own."""
        lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
        joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
        return cls([tuple(line.split(" ", 1)) for line in joined.splitlines() if line.strip()])

    def all(self, word: str) -> list[str]:
        """The texts of all instructions of a word."""
        return [text for name, text in self.instructions if name == word]

    @property
    def copied(self) -> list[str]:
        """What is copied into the image, by its names in the project."""
        return [name for text in self.all("COPY") for name in text.split()[1:-1]]

    def build(self, folder: Path) -> Path:
        """Does in a folder what the image's builder does in its working directory; gives the environment's Python.

        The base image's part is played by the Python that runs this. Raises CalledProcessError.
        """
        base = Path(sys._base_executable).parent
        environment = {"PATH": f"{base}:/usr/bin:/bin", "HOME": str(folder)}
        environment |= {name: text for name, text in os.environ.items() if name.startswith(("PIP_", "SSL_", "TMPDIR"))}
        for word, text in self.instructions:
            text = text.replace(WORKDIR, str(folder))
            if word == "COPY":
                _, *names, into = text.split()
                for name in names:
                    _copy(ROOT / name, folder / into / name if into == "./" else folder / into)
            elif word == "RUN":
                subprocess.run(["sh", "-e", "-c", text], cwd=folder, env=environment, check=True)
            elif word == "ENV":
                name, _, value = text.partition("=")
                environment[name] = value.replace("$PATH", environment["PATH"])
        return folder / "venv" / "bin" / "python"


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    else:
        shutil.copyfile(source, target)


Package = tuple[str, frozenset[str]]
"""A version, with the machines that it is for where it is not for all, and its hashes."""

_LOCKED = r"^([a-z][^\s=\[]*)(?:\[[^]]*\])?==(.+?) \\\n((?:    --hash=\S+(?: \\)?\n)+)"


def locked(name: str) -> dict[str, set[Package]]:
    """A lock's packages; some are there in several versions, for other machines each."""
    packages: dict[str, set[Package]] = {}
    for package, version, hashes in re.findall(_LOCKED, (ROOT / name).read_text(), re.MULTILINE):
        packages.setdefault(package, set()).add((version, frozenset(re.findall(r"sha256:\w+", hashes))))
    return packages


def versions(packages: set[Package]) -> set[str]:
    """The versions alone."""
    return {version.partition(" ")[0] for version, _ in packages}
