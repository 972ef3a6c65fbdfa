"""The environment of a stack's processes: Airflow's settings and the ledger, as one machine needs them."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from local.postgres import Cluster
from local.settings import PROJECT, Ports, Secrets
from sandbox.connections import PASSWORD

USER = "admin"
LEDGER = "AIRFLOW_CONN_LEDGER_DB"
LEDGER_READER = "AIRFLOW_CONN_LEDGER_READER"
LEDGER_SIGNER = "AIRFLOW_CONN_LEDGER_SIGNER"
ANSWER_KEY = "AIRFLOW_CONN_ANSWER_KEY"
TIMEZONE = "America/Guayaquil"
# Where the sandbox's ERP is probed: its test company, a lot that no box has, two accounts of the chart.
SANDBOX_GROUND = {
    "connection": "protheus",
    "tenant": "T9,TEST 01 ",
    "lot": "SANDBX",
    "debit_account": "1.1.01.001",
    "credit_account": "2.1.01.002",
}
# Marks every process of a stack with its run folder, so that `down` finds those that lost their parent.
MARKER = "CIERRE_STACK"


def ledger_connection(port: int, login: str, password: str) -> dict[str, object]:
    """The connection of the stack's own ledger for one of its logins."""
    return {
        "conn_type": "postgres",
        "host": "127.0.0.1",
        "port": port,
        "login": login,
        "password": password,
        "schema": "ledger",
    }


def libpq_dsn(connection: str) -> str:
    """An Airflow connection to Postgres (its URI or its JSON) as a libpq URI."""
    if not connection.lstrip().startswith("{"):
        return connection.replace("postgres://", "postgresql://", 1)
    parts = json.loads(connection)
    login, password = (quote(parts.get(name) or "", safe="") for name in ("login", "password"))
    options = f"?{urlencode(parts['extra'])}" if parts.get("extra") else ""
    address = f"{parts['host']}:{parts.get('port') or 5432}/{parts.get('schema') or ''}"
    return f"postgresql://{login}:{password}@{address}{options}"


def airflow_settings(home: Path, ports: Ports, secret: Secrets, airflow_dsn: str) -> dict[str, str]:
    """The ``AIRFLOW__…`` settings of a stack, by name without that prefix."""
    api = f"http://127.0.0.1:{ports.api}"
    return {
        "CORE__EXECUTOR": "LocalExecutor",
        # Tasks wait for vendors and for each other more than they work: on two cores eight are twice as fast as four.
        "CORE__PARALLELISM": "8",
        "CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "CORE__DEFAULT_TIMEZONE": TIMEZONE,
        # Doubled at each retry, by the DAGs. On one machine somebody is waiting.
        "CORE__DEFAULT_TASK_RETRY_DELAY": "5",
        "CORE__TEST_CONNECTION": "Enabled",
        "CORE__FERNET_KEY": secret.fernet_key,
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        # The name service may not know this machine, and asking it can take seconds.
        "CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        # Without these two a port of one's own breaks the tasks: they would still call 8080.
        "CORE__EXECUTION_API_SERVER_URL": f"{api}/execution/",
        "API__BASE_URL": api,
        "API__HOST": "127.0.0.1",
        "API__PORT": str(ports.api),
        "API__WORKERS": "1",
        "API__SECRET_KEY": secret.api_secret_key,
        "API__INSTANCE_NAME": "Cierre",
        "API_AUTH__JWT_SECRET": secret.jwt_secret,
        "DATABASE__SQL_ALCHEMY_CONN": airflow_dsn.replace("postgresql://", "postgresql+psycopg2://", 1),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
        # Where tasks run side by side, a task's supervisor often learns of its end only when it next looks: after five
        # seconds by default, which most tasks of a close do not take.
        "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        # A new file of a cash box shows up within this many seconds.
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "15",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "15",
        "LOGGING__COLORED_CONSOLE_LOG": "False",
    }


def environment(home: Path, ports: Ports, cluster: Cluster, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a stack's processes: our defaults, overridden by what the person has ``given``."""
    # Only here: the supervisor, which stops what it started, reads this file and needs nothing of the project's.
    from cierre.ledger.roles import Roles, airflow_login

    settings = airflow_settings(home, ports, Secrets.of(home), cluster.dsn("airflow", airflow_login()))
    defaults = {f"AIRFLOW__{name}": value for name, value in settings.items()}
    defaults["CIERRE_SANDBOX_PASSWORD"] = PASSWORD
    defaults[ANSWER_KEY] = json.dumps({"conn_type": "generic", "password": Secrets.of(home).answer_key})
    # No vendor is among them: what stands in the environment wins over Airflow's page Connections.
    if LEDGER not in given:
        roles = Roles.of()
        for variable, login in ((LEDGER, roles.application), (LEDGER_READER, roles.reader)):
            defaults[variable] = json.dumps(ledger_connection(ports.postgres, login, cluster.password(login)))
        defaults[LEDGER_SIGNER] = json.dumps({"conn_type": "generic", "password": Secrets.of(home).signing_key})
    fixed = {
        "AIRFLOW_HOME": str(home / "airflow"),
        "TMPDIR": str(home / "tmp"),
        MARKER: str(home),
        # Airflow renames its processes; without this the new name would overwrite the marker.
        "SPT_NOENV": "1",
        # macOS kills a forked process that touches certain frameworks, and Airflow forks for each task.
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
        # Behind a company's proxy: our own parts talk to each other directly.
        "no_proxy": ",".join(filter(None, [given.get("no_proxy") or given.get("NO_PROXY"), "127.0.0.1", "localhost"])),
    }
    return defaults | dict(given) | fixed
