"""`make check-mappings`: the mapping files, held also against what this machine's ledger saw come in lately."""

import os
import subprocess
import sys

from local.environment import LEDGER
from local.stack import Stack

COMMAND = [sys.executable, "-m", "cierre.reports.check_files", "check"]


def check_mappings(stack: Stack) -> int:
    """Runs ``python -m cierre.reports.check_files check`` and returns its exit status.

    With the stack's ledger where it has one (only its PostgreSQL is started, where it does not run, and stopped
    again), or that of ``AIRFLOW_CONN_LEDGER_DB``; without any otherwise. Raises PostgresError.
    """
    if not (stack.cluster.data.exists() or LEDGER in stack.given):
        return subprocess.run(COMMAND, check=False).returncode
    with stack.ledger():
        return subprocess.run(COMMAND, env=os.environ | stack.ledger_to_look_at, check=False).returncode
