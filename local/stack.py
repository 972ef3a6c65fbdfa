"""The whole system in one run folder: PostgreSQL, the vendors' sandbox and Airflow, started and stopped together."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests

from cierre.bookkeeping.sentence import Sentence, listing
from cierre.language.say import say
from local import processes
from local.airflow_api import AirflowApi, AirflowUnreachable, Task
from local.environment import LEDGER, LEDGER_READER, LEDGER_SIGNER, SANDBOX_GROUND, USER, environment, libpq_dsn
from local.errors import LocalError
from local.files import tail, write_secret
from local.migration import AIRFLOW, AirflowMigration
from local.patience import MOST_SECONDS, SETTING, Patience, Work, seconds_asked, work_of
from local.postgres import Cluster
from local.sandbox_connections import keep_connections
from local.settings import PROJECT, RUN, Ports, Secrets, surroundings
from sandbox.connections import as_variables, connections

TELL_EVERY_SECONDS = 15
REQUESTS = 5
"""How often an Airflow that has just started is asked, where it does not answer."""

PROBE_SECONDS = 300
"""For how long the sandbox is probed at most."""

LONG_AGO = datetime.fromtimestamp(0, UTC)


class StackError(LocalError):
    """The stack cannot be started or stopped; the message says which part and shows the end of its log."""


class Stack:
    """The system in the run folder ``home``, on ``ports``. While it runs, the ports it runs on count.

    ``given`` are settings (environment variables) that win over the stack's defaults. A stack to which nothing is
    given knows no other vendors than its own sandbox, whatever the environment says: tests must not reach real ones.
    ``fast`` gives up PostgreSQL's safety against a crash of the machine; for tests. ``told`` may be set to whoever
    wants to hear what a start waits for. The constructor only remembers.
    """

    def __init__(self, home: Path, ports: Ports, *, given: Mapping[str, str] | None = None, fast: bool = False):
        self.home = Path(home).resolve()
        self.given = surroundings() | dict(given or {})
        self.told: Callable[[str], object] = lambda text: None
        self._asked = ports
        self._fast = fast
        self._probes_sandbox = False

    @classmethod
    def of_this_project(cls, **defaults: str) -> "Stack":
        """The stack that ``make up``, ``demo`` and ``down`` speak of: one for each API port.

        Its settings are the environment's; ``defaults`` stand behind them. Where its ERP is the sandbox, that is probed
        when the stack is first started, as a person would probe a real one; not where a secrets back-end may name
        another.
        """
        given = defaults | dict(os.environ)
        ports = Ports.configured(given)
        stack = cls(RUN / f"stack-{ports.api}", ports, given=given)
        stack._probes_sandbox = "AIRFLOW__SECRETS__BACKEND" not in given
        return stack

    @classmethod
    def all(cls) -> list["Stack"]:
        """Whatever may be running below the project's run folder."""
        homes = {noted.parent for noted in RUN.rglob("supervisor.pid")}
        homes |= {noted.parents[2] for noted in RUN.rglob("postgres/data/postmaster.pid")}
        return [cls(home, Ports()) for home in sorted(homes)]

    @property
    def ports(self) -> Ports:
        """The ports in use if it runs, else those asked for."""
        noted = self.home / "ports.json"
        if noted.exists() and self.running():
            return Ports(**json.loads(noted.read_text()))
        return self._asked

    @property
    def cluster(self) -> Cluster:
        """Its PostgreSQL, with the databases ``airflow`` and ``ledger``."""
        patience = seconds_asked(self.given) or MOST_SECONDS
        return Cluster(self.home / "postgres", self.ports.postgres, fast=self._fast, patience=patience)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes, secrets included."""
        return environment(self.home, self.ports, self.cluster, self.given)

    @property
    def api_url(self) -> str:
        """Where the web UI and the REST API answer."""
        return self.environment["AIRFLOW__API__BASE_URL"]

    @property
    def sandbox_url(self) -> str:
        """Where the vendors' stand-ins answer."""
        return f"http://127.0.0.1:{self.ports.sandbox}"

    @property
    def ledger_dsn(self) -> str:
        """The libpq URI of the ledger for those who close days, wherever ``AIRFLOW_CONN_LEDGER_DB`` says it is: a
        secret, as the next two are."""
        return libpq_dsn(self.environment[LEDGER])

    @property
    def reader_dsn(self) -> str:
        """The same for those who look; for a ledger with one login, the same login."""
        return libpq_dsn(self.environment.get(LEDGER_READER) or self.environment[LEDGER])

    @property
    def ledger_to_look_at(self) -> dict[str, str]:
        """What the commands that look at books are told of the ledger (cierre.reports.connection)."""
        from cierre.ledger.signing import public_key

        told = {"CIERRE_LEDGER_DSN": self.ledger_dsn, "CIERRE_LEDGER_READER_DSN": self.reader_dsn}
        if signer := self.environment.get(LEDGER_SIGNER):
            told["CIERRE_LEDGER_PUBLIC_KEY"] = public_key(json.loads(signer)["password"])
        return told

    @property
    def owner_dsn(self) -> str:
        """The same for its migrations: ``CIERRE_LEDGER_OWNER_DSN`` for a ledger of one's own that has such a login."""
        from cierre.ledger.roles import Roles

        if LEDGER in self.given:
            return self.given.get("CIERRE_LEDGER_OWNER_DSN") or self.ledger_dsn
        return self.cluster.dsn("ledger", Roles.of().owner)

    @property
    def user(self) -> str:
        """The web UI's user."""
        return USER

    @property
    def password(self) -> str:
        """The web UI's password."""
        return Secrets.of(self.home).password

    @property
    def api(self) -> AirflowApi:
        """A client of its REST API."""
        return AirflowApi(self.api_url, self.user, self.password)

    def task_log(self, task: Task) -> Path:
        """The file with the log of a task's last try."""
        place = f"dag_id={task.dag_id}/run_id={task.run_id}/task_id={task.task_id}/attempt={task.try_number}.log"
        return self.home / "airflow" / "logs" / place

    def running(self) -> bool:
        """Whether its supervisor runs (it may still be starting)."""
        return self._supervisor() is not None

    def up(self) -> None:
        """Start it, unless it runs, and wait until every part answers, while they are at work (local.patience).

        Raises StackError, SettingsError or PostgresError; nothing is left running then.
        """
        patience = Patience(seconds_asked(self.given))
        with self._alone():
            if self.running():
                self._wait_until_healthy(patience, since=LONG_AGO)
                return
            self._stop()
            self.ports.check_free()
            try:
                self._start(patience)
            except BaseException:
                self._stop()
                raise

    def down(self) -> None:
        """Stop all of it; PostgreSQL last. No process of it is left. Raises PostgresError."""
        if self.home.exists():
            with self._alone():
                self._stop()

    @contextmanager
    def ledger(self) -> Iterator[None]:
        """The ledger up to date, with its PostgreSQL running meanwhile; the rest of the stack need not run."""
        from cierre.ledger import migrate

        if self.running() or LEDGER in self.given:
            migrate.upgrade(self.owner_dsn)
            yield
            return
        with self._alone():
            self.cluster.start()
            try:
                self._make_databases()
                migrate.upgrade(self.owner_dsn)
                yield
            finally:
                self.cluster.stop()

    def _make_databases(self) -> None:
        """Those of Airflow and of the ledger, each with logins of its own, also where one login had them so far."""
        from cierre.ledger import databases
        from cierre.ledger.roles import logins

        databases.make(self.cluster.dsn("postgres"), {login: self.cluster.password(login) for login in logins()})

    def _start(self, patience: Patience) -> None:
        began = datetime.now(UTC)
        for folder in ("logs", "tmp", "airflow"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        write_secret(self.home / "passwords.json", json.dumps({self.user: self.password}))
        self.told(say("Starting PostgreSQL"))
        self.cluster.start()
        self._make_databases()
        self.told(say("Bringing the databases up to date"))
        self._migrate()
        self.told(say("Starting the sandbox and Airflow"))
        self._start_supervisor()
        self._wait_until_healthy(patience, since=began)
        if self._keep_connections() and self._probes_sandbox:
            self._probe_sandbox()

    def _keep_connections(self) -> bool:
        """Makes the sandbox's connections where nobody made others; whether the ERP's leads to the sandbox.

        A machine that is busy starting may let the first request wait too long: it is made again.
        """
        password = self.environment["CIERRE_SANDBOX_PASSWORD"]
        for _ in range(REQUESTS - 1):
            with suppress(AirflowUnreachable):
                return keep_connections(self.api, self.sandbox_url, password, self.given)
        return keep_connections(self.api, self.sandbox_url, password, self.given)

    def _probe_sandbox(self) -> None:
        """Finds out what the sandbox's ERP can do, in its test company, unless the ledger knows it. A probe that fails
        leaves the ERP's days acknowledged, as those of a site that nobody probed."""
        from cierre.ledger import capabilities, session

        with session.connect(self.ledger_dsn) as ledger:
            if capabilities.was_asked(ledger, "protheus", "read_back"):
                return
        self.told(say("Probing the sandbox's ERP"))
        password = self.environment["CIERRE_SANDBOX_PASSWORD"]
        said = [f"--{name.replace('_', '-')}={value}" for name, value in SANDBOX_GROUND.items()]
        with open(self.home / "logs" / "probe.log", "wb") as log, suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [sys.executable, "-m", "local", "probe", *said],
                env=self.environment | as_variables(connections(self.sandbox_url, password)),
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=PROBE_SECONDS,
                check=False,
            )

    def _migrate(self) -> None:
        # Only here: looking and stopping must work even where the ledger's code does not.
        from cierre.ledger import migrate
        from cierre.ledger.roles import airflow_login

        airflow = AirflowMigration(self.home, self.cluster.dsn("airflow", airflow_login()))
        airflow.start(self.environment)
        migrate.upgrade(self.owner_dsn)
        airflow.wait()

    def _commands(self) -> dict[str, list[str]]:
        sandbox = self.home / "sandbox.sqlite"
        return {
            # Takes longest to begin, and tasks wait for it: first.
            "api-server": [*AIRFLOW, "api-server"],
            "sandbox": [
                sys.executable,
                "-m",
                "sandbox",
                f"--port={self.ports.sandbox}",
                f"--state={sandbox}",
                "--no-business-hours",
            ],
            # Logs are read from the disk that all parts share; serving them would need two more ports.
            "scheduler": [*AIRFLOW, "scheduler", "--skip-serve-logs"],
            "dag-processor": [*AIRFLOW, "dag-processor"],
            "triggerer": [*AIRFLOW, "triggerer", "--skip-serve-logs"],
        }

    def _start_supervisor(self) -> None:
        parts = self._commands()
        (self.home / "parts.json").write_text(json.dumps(parts))
        (self.home / "ports.json").write_text(json.dumps(asdict(self.ports)))
        for name in parts:
            (self.home / "logs" / f"{name}.log").unlink(missing_ok=True)
        with open(self.home / "logs" / "supervisor.log", "wb") as log:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "local.supervisor", str(self.home)],
                env=self.environment,
                cwd=PROJECT,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        # For an instant after its start a process has no environment yet to know it by.
        while supervisor.poll() is None and not processes.belongs(psutil.Process(supervisor.pid), self.home):
            time.sleep(0.01)
        (self.home / "supervisor.pid").write_text(str(supervisor.pid))

    def _supervisor(self) -> psutil.Process | None:
        try:
            process = psutil.Process(int((self.home / "supervisor.pid").read_text()))
        except (OSError, ValueError, psutil.Error):
            return None
        return process if processes.belongs(process, self.home) else None

    def _stop(self) -> None:
        with processes.undisturbed():
            supervisor = self._supervisor()
            if supervisor:
                processes.end([supervisor], patience=25)
            # What is left lost its supervisor, or did not heed it; while it ends it may still have started something.
            while left := processes.of(self.home):
                processes.end(left, patience=3)
            self.cluster.stop()
            for name in ("supervisor.pid", "state.json", "ports.json"):
                (self.home / name).unlink(missing_ok=True)

    def _wait_until_healthy(self, patience: Patience, since: datetime) -> None:
        tell_at = TELL_EVERY_SECONDS
        while missing := self._unhealthy(since):
            for name, part in self._parts().items():
                if part["exit"] is not None:
                    raise self._failure(
                        Sentence("The {part} ended with exit status {status}.", part=name, status=part["exit"]), name
                    )
            if not self.running():
                raise self._failure(Sentence("The supervisor ended."), "supervisor")
            if stuck := patience.given_up(missing, self._work):
                raise self._failure(_given_up(missing, stuck, patience), stuck)
            if patience.waited >= tell_at:
                tell_at = patience.waited + TELL_EVERY_SECONDS
                self.told(_still_waiting(missing, patience))
            time.sleep(0.1)

    def _work(self, part: str) -> Work:
        noted = self._parts().get(part)
        return work_of(noted["pid"]) if noted and noted["pid"] else Work()

    def _unhealthy(self, since: datetime) -> list[str]:
        missing = self.api.unhealthy(since)
        with requests.Session() as session:
            session.trust_env = False  # a proxy has no place between us and our own loopback
            try:
                session.get(f"{self.sandbox_url}/_sandbox/health", timeout=10).raise_for_status()
            except requests.RequestException:
                missing.add("sandbox")
        return sorted(missing)

    def _parts(self) -> dict[str, dict[str, int | None]]:
        state = self.home / "state.json"
        return json.loads(state.read_text()) if state.exists() else {}

    def _failure(self, what: Sentence, part: str) -> StackError:
        log = self.home / "logs" / f"{part}.log"
        return StackError(Sentence("{what} The end of {log}:\n{end}", what=what, log=log, end=tail(log, 20)))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the run folder against another `up` or `down` of the same stack."""
        self.home.mkdir(parents=True, exist_ok=True)
        with open(self.home / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _still_waiting(missing: list[str], patience: Patience) -> str:
    """``Waiting for the scheduler and the triggerer (at work), 45 s so far``."""
    parts = listing(Sentence("{part} ({busy})", part=part, busy=_busy(patience.quiet(part))) for part in missing)
    return say("Waiting for {parts}; {waited} s so far", parts=parts, waited=patience.waited)


def _busy(quiet: int) -> Sentence:
    if quiet < TELL_EVERY_SECONDS:
        return Sentence("at work")
    return Sentence("nothing to be seen for {quiet} s", quiet=quiet)


def _given_up(missing: list[str], stuck: str, patience: Patience) -> Sentence:
    what = Sentence("Not ready after {waited} s: {missing}.", waited=patience.waited, missing=", ".join(missing))
    if patience.asked is None and patience.waited < MOST_SECONDS:
        quiet = patience.quiet(stuck)
        what = Sentence("{what} The {part} has done nothing for {quiet} s.", what=what, part=stuck, quiet=quiet)
    return Sentence(
        "{what} What this start began was stopped again, and nothing is lost: look at the log for what is wrong, close"
        " other programs where memory is short, and try again. {setting} in the environment or in .env waits an hour,"
        " whatever the parts do.",
        what=what,
        setting=f"{SETTING}=3600",
    )
