"""Brings Airflow's own database to the schema of the Airflow that is installed."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg

from cierre.bookkeeping.sentence import Sentence
from local.errors import LocalError
from local.files import tail
from local.settings import PROJECT

# Not the `airflow` script: its first line holds a path, and those may neither be long nor have spaces. With -P the
# project's folder stays off the path of imports, so that nothing in it can be imported by accident.
AIRFLOW = (sys.executable, "-P", "-m", "airflow")


class MigrationError(LocalError):
    """Airflow's database could not be migrated; the message shows the end of the log."""


class AirflowMigration:
    """``airflow db migrate`` in the background, for the stack in ``home``, on the database at ``dsn``.

    Asking Airflow takes seconds, so the schema it left behind is noted with its version; where they still agree
    there is nothing to do.
    """

    def __init__(self, home: Path, dsn: str):
        self._note = home / "airflow_schema"
        self._log = home / "logs" / "airflow-migration.log"
        self._dsn = dsn
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environment: dict[str, str]) -> None:
        """Begin it."""
        if self._note.exists() and self._note.read_text() == self._state():
            return
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [*AIRFLOW, "db", "migrate"],
                env=environment,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Wait for its end. Raises MigrationError."""
        if self._process is None:
            return
        if self._process.wait():
            raise MigrationError(
                Sentence(
                    "Airflow's database could not be migrated. The end of {log}:\n{end}",
                    log=self._log,
                    end=tail(self._log, 15),
                )
            )
        self._note.write_text(self._state())

    def _state(self) -> str:
        with psycopg.connect(self._dsn) as connection:
            table = connection.execute("SELECT to_regclass('alembic_version')::text").fetchone()
            if table == (None,):
                return "empty"
            (revision,) = connection.execute("SELECT string_agg(version_num, ' ') FROM alembic_version").fetchall()
        return f"{version('apache-airflow-core')} {revision[0]}"
