"""Where and when it was measured, for RESULTS.md."""

import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil

NAMED = ("apache-airflow", "psycopg", "requests", "beancount")
PEERS = ("dlt", "duckdb", "pandas", "polars", "sqlalchemy", "psycopg2-binary")


def surroundings(command: str, postgres: str, peers: Path) -> dict[str, str]:
    """The machine, the versions, the command, the time. ``peers`` is the interpreter of the tools compared with."""
    return {
        "machine": f"{psutil.cpu_count()} cores of {_cpu()}, {psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()}, Python {platform.python_version()}, PostgreSQL {postgres}",
        "versions": ", ".join([*(f"{name} {metadata.version(name)}" for name in NAMED), *_of_peers(peers)]),
        "command": f"`{command}`",
        "measured": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _of_peers(python: Path) -> list[str]:
    """The versions of the tools compared with, where they are installed."""
    folders = [str(folder) for folder in python.parents[1].glob("lib/python*/site-packages")]
    found = {one.name.lower(): one.version for one in metadata.distributions(path=folders)} if folders else {}
    versions = [f"{name} {found[name]}" for name in PEERS if name in found]
    if shutil.which("hledger"):
        said = subprocess.run(["hledger", "--version"], capture_output=True, text=True, check=True).stdout
        versions.append(said.split(",")[0])
    return versions
