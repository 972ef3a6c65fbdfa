"""A small client of Airflow's REST API: what the demo and the end-to-end tests ask of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from cierre.bookkeeping.sentence import Sentence
from local.errors import LocalError

PAGE = 100
PATIENCE = 180
"""Seconds that an answer is waited for: on a busy machine an API server that has just come up takes a minute."""
AGAIN = Retry(total=None, connect=0, read=2, status=0, other=0, allowed_methods={"GET"})
"""Questions that no answer came to are asked again, twice."""

# In the words of /monitor/health; with each, the name of the part it is.
HEARTBEATS = {"scheduler": "scheduler", "dag_processor": "dag-processor", "triggerer": "triggerer"}


class AirflowApiError(LocalError):
    """Airflow refused a request; the message carries its answer."""


class AirflowUnreachable(AirflowApiError):
    """Airflow does not answer at the moment."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a run. ``state`` is Airflow's word for it, empty before it is scheduled."""

    dag_id: str
    run_id: str
    task_id: str
    state: str
    try_number: int


class AirflowApi:
    """The REST API at ``url``, as ``user``; logs in when first needed."""

    def __init__(self, url: str, user: str, password: str):
        self.url = url
        self._login = {"username": user, "password": password}
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc between us and our own loopback
        self._session.mount("http://", HTTPAdapter(max_retries=AGAIN))

    def unhealthy(self, since: datetime) -> set[str]:
        """The parts of Airflow that do not answer, or last gave a sign of life before ``since`` (aware)."""
        try:
            self._session.get(f"{self.url}/api/v2/monitor/health", timeout=10).raise_for_status()
            # What tasks speak to is made when it is first asked; for seconds the server then answers nobody.
            self._session.get(f"{self.url}/execution/health", timeout=PATIENCE).raise_for_status()
            health = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=10).json()
        except requests.RequestException:
            return {"api-server", *HEARTBEATS.values()}
        return {part for key, part in HEARTBEATS.items() if not _alive(health[key], key, since)}

    def parsed_dags(self, prefix: str, since: datetime) -> set[str]:
        """The DAGs whose id begins with a prefix and whose file was read at or after ``since`` (aware)."""
        return {
            dag["dag_id"]
            for dag in self._pages("/dags", "dags", dag_id_prefix_pattern=prefix)
            if dag["last_parsed_time"] and datetime.fromisoformat(dag["last_parsed_time"]) >= since
        }

    def import_errors(self) -> list[str]:
        """Files in the DAG folder that cannot be read, each with its stack trace."""
        errors = self._pages("/importErrors", "import_errors")
        return [f"{error['filename']}\n{error['stack_trace']}" for error in errors]

    def read_again(self, dag_id: str) -> None:
        """Have the file of a DAG read as soon as possible, and with it all that it reads: a new cash box shows up."""
        token = self.call("GET", f"/dags/{dag_id}")["file_token"]
        self.call("PUT", f"/parseDagFile/{token}")

    def unpause(self, dag_id: str) -> None:
        """Let a DAG run."""
        self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, business_date: date, *, run_id: str | None = None) -> str:
        """Start a run for a business date; returns the run's id, which Airflow chooses unless it is given."""
        body = {"logical_date": None, "partition_key": business_date.isoformat(), "dag_run_id": run_id}
        return str(self.call("POST", f"/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def trigger_with(self, dag_id: str, parameters: dict[str, str | None]) -> str:
        """Start a run of a DAG that closes no day, with parameters; the run's id."""
        return str(
            self.call("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": parameters})["dag_run_id"]
        )

    def backfill(self, dag_id: str, first: date, last: date, *, at_once: int) -> list[str]:
        """Start a backfill of business dates, both inclusive, without those that ran well; the days that it runs.

        Raises AirflowApiError where one of the DAG is still under way.
        """
        body = {
            "dag_id": dag_id,
            # Midnights as written are dates, whatever anybody's zone (cierre.orchestration.business_day).
            "from_date": f"{first}T00:00:00Z",
            "to_date": f"{last}T00:00:00Z",
            "reprocess_behavior": "failed",
            "max_active_runs": at_once,
        }
        days = [day["partition_key"] for day in self.call("POST", "/backfills/dry_run", json=body)["backfills"]]
        if days:
            self.call("POST", "/backfills", json=body)
        return days

    def backfill_under_way(self, dag_id: str) -> bool:
        """Whether Airflow still counts a backfill of a DAG as running; it notices the end of one within a minute."""
        found = self.call("GET", "/backfills", params={"dag_id": dag_id, "order_by": "-id", "limit": 1})["backfills"]
        return any(backfill["completed_at"] is None for backfill in found)

    def days(self, dag_id: str, first: date, last: date, *, since: datetime) -> dict[str, str]:
        """The state of the newest run of each business date of a range that was run or ended after ``since``."""
        window = {"partition_date_gte": str(first), "partition_date_lte": str(last), "order_by": "id"}
        runs = self._pages(f"/dags/{dag_id}/dagRuns", "dag_runs", **window)
        return {
            run["partition_key"]: run["state"]
            for run in runs
            if run["end_date"] is None or datetime.fromisoformat(run["end_date"]) > since
        }

    def run_state(self, dag_id: str, run_id: str) -> str:
        """The state of a run: queued, running, success or failed."""
        return str(self.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def clear(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Run a task of a run again, and all that follow it."""
        body = {"dry_run": False, "dag_run_id": run_id, "task_ids": [task_id], "include_downstream": True}
        self.call("POST", f"/dags/{dag_id}/clearTaskInstances", json=body | {"only_failed": False})

    def tasks(self, run_ids: Iterable[str]) -> list[Task]:
        """All tasks of some runs, whatever their DAG."""
        body = {"dag_run_ids": sorted(set(run_ids)), "page_limit": PAGE}
        found: list[Task] = []
        while True:
            answer = self.call("POST", "/dags/~/dagRuns/~/taskInstances/list", json=body | {"page_offset": len(found)})
            page = answer["task_instances"]
            found += [
                Task(row["dag_id"], row["dag_run_id"], row["task_id"], row["state"] or "", row["try_number"])
                for row in page
            ]
            if not page or len(found) >= answer["total_entries"]:
                return found

    def connections(self) -> list[dict[str, Any]]:
        """The connections of its own database, as its page Connections shows them: secrets are masked."""
        return list(self._pages("/connections", "connections"))

    def variable(self, key: str) -> str | None:
        """A variable's value; None where there is no such variable."""
        found = self._pages("/variables", "variables", variable_key_pattern=key)
        return next((one["value"] for one in found if one["key"] == key), None)

    def set_variable(self, key: str, value: str, description: str) -> None:
        """Makes a variable, or gives it another value."""
        entity = {"key": key, "value": value, "description": description}
        create = {"action": "create", "action_on_existence": "overwrite", "entities": [entity]}
        self.call("PATCH", "/variables", json={"actions": [create]})

    def log(self, task: Task) -> list[dict[str, Any]]:
        """The log of a task's last try: one record a line, with its ``event`` and mostly a ``level``."""
        path = f"/dags/{task.dag_id}/dagRuns/{task.run_id}/taskInstances/{task.task_id}/logs/{task.try_number}"
        content = self.call("GET", path, params={"full_content": "true"})["content"]
        return [line if isinstance(line, dict) else {"event": line} for line in content]

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One request below ``/api/v2``; returns the parsed answer. Raises AirflowApiError, AirflowUnreachable."""
        if "Authorization" not in self._session.headers:
            self._log_in()
        answer = self._ask(method, f"{self.url}/api/v2{path}", **options)
        if answer.status_code == 401:  # a login lasts a day, and a long backfill longer
            self._log_in()
            answer = self._ask(method, f"{self.url}/api/v2{path}", **options)
        if not answer.ok:
            raise AirflowApiError(f"{method} {path}: {answer.status_code} {answer.text[:2000]}")
        return answer.json() if answer.content else None

    def _ask(self, method: str, url: str, **options: Any) -> requests.Response:
        """One request; raises AirflowUnreachable where no answer comes, or one of a server in between."""
        try:
            answer = self._session.request(method, url, timeout=PATIENCE, **options)
        except requests.RequestException as error:
            raise self._unreachable(type(error).__name__) from None
        if answer.status_code in (502, 503, 504):
            raise self._unreachable(f"HTTP {answer.status_code}")
        return answer

    def _unreachable(self, why: str) -> AirflowUnreachable:
        return AirflowUnreachable(Sentence("Airflow at {url} does not answer ({why}).", url=self.url, why=why))

    def _log_in(self) -> None:
        answer = self._ask("POST", f"{self.url}/auth/token", json=self._login)
        if not answer.ok:
            told = "Airflow at {url} does not let {user} in: {why}"
            raise AirflowApiError(Sentence(told, url=self.url, user=self._login["username"], why=answer.text))
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _pages(self, path: str, key: str, **filters: Any) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            page = self.call("GET", path, params={**filters, "limit": PAGE, "offset": offset})[key]
            yield from page
            offset += len(page)
            if len(page) < PAGE:
                return


def _alive(health: dict[str, Any], key: str, since: datetime) -> bool:
    heartbeat = health[f"latest_{key}_heartbeat"]
    return health["status"] == "healthy" and heartbeat is not None and datetime.fromisoformat(heartbeat) >= since
