"""`make preview`, `make audit` …: the commands of `python -m cierre.reports` on this machine's ledger."""

import os
import subprocess
import sys

from local.stack import Stack


def books(stack: Stack, arguments: list[str]) -> int:
    """Runs a command of ``python -m cierre.reports`` on the stack's ledger and returns its exit status.

    Where the stack does not run, only its PostgreSQL is started, and stopped again. Raises PostgresError.
    """
    command = [sys.executable, "-m", "cierre.reports", *arguments]
    with stack.ledger():
        return subprocess.run(command, env=os.environ | stack.ledger_to_look_at, check=False).returncode
