"""The roles of a company's people, where Airflow's auth manager is FAB: who reads its boxes, who closes them, and who
only decides whether what was closed is posted.

What a role may do with which DAG, FAB takes from the DAGs themselves; whatever else its people need, ``keep_roles``
gives.
"""

from functools import cache

from airflow.configuration import conf
from airflow.sdk import get_parsing_context


def reader(company: str) -> str:
    """The role of those who look at a company's boxes; personal data is masked for them."""
    return f"{company} reader"


def operator(company: str) -> str:
    """The role of those who also run, clear and approve its closes, and see its personal data."""
    return f"{company} operator"


def approver(company: str) -> str:
    """The role of those who decide about a company's closes and run none of them."""
    return f"{company} approver"


@cache
def is_fab() -> bool:
    """Whether Airflow's auth manager is FAB, asked as Airflow itself asks before it shows FAB a DAG; once a process."""
    return "FabAuthManager" in conf.get("core", "auth_manager")


def access_control(company: str) -> dict[str, dict[str, set[str]]] | None:
    """What the company's roles may do with one of its DAGs, in the form that Airflow's DAGs take. None where nobody
    asks: without FAB, and where a task reads its own DAG."""
    if get_parsing_context().dag_id or not is_fab():
        return None
    looks, changes = {"DAGs": {"can_read"}}, {"DAGs": {"can_read", "can_edit"}}
    return {reader(company): looks, approver(company): changes, operator(company): changes}
