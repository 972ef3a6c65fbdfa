"""`make preview`, `make served-key` …: `python -m cierre.reports`, and its like, on this machine's ledger."""

import os
import subprocess
import sys

from local.stack import Stack


def books(stack: Stack, arguments: list[str], commands: str = "cierre.reports") -> int:
    """Runs a command of ``python -m cierre.reports``, or of another module, on the stack's ledger; returns its exit
    status.

    Where the stack does not run, only its PostgreSQL is started, and stopped again. Raises PostgresError.
    """
    command = [sys.executable, "-m", commands, *arguments]
    with stack.ledger():
        return subprocess.run(command, env=os.environ | stack.ledger_to_look_at, check=False).returncode
