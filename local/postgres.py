"""A PostgreSQL server of our own: in a folder, on loopback, started and stopped by us."""

import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from cierre.bookkeeping.sentence import Sentence
from local import postgres_binaries
from local.files import tail, write_secret
from local.postgres_binaries import PostgresError

USER = "cierre"
# What PostgreSQL says while the processes of a killed server have not all ended yet; it passes within seconds.
PASSING = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket file: its path may have 107 characters at most, and a project folder can be deeper than that.
    "unix_socket_directories": "''",
    "max_connections": "200",
    # Where Airflow's scheduler is killed, its children hold its connection open, and so what it had locked. Longer than
    # a request to Airflow takes on a machine that is busy: a minute was not, and the API server answered 500.
    "idle_in_transaction_session_timeout": "5min",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For tests only: a crash of the machine would lose data, a crash of the server does not (as it would with
# synchronous_commit off, and then a claim of the ledger could be gone after its entry was sent). And passwords are
# checked by a method that takes no time: SCRAM's is half of what a session takes to open, and tests open thousands.
FAST = {"fsync": "off", "full_page_writes": "off", "password_encryption": "md5"}


class Cluster:
    """A PostgreSQL server whose data, log and password live in ``home``, listening on 127.0.0.1:``port``.

    Durable unless ``fast`` (for tests) is set. ``patience`` is how many seconds a start may take while the server
    lives: after a crash, on a slow disk, that is minutes. The constructor only remembers; `start` makes the data if
    there is none.
    """

    def __init__(self, home: Path, port: int, *, fast: bool = False, patience: int = 60):
        self.home = Path(home).resolve()
        self.port = port
        self.fast = fast
        self.patience = patience
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The server's process id; None when it does not run."""
        noted = self._noted(line=0)
        try:
            ours = noted and str(self.data) in psutil.Process(noted).cmdline()
        except psutil.Error:
            ours = False
        return noted if ours else None

    def running(self) -> bool:
        """Whether the server runs."""
        return self.pid is not None

    def start(self) -> None:
        """Start the server, unless it runs on this port, and wait until it answers; after a crash it recovers first.

        Raises PostgresError with the end of the server's log.
        """
        if self.running():
            if self._noted(line=3) == self.port:
                return
            self.stop()
        self.home.mkdir(parents=True, exist_ok=True)
        self.password()
        postgres_binaries.account().take(self.home)
        if not self.data.exists():
            self._initialise()
        self._forget_recycled_pid()
        settings = SETTINGS | {"port": str(self.port)} | (FAST if self.fast else {})
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        patience = time.monotonic() + 20
        while (
            result := self._control("start", "-t", str(self.patience), "-l", str(self.log), "-o", options)
        ).returncode:
            said = tail(self.log, 8)
            if time.monotonic() > patience or not any(phrase in said for phrase in PASSING):
                raise PostgresError(
                    Sentence(
                        "PostgreSQL did not start in {home} on port {port}.\n{error}\nThe end of {log}:\n{end}",
                        home=self.home,
                        port=self.port,
                        error=result.stderr.strip(),
                        log=self.log,
                        end=said,
                    )
                )
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, nothing committed is lost. Raises PostgresError."""
        if not self.running():
            return
        for mode in ("fast", "immediate"):
            if self._control("stop", "-t", "30", "-m", mode).returncode == 0:
                return
        raise PostgresError(
            Sentence("PostgreSQL (process {pid}) does not stop; its log is {log}", pid=self.pid, log=self.log)
        )

    def create_database(self, name: str) -> None:
        """Create a database if it is not there."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def dsn(self, database: str, login: str = USER) -> str:
        """The libpq URI of a database for a login, the server's administrator without one: a secret."""
        return f"postgresql://{login}:{self.password(login)}@127.0.0.1:{self.port}/{database}"

    def password(self, login: str = USER) -> str:
        """A login's password, made at the first call and kept beside the data (readable by its owner only)."""
        file = self.home / ("password" if login == USER else f"password-{login}")
        if not file.exists():
            write_secret(file, secrets.token_urlsafe(24))
        return file.read_text()

    def _initialise(self) -> None:
        # Under another name until it is whole: an interrupted initdb must not look like a database.
        unfinished = self.home / "data.unfinished"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        method = FAST["password_encryption"] if self.fast else "scram-sha-256"
        options = ["--encoding=UTF8", "--locale=C", f"--auth={method}", f"--username={USER}", "--no-sync"]
        result = self._run("initdb", *options, f"--pwfile={self.home / 'password'}", "-D", str(unfinished))
        if result.returncode:
            raise PostgresError(
                Sentence(
                    "PostgreSQL could not make its data in {home}:\n{error}",
                    home=self.home,
                    error=result.stderr.strip(),
                )
            )
        unfinished.rename(self.data)

    def _control(self, action: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", action, "-D", str(self.data), "-w", "-s", *arguments)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        written_by = self.data / "PG_VERSION"
        folder = postgres_binaries.find(int(written_by.read_text()) if written_by.exists() else None)
        account = postgres_binaries.account()
        if not account.reaches(folder / program, self.home):
            raise PostgresError(_not_as_root(folder, self.home))
        # PGPORT, PGDATA and their like speak of another server; a server started in a foreign language logs in it.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
        # Output goes to a file, not a pipe: the server inherits it, and a pipe would only end with the server.
        with open(self.home / "last_command.log", "w+") as output:
            result: subprocess.CompletedProcess[str] = subprocess.run(
                [*account.prefix, str(folder / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                text=True,
                cwd=self.home,
                env=environ,
                **account.options,
            )
            output.seek(0)
            result.stderr = output.read()
        return result

    def _noted(self, line: int) -> int | None:
        # The server's own note: its process id in the first line, its port in the fourth.
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[line])
        except (OSError, ValueError, IndexError):
            return None

    def _forget_recycled_pid(self) -> None:
        # After a crash and a restart of the machine the noted number can belong to a stranger, and PostgreSQL would
        # take the stranger for itself. A number that nobody has is left alone: PostgreSQL deals with that one.
        noted = self._noted(line=0)
        if noted and psutil.pid_exists(noted):
            (self.data / "postmaster.pid").unlink()


def _not_as_root(folder: Path, home: Path) -> str:
    return (
        "PostgreSQL does not run as root, this machine does not let root make a user namespace (unshare), and the "
        f"user `nobody` may not reach {folder} or {home}. Run as an ordinary user, allow user namespaces, or move "
        "the project to a folder that everybody may enter."
    )
